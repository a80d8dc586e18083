//! Scales: the notes of an octave, or of whatever interval comes round.

use super::TextError;
use super::text::{Line, Lines, clean, number, value};

/// Letters of a name that are kept.
const NAME: usize = 200;

/// A scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    name: String,
    /// Cents above the first note, from the second on; the last is where the scale begins again.
    cents: Vec<f64>,
}

impl Scale {
    /// Reads a `.scl` file's text. Control.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub fn parse(text: &[u8]) -> Result<Self, TextError> {
        let mut lines = Lines::new(text);
        let Some(name) = lines.line() else { return Err(lines.end("the text ends before its description".into())) };
        let name = clean(name.bytes, NAME);
        let count = lines.expect("the number of notes")?.whole("a number of notes", 0, i64::from(u32::MAX))?;
        let mut cents = Vec::new();
        for n in 0..count {
            let Some(line) = lines.filled() else {
                return Err(lines.end(format!("the text ends after {n} of {count} notes")));
            };
            cents.push(pitch(line)?);
        }
        Ok(Self { name, cents })
    }

    /// Twelve to the octave.
    pub fn semitones() -> Self {
        Self { name: String::new(), cents: (1..=12).map(|key| f64::from(key) * 100.0).collect() }
    }

    /// What it calls itself. Any.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many notes it has until it begins again. Any.
    pub fn notes(&self) -> usize {
        self.cents.len()
    }

    /// A note's cents above note 0, of any number of times through the scale. Any.
    pub fn cents(&self, note: i64) -> f64 {
        let Some(period) = self.cents.last() else { return 0.0 };
        let notes = self.cents.len() as i64;
        let within = match note.rem_euclid(notes) {
            0 => 0.0,
            note => self.cents[note as usize - 1],
        };
        note.div_euclid(notes) as f64 * period + within
    }
}

/// A pitch: cents if it has a point, else a ratio or a whole number.
fn pitch(line: Line<'_>) -> Result<f64, TextError> {
    let wrong = || line.wrong("is no pitch: write cents with a point (701.955) or a ratio above 0 (3/2)");
    let (first, rest) = number(line.word());
    if first.contains(&b'.') {
        return value(first).ok_or_else(wrong);
    }
    let second = match rest {
        [b'/', rest @ ..] => number(rest).0,
        _ => b"1",
    };
    match (value(first), value(second)) {
        (Some(first), Some(second)) if first > 0.0 && second > 0.0 => Ok(1_200.0 * (first / second).log2()),
        _ => Err(wrong()),
    }
}
