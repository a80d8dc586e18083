//! Time, read at the edge and passed inward as a value.

/// Microseconds since an arbitrary start that never moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub u64);

impl Micros {
    /// Seconds between an earlier moment and this one; 0 when it is not earlier.
    pub fn secs_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 * 1e-6
    }
}

/// A clock that never runs backwards. Any thread.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Micros;
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Micros {
        (**self).now()
    }
}

/// A clock that moves only when told: for tests and simulations.
#[derive(Debug, Default)]
pub struct ManualClock {
    now: core::cell::Cell<u64>,
}

impl ManualClock {
    /// Moves time forward.
    pub fn advance(&self, micros: u64) {
        self.now.set(self.now.get().saturating_add(micros));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Micros {
        Micros(self.now.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_when_told() {
        fn now(clock: impl Clock) -> Micros {
            clock.now()
        }
        let clock = ManualClock::default();
        let start = now(&clock);
        clock.advance(1_500_000);
        assert_eq!(now(&clock).secs_since(start), 1.5);
        assert_eq!(start.secs_since(now(&clock)), 0.0);
    }
}
