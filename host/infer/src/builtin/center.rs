//! What both channels of a stereo recording share, against what they do not: lead voices are mostly mixed to the middle.
//!
//! Each bin is taken by how alike its two channels are, `2 Re(L R*) / (|L|² + |R|²)`: 1 for a sound in the middle, less the
//! further it is panned and the more its phase differs, 0 and below for what is on one side alone or out of phase (C. Avendano,
//! "Frequency-domain source identification and manipulation in stereo mixes", WASPAA 2003). The centre is the same in both
//! channels, the sides are what it leaves of each.

use super::transform::{Grid, Transform, clean, scaled};
use realfft::num_complex::Complex32;
use ripieno_ports::Conditions;
use ripieno_types::SampleRate;

/// Samples of a transform at 44.1 kHz.
const N_FFT: usize = 4096;
/// How steep the likeness becomes a share: its fourth power was the best of 1, 2, 4, 8 and 16 on synthetic mixes.
const LIKENESS_POWER: i32 = 4;
/// A limit is a ramp from this below it to this above it, as a share of its frequency.
const RAMP: f32 = 0.2;

pub struct Center {
    transform: Transform,
    spectra: [Vec<Complex32>; 2],
    /// How much of a bin may be in the centre, by the limits.
    limits: Vec<f32>,
}

impl Center {
    /// At a rate; what is below `low_hz` or above `high_hz` stays in the sides.
    pub fn new(rate: SampleRate, low_hz: f32, high_hz: f32) -> Self {
        let n_fft = scaled(N_FFT, rate);
        let transform = Transform::new(n_fft);
        let bins = transform.bins();
        let above = |hz: f32, limit: f32| match limit > 0.0 {
            true => ((hz / limit - (1.0 - RAMP)) / (2.0 * RAMP)).clamp(0.0, 1.0),
            false => 1.0,
        };
        let hz = |bin: usize| bin as f32 * rate.as_f32() / n_fft as f32;
        let limits = (0..bins).map(hz).map(|hz| above(hz, low_hz) * (1.0 - above(hz, high_hz))).collect();
        Self { transform, spectra: [vec![Complex32::default(); bins], vec![Complex32::default(); bins]], limits }
    }

    /// A sample depends on the frames that hold it: a multiple of the hop, as for [`Hpss`](super::hpss::Hpss).
    pub fn context(&self) -> usize {
        4 * self.transform.hop()
    }

    /// Bytes of its memory.
    pub fn bytes(&self) -> usize {
        2 * size_of_val(&*self.spectra[0]) + size_of_val(&*self.limits) + self.transform.bytes()
    }

    /// Centre and sides of two channels.
    pub fn separate(&mut self, mix: &[f32], frames: usize, conditions: &Conditions<'_>, stems: &mut [f32]) {
        stems.fill(0.0);
        let (center, sides) = stems.split_at_mut(mix.len());
        let (left, right) = mix.split_at(frames);
        let (center_left, center_right) = center.split_at_mut(frames);
        let grid = self.transform.grid(conditions.start_frame, frames);
        for frame in 0..grid.frames {
            self.frame([left, right], &grid, frame, center_left);
        }
        center_right.copy_from_slice(center_left);
        for ((side, mix), center) in sides.iter_mut().zip(mix).zip(&*center) {
            *side = clean(*mix) - center;
        }
    }

    fn frame(&mut self, channels: [&[f32]; 2], grid: &Grid, frame: usize, center: &mut [f32]) {
        /// Keeps silence from being divided by itself.
        const NOTHING: f32 = 1e-30;
        for (channel, spectrum) in channels.into_iter().zip(&mut self.spectra) {
            self.transform.analyse(channel, grid.start(frame), spectrum);
        }
        let [left, right] = &mut self.spectra;
        for ((left, right), limit) in left.iter_mut().zip(&*right).zip(&self.limits) {
            let alike =
                2.0 * (left.re * right.re + left.im * right.im) / (left.norm_sqr() + right.norm_sqr() + NOTHING);
            *left = (*left + *right) * (0.5 * limit * alike.clamp(0.0, 1.0).powi(LIKENESS_POWER));
        }
        self.transform.synthesise(left, grid.start(frame), center);
    }
}
