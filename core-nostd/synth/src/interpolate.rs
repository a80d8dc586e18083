//! Reading between frames, over a window that is already unrolled.

use crate::SamplePool;
use crate::config::Interpolation;
use crate::kernel::{self, Kernel, WIDTH};
use crate::lanes::CONTROL_FRAMES;
use crate::window::{Cursor, MARGIN, Raw, Stretch, WINDOW_FRAMES, Window};

/// Greatest step, 32.32: six octaves up.
pub const MAX_STEP: u64 = 64 << 32;

impl Interpolation {
    /// How many neighbouring frames make a frame.
    pub const fn points(self) -> usize {
        match self {
            Self::Linear => 2,
            Self::Cubic => 4,
            Self::Fine => kernel::FINE_POINTS,
            Self::Hq => kernel::HQ_POINTS,
        }
    }
}

/// Writes the next frames of a voice and moves its cursor on. With room for `sums` frames are worked out side by side, for
/// vector units; else one comes after the other. The bytes are the same.
#[inline(always)]
pub fn sing(
    cursor: &mut Cursor,
    pool: SamplePool<'_>,
    interpolation: Interpolation,
    window: &mut Window,
    mut sums: Option<&mut Sums>,
    out: &mut [f32],
) {
    let is_wide = sums.is_some();
    let points = interpolation.points();
    let before = points as u32 / 2 - 1;
    let mut rest = out;
    while !rest.is_empty() {
        cursor.wrap();
        let (count, needed) = reach(cursor.step, cursor.step_slope, rest.len(), points);
        let (now, behind) = rest.split_at_mut(count);
        let mut reader = Reader::new(cursor);
        if points > 4 || !pool.low.is_empty() {
            cursor.unroll(pool, before, needed, &mut window.fine);
            reader.read(interpolation, &window.fine, sums.as_deref_mut(), now);
        } else {
            let raw = cursor.raw(pool, before, needed, &mut window.raw);
            if interpolation == Interpolation::Linear {
                reader.raw(is_wide, raw, now, |[near], x| linear_word(near, x));
            } else {
                reader.raw(is_wide, raw, now, |[near, far], x| {
                    let ([a, b], [c, d]) = (pair(near), pair(far));
                    cubic([a, b, c, d], x)
                });
            }
        }
        reader.settle(cursor);
        rest = behind;
    }
}

/// How many of `frames` a window can serve from the present phase, and how many of its own that takes.
#[inline(always)]
pub fn reach(step: u64, slope: i64, frames: usize, points: usize) -> (usize, usize) {
    // The step is linear within the block: the greater end bounds it.
    let last = step.wrapping_add_signed(slope.wrapping_mul(frames as i64)).min(MAX_STEP);
    let fastest = step.max(last).max(1);
    let room = (WINDOW_FRAMES as u64 - 1) << 32;
    // Neither factor is great: the step is clamped, the frames are at most a period.
    let fits = fastest * frames as u64 <= room;
    let count = if fits { frames } else { ((room / fastest) as usize).min(frames) };
    (count, ((fastest * count as u64) >> 32) as usize + 1 + points)
}

/// A position in the window, 32.32, and how it moves.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub at: u64,
    pub step: u64,
    pub slope: i64,
}

/// How many steps lie before each frame, and how many slopes on top of them.
static PASSED: ([u32; CONTROL_FRAMES], [u32; CONTROL_FRAMES]) = {
    let mut passed = ([0; CONTROL_FRAMES], [0; CONTROL_FRAMES]);
    let mut n = 1;
    while n < CONTROL_FRAMES {
        passed.0[n] = n as u32;
        passed.1[n] = passed.1[n - 1] + passed.0[n - 1];
        n += 1;
    }
    passed
};

