//! The `[stft]` table of a manifest.

use super::layout::Layout;
use super::transform::{Padding, Scale, TransformSettings};
use super::window::WindowShape;
use crate::driver::{DriverError, ReadFile};
use serde::Deserialize;

/// What a graph's `spec` output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpectrumOutput {
    /// The stem's spectrum, real and imaginary part.
    Spectrum,
    /// By what the mix's spectrum is multiplied, real and imaginary part.
    MaskComplex,
    /// By what the mix's spectrum is multiplied, one real number.
    MaskMag,
    /// The stem's magnitude; every stem gets its share of the mix by the square of it.
    RatioMag,
    /// Three planes before their activation: sigmoid of the first scales the magnitude, tanh of the second and third is the
    /// direction that turns the phase.
    MaskPhase,
    /// The stem's spectrum, and a waveform that is added to what it becomes.
    DualBranch,
}

impl SpectrumOutput {
    /// Numbers a bin.
    pub(crate) const fn parts(self) -> usize {
        match self {
            Self::Spectrum | Self::MaskComplex | Self::DualBranch => 2,
            Self::MaskMag | Self::RatioMag => 1,
            Self::MaskPhase => 3,
        }
    }
}

/// Rows that the bands of a graph overlap in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Indices {
    /// As they stand in the manifest.
    Inline(Vec<usize>),
    /// In a JSON file of the model: one array of numbers.
    File(String),
}

impl Indices {
    fn load(&self, read: ReadFile<'_>) -> Result<Vec<usize>, DriverError> {
        match self {
            Self::Inline(all) => Ok(all.clone()),
            Self::File(file) => serde_json::from_slice(&read(file)?).map_err(|cause| DriverError::File {
                file: file.clone(),
                message: format!("is no JSON array of row numbers: {cause}"),
            }),
        }
    }
}

/// How a mix becomes a spectrum for a graph, and what the graph gives back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StftSettings {
    /// Samples of a transform, even, at most [`LONGEST_FFT`](super::LONGEST_FFT).
    pub n_fft: usize,
    /// Samples of the window; `n_fft` unless said.
    pub win: Option<usize>,
    /// Samples from frame to frame.
    pub hop: usize,
    /// The window.
    #[serde(default)]
    pub window: WindowShape,
    /// Whether frames are centred on their samples.
    #[serde(default = "yes")]
    pub center: bool,
    /// What lies beyond a window's ends.
    #[serde(default)]
    pub pad: Padding,
    /// How the spectrum is scaled.
    #[serde(default)]
    pub scale: Scale,
    /// Samples padded at both ends before anything else; none unless said, but `n_fft - hop` where frames are not centred.
    pub border: Option<usize>,
    /// Frames left away at both ends.
    #[serde(default)]
    pub drop_frames: usize,
    /// The order of a spectrum in the graph's tensors.
    pub layout: Layout,
    /// Bins that the graph sees, from the lowest; all unless said. Those above come back as silence.
    pub bins: Option<usize>,
    /// Frames that the graph takes, where it takes no other number; for [`Layout::MagPatches`] frames of a patch.
    pub frames: Option<usize>,
    /// Lowest bins that are silenced before the graph sees them.
    #[serde(default)]
    pub zero_low_bins: usize,
    /// What the graph gives.
    pub output: SpectrumOutput,
    /// For [`Layout::Packed`]: the row of the packed axis (`bin * channels + channel`) that each row of the graph's output
    /// stands for. Rows that several bands share are averaged.
    pub freq_indices: Option<Indices>,
    /// Whether the graph's input is gathered by [`freq_indices`](Self::freq_indices) as well.
    #[serde(default)]
    pub gather: bool,
}

const fn yes() -> bool {
    true
}

