//! When to look for a device that has gone, and when to trust that it is back. Time is an argument.

use ripieno_ports::Micros;

/// How long a device has to be there before it is used: one that comes and goes is left alone.
pub const STABLE_MICROS: u64 = 250_000;
/// How often to look for one that is not there, at first and at last.
const SHORTEST_PAUSE_MICROS: u64 = 100_000;
const LONGEST_PAUSE_MICROS: u64 = 2_000_000;
/// How often to look at one that is back.
const WATCH_MICROS: u64 = 50_000;

/// A device that is awaited. Control.
///
/// ```
/// use ripieno_audio::{Absence, STABLE_MICROS};
/// use ripieno_ports::Micros;
///
/// let mut absence = Absence::new(Micros(0));
/// let mut now = Micros(0);
/// // It is there all the time, so it is used as soon as it has proven stable.
/// while !(absence.is_due(now) && absence.look(true, now)) {
///     now.0 += 10_000;
/// }
/// assert!((STABLE_MICROS..STABLE_MICROS + 200_000).contains(&now.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Absence {
    next: Micros,
    back: Option<Micros>,
    pause: u64,
}

impl Absence {
    /// It has gone just now.
    pub fn new(now: Micros) -> Self {
        Self { next: Micros(now.0 + SHORTEST_PAUSE_MICROS), back: None, pause: SHORTEST_PAUSE_MICROS }
    }

    /// True when it is time to look.
    pub fn is_due(&self, now: Micros) -> bool {
        now >= self.next
    }

    /// It was looked for. True when it has been back for long enough to be started.
    pub fn look(&mut self, is_there: bool, now: Micros) -> bool {
        if !is_there {
            self.rest(now);
            return false;
        }
        let back = *self.back.get_or_insert(now);
        // One that is gone by the next look begins anew.
        self.next = Micros(now.0 + WATCH_MICROS);
        now.0 - back.0 >= STABLE_MICROS
    }

    /// It was there and would not start.
    pub fn failed(&mut self, now: Micros) {
        self.rest(now);
    }

    /// The next look is later than the last.
    fn rest(&mut self, now: Micros) {
        self.back = None;
        self.pause = (2 * self.pause).min(LONGEST_PAUSE_MICROS);
        self.next = Micros(now.0 + self.pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks whenever it is due, every 10 ms at most; returns the milliseconds at which it would start.
    fn starts(presence: impl Fn(u64) -> bool, fails: bool) -> Vec<u64> {
        let mut absence = Absence::new(Micros(0));
        let mut starts = Vec::new();
        for ms in (0..20_000).step_by(10) {
            let now = Micros(ms * 1_000);
            if absence.is_due(now) && absence.look(presence(ms), now) {
                starts.push(ms);
                if !fails {
                    break;
                }
                absence.failed(now);
            }
        }
        starts
    }

    #[test]
    fn a_steady_device_is_started_once_soon_after_it_is_back() {
        assert_eq!(starts(|_| true, false), [350]);
        let late = starts(|ms| ms >= 1_000, false)[0];
        assert!((1_250..2_700).contains(&late), "{late}");
        assert!(starts(|_| false, false).is_empty());
    }

    #[test]
    fn one_that_flickers_is_left_alone() {
        assert!(starts(|ms| ms / 200 % 2 == 0, false).is_empty());
        let settled = starts(|ms| ms > 3_000 || ms / 200 % 2 == 0, false)[0];
        assert!((3_250..5_400).contains(&settled), "{settled}");
    }

    #[test]
    fn failed_starts_become_rare() {
        let starts = starts(|_| true, true);
        let pauses: Vec<u64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.is_sorted() && *pauses.last().unwrap() >= 2_000, "{pauses:?}");
    }
}
