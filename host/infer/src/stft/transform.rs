//! Short-time Fourier transform and back: frames of a signal, windowed, and overlap-added by the square of the window
//! (Griffin and Lim, 1984). The conventions are those of the common training frameworks, so that a network meets what it
//! was trained on: `frame t` of a centred transform has its middle at sample `t * hop`.

use super::window::WindowShape;
use crate::driver::DriverError;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use serde::Deserialize;
use std::fmt;
use std::sync::Arc;

/// The longest transform: more than a second at any usual rate.
pub const LONGEST_FFT: usize = 1 << 16;

/// Below this part of the window's full weight a sample is not covered, and comes back as silence.
const COVERED: f32 = 1e-6;

/// What lies beyond the ends of a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// The signal mirrored at its last sample.
    #[default]
    Reflect,
    /// Silence.
    Zero,
}

/// By what a spectrum is multiplied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// By nothing.
    #[default]
    None,
    /// By 1/√`n_fft`, and by √`n_fft` on the way back.
    SqrtN,
}

/// How signals are cut into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransformSettings {
    /// Samples of a transform, even, 2 to [`LONGEST_FFT`].
    pub n_fft: usize,
    /// Samples of the window, at most `n_fft`; a shorter window lies in the middle.
    pub win: usize,
    /// Samples from frame to frame, 1 to `win`.
    pub hop: usize,
    /// The window.
    pub window: WindowShape,
    /// Whether half a transform is padded at both ends, so that frames are centred on their samples.
    pub center: bool,
    /// With what is padded.
    pub pad: Padding,
    /// How the spectrum is scaled.
    pub scale: Scale,
    /// Samples padded at both ends before anything else; where there are any, the right end is filled up to a whole hop.
    pub border: usize,
    /// Frames left away at both ends. They count as silence on the way back.
    pub drop_frames: usize,
}

impl TransformSettings {
    /// A centred transform with a periodic Hann window of its own length, reflected at the ends, unscaled. Any.
    pub const fn centred(n_fft: usize, hop: usize) -> Self {
        Self {
            n_fft,
            win: n_fft,
            hop,
            window: WindowShape::HannPeriodic,
            center: true,
            pad: Padding::Reflect,
            scale: Scale::None,
            border: 0,
            drop_frames: 0,
        }
    }

    /// Bins of a frame. Any.
    pub const fn bins(&self) -> usize {
        self.n_fft / 2 + 1
    }

    /// Frames of a signal of so many samples. Any.
    pub const fn frames(&self, samples: usize) -> usize {
        self.all_frames(samples).saturating_sub(2 * self.drop_frames)
    }

    /// The longest signal, a multiple of the hop, that has no more frames than these; 0 when there is none. Any.
    pub const fn longest(&self, frames: usize) -> usize {
        let tail = if self.center { 0 } else { self.n_fft };
        let last = (frames + 2 * self.drop_frames).saturating_sub(1);
        let whole = (last.saturating_mul(self.hop)).saturating_add(tail).saturating_sub(2 * self.border);
        whole / self.hop * self.hop
    }

    /// Samples at either end that come back changed even where the spectrum is left as it is. Any.
    pub const fn frayed(&self) -> usize {
        if self.drop_frames == 0 {
            return 0;
        }
        let lead = if self.center { self.n_fft / 2 } else { 0 };
        ((self.drop_frames - 1) * self.hop + (self.n_fft + self.win) / 2).saturating_sub(lead + self.border)
    }

    const fn all_frames(&self, samples: usize) -> usize {
        let extended = self.extended(samples);
        if self.center { 1 + extended / self.hop } else { 1 + extended.saturating_sub(self.n_fft) / self.hop }
    }

    const fn extended(&self, samples: usize) -> usize {
        if self.border == 0 { samples } else { samples.next_multiple_of(self.hop) + 2 * self.border }
    }

