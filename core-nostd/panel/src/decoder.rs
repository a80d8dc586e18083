//! From words to readings: pairs of controllers become 14 bits, parameter numbers and data entry become NRPN and RPN.

use crate::source::Source;
use ripieno_types::midi::MidiWord;

/// What one word says about one source. A word may say several things: controller 1 is itself and half of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The source.
    pub source: Source,
    /// The channel, 0..=15; none for system messages.
    pub channel: Option<u8>,
    /// What it says.
    pub event: Event,
}

/// What a control says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Down, with a force of 1..=65535.
    Down(u16),
    /// Up.
    Up,
    /// It stands at a value, 0..=65535. `bits` is what came in 7 bits, for encoders.
    At {
        /// The value.
        value: u16,
        /// As it came.
        bits: u8,
    },
    /// It moves by so many of its own units (data increment and decrement).
    By(i8),
    /// It fires and has no state: clock, transport, a program or SysEx as a trigger.
    Trigger,
}

/// Readings of one word at most.
pub const READINGS: usize = 3;

/// The memory of one device's channels. Real-time.
#[derive(Clone, Debug, Default)]
pub struct Decoder {}

impl Decoder {
    /// What a word says, in the order in which it should be looked up.
    pub fn feed(&mut self, now: u64, word: MidiWord) -> [Option<Reading>; READINGS] {
        let _ = (now, word);
        [None; READINGS]
    }

    /// When the first half of a pair has waited long enough for its second to be taken alone, if one waits.
    pub fn due(&self) -> Option<u64> {
        None
    }

    /// The next half that has waited until `now`, as a reading.
    pub fn tick(&mut self, now: u64) -> Option<Reading> {
        let _ = now;
        None
    }
}
