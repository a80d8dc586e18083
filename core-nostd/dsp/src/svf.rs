//! A state-variable filter by trapezoidal integration (topology-preserving transform).
//!
//! Design: V. Zavalishin, "The Art of VA Filter Design", ch. 4; the one-step solution after A. Simper, "Linear trapezoidal
//! integrated state variable filter". The two integrators' states stay meaningful while the coefficients move, so it is
//! stable under fast modulation, where a direct-form biquad is not.

use crate::guard::flush;
use crate::maths::{cos_turns, sin_turns};

/// What a filter needs per frame, made from cutoff and damping.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// First integrator on itself.
    pub keep: f32,
    /// First integrator from the input and on the second.
    pub cross: f32,
    /// Second integrator from the input.
    pub direct: f32,
}

impl Step {
    /// `g` = tan(π·cutoff/rate), `k` = 1/Q. Real-time; one division.
    #[inline(always)]
    pub fn new(g: f32, k: f32) -> Self {
        let solved = 2.0 / (1.0 + g * (g + k));
        let cross = g * solved;
        Self { keep: solved - 1.0, cross, direct: g * cross }
    }
}

/// tan(π·cutoff/rate) for a cutoff below half the rate. Real-time.
pub fn prewarp(cutoff_hz: f32, rate_hz: f32) -> f32 {
    let turns = 0.5 * cutoff_hz / rate_hz;
    sin_turns(turns) / cos_turns(turns)
}

/// One channel's two integrators.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Svf {
    /// Band-pass integrator.
    pub band: f32,
    /// Low-pass integrator.
    pub low: f32,
}

impl Svf {
    /// One frame: moves the integrators. The outputs are sums of an integrator's state before and after, see
    /// [`weights`]. Real-time.
    #[inline(always)]
    pub fn tick(&mut self, input: f32, step: Step) {
        let error = input - self.low;
        let band = self.band;
        self.band = step.keep * band + step.cross * error;
        self.low = (self.low + step.cross * band) + step.direct * error;
    }

    /// Drops states too small to hear before they turn denormal. Real-time.
    #[inline]
    pub fn settle(&mut self) {
        self.band = flush(self.band);
        self.low = flush(self.low);
    }
}

/// Weights of input, band sum and low sum (each state before + after) for a cross-fade from low-pass (`mode` 0) to
/// high-pass (1), faded against the dry input by `amount`. Real-time.
#[inline]
pub fn weights(k: f32, mode: f32, amount: f32) -> [f32; 3] {
    let input = mode * amount + (1.0 - amount);
    [input, -0.5 * k * mode * amount, (0.5 - mode) * amount]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak_at(hz: f32, k: f32, mode: f32) -> f32 {
        let (rate, cutoff) = (48_000.0, 1_000.0);
        let step = Step::new(prewarp(cutoff, rate), k);
        let [direct, band, low] = weights(k, mode, 1.0);
        let mut svf = Svf::default();
        let mut peak = 0.0f32;
        for i in 0..48_000 {
            let x = crate::maths::sin_turns((i as f32 * hz / rate) % 1.0);
            let before = svf;
            svf.tick(x, step);
            let y = direct * x + band * (before.band + svf.band) + low * (before.low + svf.low);
            if i > 24_000 {
                peak = peak.max(y.abs());
            }
        }
        peak
    }

    #[test]
    fn gain_at_cutoff_is_q_in_both_modes() {
        for (k, mode) in [(2.0, 0.0), (0.5, 0.0), (0.125, 1.0)] {
            assert!((peak_at(1_000.0, k, mode) * k - 1.0).abs() < 0.01, "{k} {mode}");
        }
        assert!((peak_at(50.0, 1.0, 0.0) - 1.0).abs() < 0.01);
        assert!(peak_at(50.0, 1.0, 1.0) < 0.004);
    }

    #[test]
    fn survives_modulation_from_end_to_end_every_frame() {
        let mut svf = Svf::default();
        for i in 0..200_000u32 {
            let hz = if i.is_multiple_of(2) { 80.0 } else { 16_000.0 };
            svf.tick(if i % 7 < 3 { 1.0 } else { -1.0 }, Step::new(prewarp(hz, 44_100.0), 0.125));
            assert!(svf.band.abs() < 50.0 && svf.low.abs() < 50.0, "{i} {svf:?}");
        }
    }
}
