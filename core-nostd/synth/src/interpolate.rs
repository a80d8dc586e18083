//! Reading between frames: the three kernels, over a window that is already unrolled.

use crate::SamplePool;
use crate::config::Interpolation;
use crate::lanes::CONTROL_FRAMES;
use crate::sinc::{self, TABLE};
use crate::window::{Cursor, MARGIN, WINDOW_FRAMES, Window};

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

/// Writes the next frames of a voice and moves its cursor on.
#[inline(always)]
pub fn sing(
    cursor: &mut Cursor,
    pool: SamplePool<'_>,
    interpolation: Interpolation,
    window: &mut Window,
    out: &mut [f32],
) {
    let (before, points) = interpolation.points();
    let mut rest = out;
    while !rest.is_empty() {
        cursor.wrap();
        // The step is linear within the block: the greater end bounds it.
        let last = cursor.step.wrapping_add_signed(cursor.step_slope.wrapping_mul(rest.len() as i64)).min(MAX_STEP);
        let fastest = cursor.step.max(last).max(1);
        let room = (WINDOW_FRAMES as u64 - 1) << 32;
        let fits = fastest.saturating_mul(rest.len() as u64) <= room;
        let count = if fits { rest.len() } else { (room / fastest) as usize };
        let span = ((fastest * count as u64) >> 32) as usize + 1;
        cursor.unroll(pool, before, span + points, window);
        let (now, behind) = rest.split_at_mut(count);
        let mut reader = Reader { at: cursor.phase & 0xFFFF_FFFF, step: cursor.step, slope: cursor.step_slope };
        let whole = cursor.phase - reader.at;
        match interpolation {
            Interpolation::Linear => reader.linear(window, now),
            Interpolation::Cubic => reader.cubic(window, now),
            Interpolation::Hq => reader.sinc(window, now),
        }
        (cursor.phase, cursor.step) = (whole + reader.at, reader.step);
        rest = behind;
    }
}

/// A position in the window, 32.32, and how it moves.
struct Reader {
    at: u64,
    step: u64,
    slope: i64,
}

/// Half of the sinc's points.
const HALF: usize = sinc::POINTS / 2;

/// 2⁻²⁴.
const FRACTION: f32 = 1.0 / 16_777_216.0;

impl Reader {
    /// The current index and fraction; then moves on.
    #[inline(always)]
    fn next(&mut self) -> (usize, f32) {
        let (index, fraction) = self.raw();
        (index, fraction as f32 * FRACTION)
    }

    /// The fraction in 2⁻²⁴.
    #[inline(always)]
    fn raw(&mut self) -> (usize, i32) {
        let index = (self.at >> 32) as usize % WINDOW_FRAMES;
        let fraction = (self.at as u32 >> 8) as i32;
        self.at = self.at.wrapping_add(self.step);
        self.step = self.step.wrapping_add_signed(self.slope);
        (index, fraction)
    }

    /// Applies a kernel of `POINTS` points to every frame. Points first, then all frames side by side: two plain
    /// loops, of which the second one, with all the arithmetic, vectorises.
    #[inline(always)]
    fn apply<const POINTS: usize>(
        &mut self,
        window: &Window,
        out: &mut [f32],
        kernel: impl Fn([f32; POINTS], f32) -> f32,
    ) {
        let mut points = [[0.0_f32; POINTS]; CONTROL_FRAMES];
        let mut fractions = [0_i32; CONTROL_FRAMES];
        let count = out.len().min(CONTROL_FRAMES);
        for (points, fraction) in points[..count].iter_mut().zip(&mut fractions[..count]) {
            let (i, x) = self.raw();
            points.copy_from_slice(&window[i..i + POINTS]);
            *fraction = x;
        }
        for ((value, points), fraction) in out.iter_mut().zip(&points[..count]).zip(&fractions[..count]) {
            *value = kernel(*points, *fraction as f32 * FRACTION);
        }
    }

    #[inline(always)]
    fn linear(&mut self, window: &Window, out: &mut [f32]) {
        self.apply::<2>(window, out, |[a, b], x| a + (b - a) * x);
    }

    /// Catmull-Rom in Hermite form: value, slope, curvature, twist.
    #[inline(always)]
    fn cubic(&mut self, window: &Window, out: &mut [f32]) {
        self.apply::<4>(window, out, |[a, b, c, d], x| {
            let slope = 0.5 * (c - a);
            let rise = c - b;
            let twist = slope + 0.5 * (d - b) - 2.0 * rise;
            let curve = rise - slope - twist;
            ((twist * x + curve) * x + slope) * x + b
        });
    }

    #[inline(always)]
    fn sinc(&mut self, window: &Window, out: &mut [f32]) {
        // Eight partial sums a frame, then a fixed tree: the order never depends on the machine. They go through memory
        // because only stores side by side make a compiler keep them side by side.
        let mut partial = [[0.0_f32; HALF]; CONTROL_FRAMES];
        for (sums, _) in partial.iter_mut().zip(&*out) {
            let (i, x) = self.next();
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
