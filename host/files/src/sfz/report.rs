//! What a reader of SFZ tells its user: what it does not know or play, what it put right, and where that stands.

use super::limits::Limits;
use std::collections::HashMap;
use std::fmt;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of the file, by [`Report::files`].
    pub file: u32,
    /// From 1.
    pub line: u32,
    /// Characters from 1.
    pub column: u32,
}

/// What sort of thing a note says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// An opcode or a header that no known version of SFZ has.
    Unknown,
    /// A known opcode that is not played, and why.
    Unsupported,
    /// A value that has no meaning here; the opcode was left out.
    Value,
    /// A value beyond its range, or followed by something else; what was taken instead.
    Adjusted,
    /// A sample that cannot be had; its regions were left out.
    Sample,
    /// A file found under another name, as a rule by its letters' case.
    Path,
    /// Text that is no SFZ.
    Structure,
    /// More than [`Limits`] allow.
    Limit,
}

/// One thing worth telling. Notes of the same words are told once, with the first place and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it was first seen.
    pub place: Place,
    /// What sort of thing it is.
    pub kind: NoteKind,
    /// In words.
    pub message: String,
    /// How often.
    pub count: u32,
}

/// A line of text that the instrument keeps for its user or for another program: `hint_*`, labels and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it stands.
    pub place: Place,
    /// The opcode.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// All that a reader has to say about an instrument.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The files read, the first one being the instrument's own.
    pub files: Vec<String>,
    /// What was noted, in the order in which it was seen.
    pub notes: Vec<Note>,
    /// Different notes beyond [`Limits::NOTES`].
    pub further: u64,
    /// Hints, labels, qualities: what is kept and not played.
    pub kept: Vec<Kept>,
    /// Regions in the text.
    pub regions: usize,
    /// Regions that were left out.
    pub dropped: usize,
    known: HashMap<(NoteKind, String), usize>,
}

impl Report {
    pub(super) fn note(&mut self, place: Place, kind: NoteKind, message: String) {
        if let Some(&known) = self.known.get(&(kind, message.clone())) {
            self.notes[known].count += 1;
        } else if self.notes.len() < Limits::NOTES {
            self.known.insert((kind, message.clone()), self.notes.len());
            self.notes.push(Note { place, kind, message, count: 1 });
        } else {
            self.further += 1;
        }
    }

    pub(super) fn keep(&mut self, place: Place, name: &str, value: &str) {
        if self.kept.len() < Limits::NOTES {
            self.kept.push(Kept { place, name: name.into(), value: value.into() });
        }
    }

    /// A note with its place, as compilers write them. Any.
    pub fn line<'a>(&'a self, note: &'a Note) -> impl fmt::Display + 'a {
        Line { report: self, note }
    }

    /// Notes of one kind. Any.
    pub fn of(&self, kind: NoteKind) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(move |note| note.kind == kind)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "{}", self.line(note))?;
        }
        if self.further > 0 {
            writeln!(f, "and {} more", self.further)?;
        }
        Ok(())
    }
}

struct Line<'a> {
    report: &'a Report,
    note: &'a Note,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note { place, message, count, .. } = self.note;
        let file = self.report.files.get(place.file as usize).map_or("?", String::as_str);
        write!(f, "{file}:{}:{}: {message}", place.line, place.column)?;
        if *count > 1 {
            write!(f, " ({count} times)")?;
        }
        Ok(())
    }
}
