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

/// An event's frame, and whether that frame had already passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The frame, never before `now`.
    pub frame: u64,
    /// True if it should have been earlier.
    pub is_late: bool,
}

impl Placing {
    /// The frame for an event of time `at`, when `period` is about to begin at frame `now`. Real-time.
    pub fn place(self, at: Micros, period: Period, now: u64, rate: SampleRate) -> Place {
        let Self::Fixed { frames } = self else { return Place { frame: now, is_late: false } };
        // A stamp that lies more than a second off belongs to another clock: played at once.
        let micros = (at.0 as i64).wrapping_sub(period.at.0 as i64);
        if micros.unsigned_abs() > 1_000_000 {
            return Place { frame: now, is_late: true };
        }
        let offset = round_div(micros * i64::from(rate.hz()), 1_000_000) + i64::from(frames);
        Place { frame: now + offset.max(0) as u64, is_late: offset < 0 }
    }

    /// Frames that this adds to the latency. Any.
    pub fn latency_frames(self) -> u32 {
        match self {
            Self::AtOnce => 0,
            Self::Fixed { frames } => frames,
        }
    }
}

/// Rounded to the nearest, halves up.
fn round_div(value: i64, by: i64) -> i64 {
    (value + by / 2).div_euclid(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(at: u64) -> Period {
        Period { at: Micros(at), frames: 64, latency: Micros(0) }
    }

    #[test]
    fn every_frame_of_a_period_is_found_through_rounded_microseconds() {
        for rate in [SampleRate::CD, SampleRate::STUDIO, SampleRate::new(96_000).unwrap()] {
            for frame in 0..1024_u64 {
                let stamp = 5_000_000 + (frame as f64 * 1e6 / f64::from(rate.hz())).round() as u64;
                let fixed = Placing::Fixed { frames: 64 };
                let same = fixed.place(Micros(stamp), period(5_000_000), 10_000, rate);
                assert_eq!(same, Place { frame: 10_064 + frame, is_late: false });
            }
        }
    }

    #[test]
    fn what_cannot_be_in_time_is_late_and_played_at_once() {
        let rate = SampleRate::STUDIO;
        let fixed = Placing::Fixed { frames: 48 };
        let check = |at: u64, frame: u64, is_late: bool| {
            assert_eq!(fixed.place(Micros(at), period(2_000_000), 96_000, rate), Place { frame, is_late }, "{at}");
        };
        check(1_999_000, 96_000, false);
        check(1_998_000, 96_000, true);
        check(0, 96_000, true);
        check(u64::MAX, 96_000, true);
        let at_once = Placing::AtOnce.place(Micros(0), period(2_000_000), 7, rate);
        assert_eq!(at_once, Place { frame: 7, is_late: false });
    }
}
