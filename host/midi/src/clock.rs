//! Time: the host's clock, and a driver's stamps on it.

use ripieno_ports::Micros;

/// The time on the clock that messages are stamped by: the system's monotonic clock, on Linux the raw one, which nobody
/// slews and which JACK 2 and `ripieno-audio` read. Any.
#[cfg(unix)]
pub fn now() -> Micros {
    use rustix::time::{ClockId, clock_gettime};
    #[cfg(target_os = "linux")]
    let time = clock_gettime(ClockId::MonotonicRaw);
    #[cfg(not(target_os = "linux"))]
    let time = clock_gettime(ClockId::Monotonic);
    Micros(time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000)
}

/// The time on the system's monotonic clock, counted from the first call. Any.
#[cfg(not(unix))]
pub fn now() -> Micros {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    Micros(START.get_or_init(std::time::Instant::now).elapsed().as_micros() as u64)
}

/// Half of the time that the least delay is remembered for, in microseconds. Two clocks that drift apart by 50 parts in a
/// million differ by a quarter of a millisecond after it.
const WINDOW: u64 = 5_000_000;

/// Puts stamps of a driver, which count microseconds from a start that nobody knows, on the host's clock.
///
/// A thread that is woken for a message wakes late by a different time each time, never early. So what lies between the
/// stamp and the wake-up is the distance of the two clocks plus a delay of at least 0, and the least that was seen within
/// the last one or two windows is the best guess at the distance: messages keep the spacing of their stamps.
#[derive(Clone, Debug, Default)]
pub(crate) struct StampClock {
    /// When the present window began.
    since: u64,
    /// The least distance in the present window and in the one before, if it had any.
    least: Option<i64>,
    before: Option<i64>,
}

impl StampClock {
    /// The time of a message that was stamped at `stamp` and seen at `now`. Never later than `now`. Real-time.
    pub fn map(&mut self, now: Micros, stamp: u64) -> Micros {
        let distance = now.0.wrapping_sub(stamp) as i64;
        let passed = now.0.saturating_sub(self.since);
        if passed >= WINDOW {
            // After a long pause neither window says anything any more.
            self.before = if passed < 2 * WINDOW { self.least } else { None };
            self.least = None;
            self.since = now.0;
        }
        let least = self.least.map_or(distance, |least| least.min(distance));
        self.least = Some(least);
        let distance = self.before.map_or(least, |before| before.min(least));
        // Stamps that run backwards are from no clock at all.
        now.min(Micros(stamp.wrapping_add_signed(distance)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Maps messages of so many microseconds spacing, each seen up to `jitter` late, on a driver clock that starts at
    /// `start` and is `drift` parts in a million slow. Gives the worst error of those after the first `settle`.
    fn worst(start: u64, jitter: u64, drift: i64, settle: usize, seed: u64) -> i64 {
        let mut clock = StampClock::default();
        let mut dice = seed | 1;
        let mut worst = 0;
        for n in 0..20_000_u64 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            let truth = 7_000_000 + n * 3_000;
            let stamp = start.wrapping_add_signed((n * 3_000) as i64 * (1_000_000 - drift) / 1_000_000);
            let mapped = clock.map(Micros(truth + dice % (jitter + 1)), stamp);
            if n as usize > settle {
                worst = worst.max((mapped.0 as i64 - truth as i64).abs());
            }
        }
        worst
    }

    #[test]
    fn jitter_of_the_wake_up_moves_nothing() {
        // 20 microseconds is less than a frame at 48 kHz.
        assert!(worst(0, 2_000, 0, 1_000, 1) <= 20);
        assert!(worst(u64::MAX - 5_000_000, 2_000, 0, 1_000, 2) <= 20);
    }

    #[test]
    fn drift_is_followed() {
        for drift in [-50, 50] {
            let error = worst(123_456, 1_000, drift, 1_000, 3);
            assert!(error <= 500 + 100, "{error} microseconds at {drift} ppm");
        }
    }

    #[test]
    fn the_host_clock_runs_forward() {
        let (first, second) = (now(), now());
        assert!(first <= second);
    }

    proptest! {
        #[test]
        fn a_message_is_never_from_the_future(steps in proptest::collection::vec((0..20_000_000_u64, 0..1_u64 << 50), 1..50)) {
            let (mut clock, mut now) = (StampClock::default(), 0);
            for (step, stamp) in steps {
                now += step;
                prop_assert!(clock.map(Micros(now), stamp) <= Micros(now));
            }
        }
    }
}
