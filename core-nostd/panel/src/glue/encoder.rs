//! Controls that turn without end: how they say by how much, and how quick turning counts for more.
//!
//! | state | event | state | way to go |
//! |---|---|---|---|
//! | any | 0 detents | same | 0 |
//! | at rest | turn | turning that way | once the step |
//! | turning | turn the other way | turning that way | once the step |
//! | turning | turn the same way, a detent in [`SLOW_MICROS`] or more | turning | once the step |
//! | turning | turn the same way, a detent in [`FAST_MICROS`] or less | turning | `acceleration` times the step |
//! | turning | turn the same way, between | turning | evenly between |
//!
//! Each for every detent. A message of several detents took the same time for each of them.

use crate::mapper::timing::Timing;
use serde::{Deserialize, Serialize};

/// A detent in this time or more is slow, in microseconds: it is worth one step exactly.
pub const SLOW_MICROS: u32 = 80_000;

/// A detent in this time or less is full speed, in microseconds: as quick as a hand spins a knob of 24 detents.
pub const FAST_MICROS: u32 = 10_000;

/// How 7 bits say which way and how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coding {
    /// 1 is one up, 127 one down.
    #[default]
    TwosComplement,
    /// 65 is one up, 63 one down.
    BinaryOffset,
    /// 1 is one up, 65 one down.
    SignBit,
    /// 65 is one up, 1 one down.
    SignBitInverted,
}

impl Coding {
    /// Detents, -64..=63, up is positive; the eighth bit does not count. Any.
    pub const fn detents(self, bits: u8) -> i8 {
        let magnitude = (bits & 0x3F) as i8;
        let is_upper = bits & 0x40 != 0;
        match self {
            Self::TwosComplement if is_upper => magnitude - 64,
            Self::BinaryOffset if !is_upper => magnitude - 64,
            Self::SignBit if is_upper => -magnitude,
            Self::SignBitInverted if !is_upper => -magnitude,
            _ => magnitude,
        }
    }
}

/// An endless control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encoder {
    /// Its coding.
    pub coding: Coding,
    /// What one detent is worth, in 65535ths of the whole way.
    pub step: u16,
    /// How many times more a detent is worth at full speed, 1 for no acceleration. 0 counts as 1.
    pub acceleration: u8,
}

impl Default for Encoder {
    /// 128 detents for the whole way.
    fn default() -> Self {
        Self { coding: Coding::default(), step: 512, acceleration: 1 }
    }
}

/// How quickly it turns.
///
/// ```
/// use ripieno_panel::glue::{Coding, Encoder, EncoderState};
///
/// let encoder = Encoder { coding: Coding::TwosComplement, step: 512, acceleration: 4 };
/// let mut state = EncoderState::default();
/// assert_eq!(state.turn(&encoder, 0, 1), 512);
/// assert_eq!(state.turn(&encoder, 10_000, 1), 4 * 512);
/// assert_eq!(state.turn(&encoder, 500_000, 127), -512);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncoderState {
    /// When it turned last.
    last: u64,
    /// Which way it turned last: 1, -1, or 0 before it ever did.
    direction: i8,
}

impl EncoderState {
    /// Takes the 7 bits that arrived at `now` (microseconds); returns the way to go, signed. Real-time.
    pub fn turn(&mut self, encoder: &Encoder, now: u64, bits: u8) -> i32 {
        self.turn_by(encoder, now, encoder.coding.detents(bits))
    }

    /// Takes detents however they were coded, as those of data increment and decrement. Real-time.
    pub fn turn_by(&mut self, encoder: &Encoder, now: u64, detents: i8) -> i32 {
        if detents == 0 {
            return 0;
        }
        let passed = now.saturating_sub(self.last).min(u32::MAX.into()) as u32;
        let each_micros = passed / u32::from(detents.unsigned_abs());
        let is_going_on = self.direction == detents.signum();
        (self.last, self.direction) = (now, detents.signum());

        let quickness = if is_going_on { SLOW_MICROS.saturating_sub(each_micros.max(FAST_MICROS)) } else { 0 };
        let more = u32::from(encoder.acceleration.max(1) - 1);
        let way = u32::from(detents.unsigned_abs()) * u32::from(encoder.step);
        // 64 detents of 65535, 255 times, are less than half of what i32 holds.
        let way = (way + share(way * more, quickness)) as i32;
        if detents > 0 { way } else { -way }
    }
}