impl StftSettings {
    /// The transform that these settings ask for. Any.
    pub fn transform(&self) -> TransformSettings {
        let apart = if self.center { 0 } else { self.n_fft.saturating_sub(self.hop) };
        TransformSettings {
            n_fft: self.n_fft,
            win: self.win.unwrap_or(self.n_fft),
            hop: self.hop,
            window: self.window,
            center: self.center,
            pad: self.pad,
            scale: self.scale,
            border: self.border.unwrap_or(apart),
            drop_frames: self.drop_frames,
        }
    }

    /// Bins that the graph sees. Any.
    pub(crate) fn kept_bins(&self) -> usize {
        self.bins.unwrap_or(self.n_fft / 2 + 1)
    }

    /// Checks what the transform does not check itself, against the channels of the model. Any.
    ///
    /// # Errors
    /// [`DriverError::Setting`] that names the key.
    pub(crate) fn check(&self) -> Result<(), DriverError> {
        let all = self.n_fft / 2 + 1;
        let kept = self.kept_bins();
        if kept == 0 || kept > all {
            return Err(DriverError::setting("stft", "bins", kept, format!("must be 1 to n_fft / 2 + 1 = {all}")));
        }
        if self.zero_low_bins > kept {
            return Err(DriverError::setting(
                "stft",
                "zero_low_bins",
                self.zero_low_bins,
                format!("must be at most {kept}"),
            ));
        }
        if let Some(frames) = self.frames.filter(|frames| !(1..=MOST_FRAMES).contains(frames)) {
            return Err(DriverError::setting("stft", "frames", frames, format!("must be 1 to {MOST_FRAMES}")));
        }
        let output = self.output;
        if !self.layout.is_complex() && matches!(output, SpectrumOutput::Spectrum | SpectrumOutput::DualBranch) {
            let wanted = "a graph that sees magnitudes cannot give spectra; use a mask or ratio_mag";
            return Err(DriverError::setting("stft", "output", output.word(), wanted));
        }
        if self.layout == Layout::MagPatches && output.parts() != 1 {
            let wanted = "patches hold one number a bin; use mask_mag or ratio_mag";
            return Err(DriverError::setting("stft", "output", output.word(), wanted));
        }
        if self.layout != Layout::Packed && self.freq_indices.is_some() {
            return Err(DriverError::setting(
                "stft",
                "layout",
                self.layout.word(),
                "freq_indices go with packed alone",
            ));
        }
        if self.gather && self.freq_indices.is_none() {
            return Err(DriverError::setting("stft", "gather", true, "needs freq_indices"));
        }
        Ok(())
    }

    /// The rows of [`freq_indices`](Self::freq_indices), each below `rows`.
    pub(crate) fn rows(&self, rows: usize, read: ReadFile<'_>) -> Result<Option<Vec<usize>>, DriverError> {
        let Some(indices) = &self.freq_indices else { return Ok(None) };
        let all = indices.load(read)?;
        let wanted = |value: usize, wanted: String| Err(DriverError::setting("stft", "freq_indices", value, wanted));
        if let Some(beyond) = all.iter().find(|row| **row >= rows) {
            return wanted(*beyond, format!("rows are below bins * channels = {rows}"));
        }
        if all.is_empty() || all.len() > MOST_OVERLAP * rows {
            return wanted(all.len(), format!("there must be 1 to {} of them", MOST_OVERLAP * rows));
        }
        Ok(Some(all))
    }
}

/// The most frames of a window: hours, even at the smallest hop.
const MOST_FRAMES: usize = 1 << 24;

/// In how many bands a row lies at most, on average.
const MOST_OVERLAP: usize = 64;

impl SpectrumOutput {
    /// As a manifest writes it.
    const fn word(self) -> &'static str {
        match self {
            Self::Spectrum => "spectrum",
            Self::MaskComplex => "mask_complex",
            Self::MaskMag => "mask_mag",
            Self::RatioMag => "ratio_mag",
            Self::MaskPhase => "mask_phase",
            Self::DualBranch => "dual_branch",
        }
    }
}
