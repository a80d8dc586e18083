//! What the sequencer plays: phrases of timed notes, and layers of sixteen steps. Data alone; the sequencer is the rig's.

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

/// A run of the score's notes, in order of time, started by a control.
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

/// A run of the score's notes by step, over and over while it is on. All layers share one clock.
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
}

impl<const NOTES: usize> Default for Score<NOTES> {
    fn default() -> Self {
        Self::new()
    }
}
