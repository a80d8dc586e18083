//! The stretch of sample that the next frames read, unrolled: loops become a straight line, so the inner loops of
//! interpolation know no seam and every index is in range by construction.

use crate::bank::{BLOCK8_BYTES, BLOCK8_FRAMES};
use crate::{Coding, LoopMode, Sample, SamplePool};

/// Frames that one fill can hold: a power of two, so that a mask keeps every index inside.
pub const WINDOW_FRAMES: usize = 512;

/// Room behind the masked part for the points to the right of the last one.
pub const MARGIN: usize = 24;

/// Frames behind a sample's end at which no kernel reaches back to it.
const LINGER: i64 = 16;

/// A stretch of unrolled frames.
pub type Stretch<F> = [F; WINDOW_FRAMES + MARGIN];

/// A frame as a 16-bit pool has it, little-endian.
pub type Raw = [u8; 2];

/// Unrolled frames: as they are where 16 bits are all there is, else as numbers on the 16-bit scale.
#[derive(Debug)]
pub struct Window {
    pub raw: Stretch<Raw>,
    pub fine: Stretch<f32>,
}

impl Window {
    pub const SILENT: Self = Self { raw: [[0; 2]; WINDOW_FRAMES + MARGIN], fine: [0.0; WINDOW_FRAMES + MARGIN] };
}

/// A frame of a window.
pub trait Frame: Copy + Default {
    /// Frames from the pool; silence where the pool has none.
    fn read(pool: SamplePool<'_>, at: usize, out: &mut [Self]);
}

/// Where a voice is in its sample.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// What plays.
    pub sample: Sample,
    /// Absolute frame in the pool, 32.32. Below zero where a delay runs up to the pool's first frame.
    pub phase: i64,
    /// Frames advanced a frame, 32.32.
    pub step: u64,
    /// What `step` grows by a frame.
    pub step_slope: i64,
    /// The loop still repeats.
    pub is_looping: bool,
    /// How often it has repeated, up to 255: what precedes its start is its end, that many times.
    repeats: u8,
}

impl Cursor {
    /// At the start of a sample.
    pub fn new(sample: Sample) -> Self {
        Self {
            sample,
            phase: i64::from(sample.start) << 32,
            step: 0,
            step_slope: 0,
            is_looping: sample.mode != LoopMode::None,
            repeats: 0,
        }
    }

    /// The key was released.
    pub fn release(&mut self) {
        // What has run past the loop's end is still in the loop.
        self.wrap();
        self.is_looping &= self.sample.mode == LoopMode::Continuous;
    }

    /// True when nothing but silence follows.
    pub fn is_over(&self) -> bool {
        !self.is_looping && self.phase >> 32 > i64::from(self.sample.end) + LINGER
    }

    /// Brings the phase back into the loop.
    #[inline]
    pub fn wrap(&mut self) {
        let end = i64::from(self.sample.loop_end) << 32;
        if self.is_looping && self.phase >= end {
            let start = i64::from(self.sample.loop_start) << 32;
            let length = (end - start).max(1);
            let repeats = (self.phase - start) / length;
            self.phase -= repeats * length;
            self.repeats = self.repeats.saturating_add(repeats.min(255) as u8);
        }
    }

    /// How far it is past a frame.
    #[inline(always)]
    pub fn fraction(&self) -> u64 {
        u64::from(self.phase as u32)
    }

    /// Moves on to `at`, counted from the frame it is at, and takes up the step reached there.
    #[inline(always)]
    pub fn settle(&mut self, at: u64, step: u64) {
        self.phase = self.phase.wrapping_add_unsigned(at.wrapping_sub(self.fraction()));
        self.step = step;
    }

