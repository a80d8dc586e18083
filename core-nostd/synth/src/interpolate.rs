//! Reading between frames: the three kernels, over a window that is already unrolled.

use crate::SamplePool;
use crate::config::Interpolation;
use crate::lanes::{LANES, Lanes};
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

/// Writes the next frames of a voice into one lane and moves its cursor on.
#[inline(always)]
pub fn sing(
    cursor: &mut Cursor,
    pool: SamplePool<'_>,
    interpolation: Interpolation,
    window: &mut Window,
    out: &mut [Lanes],
    lane: usize,
) {
    let (before, points) = interpolation.points();
    let mut rest = out;
    while !rest.is_empty() {
        cursor.wrap();
        // The step is linear within the block: the greater end bounds it.
        let last = cursor.step.wrapping_add_signed(cursor.step_slope.wrapping_mul(rest.len() as i64)).min(MAX_STEP);
        let fastest = cursor.step.max(last).max(1);
        let room = ((WINDOW_FRAMES as u64 - 1) << 32) / fastest;
        let count = rest.len().min(room.min(usize::MAX as u64) as usize);
        let span = ((fastest * count as u64) >> 32) as usize + 1;
        cursor.unroll(pool, before, span + points, window);
        let (now, behind) = rest.split_at_mut(count);
        let mut reader = Reader { at: cursor.phase & 0xFFFF_FFFF, step: cursor.step, slope: cursor.step_slope };
        let whole = cursor.phase - reader.at;
        match interpolation {
            Interpolation::Linear => reader.linear(window, now, lane),
            Interpolation::Cubic => reader.cubic(window, now, lane),
            Interpolation::Hq => reader.sinc(window, now, lane),
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

/// 2⁻²⁴.
const FRACTION: f32 = 1.0 / 16_777_216.0;

impl Reader {
    /// The current index and fraction; then moves on.
    #[inline(always)]
    fn next(&mut self) -> (usize, f32) {
        let index = (self.at >> 32) as usize % WINDOW_FRAMES;
        let fraction = (self.at as u32 >> 8) as i32 as f32 * FRACTION;
        self.at = self.at.wrapping_add(self.step);
        self.step = self.step.wrapping_add_signed(self.slope);
        (index, fraction)
    }

    #[inline(always)]
    fn linear(&mut self, window: &Window, out: &mut [Lanes], lane: usize) {
        for out in out {
            let (i, x) = self.next();
            let (a, b) = (window[i], window[i + 1]);
            out[lane % LANES] = a + (b - a) * x;
        }
    }

    #[inline(always)]
    fn cubic(&mut self, window: &Window, out: &mut [Lanes], lane: usize) {
        for out in out {
            let (i, x) = self.next();
            let (a, b, c, d) = (window[i], window[i + 1], window[i + 2], window[i + 3]);
            let slope = 0.5 * (c - a);
            let rise = c - b;
            let bend = 0.5 * (d - b);
            // Hermite form: value b, then slope, curvature, twist.
            let twist = slope + bend - 2.0 * rise;
            let curve = rise - slope - twist;
            out[lane % LANES] = ((twist * x + curve) * x + slope) * x + b;
        }
    }

    #[inline(always)]
    fn sinc(&mut self, window: &Window, out: &mut [Lanes], lane: usize) {
        for out in out {
            let (i, x) = self.next();
            let scaled = x * sinc::PHASES as f32;
            let row = scaled as i32 as usize % sinc::PHASES;
            let between = scaled - row as f32;
            let (now, next) = (&TABLE[row], &TABLE[row + 1]);
            let points = &window[i..i + MARGIN];
            // Four partial sums side by side, then a fixed tree: the order never depends on the machine.
            let mut sums = [0.0_f32; 4];
            for n in 0..sinc::POINTS / 4 {
                for (k, sum) in sums.iter_mut().enumerate() {
                    let n = 4 * n + k;
                    *sum += (now[n] + (next[n] - now[n]) * between) * points[n];
                }
            }
            out[lane % LANES] = (sums[0] + sums[2]) + (sums[1] + sums[3]);
        }
    }
}
