//! Every opcode that is known: the one place that says what is played.

mod conditions;
mod flex;
mod instrument;
mod movement;
mod playback;
mod sound;

use super::opcode::{Moves, Opcode, Scope, Section};
use super::value::distance;
use std::collections::HashMap;
use std::sync::LazyLock;

/// By subject.
pub static SECTIONS: &[Section] = &[
    conditions::REGION,
    conditions::CONTROLLERS,
    conditions::SWITCHES,
    playback::RECORDINGS,
    playback::OSCILLATORS,
    playback::VOICES_AND_PEDALS,
    sound::AMPLIFIER,
    sound::CROSSFADES,
    sound::PITCH,
    sound::FILTERS,
    sound::EQUALISER,
    movement::AMPLITUDE,
    movement::FILTER,
    movement::PITCH,
    movement::LFOS,
    flex::ENVELOPES,
    flex::LFOS,
    instrument::ANYWHERE,
    instrument::CONTROL,
    instrument::CURVE,
    instrument::EFFECT,
];

/// What about a controller an opcode of a family such as `cutoff_onccN` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    Depth,
    Curve,
    Smooth,
    Step,
}

/// Endings that make an opcode one about a controller.
pub const ASPECTS: [(&str, Aspect); 6] = [
    ("_oncc#", Aspect::Depth),
    ("_curvecc#", Aspect::Curve),
    ("_smoothcc#", Aspect::Smooth),
    ("_stepcc#", Aspect::Step),
    ("_cc#", Aspect::Depth),
    ("cc#", Aspect::Depth),
];

/// A name that is known.
#[derive(Clone, Copy)]
pub struct Match {
    pub scope: Scope,
    pub opcode: &'static Opcode,
    /// The numbers that its name leaves open; 0 where there are none.
    pub n: [u16; 3],
    /// What is said about which controller.
    pub controller: Option<(Aspect, u16)>,
}

/// A name whose numbers are told apart from its letters: `#` for each number, and which numbers must stand there.
struct Pattern {
    scope: Scope,
    opcode: &'static Opcode,
    numbers: Vec<Option<u16>>,
}

static PATTERNS: LazyLock<HashMap<String, Vec<Pattern>>> = LazyLock::new(|| {
    let mut patterns: HashMap<String, Vec<Pattern>> = HashMap::new();
    for section in SECTIONS {
        for opcode in section.opcodes.iter().filter(|opcode| !opcode.is_family()) {
            for name in [opcode.name].iter().chain(opcode.aliases) {
                let (letters, numbers) = pattern(name);
                patterns.entry(letters).or_default().push(Pattern { scope: section.scope, opcode, numbers });
            }
        }
    }
    patterns
});

/// A pattern's letters, and its numbers: those that stand there and, as `None`, those that it leaves open.
fn pattern(name: &str) -> (String, Vec<Option<u16>>) {
    let (mut letters, mut numbers) = (String::new(), Vec::new());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_open = matches!(first, 'N' | 'X' | 'Y');
        if digits > 0 || is_open {
            letters.push('#');
            numbers.push(rest[..digits].parse().ok());
            rest = &rest[digits.max(1)..];
        } else {
            letters.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (letters, numbers)
}

/// A name's letters and its numbers; `None` if there are too many or too great ones.
fn split(name: &str) -> Option<(String, Vec<u16>)> {
    let (mut letters, mut numbers) = (String::new(), Vec::new());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            letters.push('#');
            numbers.push(rest[..digits].parse().ok()?);
            rest = &rest[digits..];
        } else {
            letters.push(first.to_ascii_lowercase());
            rest = &rest[first.len_utf8()..];
        }
    }
    (numbers.len() <= 4).then_some((letters, numbers))
}

fn plain(letters: &str, numbers: &[u16], scope: Scope) -> Option<Match> {
    let known = PATTERNS.get(letters)?.iter().filter(|pattern| {
        pattern.numbers.iter().zip(numbers).all(|(wanted, number)| wanted.is_none_or(|wanted| wanted == *number))
    });
    // A name may mean one thing below <control> and another elsewhere.
    let pattern = known.min_by_key(|pattern| pattern.scope != scope)?;
    let mut n = [0; 3];
    let open = pattern.numbers.iter().zip(numbers).filter(|(wanted, _)| wanted.is_none());
    for (n, (_, number)) in n.iter_mut().zip(open) {
        *n = *number;
    }
    Some(Match { scope: pattern.scope, opcode: pattern.opcode, n, controller: None })
}

/// Looks a name up; `scope` is where it stands.
pub fn find(name: &str, scope: Scope) -> Option<Match> {
    if scope != Scope::Effect
        && let Some((letters, numbers)) = split(name)
    {
        if let Some(known) = plain(&letters, &numbers, scope) {
            return Some(known);
        }
        for (ending, aspect) in ASPECTS {
            if let Some(base) = letters.strip_suffix(ending)
                && let Some((control, numbers)) = numbers.split_last()
                && let Some(known) = plain(base, numbers, scope)
                && !matches!(known.opcode.moves, Moves::Nothing)
            {
                return Some(Match { controller: Some((aspect, *control)), ..known });
            }
        }
    }
    // Hints stand anywhere.
    family(name, scope).or_else(|| family(name, Scope::Control))
}

/// Names of which only the beginning or the end is known.
fn family(name: &str, scope: Scope) -> Option<Match> {
    let name = name.to_ascii_lowercase();
    let sections = SECTIONS.iter().filter(|section| section.scope == scope);
    let mut families = sections.flat_map(|section| section.opcodes).filter(|opcode| opcode.is_family());
    let is_one = |opcode: &&Opcode| {
        let (front, back) = opcode.name.split_once('*').unwrap_or((opcode.name, ""));
        let (front, numbers) = pattern(front);
        // The letters in front are compared with numbers taken for what they are.
        let Some((letters, _)) = split(&name) else { return false };
        letters.starts_with(&front) && letters.ends_with(back) && numbers.iter().all(Option::is_none)
    };
    families.find(is_one).map(|opcode| Match { scope, opcode, n: [0; 3], controller: None })
}

/// The known name that is most like this one, if one is.
pub fn nearest(name: &str, scope: Scope) -> Option<String> {
    let (letters, numbers) = split(name)?;
    let (base, ending) = ASPECTS
        .iter()
        .find_map(|(ending, _)| Some((letters.strip_suffix(ending)?, *ending)))
        .unwrap_or((letters.as_str(), ""));
    let limit = (base.len() / 4).clamp(1, 2);
    let count = |text: &str| text.bytes().filter(|byte| *byte == b'#').count();
    let known = PATTERNS.iter().filter(|(other, patterns)| {
        count(other) == count(base) && patterns.iter().any(|pattern| pattern.scope == scope)
    });
    let ranked = known.filter_map(|(other, _)| Some((distance(base, other, limit)?, other)));
    let (_, best) = ranked.min()?;
    let mut numbers = numbers.iter();
    let mut text = String::new();
    for letter in format!("{best}{ending}").chars() {
        match letter {
            '#' => text.push_str(&numbers.next()?.to_string()),
            letter => text.push(letter),
        }
    }
    find(&text, scope).map(|_| text)
}
