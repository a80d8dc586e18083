//! A delay line in lent memory whose reads and writes are straight slices.
//!
//! The length is a whole number of grid segments and every write lies in one segment, so writes never wrap. The first
//! [`PAD`] frames are kept a second time behind the end, so reads of a segment and its neighbours never wrap either.

use crate::grid::GRID;

/// Frames kept twice: what a head that reads twice as fast as it is written passes in a segment, and an interpolator's
/// neighbours.
pub const PAD: usize = 3 * GRID;

/// The frames that [`Line::window`] shows: 64 places of four frames in a row.
pub const WINDOW: usize = 64 + 3;

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

    /// `frames` frames, the first of them `delay` frames ago; up to [`PAD`] frames are straight. Nothing when memory is
    /// shorter than that. Real-time.
    #[inline(always)]
    pub fn read<'m>(&self, memory: &'m [f32], delay: usize, frames: usize) -> Option<&'m [f32]> {
        let start = self.place(delay);
        memory.get(start..start + frames)
    }

    /// The frames from `delay` frames ago on; those that are still to come mean nothing. Nothing when memory is shorter than
    /// the line. Real-time.
    #[inline(always)]
    pub fn window<'m>(&self, memory: &'m [f32], delay: usize) -> Option<&'m [f32; WINDOW]> {
        memory.get(self.place(delay)..)?.first_chunk()
    }

    /// What was written `delay` frames ago and the room for what is written now, as many frames of each; [`commit`] ends
    /// it. The two must lie apart: `frames` ≤ `delay` ≤ [`len`](Self::len) − `frames`. Nothing when they do not, or when
    /// memory is shorter than the line. Real-time.
    ///
    /// [`commit`]: Self::commit
    #[inline(always)]
    pub fn exchange<'m>(
        &self,
        memory: &'m mut [f32],
        delay: usize,
        frames: usize,
    ) -> Option<(&'m [f32], &'m mut [f32])> {
        let (from, to) = (self.place(delay), self.at);
        if from < to {
            let (front, back) = memory.split_at_mut_checked(to)?;
            Some((front.get(from..from + frames)?, back.get_mut(..frames)?))
        } else {
            let (front, back) = memory.split_at_mut_checked(from)?;
            Some((back.get(..frames)?, front.get_mut(to..to + frames)?))
        }
    }

    /// Counts frames as written that [`exchange`](Self::exchange) gave room for. Real-time.
    #[inline(always)]
    pub fn commit(&mut self, memory: &mut [f32], frames: usize) {
        let end = self.at + frames;
        if self.at < PAD
            && let Some((line, pad)) = memory.split_at_mut_checked(self.len)
            && let (Some(to), Some(from)) = (pad.get_mut(self.at..end), line.get(self.at..end))
        {
            copy(to, from);
        }
        self.at = if end >= self.len { 0 } else { end };
    }

    /// Appends frames of one grid segment. Real-time.
    #[inline(always)]
    pub fn write(&mut self, memory: &mut [f32], frames: &[f32]) {
        let end = self.at + frames.len();
        if let Some(to) = memory.get_mut(self.at..end) {
            copy(to, frames);
        }
        if self.at < PAD
            && let Some(to) = memory.get_mut(self.at + self.len..end + self.len)
        {
            copy(to, frames);
        }
        self.at = if end >= self.len { 0 } else { end };
    }
}

/// Copies frames, or nothing when the lengths differ. Real-time.
#[inline(always)]
pub fn copy(to: &mut [f32], from: &[f32]) {
    if to.len() != from.len() {
        return;
    }
    match (<&mut [f32; GRID]>::try_from(&mut *to), <&[f32; GRID]>::try_from(from)) {
        (Ok(to), Ok(from)) => copy_segment(to, from),
        _ => to.copy_from_slice(from),
    }
}

/// In two pieces of the size that compilers still copy in place on small cores, once they know that the two lie apart,
/// which arguments do: a call of `memcpy` takes three instructions a sample there.
#[inline(never)]
fn copy_segment(to: &mut [f32; GRID], from: &[f32; GRID]) {
    const HALF: usize = GRID / 2;
    if let (([to, to_later], _), ([from, from_later], _)) = (to.as_chunks_mut::<HALF>(), from.as_chunks::<HALF>()) {
        *to = *from;
        *to_later = *from_later;
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
        for (memory, len) in [(0, 0), (PAD, 0), (PAD + GRID - 1, 0), (PAD + GRID, GRID), (1_000, 896)] {
            assert_eq!(Line::new(memory).len(), len);
        }
        assert_eq!(Line::new(Line::memory(100)).len(), 128);
    }

    #[test]
    fn memory_shorter_than_the_line_gives_nothing_and_is_left_alone() {
        let mut line = Line::new(Line::memory(128));
        let mut memory = [1.0; GRID - 1];
        assert_eq!(line.read(&memory, 64, GRID), None);
        assert_eq!(line.exchange(&mut memory, 64, GRID), None);
        line.write(&mut memory, &[2.0; GRID]);
        line.commit(&mut memory, GRID);
        assert_eq!(memory, [1.0; GRID - 1]);
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
            prop_assert_eq!(got, Some(&model[start..start + want]));
        }

        /// The same line, written in place while it is read.
        #[test]
        fn exchanges_as_it_reads_and_writes(segments in 1usize..40, delay in GRID..=128usize, cut in 1usize..=GRID) {
            let mut memory = [vec![0.0; Line::memory(160)], vec![0.0; Line::memory(160)]];
            let mut lines = [Line::new(memory[0].len()); 2];
            for segment in 0..segments {
                let frames: Vec<f32> = (0..GRID).map(|i| (segment * GRID + i + 1) as f32).collect();
                for part in frames.chunks(cut) {
                    let want = lines[0].read(&memory[0], delay, part.len()).unwrap().to_vec();
                    lines[0].write(&mut memory[0], part);
                    let (old, new) = lines[1].exchange(&mut memory[1], delay, part.len()).unwrap();
                    prop_assert_eq!(old, &want[..]);
                    new.copy_from_slice(part);
                    lines[1].commit(&mut memory[1], part.len());
                }
            }
            prop_assert_eq!(&memory[0], &memory[1]);
            prop_assert_eq!(lines[0], lines[1]);
        }
    }
}
