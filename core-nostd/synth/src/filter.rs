//! The voice's low-pass: coefficients from cutoff and resonance, on fluidsynth's conventions.

use crate::lanes::{CONTROL_FRAMES, Ramp};
use crate::units;
use ripieno_dsp::maths::{cos_turns, sin_turns};

/// A second-order low-pass of centre `g = tan(πf/rate)` and damping `k = 1/Q`, in state-space form:
/// `band' = a·band + b·(x − low)`, `low' = low + b·band + c·(x − low)`, `y = (low + low')/2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients(pub [f32; 3]);

/// Lowest cutoff in hertz.
const LOWEST_HZ: f32 = 5.0;

/// Highest cutoff as a share of the sample rate; at the top of its range the filter is open.
const HIGHEST: f32 = 0.45;

/// The highest cutoff of SoundFont 2.04 in absolute cents: no filter.
const OPEN_CENTS: f32 = 13_500.0;

impl Coefficients {
    /// Cutoff in absolute cents, damping 1/Q, rate in hertz.
    pub fn new(cents: f32, damping: f32, rate: f32) -> Self {
        let turns = (units::hertz(cents).max(LOWEST_HZ) / rate).min(HIGHEST) * 0.5;
        let g = sin_turns(turns) / cos_turns(turns);
        let a1 = 1.0 / (1.0 + g * (g + damping));
        Self([2.0 * a1 - 1.0, 2.0 * g * a1, 2.0 * g * g * a1])
    }
}

/// What the filters' frames, `low + low'`, still have to be multiplied by: it is put into the gains.
pub const FILTERED: f32 = 0.5;

/// True when a cutoff with this resonance (centibels) leaves the sound alone.
pub fn is_open(cents: f32, resonance: f32) -> bool {
    resonance <= 0.0 && cents >= OPEN_CENTS
}

/// Resonance in centibels above DC to Q: 0 is the maximally flat 1/√2.
pub fn quality(resonance: f32) -> f32 {
    const FLAT_CENTIBELS: f32 = 30.1;
    units::attenuation(FLAT_CENTIBELS - resonance)
}

/// Resonance in centibels as the height of the peak above DC to Q; at 0 and below the response is maximally flat. Of a
/// two-pole low-pass the peak is Q² / √(Q² − ¼).
pub fn quality_of_peak(resonance: f32) -> f32 {
    let peak = units::attenuation(-resonance.max(0.0));
    libm::sqrtf(0.5 * peak * (peak + libm::sqrtf(peak * peak - 1.0)))
}

/// One voice's filter between groups.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// The integrators, low and band.
    pub state: [f32; 2],
    /// Moving through the period.
    pub coefficients: [Ramp; 3],
    /// Takes part: once closed, a filter stays in the path for the voice's life.
    pub is_active: bool,
    /// What the coefficients were made from, cents and damping.
    aim: (f32, f32),
}

/// Below this (16-bit scale) a state is silence: it is cleared before it could turn denormal.
const SILENT: f32 = 1e-12;

impl Filter {
    /// At rest, in the path or not; not aimed yet.
    pub const fn new(is_active: bool) -> Self {
        Self {
            state: [0.0; 2],
            coefficients: [Ramp { base: 0.0, slope: 0.0 }; 3],
            is_active,
            aim: (f32::NAN, f32::NAN),
        }
    }

    /// Moves to a cutoff by the end of the period; `jump` is there at once.
    pub fn aim(&mut self, cents: f32, damping: f32, rate: f32, jump: bool) {
        if !jump && self.aim == (cents, damping) {
            if self.coefficients.iter().any(|ramp| ramp.slope != 0.0) {
                self.freeze();
            }
            return;
        }
        self.aim = (cents, damping);
        for (ramp, target) in self.coefficients.iter_mut().zip(Coefficients::new(cents, damping, rate).0) {
            *ramp = if jump { Ramp::hold(target) } else { ramp.next(target) };
        }
    }

