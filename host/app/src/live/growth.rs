//! The smallest buffer that holds: it doubles when underruns come in a row. Time is an argument.

use std::time::Duration;

/// Underruns within [`WINDOW`] that are too many: one alone may be anybody's.
const TOO_MANY: u64 = 3;
const WINDOW: Duration = Duration::from_secs(2);
/// A stream that has just begun may stumble.
const GRACE: Duration = Duration::from_secs(1);
/// No buffer grows beyond this, in frames: something else is wrong then.
const LARGEST: u32 = 2_048;

/// Counts the underruns of one stream after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Growth {
    /// Of the present stream: its buffer, when it began, underruns before the window and when that began.
    buffer: u32,
    began: Duration,
    before: u64,
    window: Duration,
}

impl Growth {
    /// `underruns` of a stream of `buffer` frames have been counted up to `now`: the size that the buffer should have,
    /// if it should be another.
    pub fn after(&mut self, underruns: u64, buffer: u32, now: Duration) -> Option<u32> {
        if buffer != self.buffer {
            *self = Self { buffer, began: now, before: underruns, window: now };
        }
        if now < self.began + GRACE || now >= self.window + WINDOW || underruns < self.before {
            (self.before, self.window) = (underruns, now);
            return None;
        }
        let larger = (2 * buffer).min(LARGEST);
        (underruns - self.before >= TOO_MANY && larger > buffer).then_some(larger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts `underruns(ms)` in steps of 20 ms; returns when the buffer grew, and to what.
    fn grown(underruns: impl Fn(u64) -> u64, mut buffer: u32) -> Vec<(u64, u32)> {
        let mut growth = Growth::default();
        let mut grown = Vec::new();
        for now in (0..20_000).step_by(20) {
            if let Some(frames) = growth.after(underruns(now), buffer, Duration::from_millis(now)) {
                grown.push((now, frames));
                buffer = frames;
            }
        }
        grown
    }

    #[test]
    fn rare_underruns_change_nothing() {
        assert!(grown(|now| now / 2_500, 64).is_empty());
        // The first second does not count.
        assert!(grown(|now| now.min(900), 64).is_empty());
    }

    #[test]
    fn a_buffer_that_does_not_hold_doubles_up_to_its_limit() {
        let sizes: Vec<u32> = grown(|now| now / 100, 64).iter().map(|(_, frames)| *frames).collect();
        assert_eq!(sizes, [128, 256, 512, 1_024, 2_048]);
        assert!(grown(|now| now, 4_096).is_empty());
        let first = grown(|now| if now < 5_000 { 0 } else { (now - 5_000) / 200 }, 64)[0];
        assert!((5_500..6_500).contains(&first.0) && first.1 == 128, "{first:?}");
    }
}
