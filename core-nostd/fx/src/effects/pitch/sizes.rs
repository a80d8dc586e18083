//! The pitch shifter's windows in frames, all in proportion to the sample rate.

use super::NEAREST;
use super::search::{SLICES, TRIED};
use ripieno_dsp::{GRID, Line};

/// Windows at one sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Length of a take-over, in segments.
    pub fade: usize,
    /// The shortest jump of a splice.
    pub jump: usize,
    /// How many jumps are tried: a period of the lowest note that splices cleanly, 43 Hz.
    pub range: usize,
    /// How much sound is compared.
    pub window: usize,
    /// The power of two that [`decimation`](Self::decimation) is.
    pub decimation_bits: u32,
}

/// Frames at 44.1 kHz.
const fn scaled(frames: u32, hz: u32) -> usize {
    ((frames as u64 * hz as u64).div_ceil(44_100)) as usize
}

impl Sizes {
    pub const fn new(hz: u32) -> Self {
        let decimation_bits = match hz {
            0..22_000 => 2,
            22_000..64_000 => 3,
            64_000..128_000 => 4,
            _ => 5,
        };
        Self {
            fade: scaled(384, hz).div_ceil(GRID),
            jump: scaled(256, hz),
            range: scaled(1_024, hz),
            window: scaled(512, hz),
            decimation_bits,
        }
    }

    /// Frames that make one value of the mono copy; divides a segment.
    #[inline(always)]
    pub const fn decimation(&self) -> usize {
        1 << self.decimation_bits
    }

    /// Below this delay a head that reads `ratio` times as fast must be replaced: it still has to last for the fade.
    pub fn low(&self, ratio: f32) -> usize {
        let fade = ((self.fade + 2) * GRID) as f32;
        NEAREST + 1 + (fade * (ratio - 1.0).clamp(0.0, 1.0)) as usize
    }

    /// Above this delay a head that reads slower must be replaced: the room that a fade may still need lies beyond.
    pub fn high(&self, fastest: f32) -> usize {
        self.low(fastest).min(self.farthest() - self.jump - self.range - (self.fade + 2) * GRID / 2)
            + self.jump
            + self.range
    }

    /// Segments that a search takes.
    pub const fn search(&self) -> usize {
        ((self.range + self.decimation()) / self.decimation()).div_ceil(TRIED) + SLICES
    }

    /// How far a delay moves during a search when it changes by this much a frame.
    pub fn lead(&self, drift: f32) -> usize {
        (drift.clamp(0.0, 1.0) * (self.search() * GRID) as f32) as usize
    }

    /// No head is ever later than this: a search that ends early has its head land beyond [`farthest`](Self::farthest).
    pub const fn edge(&self) -> usize {
        self.farthest() + 2 * GRID
    }

    /// No head is meant to be later than this.
    pub const fn farthest(&self) -> usize {
        NEAREST + 1 + (self.fade + 2) * GRID + self.jump + self.range
    }

    /// How late a head is on average, measured with bursts of noise: downward heads wait at the far end of the line.
    pub const fn latency(&self, is_down: bool) -> usize {
        self.jump + self.range * (if is_down { 13 } else { 7 }) / 16
    }

    const fn line_memory(&self) -> usize {
        // What a search began with grows older while it looks.
        Line::memory(self.edge() + self.window + 4 * self.decimation() + 4 * GRID)
    }

    const fn coarse_memory(&self) -> usize {
        Line::memory((self.edge() + self.window + (self.search() + 1) * GRID) / self.decimation() + TRIED)
    }

    /// Samples of memory for all lines.
    pub const fn memory(&self) -> usize {
        2 * self.line_memory() + self.coarse_memory()
    }

    /// The stereo line's positions and the mono copy's.
    pub const fn lines(&self) -> (Line, Line) {
        (Line::new(self.line_memory()), Line::new(self.coarse_memory()))
    }

    /// Left, right and mono copy; empty ones where memory is too short for all.
    pub fn split<'m>(&self, memory: &'m mut [f32]) -> (&'m mut [f32], &'m mut [f32], &'m mut [f32]) {
        let line = self.line_memory();
        let Some((left, rest)) = memory.split_at_mut_checked(line) else { return Default::default() };
        let Some((right, coarse)) = rest.split_at_mut_checked(line) else { return Default::default() };
        (left, right, coarse)
    }
}
