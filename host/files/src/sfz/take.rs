//! One opcode: its value read, and what it does done.

use super::draft::{Draft, LinkDraft};
use super::opcode::{Does, Given, Moves, Takes};
use super::table::{Aspect, Match};
use super::value;
use ripieno_synth::sampler::{Parameter, Source, Target};

/// Controllers that a text may name.
pub const CONTROLLERS: u16 = Source::LFOS;

/// What came of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// All is well.
    Whole,
    /// It was taken, but not as it stands.
    Adjusted(String),
    /// It has no meaning.
    Wrong(String),
    /// There are more than there may be.
    Beyond(String),
}

/// Reads a value; the second text says how it was put right.
pub fn read(takes: Takes, name: &str, text: &str) -> Result<(f64, Option<String>), String> {
    let none = |what: &str| Err(format!("`{name}` takes {what}, which `{}` is not", shown(text)));
    let (least, greatest, read) = match takes {
        Takes::Text => return Ok((0.0, None)),
        Takes::KeyOr(word) if text.eq_ignore_ascii_case(word) => return Ok((-1000.0, None)),
        Takes::Word(words) => {
            // A comment without its slashes and the like behind a word does no harm.
            let word = text.split_ascii_whitespace().next().unwrap_or("");
            if let Some((_, number)) = words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
                return Ok((f64::from(*number), None));
            }
            let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
            return none(&format!("one of {}", known.join(", ")));
        }
        Takes::Key => (-1.0, 127.0, value::key(text)),
        Takes::KeyOr(_) => (-127.0, 254.0, value::key(text)),
        Takes::Number(least, greatest, _) => (least, greatest, value::number(text)),
        Takes::Whole(least, greatest, _) => {
            (least, greatest, value::number(text).map(|(n, is_all)| (n.trunc(), is_all && n.fract() == 0.0)))
        }
    };
    let Some((number, is_all)) = read else {
        return none(if matches!(takes, Takes::Key | Takes::KeyOr(_)) { "a key" } else { "a number" });
    };
    if !(least..=greatest).contains(&number) {
        let kept = number.clamp(least, greatest);
        return Ok((kept, Some(format!("`{name}` goes from {least} to {greatest}: {} counts as {kept}", shown(text)))));
    }
    Ok((number, (!is_all).then(|| format!("`{name}={}` counts as {number}", shown(text)))))
}

/// As much of a text as a message holds.
pub fn shown(text: &str) -> String {
    let short: String = text.chars().take(40).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if short.len() < text.len() { short + "..." } else { short }
}

/// Takes an opcode of a region. `given` has all but the number.
pub fn take(draft: &mut Draft, known: &Match, name: &str, mut given: Given) -> Taken {
    if let Some((aspect, control)) = known.controller {
        return moved(draft, known, name, given.text, aspect, control);
    }
    let adjusted = match read(known.opcode.takes, name, given.text) {
        Ok((number, adjusted)) => {
            given.number = number;
            adjusted
        }
        Err(why) => return Taken::Wrong(why),
    };
    let number = given.float();
    let is_taken = match known.opcode.does {
        Does::Set(parameters, factor) => match chosen(parameters, given.n[0]) {
            Some(parameter) => {
                draft.values[parameter as usize] = Some(number * factor);
                true
            }
            None => false,
        },
        Does::Part(set) => {
            let is_control = name.contains("cc") && known.opcode.name.ends_with("ccN");
            if is_control && given.n[0] >= CONTROLLERS {
                return Taken::Wrong(format!("`{name}`: there are controllers 0 to {}", CONTROLLERS - 1));
            }
            set(draft, &given);
            true
        }
        Does::From(source, parameter) => {
            link(draft, parameter as u16, source, Source::NONE, |link| link.depth = number)
        }
        Does::Lfo(what) => draft.set_lfo(what, &given),
        Does::Envelope(what) => draft.set_envelope(what, &given),
        Does::LfoMoves(parameters, factor) => match (draft.touch_lfo(given.n[0]), chosen(parameters, given.n[1])) {
            (true, Some(parameter)) => {
                let source = Source::LFOS | given.n[0];
                link(draft, parameter as u16, source, Source::NONE, |link| link.depth = number * factor)
            }
            _ => false,
        },
        Does::EnvelopeMoves(parameters, factor) => {
            match (draft.touch_envelope(given.n[0]), chosen(parameters, given.n[1])) {
                (true, Some(parameter)) => {
                    let source = Source::ENVELOPES | given.n[0];
                    link(draft, parameter as u16, source, Source::NONE, |link| link.depth = number * factor)
                }
                _ => false,
            }
        }
        Does::Control(_) | Does::CurveIndex | Does::CurvePoint | Does::Keep(_) | Does::Leave(_) | Does::Lacks(_) => {
            true
        }
    };
    match (is_taken, adjusted) {
        (true, None) => Taken::Whole,
        (true, Some(how)) => Taken::Adjusted(how),
        (false, _) => Taken::Beyond(format!("`{name}`: there are not so many")),
    }
}