    /// The pool itself as a window, where it has the next `frames` as they are to be read: no seam, no end, two bytes each.
    #[inline(always)]
    fn borrow<'a>(&self, pool: SamplePool<'a>, before: u32, frames: usize) -> Option<&'a Stretch<Raw>> {
        let sample = &self.sample;
        let at = u32::try_from((self.phase >> 32) - i64::from(before)).ok()?;
        let first = if self.repeats > 0 { sample.loop_start.max(sample.start) } else { sample.start };
        let end = if self.is_looping { sample.loop_end } else { sample.end };
        if at < first || end.saturating_sub(at) < frames as u32 || pool.coding != Coding::Pcm16 {
            return None;
        }
        let (behind, _) = pool.high.get(2 * at as usize..)?.as_chunks::<2>();
        behind.first_chunk()
    }

    /// The next `frames`, beginning `before` frames ahead of the phase: the pool itself, or else `window`, filled.
    #[inline(always)]
    pub fn raw<'a>(
        &self,
        pool: SamplePool<'a>,
        before: u32,
        frames: usize,
        window: &'a mut Stretch<Raw>,
    ) -> &'a Stretch<Raw> {
        match self.borrow(pool, before, frames) {
            Some(stretch) => stretch,
            None => {
                self.unroll(pool, before, frames, window);
                window
            }
        }
    }

    /// Fills the first `frames` of a window, beginning `before` frames ahead of the (wrapped) phase.
    #[inline(always)]
    pub fn unroll<F: Frame>(&self, pool: SamplePool<'_>, before: u32, frames: usize, window: &mut Stretch<F>) {
        let sample = &self.sample;
        let (loop_start, loop_end) = (i64::from(sample.loop_start), i64::from(sample.loop_end));
        let mut at = (self.phase >> 32) - i64::from(before);
        let mut rest = &mut window[..frames.min(WINDOW_FRAMES + MARGIN)];
        if self.repeats > 0 && at < loop_start {
            // Back over the seam as often as it was crossed; beyond lies what led into the loop.
            let ahead = ((loop_start - at) as usize).min(before as usize);
            let (history, behind) = rest.split_at_mut(ahead.min(rest.len()));
            let length = (loop_end - loop_start).max(1);
            for (n, frame) in history.iter_mut().enumerate() {
                let back = (ahead - n) as i64;
                let crossed = ((back + length - 1) / length).min(i64::from(self.repeats));
                let place = loop_start - back + crossed * length;
                if place >= i64::from(sample.start) {
                    F::read(pool, place as usize, core::slice::from_mut(frame));
                } else {
                    *frame = F::default();
                }
            }
            at += ahead as i64;
            rest = behind;
        }
        while !rest.is_empty() {
            if self.is_looping && at >= loop_end {
                at = loop_start;
            }
            let end = if self.is_looping { loop_end } else { i64::from(sample.end) };
            let (is_silent, length) = if at < i64::from(sample.start) {
                (true, i64::from(sample.start) - at)
            } else if at >= end {
                (true, rest.len() as i64)
            } else {
                (false, end - at)
            };
            let (piece, behind) = rest.split_at_mut((length as usize).min(rest.len()));
            if is_silent {
                piece.fill(F::default());
            } else {
                F::read(pool, at as usize, piece);
            }
            at += piece.len() as i64;
            rest = behind;
        }
    }
}

/// Frames of a [`Coding::Block8`] pool; silence where it has none. Kept out of line: the 16-bit way is the short one.
#[inline(never)]
fn read_blocks<F: Frame>(pool: &[u8], mut at: usize, mut out: &mut [F], frame: impl Fn(i16) -> F) {
    while !out.is_empty() {
        let (block, offset) = (at / BLOCK8_FRAMES, at % BLOCK8_FRAMES);
        let (piece, behind) = out.split_at_mut((BLOCK8_FRAMES - offset).min(out.len()));
        let bytes = pool.get(block * BLOCK8_BYTES..(block + 1) * BLOCK8_BYTES).unwrap_or(&[]);
        match bytes.split_first().map(|(shift, frames)| (shift, frames.get(offset..).unwrap_or(&[]))) {
            Some((&shift, frames)) => {
                for (out, value) in piece.iter_mut().zip(frames) {
                    *out = frame(i16::from(value.cast_signed()) << shift.min(8));
                }
            }
            None => piece.fill(F::default()),
        }
        at += piece.len();
        out = behind;
    }
}

impl Frame for Raw {
    #[inline(always)]
    fn read(pool: SamplePool<'_>, at: usize, out: &mut [Self]) {
        if pool.coding == Coding::Block8 {
            return read_blocks(pool.high, at, out, i16::to_le_bytes);
        }
        let bytes = pool.high.get(at * 2..(at + out.len()) * 2).unwrap_or(&[]);
        let (frames, _) = bytes.as_chunks::<2>();
        match frames.get(..out.len()) {
            Some(frames) => out.copy_from_slice(frames),
            None => out.fill([0; 2]),
        }
    }
}

