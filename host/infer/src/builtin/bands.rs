//! Low, middle and high by linear-phase filters. The two low-passes that part them are windowed sines of 70 ms; the highs are
//! what the upper one leaves, the middle what lies between, so that the three add up to the mix.

use super::transform::clean;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use ripieno_types::SampleRate;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Half a filter's length in seconds. With the window's main lobe the bands part within [`Bands::TRANSITION_HZ`] around a limit.
const HALF_SECS: f32 = 0.035;
/// A block is so many times longer than a filter, at least: longer ones win nothing.
const BLOCK_FOLD: usize = 4;

pub struct Bands {
    half: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// What the two low-passes let through of each bin. They do not shift phases, so real numbers say it all.
    responses: [Vec<f32>; 2],
    block: Vec<f32>,
    spectrum: Vec<Complex32>,
    filtered: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Bands {
    /// How far from a limit, in Hz, a band is whole (within 0.01 dB) on one side and gone (below −70 dB) on the other.
    pub const TRANSITION_HZ: f32 = 60.0;

    /// At a rate, parted at two limits below half of it.
    pub fn new(rate: SampleRate, low_hz: f32, high_hz: f32) -> Self {
        let half = rate.frames(HALF_SECS) as usize;
        let length = (BLOCK_FOLD * 2 * half).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let mut scratch = vec![Complex32::default(); forward.get_scratch_len().max(inverse.get_scratch_len())];
        let response = |limit_hz: f32| {
            let (mut taps, mut spectrum) =
                (around_zero(half, length, f64::from(limit_hz / rate.as_f32())), forward.make_output_vec());
            // Fails for wrong lengths alone, and all are the planner's.
            let _ = forward.process_with_scratch(&mut taps, &mut spectrum, &mut scratch);
            spectrum.iter().map(|bin| bin.re / length as f32).collect()
        };
        let responses = [low_hz, high_hz].map(response);
        Self {
            half,
            responses,
            block: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            filtered: forward.make_output_vec(),
            scratch,
            forward,
            inverse,
        }
    }

    /// A sample depends on half a filter at either side.
    pub fn context(&self) -> usize {
        self.half
    }

    /// Bytes of its memory.
    pub fn bytes(&self) -> usize {
        let complex = 2 * size_of_val(&*self.spectrum) + size_of_val(&*self.scratch);
        complex + 2 * size_of_val(&*self.responses[0]) + size_of_val(&*self.block)
    }

    /// Low, middle and high.
    pub fn separate(&mut self, mix: &[f32], frames: usize, stems: &mut [f32]) {
        let (low, rest) = stems.split_at_mut(mix.len());
        let (mid, high) = rest.split_at_mut(mix.len());
        let outputs = low.chunks_exact_mut(frames).zip(mid.chunks_exact_mut(frames));
        for (mix, (low, mid)) in mix.chunks_exact(frames).zip(outputs) {
            let step = self.block.len() - 2 * self.half;
            for start in (0..frames).step_by(step) {
                let kept = start..(start + step).min(frames);
                self.analyse(mix, start);
                for (which, out) in [&mut *low, &mut *mid].into_iter().enumerate() {
                    self.filter(which, &mut out[kept.clone()]);
                }
            }
        }
        for (((low, mid), high), mix) in low.iter().zip(mid).zip(high).zip(mix) {
            let mix = clean(*mix);
            *high = mix - *mid;
            *mid -= low;
        }
    }

    /// Transforms the block whose kept part starts at `start`.
    fn analyse(&mut self, mix: &[f32], start: usize) {
        self.block.fill(0.0);
        let lead = self.half.saturating_sub(start);
        let from = (start + lead).saturating_sub(self.half);
        for (out, sample) in self.block[lead..].iter_mut().zip(&mix[from..]) {
            *out = clean(*sample);
        }
        let _ = self.forward.process_with_scratch(&mut self.block, &mut self.spectrum, &mut self.scratch);
    }

    fn filter(&mut self, which: usize, out: &mut [f32]) {
        for ((out, bin), share) in self.filtered.iter_mut().zip(&self.spectrum).zip(&self.responses[which]) {
            *out = bin * share;
        }
        // Those of a real signal are real.
        for edge in [0, self.filtered.len() - 1] {
            self.filtered[edge].im = 0.0;
        }
        let _ = self.inverse.process_with_scratch(&mut self.filtered, &mut self.block, &mut self.scratch);
        out.copy_from_slice(&self.block[self.half..][..out.len()]);
    }
}

/// A low-pass of `2 half + 1` taps around sample 0 of a circle of `length`; `limit` is its corner as a share of the rate.
fn around_zero(half: usize, length: usize, limit: f64) -> Vec<f32> {
    let tap = |away: usize| {
        let at = away as f64;
        let sine = if away == 0 { 2.0 * limit } else { (TAU * limit * at).sin() / (PI * at) };
        // Blackman: side lobes of −74 dB.
        let angle = PI * at / (half + 1) as f64;
        sine * (0.42 + 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos())
    };
    // What does not change passes whole.
    let sum = tap(0) + 2.0 * (1..=half).map(tap).sum::<f64>();
    let mut taps = vec![0.0; length];
    for away in 0..=half {
        let value = (tap(away) / sum) as f32;
        taps[away] = value;
        taps[(length - away) % length] = value;
    }
    taps
}
