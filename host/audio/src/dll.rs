//! When a period really began, as opposed to when its thread woke up.
//!
//! A delay-locked loop of second order (Fons Adriaensen, "Using a DLL to filter time", 2005) follows the wake-ups: it
//! learns the device's true rate and lets a late wake-up move its time only a little. Its bandwidth starts wide, so
//! that it locks at once, and narrows as it learns, like a line fitted through everything seen so far.

use ripieno_ports::Micros;

/// The bandwidth at the start and at the end, in hertz, and how fast it narrows between: this constant over the seconds
/// since the lock.
const WIDEST_HZ: f64 = 2.0;
const NARROWEST_HZ: f64 = 0.002;
const NARROWING: f64 = 0.3;

/// How far a wake-up may lie from its prediction, in seconds and in periods; beyond, frames were lost or the device
/// was stopped, and the loop locks anew.
const FARTHEST_SECS: f64 = 0.005;
const FARTHEST_PERIODS: f64 = 2.0;

/// How far a device's true rate may lie from its nominal one: far more than any crystal.
const WILDEST: f64 = 0.01;

/// The loop. Time is an argument.
#[derive(Clone, Debug)]
pub(crate) struct Dll {
    nominal_secs: f64,
    /// Seconds a frame, as learnt.
    frame_secs: f64,
    /// Since which moment times are counted, so that they are small.
    origin: Micros,
    /// When the coming period should begin, in seconds after the origin.
    next: f64,
    /// Seconds since the lock; `None` before the first period.
    locked_secs: Option<f64>,
    /// The latest beginning that was given; none is earlier than the one before it.
    latest: Micros,
}

impl Dll {
    /// A loop for a device of so many frames a second.
    pub(crate) fn new(rate_hz: u32) -> Self {
        let nominal_secs = 1.0 / f64::from(rate_hz.max(1));
        Self {
            nominal_secs,
            frame_secs: nominal_secs,
            origin: Micros(0),
            next: 0.0,
            locked_secs: None,
            latest: Micros(0),
        }
    }

    /// Forgets everything: the stream was interrupted. Real-time.
    pub(crate) fn reset(&mut self) {
        self.locked_secs = None;
    }

    /// The beginning of a period of so many frames whose thread woke up `now`. Real-time.
    pub(crate) fn period(&mut self, now: Micros, frames: usize) -> Micros {
        self.latest = self.latest.max(self.follow(now, frames));
        self.latest
    }

    fn follow(&mut self, now: Micros, frames: usize) -> Micros {
        let period_secs = frames as f64 * self.frame_secs;
        let woke = now.0.saturating_sub(self.origin.0) as f64 * 1e-6;
        let error = woke - self.next;
        let farthest = FARTHEST_SECS.max(FARTHEST_PERIODS * period_secs);
        let Some(locked_secs) = self.locked_secs.filter(|_| error.abs() <= farthest) else {
            self.origin = now;
            self.frame_secs = self.nominal_secs;
            self.next = frames as f64 * self.frame_secs;
            self.locked_secs = Some(self.next);
            return now;
        };
        let bandwidth = (NARROWING / locked_secs.max(1e-3)).clamp(NARROWEST_HZ, WIDEST_HZ);
        let omega = (core::f64::consts::TAU * bandwidth * period_secs).min(0.5);
        // The present period began where the loop says once it has heard of this wake-up.
        let began = self.next + core::f64::consts::SQRT_2 * omega * error;
        if frames > 0 {
            let learnt = self.frame_secs + omega * omega * error / frames as f64;
            self.frame_secs = learnt.clamp(self.nominal_secs * (1.0 - WILDEST), self.nominal_secs * (1.0 + WILDEST));
        }
        self.next = began + frames as f64 * self.frame_secs;
        self.locked_secs = Some(locked_secs + period_secs);
        Micros(self.origin.0 + (began.max(0.0) * 1e6 + 0.5) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Uniform in -1..1, from a seed that moves on.
    fn noise(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// The worst error in seconds after `settle_secs` of a device that is `drift` off its nominal rate and whose
    /// wake-ups are off by up to `jitter_secs`.
    fn worst(frames: usize, drift: f64, jitter_secs: f64, settle_secs: f64, secs: f64) -> f64 {
        let mut dll = Dll::new(48_000);
        let (mut seed, mut worst) = (7, 0.0_f64);
        let period = frames as f64 / 48_000.0 * (1.0 + drift);
        for n in 0..(secs / period) as u64 {
            let truth = 1_000.0 + n as f64 * period;
            let woke = truth + jitter_secs * noise(&mut seed);
            let began = dll.period(Micros((woke * 1e6) as u64), frames);
            if truth - 1_000.0 > settle_secs {
                worst = worst.max((began.0 as f64 * 1e-6 - truth).abs());
            }
        }
        worst
    }

    #[test]
    fn a_millisecond_of_jitter_moves_an_event_by_less_than_a_frame() {
        for (frames, settle_secs) in [(64, 120.0), (128, 240.0), (256, 480.0)] {
            for drift in [0.0, 100e-6, -100e-6] {
                let error = worst(frames, drift, 1e-3, settle_secs, settle_secs + 120.0) * 48_000.0;
                assert!(error < 1.0, "{frames} frames, drift {drift}: {error:.2} frames");
            }
        }
    }

    #[test]
    fn common_jitter_is_filtered_within_seconds() {
        for frames in [16, 64, 256, 1024] {
            let error = worst(frames, 50e-6, 50e-6, 3.0, 30.0) * 48_000.0;
            assert!(error < 1.0, "{frames} frames: {error:.2} frames");
        }
    }

    #[test]
    fn an_interruption_locks_anew() {
        let mut dll = Dll::new(48_000);
        let mut now = 5_000_000;
        for _ in 0..10_000 {
            dll.period(Micros(now), 480);
            now += 10_000;
        }
        now += 700_000;
        for _ in 0..10 {
            assert!(dll.period(Micros(now), 480).0.abs_diff(now) <= 1);
            now += 10_000;
        }
    }

    proptest! {
        #[test]
        fn any_sizes_and_times_give_a_time_near_the_wake_up(
            rate in 8_000_u32..384_000,
            calls in proptest::collection::vec((0_u64..3_000_000, 0_usize..96_000), 1..200),
        ) {
            let mut dll = Dll::new(rate);
            let (mut now, mut latest, mut longest) = (0, Micros(0), 0.0_f64);
            for (step, frames) in calls {
                now += step;
                longest = longest.max(frames as f64 / f64::from(rate));
                let began = dll.period(Micros(now), frames);
                let away = began.0.abs_diff(now) as f64 * 1e-6;
                prop_assert!(away <= FARTHEST_SECS.max(1.02 * FARTHEST_PERIODS * longest) + 1e-6, "{away} s");
                prop_assert!(began >= latest, "time runs backwards");
                latest = began;
            }
        }
    }
}