/// A quickness's share of a way, rounded down, in 32 bits: a division of 64 is a kilobyte on a board.
fn share(way: u32, quickness: u32) -> u32 {
    const ALL: u32 = SLOW_MICROS - FAST_MICROS;
    let (whole, rest) = (way / ALL, way % ALL);
    // The rest times half of the quickness has room; its halves are put together again.
    let half = rest * (quickness / 2);
    let (twice, over) = (half / ALL * 2, half % ALL * 2 + rest * (quickness % 2));
    whole * quickness + twice + over / ALL
}

impl EncoderState {
    /// The direction in two bits.
    pub(crate) fn pack(&self) -> u8 {
        (self.direction + 1) as u8
    }

    /// What was [packed](Self::pack), with its time.
    pub(crate) fn unpack(bits: u8, timing: &Timing) -> Self {
        Self { last: timing.at, direction: bits as i8 - 1 }
    }

    /// The time, and how long it matters: not at all without acceleration.
    pub(crate) fn timing(&self, encoder: &Encoder, mapping: u16) -> Timing {
        /// The longest that a turn is not slow for: that of all detents that a message may have.
        const WINDOW_MS: u16 = (SLOW_MICROS / 1_000 * 64) as u16;
        let (at, window_ms) = if encoder.acceleration > 1 { (self.last, WINDOW_MS) } else { (0, 0) };
        Timing::new(mapping, at, window_ms, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_every_coding_means_what_the_table_says() {
        let check = |coding: Coding, runs: &[(u8, i8, i8)]| {
            let mut bits = 0;
            for &(count, first, by) in runs {
                for i in 0..count as i8 {
                    assert_eq!(coding.detents(bits), first + i * by, "{coding:?} {bits}");
                    assert_eq!(coding.detents(bits | 0x80), first + i * by);
                    bits += 1;
                }
            }
            assert_eq!(bits, 128);
        };
        // How many bytes, the detents of the first of them, and how much more each next one is.
        check(Coding::TwosComplement, &[(64, 0, 1), (64, -64, 1)]);
        check(Coding::BinaryOffset, &[(64, -64, 1), (64, 0, 1)]);
        check(Coding::SignBit, &[(64, 0, 1), (64, 0, -1)]);
        check(Coding::SignBitInverted, &[(64, 0, -1), (64, 0, 1)]);
    }

    /// Turns by the detents at the times (milliseconds); expects ways in steps.
    fn check(acceleration: u8, turns: &[(u64, i8)], expected: &[f32]) {
        let encoder = Encoder { coding: Coding::TwosComplement, step: 700, acceleration };
        let mut state = EncoderState::default();
        assert_eq!(turns.len(), expected.len());
        for (&(ms, detents), &expected) in turns.iter().zip(expected) {
            let way = state.turn(&encoder, ms * 1_000, detents as u8 & 0x7F);
            assert_eq!(way as f32 / 700.0, expected, "{acceleration} {turns:?} at {ms} ms");
        }
    }

    #[test]
    fn every_transition_is_as_the_table_says() {
        // At rest, however early; no detents; slow; at the edges of quickness; halfway; the other way.
        check(8, &[(0, 1)], &[1.0]);
        check(8, &[(1, -1)], &[-1.0]);
        check(8, &[(0, 0), (0, 1), (2, 0), (3, 1)], &[0.0, 1.0, 0.0, 8.0]);
        check(8, &[(0, 1), (80, 1), (200, 1)], &[1.0, 1.0, 1.0]);
        check(8, &[(0, 1), (10, 1), (11, 1)], &[1.0, 8.0, 8.0]);
        check(8, &[(0, -1), (45, -1)], &[-1.0, -4.5]);
        check(8, &[(0, 1), (10, -1), (20, -1), (30, 1)], &[1.0, -1.0, -8.0, 1.0]);
        // Several detents share their time.
        check(8, &[(0, 1), (80, 8)], &[1.0, 64.0]);
        check(8, &[(0, 1), (160, 2)], &[1.0, 2.0]);
        // No acceleration, written in two ways.
        check(1, &[(0, 1), (1, 1), (2, -63)], &[1.0, 1.0, -63.0]);
        check(0, &[(0, 1), (1, 1)], &[1.0, 1.0]);
    }

    #[test]
    fn the_greatest_turn_fits() {
        let encoder = Encoder { coding: Coding::default(), step: u16::MAX, acceleration: u8::MAX };
        let mut state = EncoderState::default();
        state.turn(&encoder, 0, 64);
        assert_eq!(state.turn(&encoder, 0, 64), -64 * 65_535 * 255);
        assert!(size_of::<EncoderState>() <= 16);
    }
}
