//! Tests of the reader: what texts come to in the tables.

mod golden;
mod hostile;
mod instrument;
mod logic;
mod motion;
mod samples;
mod sound;
mod syntax;
mod table;

use super::*;
use crate::kit::{KitTables, USUAL_LINKS, WaveInfo};
use ripieno_synth::sampler::{Kit, Link, Parameter, Part, Source};

/// A second of a mono recording at 48 kHz.
pub const SECOND: WaveInfo =
    WaveInfo { rate_hz: 48_000, channels: 1, frames: 48_000, sustain_loop: None, root_key: None };

/// Reads a text that stands alone, with recordings `a.wav` and `b.wav` beside it.
pub fn read_text(text: &str) -> Result<Sfz, SfzError> {
    let folder = Memory::default().with("test.sfz", text).with("a.wav", "").with("b.wav", "");
    read_from(&folder, "test.sfz", &Limits::default())
}

/// The tables of a text that plays, and what was said about it.
pub fn tables(text: &str) -> (KitTables, Sfz) {
    let sfz = read_text(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (tables, recordings) = sfz.kit(|_| Ok(SECOND));
    assert!(recordings.missing.is_empty());
    assert!(Kit::new(&tables.image()).is_ok());
    (tables, sfz)
}

/// The tables of a region with these opcodes, which nothing is said against.
pub fn region(opcodes: &str) -> KitTables {
    let (tables, sfz) = tables(&format!("<region>sample=a.wav {opcodes}"));
    assert_eq!(sfz.report.to_string(), "", "{opcodes}");
    tables
}

/// The only part of a region with these opcodes.
pub fn part(opcodes: &str) -> Part {
    let tables = region(opcodes);
    assert_eq!(tables.parts.len(), 1, "{opcodes}");
    tables.parts[0]
}

/// What a part sets a parameter to.
pub fn value(tables: &KitTables, part: &Part, parameter: Parameter) -> f32 {
    let run = part.values;
    let values = &tables.values[run.start as usize..][..run.count as usize];
    let set: Vec<f32> = values.iter().filter(|v| v.parameter == parameter as u16).map(|v| v.value).collect();
    assert!(set.len() < 2, "{parameter:?} is set twice");
    set.first().copied().unwrap_or(parameter.default())
}

/// The links of a part beside those that every part has.
pub fn links(tables: &KitTables, part: &Part) -> Vec<Link> {
    let links = &tables.links[part.links.start as usize..][..part.links.count as usize];
    links.iter().filter(|link| !USUAL_LINKS.contains(link)).copied().collect()
}

/// Each name set to each value comes to the parameter times a factor, and to nothing else.
pub fn numbers(rows: &[(&str, Parameter, f32, f32)]) {
    for (name, parameter, given, expected) in rows {
        let tables = region(&format!("{name}={given}"));
        let part = &tables.parts[0];
        assert_eq!(value(&tables, part, *parameter), *expected, "{name}");
        assert_eq!(part.values.count, 1, "{name} sets one number");
        assert_eq!(links(&tables, part), [], "{name}");
    }
}

/// Controllers move what the name says: depth, curve, smoothing and steps, by every spelling.
pub fn controlled(rows: &[(&str, Parameter, f32)]) {
    for (name, parameter, factor) in rows {
        for on in ["_oncc", "_cc", "cc"] {
            let opcodes = format!("{name}{on}17=0.5 {name}_curvecc17=4 {name}_smoothcc17=30 {name}_stepcc17=0.25");
            let tables = region(&opcodes);
            let expected = Link {
                source: Source::Control(17).number(),
                scale: Source::NONE,
                target: *parameter as u16,
                curve: 4,
                scale_curve: 0,
                smooth: 30,
                depth: 0.5 * factor,
                step: 0.25 * factor,
            };
            assert_eq!(links(&tables, &tables.parts[0]), [expected], "{opcodes}");
            assert_eq!(tables.parts[0].values.count, 0, "{opcodes}");
        }
    }
}

/// The notes of a region with these opcodes, as kinds and words.
pub fn notes(opcodes: &str) -> Vec<(NoteKind, String)> {
    let (_, sfz) = tables(&format!("<region>sample=a.wav {opcodes}"));
    sfz.report.notes.iter().map(|note| (note.kind, note.message.clone())).collect()
}

/// Each is told not to be played, and the region plays.
pub fn not_played(names: &[&str]) {
    for name in names {
        let told = notes(&format!("{name}=1"));
        assert!(
            matches!(&told[..], [(NoteKind::Unsupported, message)] if message.contains(&format!("`{name}` is not played: "))),
            "{name}: {told:?}"
        );
    }
}

/// Each has nothing to play, and nothing is said about it.
pub fn left(names: &[&str]) {
    for name in names {
        let tables = region(&format!("{name}=1"));
        assert_eq!(tables.parts, region("").parts, "{name}");
    }
}
