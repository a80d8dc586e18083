//! Where a splice jumps to: the delay at which the past looks most like what the present head has just read.

use super::sizes::Sizes;
use super::{FRAME, Head};
use ripieno_dsp::Line;
/// Powers below this are silence: nothing to match.
const SILENT: f32 = 1e-30;

/// The most values that are compared at once, and the most places tried, at any sample rate.
const WINDOW: usize = 256;
const SPAN: usize = 512;

/// The past, as the search sees it at a grid point.
pub struct Search<'a> {
    pub sizes: Sizes,
    pub line: Line,
    pub left: &'a [f32],
    pub right: &'a [f32],
    pub coarse_line: Line,
    pub coarse: &'a [f32],
}

impl Search<'_> {
    /// The best delay from `first` to `last` frames for a head to take over from one at `delay` (in 2⁻³² frames), and how
    /// alike the two are, −1 to 1. Real-time: some ten thousand multiplications.
    pub fn best(&self, delay: i64, first: usize, last: usize) -> (Head, f32) {
        let frames = (delay / FRAME) as usize;
        let guess = self.coarse(frames, first, last);
        let reach = self.sizes.decimation;
        let (mut from, to) = (guess.saturating_sub(reach).max(first), (guess + reach).min(last));
        from = from.min(to);
        let (template, _) = self.mono(frames, self.fine_window());
        let mut scores = [0.0; 2 * 32 + 1];
        let count = (to - from + 1).min(scores.len());
        for (i, score) in scores[..count].iter_mut().enumerate() {
            let (other, window) = self.mono(from + i, self.fine_window());
            *score = score_of(&template[..window], &other[..window]);
        }
        let best = top(&scores[..count]);
        // The top of the parabola through the best score and its neighbours.
        let bend = match best > 0 && best + 1 < count {
            true => {
                let (a, b, c) = (scores[best - 1], scores[best], scores[best + 1]);
                let curve = a - 2.0 * b + c;
                if curve < -1e-6 { (0.5 * (a - c) / curve).clamp(-0.5, 0.5) } else { 0.0 }
            }
            false => 0.0,
        };
        let part = (delay % FRAME) + (bend * FRAME as f32) as i64;
        (Head::Shifted((from + best) as i64 * FRAME + part), signed_root(scores[best]))
    }

    /// How alike the past is at two delays in frames, −1 to 1.
    pub fn likeness(&self, one: usize, other: usize) -> f32 {
        let ((a, window), (b, _)) = (self.mono(one, self.fine_window()), self.mono(other, self.fine_window()));
        signed_root(score_of(&a[..window], &b[..window]))
    }

    /// The best delay on the mono copy, in frames. Of equal ones the longest: long jumps splice less often.
    fn coarse(&self, frames: usize, first: usize, last: usize) -> usize {
        let step = self.sizes.decimation;
        let window = (self.sizes.window / step).min(WINDOW);
        let (near, far) = (first / step, last.div_ceil(step));
        let oldest = (far.max(frames / step) + window).min(self.coarse_line.len()).min(SPAN + WINDOW);
        // Oldest first, to the present.
        let mut past = [0.0; SPAN + WINDOW];
        let past = &mut past[..oldest];
        for (i, value) in past.iter_mut().enumerate() {
            *value = self.coarse.get(self.coarse_line.place(oldest - i)).copied().unwrap_or(0.0);
        }
        let at = |delay: usize| oldest.checked_sub(delay + window).map(|start| &past[start..start + window]);
        let Some(template) = at(frames / step) else { return first };
        // A step of room at both ends: the fine search looks to either side.
        let (near, far) = (near + 1, far.saturating_sub(2).max(near + 1));
        let mut scores = [-1.0; SPAN];
        let count = (far - near + 1).min(SPAN);
        for (i, score) in scores[..count].iter_mut().enumerate() {
            *score = at(near + i).map_or(-1.0, |other| score_of(template, other));
        }
        let best = near + top(&scores[..count]);
        // The template's own place between two values moves the match with it.
        (best * step + frames % step).clamp(first, last)
    }

    fn fine_window(&self) -> usize {
        self.sizes.window.min(WINDOW)
    }

    /// Left plus right over `window` frames up to `delay` frames ago.
    fn mono(&self, delay: usize, window: usize) -> ([f32; WINDOW], usize) {
        let mut mono = [0.0; WINDOW];
        for (i, value) in mono[..window].iter_mut().enumerate() {
            let place = self.line.place((delay + window - i).min(self.line.len()));
            *value = self.left.get(place).copied().unwrap_or(0.0) + self.right.get(place).copied().unwrap_or(0.0);
        }
        (mono, window)
    }
}

/// The place of the highest score that has lower neighbours; of equal ones the last. A slope that leads out of the range
/// has its top outside, so the ends count only when nothing else does.
fn top(scores: &[f32]) -> usize {
    let inner = scores.windows(3).enumerate().filter(|(_, s)| s[1] >= s[0] && s[1] >= s[2]).map(|(i, _)| i + 1);
    let best = |a: usize, b: usize| if scores[b] >= scores[a] { b } else { a };
    inner.reduce(best).or_else(|| (0..scores.len()).reduce(best)).unwrap_or(0)
}

/// Correlation c of two stretches as c·|c| over the product of their powers, −1 to 1.
fn score_of(a: &[f32], b: &[f32]) -> f32 {
    let (c, power) = (dot(a, b), dot(a, a) * dot(b, b));
    if power > SILENT { (c * c.abs() / power).clamp(-1.0, 1.0) } else { 0.0 }
}

fn signed_root(score: f32) -> f32 {
    libm::copysignf(libm::sqrtf(score.abs()), score)
}

/// A sum of products in eight lanes, always in the same order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a8.zip(b8) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    rest + ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
}
