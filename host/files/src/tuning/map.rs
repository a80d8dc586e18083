//! Keyboard maps: which key plays which note of a scale, and what frequency one of them has.

use super::text::{Lines, number, value};
use super::{Scale, TextError};

/// Numbers of notes in a map lie within ± this.
const NOTES: i64 = 1_000_000;

/// A keyboard map.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMap {
    /// Keys until the map begins again; 0 for a map without entries, in which every key is a note.
    size: u64,
    /// First and last key that is retuned.
    keys: [u8; 2],
    /// The key of the first entry.
    middle: u8,
    reference: u8,
    frequency_hz: f64,
    /// How many notes up the map begins again.
    octave: i64,
    /// Notes from the middle key on; what is missing at the end is not mapped.
    entries: Vec<Option<i64>>,
}

impl Default for KeyMap {
    /// Every key is a note, and the middle C is the first one.
    fn default() -> Self {
        let frequency_hz = super::KEY_0_HZ * 32.0;
        Self { size: 0, keys: [0, 127], middle: 60, reference: 60, frequency_hz, octave: 0, entries: Vec::new() }
    }
}

impl KeyMap {
    /// Reads a `.kbm` file's text. Control.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub fn parse(text: &[u8]) -> Result<Self, TextError> {
        let mut lines = Lines::new(text);
        let mut whole = |what: &str, least, most| lines.expect(what)?.whole(what, least, most);
        let size = whole("the size of the map", 0, i64::from(u32::MAX))? as u64;
        let mut key = |what: &str| Ok(whole(what, 0, 127)? as u8);
        let keys = [key("the first key to retune")?, key("the last key to retune")?];
        let (middle, reference) = (key("the middle key")?, key("the key whose frequency is given")?);
        let line = lines.expect("a frequency")?;
        let frequency_hz = value(number(line.word()).0)
            .filter(|hz| *hz >= 0.001)
            .ok_or_else(|| line.wrong("is no frequency: a number of hertz above 0, such as 440.0"))?;
        let octave = lines.expect("the note of the formal octave")?.whole("a note of the scale", -NOTES, NOTES)?;
        let mut entries = Vec::new();
        while (entries.len() as u64) < size
            && let Some(line) = lines.filled()
        {
            entries.push(match line.word() {
                [b'x' | b'X', ..] => None,
                _ => Some(line.whole("a note of the scale, or x", -NOTES, NOTES)?),
            });
        }
        Ok(Self { size, keys, middle, reference, frequency_hz, octave, entries })
    }

    /// The key whose frequency is given, and that in hertz. Any.
    pub fn reference(&self) -> (u8, f64) {
        (self.reference, self.frequency_hz)
    }

    /// True for a key that the map retunes, if it maps it. Any.
    pub fn retunes(&self, key: u8) -> bool {
        let [first, last] = self.keys;
        (first..=last).contains(&key)
    }

    /// A key's cents above the middle key's entry 0 in a scale; `None` if it is not mapped. Any.
    pub fn cents(&self, key: u8, scale: &Scale) -> Option<f64> {
        let way = i64::from(key) - i64::from(self.middle);
        if self.size == 0 {
            return Some(scale.cents(way));
        }
        let size = self.size as i64;
        let note = self.entries.get(way.rem_euclid(size) as usize).copied().flatten()?;
        let octave = if self.octave == 0 { scale.notes() as i64 } else { self.octave };
        Some(way.div_euclid(size) as f64 * scale.cents(octave) + scale.cents(note))
    }
}
