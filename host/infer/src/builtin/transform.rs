//! Short-time spectra on the recording's own grid, one frame at a time.
//!
//! Frames start at multiples of the hop counted from the recording's first frame, wherever a window of a job begins. So two
//! windows that share audio see the same spectra there, and what is made of them does not depend on how a recording is cut.
//! Nothing is kept but the frame in work: hours of audio take no more memory than a second.

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use ripieno_types::SampleRate;
use std::sync::Arc;

/// Frames overlap so often. Squared Hann windows then add up to 3/2 everywhere.
const FOLD: usize = 4;

/// Samples beyond this (240 dB over full scale) and what is no number count as silence: neither can spread.
const LOUDEST: f32 = 1e12;

/// A sample that can be calculated with.
pub fn clean(sample: f32) -> f32 {
    if sample.abs() <= LOUDEST { sample } else { 0.0 }
}

/// The power of two nearest to `frames` at 44.1 kHz, as long in seconds at `rate`.
pub fn scaled(frames: usize, rate: SampleRate) -> usize {
    let exact = frames as f64 * f64::from(rate.hz()) / f64::from(SampleRate::CD.hz());
    1 << exact.log2().round() as u32
}

/// Analyses and synthesises frames; all its memory is there from the start.
pub struct Transform {
    hop: usize,
    /// Hann, for both ways.
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    frame: Vec<f32>,
    scratch: Vec<Complex32>,
}

impl Transform {
    /// Of `n_fft` samples a frame, a power of two from 4 on.
    pub fn new(n_fft: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(n_fft), planner.plan_fft_inverse(n_fft));
        let angle = |at: usize| std::f64::consts::TAU * at as f64 / n_fft as f64;
        Self {
            hop: n_fft / FOLD,
            window: (0..n_fft).map(|at| (0.5 - 0.5 * angle(at).cos()) as f32).collect(),
            frame: vec![0.0; n_fft],
            scratch: vec![Complex32::default(); forward.get_scratch_len().max(inverse.get_scratch_len())],
            forward,
            inverse,
        }
    }

    /// Samples from frame to frame.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Bins of a spectrum.
    pub fn bins(&self) -> usize {
        self.window.len() / 2 + 1
    }

    /// Where the frames start that reach into `length` samples from `start_frame` of the recording on, counted from there.
    pub fn grid(&self, start_frame: i64, length: usize) -> Grid {
        let phase = start_frame.rem_euclid(self.hop as i64) as usize;
        let lead = phase + (FOLD - 1) * self.hop;
        Grid { lead, hop: self.hop, frames: (length + lead).div_ceil(self.hop) }
    }

    /// The spectrum of the frame that starts at `start` of a channel; silence lies around it. Worker.
    pub fn analyse(&mut self, channel: &[f32], start: isize, spectrum: &mut [Complex32]) {
        let (to, from) = overlap(start, self.window.len(), channel.len());
        self.frame.fill(0.0);
        let windowed = self.window[to.clone()].iter().zip(&channel[from]);
        for (out, (w, sample)) in self.frame[to].iter_mut().zip(windowed) {
            *out = w * clean(*sample);
        }
        // Fails for wrong lengths alone, and all are the planner's.
        let _ = self.forward.process_with_scratch(&mut self.frame, spectrum, &mut self.scratch);
    }

    /// Adds a frame's sound to a channel, its spectrum used up. Worker.
    pub fn synthesise(&mut self, spectrum: &mut [Complex32], start: isize, channel: &mut [f32]) {
        // Those of a real signal are real.
        for edge in [0, spectrum.len() - 1] {
            spectrum[edge].im = 0.0;
        }
        let _ = self.inverse.process_with_scratch(spectrum, &mut self.frame, &mut self.scratch);
        let gain = 2.0 / (3.0 * self.window.len() as f32);
        let (from, to) = overlap(start, self.window.len(), channel.len());
        let windowed = self.frame[from.clone()].iter().zip(&self.window[from]);
        for (out, (sample, w)) in channel[to].iter_mut().zip(windowed) {
            *out += gain * w * sample;
        }
    }

    /// Bytes of its memory.
    pub fn bytes(&self) -> usize {
        (self.window.len() + self.frame.len()) * size_of::<f32>() + self.scratch.len() * size_of::<Complex32>()
    }
}

/// The frames of a window, numbered from 0.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    lead: usize,
    hop: usize,
    /// How many there are, at least one.
    pub frames: usize,
}

impl Grid {
    /// Where a frame starts, from the window's first sample.
    pub fn start(&self, frame: usize) -> isize {
        (frame * self.hop) as isize - self.lead as isize
    }
}

/// What `length` samples from `start` on and a channel have in common: as part of the samples and as part of the channel.
fn overlap(start: isize, length: usize, channel: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    let skipped = start.min(0).unsigned_abs().min(length);
    let first = (start.max(0) as usize).min(channel);
    let shared = (length - skipped).min(channel - first);
    (skipped..skipped + shared, first..first + shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever a window's length and place, it comes back.
        #[test]
        fn what_is_analysed_comes_back(length in 0usize..700, start in -10_000i64..10_000, power in 4u32..9) {
            let mut transform = Transform::new(1 << power);
            let signal: Vec<f32> = (0..length).map(|at| ((at * at) as f32 * 0.37).sin()).collect();
            let mut spectrum = vec![Complex32::default(); transform.bins()];
            let mut back = vec![0.0; length];
            let grid = transform.grid(start, length);
            for frame in 0..grid.frames {
                transform.analyse(&signal, grid.start(frame), &mut spectrum);
                transform.synthesise(&mut spectrum, grid.start(frame), &mut back);
            }
            let off = signal.iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            prop_assert!(off < 2e-6, "{off}");
        }
    }

    #[test]
    fn frames_lie_on_the_recordings_grid() {
        let transform = Transform::new(16);
        for (start, length, first, frames) in
            [(0, 1, -12, 4), (0, 4, -12, 4), (0, 5, -12, 5), (3, 1, -15, 4), (7, 8, -15, 6), (-3, 1, -13, 4)]
        {
            let grid = transform.grid(start, length);
            assert_eq!((grid.start(0), grid.frames), (first, frames), "{start} {length}");
            assert_eq!((start as isize + grid.start(1)).rem_euclid(4), 0);
        }
    }

    #[test]
    fn lengths_follow_the_rate() {
        for (hz, n_fft) in
            [(8_000, 1024), (22_050, 2048), (44_100, 4096), (48_000, 4096), (96_000, 8192), (384_000, 32_768)]
        {
            assert_eq!(scaled(4096, SampleRate::new(hz).unwrap()), n_fft, "{hz}");
        }
    }
}
