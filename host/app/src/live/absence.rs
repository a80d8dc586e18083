//! When to look for a device that has gone, and when to trust that it is back. Time is an argument.

use std::time::Duration;

/// How often to look.
const LOOK: Duration = Duration::from_millis(100);
/// How long it must have been there: one that comes and goes while it is plugged in is left alone.
const STABLE: Duration = Duration::from_millis(250);
/// The longest pause after starts that failed.
const LONGEST: Duration = Duration::from_secs(2);

/// A device that is awaited.
#[derive(Clone, Copy, Debug)]
pub struct Absence {
    next: Duration,
    there_since: Option<Duration>,
    pause: Duration,
}

impl Absence {
    /// It has gone just now.
    pub fn new(now: Duration) -> Self {
        Self { next: now + LOOK, there_since: None, pause: LOOK }
    }

    /// True when it is time to look.
    pub fn is_due(&self, now: Duration) -> bool {
        now >= self.next
    }

    /// It was looked for. True when it has been back for long enough to start.
    pub fn look(&mut self, is_there: bool, now: Duration) -> bool {
        self.next = now + LOOK;
        if !is_there {
            self.there_since = None;
            return false;
        }
        now - *self.there_since.get_or_insert(now) >= STABLE
    }

    /// It was back and would not start: the next try is later than the last.
    pub fn failed(&mut self, now: Duration) {
        self.pause = (2 * self.pause).min(LONGEST);
        (self.next, self.there_since) = (now + self.pause, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Looks whenever it is due; returns the times at which it would start.
    fn starts(presence: impl Fn(u64) -> bool, fails: bool) -> Vec<u64> {
        let mut absence = Absence::new(ms(0));
        let mut starts = Vec::new();
        for now in (0..10_000).step_by(10) {
            if absence.is_due(ms(now)) && absence.look(presence(now), ms(now)) {
                starts.push(now);
                if !fails {
                    break;
                }
                absence.failed(ms(now));
            }
        }
        starts
    }

    #[test]
    fn a_steady_device_is_started_once_soon_after_it_is_back() {
        assert_eq!(starts(|now| now >= 1_000, false), [1_300]);
        assert_eq!(starts(|_| true, false), [400]);
        assert!(starts(|_| false, false).is_empty());
    }

    #[test]
    fn one_that_flickers_is_left_alone() {
        assert!(starts(|now| now / 200 % 2 == 0, false).is_empty());
        let settled = starts(|now| now > 3_000 || now / 200 % 2 == 0, false);
        assert!((3_000..3_500).contains(&settled[0]), "{settled:?}");
    }

    #[test]
    fn failed_starts_become_rare() {
        let starts = starts(|_| true, true);
        let pauses: Vec<u64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.is_sorted() && pauses[0] <= 500 && *pauses.last().unwrap() >= 2_000, "{pauses:?}");
    }
}
