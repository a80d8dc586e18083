//! What the sequencer plays: phrases of timed notes, and layers of sixteen steps. Data alone; the rig plays it.

use crate::setup::SetupError;
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// Steps of a layer: four quarter notes of sixteenths.
pub const STEPS: usize = 16;
/// Phrases at most.
pub const PHRASES: usize = 64;
/// Layers at most.
pub const LAYERS: usize = 32;
/// The tempo that nobody chose, in thousandths of a quarter note a minute.
pub const TEMPO: u32 = 92_000;
/// The slowest and quickest tempo, in thousandths of a quarter note a minute.
pub const TEMPI: core::ops::RangeInclusive<u32> = 40_000..=300_000;

/// One note of a phrase or a step. A chord is several at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreNote {
    /// When: milliseconds from the phrase's start, or the step, 0..=15.
    pub at: u32,
    /// Channel, 0..=15.
    pub channel: u8,
    /// Key, 0..=127.
    pub note: u8,
    /// Velocity, 1..=127.
    pub velocity: u8,
    /// Milliseconds, at least [`SHORTEST_MS`](crate::SHORTEST_MS).
    pub length_ms: u32,
}

/// The shortest note, in milliseconds.
pub const SHORTEST_MS: u32 = 30;

/// A run of the score's notes, in order of time, started by a control. What breaks a rule is played somehow, never refused:
/// [`Score::phrase`] and [`Score::layer`] check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// The first of its notes.
    pub first: u16,
    /// How many it has.
    pub count: u16,
    /// True: its notes end when the control is released, and none begins any more.
    pub ends_on_release: bool,
    /// True: velocities are scaled by the press, 0.35 to 1.2 times (100 is once).
    pub is_scaled: bool,
}

/// A run of the score's notes, in order of their step, over and over while it is on. All layers share one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The first of its notes.
    pub first: u16,
    /// How many it has.
    pub count: u16,
    /// How much later every second step is, in 65536ths of a step; at most 32768.
    pub swing: u16,
}

/// All that the sequencer goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score<const NOTES: usize> {
    /// Thousandths of a quarter note a minute, within [`TEMPI`].
    pub tempo: u32,
    /// Phrases.
    pub phrases: Vec<Phrase, PHRASES>,
    /// Layers.
    pub layers: Vec<Layer, LAYERS>,
    /// The notes of all.
    pub notes: Vec<ScoreNote, NOTES>,
}

impl<const NOTES: usize> Score<NOTES> {
    /// Nothing to play. Any.
    pub const fn new() -> Self {
        Self { tempo: TEMPO, phrases: Vec::new(), layers: Vec::new(), notes: Vec::new() }
    }

    /// Adds a phrase of notes in any order; returns its place. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Range`]; nothing has been added.
    pub fn phrase(&mut self, notes: &[ScoreNote], ends_on_release: bool, is_scaled: bool) -> Result<u16, SetupError> {
        if self.phrases.is_full() {
            return Err(SetupError::Full("phrases", PHRASES));
        }
        let first = self.add(notes)?;
        let phrase = Phrase { first, count: notes.len() as u16, ends_on_release, is_scaled };
        // There is room.
        let _ = self.phrases.push(phrase);
        Ok((self.phrases.len() - 1) as u16)
    }

    /// Adds a layer of notes in any order, every second step later by `swing` 65536ths of a step, 0..=32768; returns its
    /// place. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Range`]; nothing has been added.
    pub fn layer(&mut self, notes: &[ScoreNote], swing: u16) -> Result<u16, SetupError> {
        if swing > 1 << 15 {
            return Err(SetupError::Range("swing", swing.into()));
        }
        if let Some(note) = notes.iter().find(|note| note.at >= STEPS as u32) {
            return Err(SetupError::Range("step", note.at));
        }
        if self.layers.is_full() {
            return Err(SetupError::Full("layers", LAYERS));
        }
        let first = self.add(notes)?;
        // There is room.
        let _ = self.layers.push(Layer { first, count: notes.len() as u16, swing });
        Ok((self.layers.len() - 1) as u16)
    }

    /// Adds notes in order of time; returns the place of the first.
    fn add(&mut self, notes: &[ScoreNote]) -> Result<u16, SetupError> {
        for note in notes {
            let ScoreNote { channel, note, velocity, length_ms, .. } = *note;
            let check = |what, value: u32, range: core::ops::RangeInclusive<u32>| {
                if range.contains(&value) { Ok(()) } else { Err(SetupError::Range(what, value)) }
            };
            check("channel", channel.into(), 0..=15)?;
            check("note", note.into(), 0..=127)?;
            check("velocity", velocity.into(), 1..=127)?;
            check("note length in milliseconds", length_ms, SHORTEST_MS..=u32::MAX)?;
        }
        let first = self.notes.len();
        let is_countable = first + notes.len() <= usize::from(u16::MAX);
        let added = if is_countable { self.notes.extend_from_slice(notes).is_ok() } else { false };
        if !added {
            return Err(SetupError::Full("notes", NOTES.min(usize::from(u16::MAX))));
        }
        let added = self.notes.get_mut(first..).unwrap_or(&mut []);
        added.sort_unstable_by_key(|note| (note.at, note.channel, note.note));
        Ok(first as u16)
    }
}

impl<const NOTES: usize> Default for Score<NOTES> {
    fn default() -> Self {
        Self::new()
    }
}
