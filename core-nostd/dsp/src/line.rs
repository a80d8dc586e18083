//! A delay line in lent memory whose reads and writes are straight slices.
//!
//! The length is a whole number of grid segments and every write lies in one segment, so writes never wrap. The first
//! [`PAD`] frames are kept a second time behind the end, so reads of a segment and its neighbours never wrap either.

use crate::grid::GRID;

/// Frames kept twice: one segment and the neighbours that an interpolator looks at.
pub const PAD: usize = 2 * GRID;

/// The positions of one delay line. Its memory is handed to each call, so that it can be lent by anyone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    len: usize,
    at: usize,
}

impl Line {
    /// Memory for delays up to `delay` frames. Any.
    pub const fn memory(delay: usize) -> usize {
        delay.div_ceil(GRID) * GRID + PAD
    }

    /// A line in `memory` samples; too few for one segment make a line of length 0. Control.
    pub const fn new(memory: usize) -> Self {
        Self { len: memory.saturating_sub(PAD) / GRID * GRID, at: 0 }
    }

    /// The longest delay in frames. Any.
    #[inline(always)]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// True when there is no room for a single segment. Any.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Goes back to the first position; the memory is the caller's to clear. Real-time.
    pub fn rewind(&mut self) {
        self.at = 0;
    }

    /// Where in memory the frame of `delay` frames ago lies, `delay` ≤ [`len`](Self::len). Real-time.
    #[inline(always)]
    pub fn place(&self, delay: usize) -> usize {
        let back = self.at + self.len - delay;
        if back >= self.len { back - self.len } else { back }
    }

    /// `frames` frames, the first of them `delay` frames ago; up to [`PAD`] frames are straight. Real-time.
    #[inline(always)]
    pub fn read<'m>(&self, memory: &'m [f32], delay: usize, frames: usize) -> &'m [f32] {
        let start = self.place(delay);
        &memory[start..start + frames]
    }

    /// Appends frames of one grid segment. Real-time.
    #[inline(always)]
    pub fn write(&mut self, memory: &mut [f32], frames: &[f32]) {
        let end = self.at + frames.len();
        memory[self.at..end].copy_from_slice(frames);
        if self.at < PAD {
            memory[self.at + self.len..end + self.len].copy_from_slice(frames);
        }
        self.at = if end >= self.len { 0 } else { end };
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    #[test]
    fn odd_memory_is_rounded_down_and_nothing_panics() {
        for (memory, len) in [(0, 0), (PAD, 0), (PAD + GRID - 1, 0), (PAD + GRID, GRID), (1_000, 928)] {
            assert_eq!(Line::new(memory).len(), len);
        }
        assert_eq!(Line::new(Line::memory(100)).len(), 128);
    }

    proptest! {
        /// Against a plain vector: the frame of `delay` ago is what was written then.
        #[test]
        fn reads_what_was_written(segments in 1usize..40, delay in 0usize..160, cut in 1usize..=GRID) {
            let mut memory = vec![0.0; Line::memory(160)];
            let mut line = Line::new(memory.len());
            let mut model = vec![0.0; 160];
            for segment in 0..segments {
                let frames: Vec<f32> = (0..GRID).map(|i| (segment * GRID + i + 1) as f32).collect();
                for part in frames.chunks(cut) {
                    line.write(&mut memory, part);
                    model.extend_from_slice(part);
                }
            }
            let want = delay.clamp(1, 160).min(PAD);
            let start = model.len() - delay.max(want);
            let got = line.read(&memory, delay.max(want), want);
            prop_assert_eq!(got, &model[start..start + want]);
        }
    }
}