    fn check(&self) -> Result<(), DriverError> {
        let Self { n_fft, win, hop, border, drop_frames, .. } = *self;
        let rule = |field, value: usize, wanted: String, ok: bool| {
            if ok { Ok(()) } else { Err(DriverError::setting("stft", field, value, wanted)) }
        };
        rule(
            "n_fft",
            n_fft,
            format!("must be even, 2 to {LONGEST_FFT}"),
            n_fft >= 2 && n_fft % 2 == 0 && n_fft <= LONGEST_FFT,
        )?;
        rule("win", win, format!("must be 1 to n_fft = {n_fft}"), (1..=n_fft).contains(&win))?;
        rule("hop", hop, format!("must be 1 to win = {win}"), (1..=win).contains(&hop))?;
        rule("border", border, format!("must be at most {LONGEST_FFT}"), border <= LONGEST_FFT)?;
        let most_dropped = n_fft / hop;
        rule(
            "drop_frames",
            drop_frames,
            format!("must be at most n_fft / hop = {most_dropped}"),
            drop_frames <= most_dropped,
        )
    }
}

/// A transform of one length with its plans and memory. A spectrum is frames × bins, frame after frame.
pub struct Transform {
    settings: TransformSettings,
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    scratch: Vec<Complex32>,
    frame: Vec<f32>,
    bins: Vec<Complex32>,
    padded: Vec<f32>,
    weight: Vec<f32>,
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transform").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Transform {
    /// Plans one. Control.
    ///
    /// # Errors
    /// [`DriverError::Setting`] for a setting out of its range, and where window and hop leave samples uncovered.
    pub fn new(settings: TransformSettings) -> Result<Self, DriverError> {
        settings.check()?;
        let TransformSettings { n_fft, win, hop, .. } = settings;
        let mut window = vec![0.0; n_fft];
        let lead = (n_fft - win) / 2;
        settings.window.fill(&mut window[lead..lead + win]);
        let cover = |at: usize| window.iter().skip(at).step_by(hop).map(|w| w * w).sum::<f32>();
        if (0..hop).any(|at| cover(at) < 1e-3) {
            return Err(DriverError::setting(
                "stft",
                "hop",
                hop,
                "leaves samples that no window covers; it must be less",
            ));
        }
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(n_fft), planner.plan_fft_inverse(n_fft));
        let scratch = vec![Complex32::default(); forward.get_scratch_len().max(inverse.get_scratch_len())];
        let bins = vec![Complex32::default(); settings.bins()];
        let (padded, weight) = (Vec::new(), Vec::new());
        Ok(Self { settings, window, forward, inverse, scratch, frame: vec![0.0; n_fft], bins, padded, weight })
    }

    /// What it was planned for. Any.
    pub const fn settings(&self) -> &TransformSettings {
        &self.settings
    }

    /// Transforms a signal into [`frames`](TransformSettings::frames) × [`bins`](TransformSettings::bins) values. Worker.
    ///
    /// # Panics
    /// When `spectrum` is not of that length.
    pub fn forward(&mut self, signal: &[f32], spectrum: &mut [Complex32]) {
        let TransformSettings { n_fft, hop, drop_frames, .. } = self.settings;
        let (frames, bins) = (self.settings.frames(signal.len()), self.settings.bins());
        assert_eq!(spectrum.len(), frames * bins, "spectrum of {frames} frames");
        self.extend(signal);
        let scale = match self.settings.scale {
            Scale::None => 1.0,
            Scale::SqrtN => 1.0 / (n_fft as f32).sqrt(),
        };
        for (number, out) in spectrum.chunks_exact_mut(bins).enumerate() {
            let start = (number + drop_frames) * hop;
            for ((to, from), w) in self.frame.iter_mut().zip(&self.padded[start..start + n_fft]).zip(&self.window) {
                *to = from * w * scale;
            }
            // Fails for wrong lengths alone, and all are the planner's.
            let _ = self.forward.process_with_scratch(&mut self.frame, out, &mut self.scratch);
        }
    }

    /// Brings a spectrum back to a signal of the length that it came from. Worker.
    ///
    /// # Panics
    /// When `spectrum` is not of the length that [`forward`](Self::forward) gives for `signal`'s.
    pub fn inverse(&mut self, spectrum: &[Complex32], signal: &mut [f32]) {
        let TransformSettings { n_fft, hop, border, drop_frames, center, .. } = self.settings;
        let (frames, bins) = (self.settings.frames(signal.len()), self.settings.bins());
        assert_eq!(spectrum.len(), frames * bins, "spectrum of {frames} frames");
        let all = self.settings.all_frames(signal.len());
        self.weigh(all);
        self.padded.clear();
        self.padded.resize((all - 1) * hop + n_fft, 0.0);
        for (number, frame) in spectrum.chunks_exact(bins).enumerate() {
            self.bins.copy_from_slice(frame);
            // A real signal has none; a network's spectrum may.
            self.bins[0].im = 0.0;
            self.bins[bins - 1].im = 0.0;
            let _ = self.inverse.process_with_scratch(&mut self.bins, &mut self.frame, &mut self.scratch);
            let start = (number + drop_frames) * hop;
            for ((to, from), w) in self.padded[start..start + n_fft].iter_mut().zip(&self.frame).zip(&self.window) {
                *to += from * w;
            }
        }
        let lead = border + if center { n_fft / 2 } else { 0 };
        let covered = self.padded.iter().zip(&self.weight).skip(lead).map(|(sum, weight)| sum * weight);
        signal.fill(0.0);
        for (to, value) in signal.iter_mut().zip(covered) {
            *to = value;
        }
    }

    /// What undoes the windows' weight, for every sample of so many frames.
    fn weigh(&mut self, frames: usize) {
        let TransformSettings { n_fft, hop, .. } = self.settings;
        let length = (frames - 1) * hop + n_fft;
        if self.weight.len() == length {
            return;
        }
        self.weight.clear();
        self.weight.resize(length, 0.0);
        for frame in 0..frames {
            for (sum, w) in self.weight[frame * hop..frame * hop + n_fft].iter_mut().zip(&self.window) {
                *sum += w * w;
            }
        }
        let back = match self.settings.scale {
            Scale::None => 1.0 / n_fft as f32,
            Scale::SqrtN => 1.0 / (n_fft as f32).sqrt(),
        };
        for weight in &mut self.weight {
            *weight = if *weight > COVERED { back / *weight } else { 0.0 };
        }
    }

    /// Lays the signal out with everything that is padded to it.
    fn extend(&mut self, signal: &[f32]) {
        let TransformSettings { n_fft, hop, border, center, pad, .. } = self.settings;
        let half = if center { n_fft / 2 } else { 0 };
        let extended = self.settings.extended(signal.len());
        let needed = (self.settings.all_frames(signal.len()) - 1) * hop + n_fft;
        self.padded.clear();
        self.padded.resize((extended + 2 * half).max(needed), 0.0);
        let start = half + border;
        self.padded[start..start + signal.len()].copy_from_slice(signal);
        if pad == Padding::Reflect {
            mirror(&mut self.padded[half..half + extended], border, signal.len());
            mirror(&mut self.padded[..extended + 2 * half], half, extended);
        }
    }
}

/// Fills what lies around `length` samples from `start` with their mirror image, back and forth where they are few.
fn mirror(samples: &mut [f32], start: usize, length: usize) {
    if length == 0 {
        return;
    }
    let period = 2 * (length - 1);
    let inside = |away: usize| {
        let away = if period == 0 { 0 } else { away % period };
        away.min(period - away)
    };
    for away in 1..=start {
        samples[start - away] = samples[start + inside(away)];
    }
    for at in start + length..samples.len() {
        samples[at] = samples[start + inside(at - start)];
    }
}

#[cfg(test)]
#[path = "transform_tests.rs"]
mod tests;
