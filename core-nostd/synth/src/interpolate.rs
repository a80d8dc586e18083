//! Reading between frames: the three kernels, over a window that is already unrolled.

use crate::SamplePool;
use crate::config::Interpolation;
use crate::lanes::CONTROL_FRAMES;
use crate::sinc::{self, TABLE};
use crate::window::{Cursor, MARGIN, Raw, Stretch, WINDOW_FRAMES, Window};

/// Greatest step, 32.32: six octaves up.
pub const MAX_STEP: u64 = 64 << 32;

impl Interpolation {
    /// Points of the windowed sinc.
    pub const HQ_POINTS: usize = sinc::POINTS;

    /// Points to the left of the phase, and in all.
    const fn points(self) -> (u32, usize) {
        match self {
            Self::Linear => (0, 2),
            Self::Cubic => (1, 4),
            Self::Hq => (sinc::POINTS as u32 / 2 - 1, sinc::POINTS),
        }
    }
}

/// Writes the next frames of a voice and moves its cursor on. `WIDE` works out frames of 16-bit points side by side, for
/// vector units; else one comes after the other. The bytes are the same.
#[inline(always)]
pub fn sing<const WIDE: bool>(
    cursor: &mut Cursor,
    pool: SamplePool<'_>,
    interpolation: Interpolation,
    window: &mut Window,
    out: &mut [f32],
) {
    let (before, points) = interpolation.points();
    let mut rest = out;
    while !rest.is_empty() {
        let (count, needed) = reach(cursor, rest.len(), points);
        let (now, behind) = rest.split_at_mut(count);
        let mut reader = Reader::new(cursor);
        if interpolation == Interpolation::Hq || !pool.low.is_empty() {
            cursor.unroll(pool, before, needed, &mut window.fine);
            match interpolation {
                Interpolation::Linear => reader.fine(&window.fine, now, linear),
                Interpolation::Cubic => reader.fine(&window.fine, now, cubic),
                Interpolation::Hq => reader.sinc(&window.fine, now),
            }
        } else {
            let raw = cursor.raw(pool, before, needed, &mut window.raw);
            if interpolation == Interpolation::Linear {
                reader.raw::<WIDE, 1>(raw, now, |[near], x| linear_word(near, x));
            } else {
                reader.raw::<WIDE, 2>(raw, now, |[near, far], x| {
                    let ([a, b], [c, d]) = (pair(near), pair(far));
                    cubic([a, b, c, d], x)
                });
            }
        }
        reader.settle(cursor);
        rest = behind;
    }
}

/// Wraps the phase; how many of `frames` a window can serve from there, and how many of its own that takes.
#[inline(always)]
fn reach(cursor: &mut Cursor, frames: usize, points: usize) -> (usize, usize) {
    cursor.wrap();
    // The step is linear within the block: the greater end bounds it.
    let last = cursor.step.wrapping_add_signed(cursor.step_slope.wrapping_mul(frames as i64)).min(MAX_STEP);
    let fastest = cursor.step.max(last).max(1);
    let room = (WINDOW_FRAMES as u64 - 1) << 32;
    // Neither factor is great: the step is clamped, the frames are at most a period.
    let fits = fastest * frames as u64 <= room;
    let count = if fits { frames } else { ((room / fastest) as usize).min(frames) };
    (count, ((fastest * count as u64) >> 32) as usize + 1 + points)
}

/// A position in the window, 32.32, and how it moves.
struct Reader {
    at: u64,
    step: u64,
    slope: i64,
}

/// Half of the sinc's points.
const HALF: usize = sinc::POINTS / 2;

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

impl Reader {
    /// At a (wrapped) cursor, which is the window's first frame.
    #[inline(always)]
    fn new(cursor: &Cursor) -> Self {
        Self { at: cursor.phase & 0xFFFF_FFFF, step: cursor.step, slope: cursor.step_slope }
    }

    /// Moves the cursor to where the reading ended.
    #[inline(always)]
    fn settle(self, cursor: &mut Cursor) {
        cursor.phase += self.at - (cursor.phase & 0xFFFF_FFFF);
        cursor.step = self.step;
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
            points.copy_from_slice(&window[i..i + POINTS]);
        }
        for ((value, points), x) in out.iter_mut().zip(&points).zip(&fractions) {
            *value = kernel(*points, *x);
        }
    }

    /// The same for a window of raw frames, which travel two in a word.
    #[inline(always)]
    fn raw<const WIDE: bool, const WORDS: usize>(
        &mut self,
        window: &Stretch<Raw>,
        out: &mut [f32],
        kernel: impl Fn([u32; WORDS], f32) -> f32,
    ) {
        let bytes = window.as_flattened();
        let word =
            |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u32::from_le_bytes(*word));
        if !WIDE {
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

    #[inline(always)]
    fn sinc(&mut self, window: &Stretch<f32>, out: &mut [f32]) {
        // Eight partial sums a frame, then a fixed tree: the order never depends on the machine. They go through memory
        // because only stores side by side make a compiler keep them side by side.
        let mut partial = [[0.0_f32; HALF]; CONTROL_FRAMES];
        let fractions = self.fractions();
        for ((sums, _), x) in partial.iter_mut().zip(&*out).zip(&fractions) {
            let i = self.next();
            let scaled = x * sinc::PHASES as f32;
            let row = scaled as i32 as usize % sinc::PHASES;
            let between = scaled - row as f32;
            let (now, next) = (&TABLE[row], &TABLE[row + 1]);
            let points = &window[i..i + MARGIN];
            for (k, sum) in sums.iter_mut().enumerate() {
                let (a, b) = (points[k], points[k + HALF]);
                let here = now[k] * a + now[k + HALF] * b;
                let there = next[k] * a + next[k + HALF] * b;
                *sum = here + (there - here) * between;
            }
        }
        for (frame, [a, b, c, d, e, f, g, h]) in out.iter_mut().zip(partial) {
            *frame = ((a + e) + (c + g)) + ((b + f) + (d + h));
        }
    }
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