/// One of several parameters, by number from 1; one alone needs no number.
fn chosen(parameters: &'static [Parameter], number: u16) -> Option<Parameter> {
    match parameters {
        [one] => Some(*one),
        several => several.get(usize::from(number).checked_sub(1)?).copied(),
    }
}

fn link(draft: &mut Draft, target: u16, source: u16, scale: u16, set: impl FnOnce(&mut LinkDraft)) -> bool {
    match draft.link((target, source, scale)) {
        Some(link) => {
            set(link);
            true
        }
        None => false,
    }
}

/// Takes what an opcode says about a controller.
fn moved(draft: &mut Draft, known: &Match, name: &str, text: &str, aspect: Aspect, control: u16) -> Taken {
    if control >= CONTROLLERS {
        return Taken::Wrong(format!("`{name}`: there are controllers 0 to {}", CONTROLLERS - 1));
    }
    let [number, index, _] = known.n;
    let beyond = || Taken::Beyond(format!("`{name}`: there are not so many"));
    let span = |parameter: Parameter| 2.0 * parameter.range().1.max(-parameter.range().0);
    // What is moved, by what, scaled by what, times which factor and how far at most.
    let (target, source, scale, factor, most) = match (known.opcode.moves, known.opcode.does) {
        (Moves::Parameter(parameters, factor), _) => match chosen(parameters, number) {
            Some(parameter) => (parameter as u16, control, Source::NONE, factor, span(parameter)),
            None => return beyond(),
        },
        (Moves::Lfo(field), _) if draft.touch_lfo(number) => {
            (Target::Lfo(number as u8, field).number(), control, Source::NONE, 1.0, 200.0)
        }
        (Moves::Point(field), _) if index < super::draft::POINTS && draft.touch_envelope(number) => {
            (Target::Envelope(number as u8, index as u8, field).number(), control, Source::NONE, 1.0, 100.0)
        }
        (Moves::Depth, Does::LfoMoves(parameters, factor)) if draft.touch_lfo(number) => {
            match chosen(parameters, index) {
                Some(parameter) => (parameter as u16, Source::LFOS | number, control, factor, span(parameter)),
                None => return beyond(),
            }
        }
        (Moves::Depth, Does::EnvelopeMoves(parameters, factor)) if draft.touch_envelope(number) => {
            match chosen(parameters, index) {
                Some(parameter) => (parameter as u16, Source::ENVELOPES | number, control, factor, span(parameter)),
                None => return beyond(),
            }
        }
        _ => return beyond(),
    };
    let most = f64::from(most / factor);
    let takes = match aspect {
        Aspect::Depth => Takes::Number(-most, most, ""),
        Aspect::Curve => Takes::Whole(0.0, 255.0, ""),
        Aspect::Smooth => Takes::Number(0.0, f64::from(u16::MAX), ""),
        Aspect::Step => Takes::Number(0.0, most, ""),
    };
    let (value, adjusted) = match read(takes, name, text) {
        Ok(read) => read,
        Err(why) => return Taken::Wrong(why),
    };
    let value = value as f32;
    let is_taken = link(draft, target, source, scale, |link| match aspect {
        Aspect::Depth => link.depth = value * factor,
        Aspect::Curve => link.curve = value as u16,
        Aspect::Smooth => link.smooth = value,
        Aspect::Step => link.step = value * factor,
    });
    match (is_taken, adjusted) {
        (true, None) => Taken::Whole,
        (true, Some(how)) => Taken::Adjusted(how),
        (false, _) => beyond(),
    }
}