/// Where between two frames a position lies.
#[inline(always)]
pub fn fraction(at: u32) -> f32 {
    (at >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// The points from a frame of a window on.
#[inline(always)]
fn stretch<const POINTS: usize>(window: &Stretch<f32>, frame: usize) -> &[f32; POINTS] {
    const { assert!(POINTS <= MARGIN + 1) }
    window[frame % WINDOW_FRAMES..].first_chunk().unwrap_or(&[0.0; POINTS])
}

impl Reader {
    /// At a (wrapped) cursor, which is the window's first frame.
    #[inline(always)]
    fn new(cursor: &Cursor) -> Self {
        Self { at: cursor.fraction(), step: cursor.step, slope: cursor.step_slope }
    }

    /// Moves the cursor to where the reading ended.
    #[inline(always)]
    fn settle(self, cursor: &mut Cursor) {
        cursor.settle(self.at, self.step);
    }

    /// Reads a window of numbers.
    #[inline(always)]
    pub fn read(
        &mut self,
        interpolation: Interpolation,
        window: &Stretch<f32>,
        sums: Option<&mut Sums>,
        out: &mut [f32],
    ) {
        match interpolation {
            Interpolation::Linear => self.fine(window, out, linear),
            Interpolation::Cubic => self.fine(window, out, cubic),
            Interpolation::Fine => self.convolve(&kernel::FINE, window, sums, out),
            Interpolation::Hq => self.convolve(&kernel::HQ, window, sums, out),
        }
    }

    /// The current index; then moves on.
    #[inline(always)]
    fn next(&mut self) -> usize {
        let index = (self.at >> 32) as usize % WINDOW_FRAMES;
        self.at = self.at.wrapping_add(self.step);
        self.step = self.step.wrapping_add_signed(self.slope);
        index
    }

    /// The fractions of the next frames, side by side: the low halves of the positions, in closed form.
    #[inline(always)]
    fn fractions(&self) -> [f32; CONTROL_FRAMES] {
        let (at, step, slope) = (self.at as u32, self.step as u32, self.slope as u32);
        let mut fractions = [0.0; CONTROL_FRAMES];
        for ((x, steps), slopes) in fractions.iter_mut().zip(&PASSED.0).zip(&PASSED.1) {
            *x = fraction(at.wrapping_add(step.wrapping_mul(*steps)).wrapping_add(slope.wrapping_mul(*slopes)));
        }
        fractions
    }

    /// Applies a kernel to every frame of a window of numbers. Points first, then all frames side by side: plain loops,
    /// of which the one with all the arithmetic vectorises.
    #[inline(always)]
    fn fine<const POINTS: usize>(
        &mut self,
        window: &Stretch<f32>,
        out: &mut [f32],
        kernel: impl Fn([f32; POINTS], f32) -> f32,
    ) {
        let fractions = self.fractions();
        let mut points = [[0.0_f32; POINTS]; CONTROL_FRAMES];
        for (points, _) in points.iter_mut().zip(&*out) {
            let i = self.next();
            *points = *stretch(window, i);
        }
        for ((value, points), x) in out.iter_mut().zip(&points).zip(&fractions) {
            *value = kernel(*points, *x);
        }
    }

    /// The same for a window of raw frames, which travel two in a word.
    #[inline(always)]
    fn raw<const WORDS: usize>(
        &mut self,
        is_wide: bool,
        window: &Stretch<Raw>,
        out: &mut [f32],
        kernel: impl Fn([u32; WORDS], f32) -> f32,
    ) {
        let bytes = window.as_flattened();
        let word =
            |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u32::from_le_bytes(*word));
        if !is_wide {
            for value in out {
                let x = fraction(self.at as u32);
                let i = self.next();
                *value = kernel(core::array::from_fn(|k| word(2 * i + 4 * k)), x);
            }
            return;
        }
        let fractions = self.fractions();
        let mut words = [[0_u32; CONTROL_FRAMES]; WORDS];
        for n in 0..out.len().min(CONTROL_FRAMES) {
            let i = self.next();
            for (k, words) in words.iter_mut().enumerate() {
                words[n] = word(2 * i + 4 * k);
            }
        }
        for (n, (value, x)) in out.iter_mut().zip(&fractions).enumerate() {
            *value = kernel(core::array::from_fn(|k| words[k][n]), *x);
        }
    }

    /// Reads through a table of factors: [`WIDTH`] partial sums a frame, then a fixed tree, so that the order never depends
    /// on the machine.
    #[inline(always)]
    fn convolve<const POINTS: usize, const TERMS: usize, const ROWS: usize>(
        &mut self,
        kernel: &Kernel<POINTS, TERMS, ROWS>,
        window: &Stretch<f32>,
        sums: Option<&mut Sums>,
        out: &mut [f32],
    ) {
        let Some(Sums(sums)) = sums else {
            for value in out {
                let way = self.at as u32;
                let [a, b, c, d, e, f, g, h] = kernel.products(way, stretch(window, self.next()));
                *value = ((a + e) + (c + g)) + ((b + f) + (d + h));
            }
            return;
        };
        for (quarters, _) in sums.iter_mut().zip(&*out) {
            let way = self.at as u32;
            let eighths = kernel.products(way, stretch(window, self.next()));
            for (k, quarter) in quarters.iter_mut().enumerate() {
                *quarter = eighths[k] + eighths[k + WIDTH / 2];
            }
        }
        for (value, [a, b, c, d]) in out.iter_mut().zip(&*sums) {
            *value = (a + c) + (b + d);
        }
    }
}

/// Partial sums of a control period's frames on their way to one: through memory, because only stores side by side make a
/// compiler keep them side by side.
#[derive(Debug)]
pub struct Sums([[f32; WIDTH / 2]; CONTROL_FRAMES]);

impl Sums {
    pub const ZERO: Self = Self([[0.0; WIDTH / 2]; CONTROL_FRAMES]);
}

/// Two neighbours from a word of raw frames.
#[inline(always)]
fn pair(word: u32) -> [f32; 2] {
    [((word as i32) << 16 >> 16) as f32, (word as i32 >> 16) as f32]
}

#[inline(always)]
fn linear([a, b]: [f32; 2], x: f32) -> f32 {
    a + (b - a) * x
}

/// Between the two neighbours in a word of raw frames. As a whole number their difference is as exact, and sooner made.
#[inline(always)]
pub fn linear_word(word: u32, x: f32) -> f32 {
    let (a, b) = ((word as i32) << 16 >> 16, word as i32 >> 16);
    a as f32 + (b - a) as f32 * x
}

/// Catmull-Rom in Hermite form: value, slope, curvature, twist.
#[inline(always)]
fn cubic([a, b, c, d]: [f32; 4], x: f32) -> f32 {
    let slope = 0.5 * (c - a);
    let rise = c - b;
    let twist = slope + 0.5 * (d - b) - 2.0 * rise;
    let curve = rise - slope - twist;
    ((twist * x + curve) * x + slope) * x + b
}
