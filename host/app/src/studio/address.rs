//! Controls as text: `note:16`, `cc:48`, `sysex:7e ?? 06`. One spelling inside; several are understood.

use super::bank::kind_name;
use ripieno_panel::{PATTERN_BYTES, Source};
use ripieno_web::shape::{EntryAddress, Kind};

/// What a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A source of the core.
    Source(Source),
    /// A SysEx body; `None` is any byte. Its number is known once all patterns are.
    Pattern(Vec<Option<u8>>),
}

const KINDS: &str = "note:16, cc:48, cc14:1, nrpn:300, rpn:0, pitch-bend, pressure, pressure:60, program, program:5, \
                     sysex:7e ?? 06, clock, start, continue or stop";

/// Reads a source; a bare number is a note of pads and keys and a controller of knobs. Any.
///
/// # Errors
/// Says what is wrong with the text and what would do.
pub fn source_of(kind: Kind, text: &str) -> Result<Heard, String> {
    let text = text.trim();
    let (name, number) = match text.split_once(':') {
        Some((name, number)) => (name.trim(), Some(number.trim())),
        None if kind == Kind::Knob && text.starts_with(|c: char| c.is_ascii_digit()) => ("cc", Some(text)),
        None if note_of(text).is_ok() => ("note", Some(text)),
        None => (text, None),
    };
    let up_to = |most: u16| {
        let number = number.unwrap_or_default();
        match number.parse::<u16>() {
            Ok(n) if n <= most => Ok(n),
            _ => Err(format!("`{text}`: {number:?} is not a number from 0 to {most}")),
        }
    };
    let narrow = |most: u16| up_to(most).map(|n| n as u8);
    let source = match (name, number) {
        ("note", Some(number)) => Source::Note(note_of(number).map_err(|why| format!("`{text}`: {why}"))?),
        ("cc", Some(_)) => Source::Control(narrow(127)?),
        ("cc14", Some(_)) => Source::Control14(narrow(31)?),
        ("nrpn", Some(_)) => Source::Nrpn(up_to(16_383)?),
        ("rpn", Some(_)) => Source::Rpn(up_to(16_383)?),
        ("pitch-bend", None) => Source::PitchBend,
        ("pressure", None) => Source::ChannelPressure,
        ("pressure", Some(number)) => Source::PolyPressure(note_of(number).map_err(|why| format!("`{text}`: {why}"))?),
        ("program", None) => Source::Program,
        ("program", Some(_)) => Source::ProgramIs(narrow(127)?),
        ("clock", None) => Source::Clock,
        ("start", None) => Source::Start,
        ("continue", None) => Source::Continue,
        ("stop", None) => Source::Stop,
        ("sysex", Some(bytes)) => return pattern_of(bytes).map(Heard::Pattern),
        _ => return Err(format!("`{text}` is no control; it is one of {KINDS}")),
    };
    Ok(Heard::Source(source))
}

/// Reads the bytes of a SysEx body: hexadecimal pairs and `??`, F0 and F7 left out or not. Any.
///
/// # Errors
/// Says what is wrong with the bytes.
pub fn pattern_of(text: &str) -> Result<Vec<Option<u8>>, String> {
    let byte = |word: &str| match word {
        "??" => Ok(None),
        _ => match (word.len(), u8::from_str_radix(word, 16)) {
            (2, Ok(byte)) if byte < 0x80 && !word.starts_with('+') => Ok(Some(byte)),
            _ => Err(format!("`sysex:{text}`: {word:?} is not a byte from 00 to 7f, nor `??`")),
        },
    };
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.first().is_some_and(|word| word.eq_ignore_ascii_case("f0")) {
        words.remove(0);
    }
    if words.last().is_some_and(|word| word.eq_ignore_ascii_case("f7")) {
        words.pop();
    }
    if words.is_empty() || words.len() > PATTERN_BYTES {
        return Err(format!("`sysex:{text}` has {} bytes; 1 to {PATTERN_BYTES} would do", words.len()));
    }
    words.into_iter().map(byte).collect()
}

/// A source as the API spells it; SysEx as its bytes, which `patterns` knows by their number. Any.
pub fn source_text<'p>(source: Source, patterns: impl Fn(u8) -> Option<&'p [Option<u8>]>) -> String {
    match source {
        Source::Note(n) => format!("note:{n}"),
        Source::Control(n) => format!("cc:{n}"),
        Source::Control14(n) => format!("cc14:{n}"),
        Source::Nrpn(n) => format!("nrpn:{n}"),
        Source::Rpn(n) => format!("rpn:{n}"),
        Source::PitchBend => "pitch-bend".into(),
        Source::ChannelPressure => "pressure".into(),
        Source::PolyPressure(n) => format!("pressure:{n}"),
        Source::Program => "program".into(),
        Source::ProgramIs(n) => format!("program:{n}"),
        Source::SysEx(n) => format!("sysex:{}", patterns(n).map(bytes_text).unwrap_or_default()),
        Source::Clock => "clock".into(),
        Source::Start => "start".into(),
        Source::Continue => "continue".into(),
        Source::Stop => "stop".into(),
        _ => String::new(),
    }
}