impl Frame for f32 {
    #[inline(always)]
    fn read(pool: SamplePool<'_>, at: usize, out: &mut [Self]) {
        if pool.coding == Coding::Block8 {
            return read_blocks(pool.high, at, out, Self::from);
        }
        let bytes = pool.high.get(at * 2..(at + out.len()) * 2);
        let (frames, _) = bytes.unwrap_or(&[]).as_chunks::<2>();
        if frames.len() < out.len() {
            out.fill(0.0);
            return;
        }
        if pool.low.is_empty() {
            for (out, frame) in out.iter_mut().zip(frames) {
                *out = Self::from(i16::from_le_bytes(*frame));
            }
            return;
        }
        let low = pool.low.get(at..at + out.len()).unwrap_or(&[]);
        out.fill(0.0);
        for ((out, frame), low) in out.iter_mut().zip(frames).zip(low) {
            let whole = i32::from(i16::from_le_bytes(*frame)) << 8 | i32::from(*low);
            *out = whole as Self * (1.0 / 256.0);
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Side;
    use std::vec::Vec;

    const SAMPLE: Sample = Sample {
        index: 0,
        start: 2,
        end: 12,
        loop_start: 5,
        loop_end: 8,
        mode: LoopMode::UntilRelease,
        rate_hz: 44_100,
        root_key: 60,
        correction_cents: 0,
        side: Side::Mono,
        link: 0,
    };

    fn unrolled(cursor: &Cursor, before: u32, frames: usize) -> Vec<i32> {
        let bytes: Vec<u8> = (0..20_i16).flat_map(|n| (100 + n).to_le_bytes()).collect();
        let mut window = [0.0; WINDOW_FRAMES + MARGIN];
        let pool = SamplePool { high: &bytes, ..SamplePool::default() };
        cursor.unroll(pool, before, frames, &mut window);
        let mut raw = [[0; 2]; WINDOW_FRAMES + MARGIN];
        cursor.unroll(pool, before, frames, &mut raw);
        assert!(window.iter().zip(raw).all(|(fine, raw)| *fine == f32::from(i16::from_le_bytes(raw))));
        window[..frames].iter().map(|x| *x as i32).collect()
    }

    #[test]
    fn a_loop_becomes_a_straight_line() {
        let mut cursor = Cursor::new(SAMPLE);
        // Silence before the start, the attack, then the loop again and again.
        assert_eq!(unrolled(&cursor, 2, 12), [0, 0, 102, 103, 104, 105, 106, 107, 105, 106, 107, 105]);
        cursor.phase = 9 << 32;
        cursor.wrap();
        assert_eq!(cursor.phase >> 32, 6);
        // What precedes the loop's start is now its end, and before that what first led into it.
        assert_eq!(unrolled(&cursor, 5, 8), [104, 105, 106, 107, 105, 106, 107, 105]);
    }

    #[test]
    fn a_released_loop_runs_out() {
        let mut cursor = Cursor::new(SAMPLE);
        cursor.phase = 8 << 32;
        cursor.wrap();
        cursor.release();
        assert_eq!(unrolled(&cursor, 2, 11), [106, 107, 105, 106, 107, 108, 109, 110, 111, 0, 0]);
        cursor.phase = 40 << 32;
        assert!(cursor.is_over());
    }

    #[test]
    fn blocks_decode_alike_from_wherever_they_are_read() {
        // Two blocks; a shift beyond 8, which no builder writes, counts as 8.
        let mut bytes = std::vec![3];
        bytes.extend((0..32_u8).map(|n| n.wrapping_sub(16)));
        bytes.push(200);
        bytes.extend((0..32_u8).map(|n| n.wrapping_mul(8)));
        let pool = SamplePool { high: &bytes, low: &[], coding: Coding::Block8 };
        let expected: Vec<i16> =
            (-16..16).map(|n| n * 8).chain((0..32).map(|n| i16::from((n as u8 * 8).cast_signed()) * 256)).collect();
        for from in 0..64 {
            for length in 0..=64 - from {
                let (mut raw, mut fine) = (std::vec![[0; 2]; length], std::vec![0.0_f32; length]);
                Raw::read(pool, from, &mut raw);
                f32::read(pool, from, &mut fine);
                let expected = &expected[from..from + length];
                assert!(raw.iter().zip(expected).all(|(found, &right)| i16::from_le_bytes(*found) == right));
                assert!(fine.iter().zip(expected).all(|(&found, &right)| found == f32::from(right)));
            }
        }
        let mut past = [[1; 2]; 40];
        Raw::read(pool, 60, &mut past);
        assert_eq!(past[3], (expected[63]).to_le_bytes());
        assert_eq!(past[4..], [[0; 2]; 36]);
    }

    #[test]
    fn low_bytes_refine() {
        let pool = SamplePool { high: &[1, 0, 255, 255], low: &[128, 64], coding: Coding::Pcm16 };
        let mut out = [0.0; 2];
        f32::read(pool, 0, &mut out);
        assert_eq!(out, [1.5, -0.75]);
        f32::read(pool, 1, &mut out);
        assert_eq!(out, [0.0, 0.0]);
    }
}
