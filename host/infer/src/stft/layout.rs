//! The order of a spectrum in a graph's tensors: for every layout a shape, and how far apart neighbours are.

use realfft::num_complex::Complex32;
use serde::Deserialize;
use std::ops::Range;

/// How channels, bins, frames and the numbers of a bin (its *parts*) follow each other, slowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Complex as channels, `[1, C·2, F, T]`: L.re, L.im, R.re, R.im.
    CacLr,
    /// The parts last, `[1, C, F, T, 2]`.
    Trailing,
    /// Channels interleaved within bins, `[1, F·C, T, 2]`.
    Packed,
    /// Magnitudes, `[1, C, F, T]`.
    MagFt,
    /// Magnitudes, `[1, C, T, F]`.
    MagTf,
    /// Magnitudes in patches of some frames, `[C, T / patch, patch, F]`.
    MagPatches,
}

/// The lengths of a spectrum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub channels: usize,
    pub bins: usize,
    /// Whole patches where there are patches; `None` as long as it may be anything.
    pub frames: Option<usize>,
    pub patch: usize,
}

/// How far apart neighbours are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strides {
    pub channel: usize,
    pub part: usize,
    pub bin: usize,
    pub frame: usize,
}

/// Bins and frames that are copied together, so that both sides stay in the fastest memory.
const TILE: usize = 16;

impl Layout {
    /// Whether the graph sees real and imaginary parts. Any.
    pub const fn is_complex(self) -> bool {
        matches!(self, Self::CacLr | Self::Trailing | Self::Packed)
    }

    /// As a manifest writes it. Any.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::CacLr => "cac_lr",
            Self::Trailing => "trailing",
            Self::Packed => "packed",
            Self::MagFt => "mag_ft",
            Self::MagTf => "mag_tf",
            Self::MagPatches => "mag_patches",
        }
    }

    /// Which axis holds the frames, or the frames of a patch.
    pub(crate) const fn frame_axis(self) -> usize {
        match self {
            Self::CacLr | Self::Trailing | Self::MagFt => 3,
            Self::Packed | Self::MagTf | Self::MagPatches => 2,
        }
    }

    /// The shape of one spectrum, without an axis for stems. One part needs no axis where it has one of its own.
    pub(crate) fn shape(self, extent: &Extent, parts: usize) -> Vec<Option<usize>> {
        let Extent { channels, bins, frames, patch } = *extent;
        let mut shape = match self {
            Self::CacLr | Self::MagFt => vec![Some(1), Some(channels * parts), Some(bins), frames],
            Self::MagTf => vec![Some(1), Some(channels * parts), frames, Some(bins)],
            Self::Trailing => vec![Some(1), Some(channels), Some(bins), frames],
            Self::Packed => vec![Some(1), Some(bins * channels), frames],
            Self::MagPatches => vec![Some(channels), frames.map(|all| all / patch), Some(patch), Some(bins)],
        };
        if matches!(self, Self::Trailing | Self::Packed) && parts > 1 {
            shape.push(Some(parts));
        }
        shape
    }

    pub(crate) const fn strides(self, channels: usize, bins: usize, frames: usize, parts: usize) -> Strides {
        match self {
            Self::CacLr | Self::MagFt => {
                Strides { channel: parts * bins * frames, part: bins * frames, bin: frames, frame: 1 }
            }
            Self::MagTf => Strides { channel: parts * bins * frames, part: bins * frames, bin: 1, frame: bins },
            Self::Trailing => Strides { channel: bins * frames * parts, part: 1, bin: frames * parts, frame: parts },
            Self::Packed => Strides { channel: frames * parts, part: 1, bin: channels * frames * parts, frame: parts },
            Self::MagPatches => Strides { channel: frames * bins, part: 1, bin: 1, frame: bins },
        }
    }
}

/// The shapes in which something of shape `one`, whose first `batch` axes are 1, may come for several stems: stems as an
/// axis of their own, or counted together with the next one; for a single stem also plain.
pub(crate) fn stacked(stems: usize, one: &[Option<usize>], batch: usize) -> Vec<Vec<Option<usize>>> {
    let (lead, rest) = one.split_at(batch);
    let own = [lead, &[Some(stems)], rest].concat();
    let mut folded = one.to_vec();
    folded[batch] = folded[batch].map(|axis| axis * stems);
    let mut shapes = vec![own.clone(), folded];
    if batch > 0 {
        shapes.push(own[batch..].to_vec());
    }
    shapes
}

/// Whether a shape may be one of several; an axis that is not known fits any.
pub(crate) fn fits(shape: &[Option<usize>], any_of: &[Vec<Option<usize>>]) -> bool {
    any_of.iter().any(|wanted| {
        wanted.len() == shape.len() && wanted.iter().zip(shape).all(|(a, b)| a.is_none() || b.is_none() || a == b)
    })
}

/// Whether a tensor has one of several shapes.
pub(crate) fn is_shape(shape: &[usize], any_of: &[Vec<Option<usize>>]) -> bool {
    any_of.iter().any(|wanted| wanted.len() == shape.len() && wanted.iter().zip(shape).all(|(a, b)| *a == Some(*b)))
}

/// Visits all of `bins` × `frames`, tile by tile.
pub(crate) fn tiled(bins: usize, frames: usize, mut visit: impl FnMut(usize, usize)) {
    for frame_tile in (0..frames).step_by(TILE) {
        for bin_tile in (0..bins).step_by(TILE) {
            for frame in frame_tile..(frame_tile + TILE).min(frames) {
                for bin in bin_tile..(bin_tile + TILE).min(bins) {
                    visit(frame, bin);
                }
            }
        }
    }
}

/// A spectrum of one channel after the other, each frames × bins as the transform gives them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    pub channels: usize,
    /// Frames that there are.
    pub frames: usize,
    /// All bins of a frame.
    pub bins: usize,
}

impl Grid {
    pub(crate) const fn len(&self) -> usize {
        self.channels * self.frames * self.bins
    }

    /// Where a channel lies.
    pub(crate) const fn channel(&self, channel: usize) -> Range<usize> {
        let each = self.frames * self.bins;
        channel * each..(channel + 1) * each
    }

    pub(crate) const fn at(&self, channel: usize, frame: usize, bin: usize) -> usize {
        (channel * self.frames + frame) * self.bins + bin
    }

    /// Writes the lowest `kept` bins in a layout of `frames` frames, silence where there is nothing.
    pub(crate) fn pack(
        &self,
        spectrum: &[Complex32],
        layout: Layout,
        low: usize,
        kept: usize,
        frames: usize,
    ) -> Vec<f32> {
        let parts = if layout.is_complex() { 2 } else { 1 };
        let to = layout.strides(self.channels, kept, frames, parts);
        let mut packed = vec![0.0; self.channels * kept * frames * parts];
        for channel in 0..self.channels {
            tiled(kept, self.frames, |frame, bin| {
                if bin < low {
                    return;
                }
                let value = spectrum[self.at(channel, frame, bin)];
                let at = channel * to.channel + frame * to.frame + bin * to.bin;
                if parts == 2 {
                    packed[at] = value.re;
                    packed[at + to.part] = value.im;
                } else {
                    packed[at] = value.norm();
                }
            });
        }
        packed
    }
}