    /// Enters the path of a sounding voice whose last sample was `last`.
    pub fn enter(&mut self, last: f32) {
        (self.is_active, self.state) = (true, [last, 0.0]);
    }

    /// Stays where this period ends.
    pub fn freeze(&mut self) {
        self.coefficients = self.coefficients.map(|ramp| Ramp::hold(ramp.at(CONTROL_FRAMES)));
    }

    /// Takes a lane's state back. Silence becomes zero where a period ends and nowhere else: a block may end anywhere.
    pub fn keep(&mut self, low: f32, band: f32, ends_period: bool) {
        self.state = [low, band].map(|x| if ends_period && x.abs() < SILENT { 0.0 } else { x });
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::lanes::LANES;
    use crate::wide::{self, Filters};
    use std::vec;

    const RATE: f32 = 44_100.0;

    /// Gain in decibels at `hz`, from the steady state of a sine.
    fn response(cents: f32, q: f32, hz: f32) -> f32 {
        let mut filters = Filters::default();
        for (ramps, value) in filters.coefficients.iter_mut().zip(Coefficients::new(cents, 1.0 / q, RATE).0) {
            ramps.set(3, Ramp::hold(value));
        }
        let mut frames = vec![[0.0; LANES]; 44_100];
        for (n, frame) in frames.iter_mut().enumerate() {
            frame[3] = (f64::from(hz) * n as f64 / f64::from(RATE) * core::f64::consts::TAU).sin() as f32;
        }
        wide::filter(&mut filters, 0, &mut frames);
        let power: f64 = frames[22_050..].iter().map(|frame| f64::from(FILTERED * frame[3]).powi(2)).sum();
        (10.0 * (2.0 * power / 22_050.0).log10()) as f32
    }

    #[test]
    fn the_response_is_the_bilinear_low_pass() {
        for (cents, q) in [(6_000.0, 0.707_f32), (8_000.0, 0.707), (8_000.0, 4.0), (11_000.0, 1.5)] {
            let centre = units::hertz(cents);
            for ratio in [0.25, 0.7, 1.0, 1.4, 2.0] {
                let hz = (centre * ratio).round();
                // Prewarped analogue prototype.
                let warp = |hz: f32| (core::f32::consts::PI * hz / RATE).tan();
                let w = warp(hz) / warp(centre);
                let expected = -10.0 * ((1.0 - w * w).powi(2) + (w / q).powi(2)).log10();
                let found = response(cents, q, hz);
                assert!((found - expected).abs() < 0.05, "{cents} {q} {hz}: {found} {expected}");
            }
        }
    }

    #[test]
    fn zero_resonance_is_flat() {
        assert!((quality(0.0) - core::f32::consts::FRAC_1_SQRT_2).abs() < 1e-4);
        assert!(is_open(13_500.0, 0.0) && !is_open(13_499.0, 0.0) && !is_open(13_500.0, 1.0));
    }

    #[test]
    fn a_peak_is_as_high_as_asked() {
        assert!((quality_of_peak(0.0) - core::f32::consts::FRAC_1_SQRT_2).abs() < 1e-4);
        for resonance in [10.0, 60.0, 240.0, 960.0_f32] {
            let q = f64::from(quality_of_peak(resonance));
            let peak = 200.0 * (q * q / (q * q - 0.25).sqrt()).log10();
            assert!((peak - f64::from(resonance)).abs() < 0.05, "{resonance}: {peak}");
        }
    }

    #[test]
    fn the_lowest_cutoff_passes_dc_exactly() {
        let mut filters = Filters::default();
        for (ramps, value) in filters.coefficients.iter_mut().zip(Coefficients::new(1_500.0, 1.414, RATE).0) {
            ramps.set(0, Ramp::hold(value));
        }
        let mut frames = vec![[1.0; LANES]; 44_100];
        wide::filter(&mut filters, 0, &mut frames);
        assert!((FILTERED * frames[44_099][0] - 1.0).abs() < 1e-3);
    }
}
