//! Ticks to frames, exactly: time is kept as a whole number of units that the division makes small enough, and rounded
//! once for each event. Nothing adds up an error, however long the song and however often the tempo changes.

use super::chunks::Division;
use ripieno_types::SampleRate;

/// The tempo of a song that states none: 120 beats a minute, in microseconds a beat.
const DEFAULT_TEMPO: u32 = 500_000;
const MICROS: u128 = 1_000_000;

/// Walks along a song's ticks.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Units since the start. One unit is `numerator / denominator` seconds.
    units: u128,
    tick: u64,
    /// Units a tick.
    weight: u32,
    numerator: u128,
    denominator: u128,
    metrical: bool,
}

impl Clock {
    pub fn new(division: Division) -> Self {
        let (weight, numerator, denominator, metrical) = match division {
            Division::Beat(ticks) => (DEFAULT_TEMPO, 1, MICROS * u128::from(ticks), true),
            Division::Seconds { numerator, denominator } => (1, numerator.into(), denominator.into(), false),
        };
        Self { units: 0, tick: 0, weight, numerator, denominator, metrical }
    }

    /// Moves on to `tick`; an earlier tick changes nothing.
    pub fn advance(&mut self, tick: u64) {
        self.units += u128::from(tick.saturating_sub(self.tick)) * u128::from(self.weight);
        self.tick = self.tick.max(tick);
    }

    /// From here on a beat lasts this long. Timecode does not care.
    pub fn set_tempo(&mut self, micros: u32) {
        if self.metrical {
            self.weight = micros;
        }
    }

    /// Where the clock stands, to the nearest frame.
    pub fn frame(&self, rate: SampleRate) -> u64 {
        let frames = (self.units * self.numerator * u128::from(rate.hz()) + self.denominator / 2) / self.denominator;
        u64::try_from(frames).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(division: Division, tempos: &[(u64, u32)], tick: u64, frame: u64) {
        let mut clock = Clock::new(division);
        for &(at, micros) in tempos {
            clock.advance(at);
            clock.set_tempo(micros);
        }
        clock.advance(tick);
        assert_eq!(clock.frame(SampleRate::STUDIO), frame, "{division:?} {tempos:?} at {tick}");
    }

    #[test]
    fn ticks_become_frames() {
        check(Division::Beat(480), &[], 480, 24_000);
        check(Division::Beat(480), &[(0, 1_000_000)], 480, 48_000);
        check(Division::Beat(480), &[(480, 250_000)], 960, 36_000);
        check(Division::Beat(1), &[], 0, 0);
        check(Division::Beat(96), &[], 1, 250);
        check(Division::Seconds { numerator: 1, denominator: 25 * 40 }, &[(0, 1)], 1_000, 48_000);
        // An hour of 29.97 frames a second is 3600.0 s after 30000 / 1001 · 3600 frames: exact where doubles drift.
        check(Division::Seconds { numerator: 1_001, denominator: 30_000 * 80 }, &[], 30_000 * 80, 1_001 * 48_000);
    }

    #[test]
    fn a_million_tempo_changes_do_not_drift() {
        let mut clock = Clock::new(Division::Beat(7));
        for tick in 0..1_000_000_u64 {
            clock.advance(tick);
            clock.set_tempo(if tick % 2 == 0 { 333_333 } else { 333_334 });
        }
        clock.advance(1_000_000);
        // 500 000 ticks each of 333 333 / 7 and 333 334 / 7 microseconds, rounded to the nearest frame.
        let exact = (500_000_u128 * 666_667 * 48_000 + 3_500_000) / 7_000_000;
        assert_eq!(u128::from(clock.frame(SampleRate::STUDIO)), exact);
    }

    #[test]
    fn the_longest_file_saturates() {
        let mut clock = Clock::new(Division::Beat(1));
        clock.set_tempo(0xFF_FFFF);
        clock.advance(u64::MAX / 2);
        assert_eq!(clock.frame(SampleRate::STUDIO), u64::MAX);
    }
}