fn bytes_text(bytes: &[Option<u8>]) -> String {
    let words: Vec<String> = bytes.iter().map(|byte| byte.map_or("??".into(), |b| format!("{b:02x}"))).collect();
    words.join(" ")
}

/// A control's text in the one spelling that is kept.
///
/// # Errors
/// As [`source_of`].
pub(super) fn canonical(kind: Kind, text: &str) -> Result<String, String> {
    Ok(match source_of(kind, text)? {
        Heard::Source(source) => source_text(source, |_| None),
        Heard::Pattern(bytes) => format!("sysex:{}", bytes_text(&bytes)),
    })
}

/// A checked address in the one spelling.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn checked(kind: Kind, at: &EntryAddress) -> Result<EntryAddress, String> {
    if let Some(channel) = at.channel.filter(|channel| !(1..=16).contains(channel)) {
        return Err(format!("channel {channel} is outside 1..=16"));
    }
    Ok(EntryAddress { source: canonical(kind, &at.source)?, ..at.clone() })
}

/// What stands on a control that nobody named.
pub(super) fn default_label(kind: Kind, source: &str) -> String {
    match (kind, source.split_once(':')) {
        (Kind::Pad, Some(("note", n))) => format!("Pad {n}"),
        (Kind::Piano, Some(("note", n))) => format!("Key {n}"),
        (_, Some(("cc", n))) => format!("CC{n}"),
        _ if source.is_empty() => kind_name(kind).into(),
        _ => source.into(),
    }
}

/// A key: 0 to 127, or a name from `C-1` to `G9` with `C4` as 60.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn note_of(text: &str) -> Result<u8, String> {
    let wrong = || format!("{text:?} is not a note: a number from 0 to 127 or a name such as C4 (60) or F#3");
    if let Ok(number) = text.parse::<u8>() {
        return if number < 128 { Ok(number) } else { Err(wrong()) };
    }
    let mut letters = text.chars();
    let base = match letters.next().map(|c| c.to_ascii_lowercase()) {
        Some('c') => 0,
        Some('d') => 2,
        Some('e') => 4,
        Some('f') => 5,
        Some('g') => 7,
        Some('a') => 9,
        Some('b') => 11,
        _ => return Err(wrong()),
    };
    let rest = letters.as_str();
    let (shift, octave) = match rest.strip_prefix('#') {
        Some(rest) => (1, rest),
        None => rest.strip_prefix('b').map_or((0, rest), |rest| (-1, rest)),
    };
    // Only plain octaves: no sign but minus, nothing that overflows.
    let octave: i32 = octave.parse::<i8>().ok().filter(|_| !octave.starts_with('+')).ok_or_else(wrong)?.into();
    u8::try_from((octave + 1) * 12 + base + shift).ok().filter(|note| *note < 128).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_control_has_one_spelling() {
        let check = |kind, text: &str, expected: Option<&str>| {
            let got = canonical(kind, text);
            assert_eq!(got.as_deref().ok(), expected, "{text}: {got:?}");
            if let Some(text) = expected {
                assert_eq!(canonical(kind, text).as_deref(), Ok(text), "the one spelling is its own");
            }
        };
        for (text, expected) in [
            ("16", Some("note:16")),
            ("note:16", Some("note:16")),
            (" note : C4 ", Some("note:60")),
            ("F#3", Some("note:54")),
            ("Bb-1", Some("note:10")),
            ("C-1", Some("note:0")),
            ("G9", Some("note:127")),
            ("G#9", None),
            ("Cb-1", None),
            ("note:128", None),
            ("note:", None),
            ("note", None),
            ("cc:127", Some("cc:127")),
            ("cc:128", None),
            ("cc:-1", None),
            ("cc14:31", Some("cc14:31")),
            ("cc14:32", None),
            ("nrpn:16383", Some("nrpn:16383")),
            ("nrpn:16384", None),
            ("rpn:0", Some("rpn:0")),
            ("pitch-bend", Some("pitch-bend")),
            ("pitch-bend:3", None),
            ("pressure", Some("pressure")),
            ("pressure:C4", Some("pressure:60")),
            ("program", Some("program")),
            ("program:5", Some("program:5")),
            ("sysex:7E ?? 06", Some("sysex:7e ?? 06")),
            ("sysex:F0 7e 06 F7", Some("sysex:7e 06")),
            ("sysex:", None),
            ("sysex:80", None),
            ("sysex:+1", None),
            ("clock", Some("clock")),
            ("stop", Some("stop")),
            ("", None),
            ("key:3", None),
        ] {
            check(Kind::Pad, text, expected);
        }
        check(Kind::Knob, "48", Some("cc:48"));
        check(Kind::Knob, "C4", Some("note:60"));
        check(Kind::Piano, "C4", Some("note:60"));
        check(Kind::Pad, &format!("sysex:{}", "00 ".repeat(33)), None);
    }
}
