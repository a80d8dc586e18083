//! Where in the block an event belongs: its time stamp against the period's.

use ripieno_ports::{Micros, Period};
use ripieno_types::SampleRate;

/// How events find their frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placing {
    /// At the front of the next block: the least latency, with up to a block of jitter.
    AtOnce,
    /// So many frames after the time of its stamp: constant latency, without jitter.
    Fixed {
        /// The latency. One period of the device lets every event find its frame that reached us within one.
        frames: u32,
    },
}

/// Where an event goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A frame, never before now, and whether it should have been earlier.
    At {
        /// The frame.
        frame: u64,
        /// True if that frame had already passed.
        is_late: bool,
    },
    /// Its time is after the present period's: its frame is known when the next one begins.
    Later,
}

impl Placing {
    /// Frames that this adds to the latency. Any.
    pub fn latency_frames(self) -> u32 {
        match self {
            Self::AtOnce => 0,
            Self::Fixed { frames } => frames,
        }
    }
}

/// When the device was at which frame. Between two periods time passes as it really did: a driver's periods are never
/// quite as long as the rate says, and what it stamps is stamped by the same measure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timeline {
    present: Mark,
    /// Frames of the present period, and microseconds by the sample rate.
    frames: u64,
    length: u64,
    /// The period before, if its length can be trusted.
    before: Option<Mark>,
}

/// A period began: when, and at which frame of the rig.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at: Micros,
    frame: u64,
}

impl Timeline {
    /// `period` begins at frame `now`. Real-time.
    pub fn advance(&mut self, period: Period, now: u64, rate: SampleRate) {
        let before = std::mem::replace(&mut self.present, Mark { at: period.at, frame: now });
        self.frames = period.frames as u64;
        self.length = micros(self.frames, rate);
        let due = micros(now - before.frame.min(now), rate);
        let passed = period.at.0.saturating_sub(before.at.0);
        // A period that was much longer or shorter than it should be has lost frames, or is the first.
        let is_whole = due > 0 && passed.abs_diff(due) < due / 4;
        self.before = is_whole.then_some(before);
    }

    /// Where an event of time `at` belongs in the present period or after it. Real-time.
    pub fn place(&self, placing: Placing, at: Micros, rate: SampleRate) -> Place {
        let Mark { at: begun, frame: now } = self.present;
        let Placing::Fixed { frames } = placing else { return Place::At { frame: now, is_late: false } };
        let since = (at.0 as i64).wrapping_sub(begun.0 as i64);
        // A stamp that lies more than a second off belongs to another clock: played at once.
        if since.unsigned_abs() > 1_000_000 {
            return Place::At { frame: now, is_late: true };
        }
        let by_rate = round_div(since * i64::from(rate.hz()), 1_000_000);
        // Its frame is not due before the next period: by then the length of this one is known.
        let can_wait = by_rate + i64::from(frames) >= self.frames as i64;
        if since >= 0 && (since as u64) < 2 * self.length && can_wait {
            return Place::Later;
        }
        let offset = match self.before {
            Some(before) if (before.at..begun).contains(&at) => {
                let (length, passed) = (begun.0 - before.at.0, now - before.frame);
                round_div(since * passed as i64, length as i64)
            }
            _ => by_rate,
        };
        let offset = offset + i64::from(frames);
        Place::At { frame: now + offset.max(0) as u64, is_late: offset < 0 }
    }
}

fn micros(frames: u64, rate: SampleRate) -> u64 {
    frames * 1_000_000 / u64::from(rate.hz())
}

/// Rounded to the nearest, halves up.
fn round_div(value: i64, by: i64) -> i64 {
    (value + by / 2).div_euclid(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXED: Placing = Placing::Fixed { frames: 64 };

    /// Two periods of 64 frames, `length` microseconds apart; the second begins at 5 s and frame 10,000.
    fn timeline(length: u64, rate: SampleRate) -> Timeline {
        let mut timeline = Timeline::default();
        for (at, now) in [(5_000_000 - length, 9_936), (5_000_000, 10_000)] {
            timeline.advance(Period { at: Micros(at), frames: 64, latency: Micros(0) }, now, rate);
        }
        timeline
    }

    #[test]
    fn every_frame_of_a_period_is_found_however_long_it_was() {
        for rate in [SampleRate::CD, SampleRate::STUDIO, SampleRate::new(96_000).unwrap()] {
            let nominal = micros(64, rate);
            for length in [nominal - 30, nominal, nominal + 1, nominal + 40] {
                for frame in 0..64_u64 {
                    let stamp = 5_000_000 - length + (frame as f64 * length as f64 / 64.0).round() as u64;
                    let place = timeline(length, rate).place(FIXED, Micros(stamp), rate);
                    assert_eq!(place, Place::At { frame: 10_000 + frame, is_late: false }, "{rate:?} {length}");
                }
            }
        }
    }

    #[test]
    fn an_event_of_the_present_period_waits_for_the_next() {
        let (mut timeline, rate) = (timeline(1_333, SampleRate::STUDIO), SampleRate::STUDIO);
        for stamp in [5_000_000, 5_000_700, 5_001_350] {
            assert_eq!(timeline.place(FIXED, Micros(stamp), rate), Place::Later, "{stamp}");
        }
        timeline.advance(Period { at: Micros(5_001_350), frames: 64, latency: Micros(0) }, 10_064, rate);
        let place = timeline.place(FIXED, Micros(5_000_000 + 1_350 / 2), rate);
        assert_eq!(place, Place::At { frame: 10_096, is_late: false });
        assert_eq!(
            timeline.place(Placing::AtOnce, Micros(5_001_400), rate),
            Place::At { frame: 10_064, is_late: false }
        );
    }

    #[test]
    fn an_event_that_is_due_within_a_long_period_does_not_wait() {
        let (mut timeline, rate) = (timeline(1_333, SampleRate::STUDIO), SampleRate::STUDIO);
        timeline.advance(Period { at: Micros(5_001_333), frames: 4_096, latency: Micros(0) }, 10_064, rate);
        let place = timeline.place(FIXED, Micros(5_001_333 + 10_000), rate);
        assert_eq!(place, Place::At { frame: 10_064 + 480 + 64, is_late: false });
        assert_eq!(timeline.place(FIXED, Micros(5_001_333 + 85_000), rate), Place::Later);
    }

    #[test]
    fn a_period_that_lost_frames_is_no_measure() {
        let (mut timeline, rate) = (timeline(1_333, SampleRate::STUDIO), SampleRate::STUDIO);
        timeline.advance(Period { at: Micros(5_009_000), frames: 64, latency: Micros(0) }, 10_064, rate);
        let place = timeline.place(FIXED, Micros(5_008_000), rate);
        assert_eq!(place, Place::At { frame: 10_064 + 64 - 48, is_late: false });
    }

    #[test]
    fn what_cannot_be_in_time_is_late_and_played_at_once() {
        let rate = SampleRate::STUDIO;
        let check = |at: u64, frame: u64, is_late: bool| {
            let place = timeline(1_333, rate).place(FIXED, Micros(at), rate);
            assert_eq!(place, Place::At { frame, is_late }, "{at}");
        };
        check(4_998_667, 10_000, false);
        check(4_998_500, 10_000, true);
        check(4_000_001, 10_000, true);
        check(0, 10_000, true);
        check(u64::MAX, 10_000, true);
        // Further ahead than anything that is due: another clock, a little off.
        check(5_100_000, 14_864, false);
    }
}
