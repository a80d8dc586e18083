//! Where a splice jumps to: the delay at which the past looks most like what the present head has just read.

use super::sizes::Sizes;
use super::{FRAME, Head};
use ripieno_dsp::Line;
/// Powers below this are silence: nothing to match.
const SILENT: f32 = 1e-30;

/// The most values that are compared at once, and the most places tried, at any sample rate.
const WINDOW: usize = 256;
const SPAN: usize = 512;
/// The most places that the fine search tries.
const PLACES: usize = 2 * 32 + 1;

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
        let window = self.fine_window();
        let count = (to - from + 1).min(PLACES);
        let (mut template, mut past) = ([0.0; WINDOW], [0.0; WINDOW + PLACES]);
        self.mono(frames, &mut template[..window]);
        // Oldest first, so the nearest place lies last.
        self.mono(from, &mut past[..window + count - 1]);
        let mut scores = [0.0; PLACES];
        score_all(&template[..window], &past[..window + count - 1], &mut scores[..count]);
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
        let window = self.fine_window();
        let (mut a, mut b, mut score) = ([0.0; WINDOW], [0.0; WINDOW], [0.0]);
        self.mono(one, &mut a[..window]);
        self.mono(other, &mut b[..window]);
        score_all(&a[..window], &b[..window], &mut score);
        signed_root(score[0])
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
        let Some(start) = oldest.checked_sub(frames / step + window) else { return first };
        let mut template = [0.0; WINDOW];
        template[..window].copy_from_slice(&past[start..start + window]);
        // A step of room at both ends: the fine search looks to either side.
        let (near, far) = (near + 1, far.saturating_sub(2).max(near + 1));
        let mut scores = [0.0; SPAN];
        let count = (far - near + 1).min(SPAN).min((oldest + 1).saturating_sub(near + window));
        let Some(start) = oldest.checked_sub(near + window + count.saturating_sub(1)) else { return first };
        score_all(&template[..window], &past[start..oldest - near], &mut scores[..count]);
        let best = near + top(&scores[..count]);
        // The template's own place between two values moves the match with it.
        (best * step + frames % step).clamp(first, last)
    }

    fn fine_window(&self) -> usize {
        self.sizes.window.min(WINDOW)
    }

    /// Left plus right up to `delay` frames ago, oldest first.
    fn mono(&self, delay: usize, out: &mut [f32]) {
        let oldest = (delay + out.len()).min(self.line.len());
        let mut place = self.line.place(oldest);
        for value in out {
            *value = self.left.get(place).copied().unwrap_or(0.0) + self.right.get(place).copied().unwrap_or(0.0);
            place = if place + 1 == self.line.len() { 0 } else { place + 1 };
        }
    }
}

/// The place of the highest score that has lower neighbours; of equal ones the last. A slope that leads out of the range
/// has its top outside, so the ends count only when nothing else does.
fn top(scores: &[f32]) -> usize {
    let inner = scores.windows(3).enumerate().filter(|(_, s)| s[1] >= s[0] && s[1] >= s[2]).map(|(i, _)| i + 1);
    let best = |a: usize, b: usize| if scores[b] >= scores[a] { b } else { a };
    inner.reduce(best).or_else(|| (0..scores.len()).reduce(best)).unwrap_or(0)
}

/// Scores of all places of a template along `past`, the last place first: correlation c as c·|c| over the product of the
/// powers, −1 to 1.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn score_all(template: &[f32], past: &[f32], scores: &mut [f32]) {
    let (own, _) = products(template, template);
    let last = past.len().saturating_sub(template.len());
    for (i, score) in scores.iter_mut().enumerate() {
        let Some(other) = last.checked_sub(i).and_then(|start| past.get(start..start + template.len())) else {
            continue;
        };
        let (c, theirs) = products(template, other);
        let power = own * theirs;
        *score = if power > SILENT { (c * c.abs() / power).clamp(-1.0, 1.0) } else { 0.0 };
    }
}

fn signed_root(score: f32) -> f32 {
    libm::copysignf(libm::sqrtf(score.abs()), score)
}

/// a·b and b·b, each summed in eight lanes, always in the same order.
#[inline(always)]
fn products(a: &[f32], b: &[f32]) -> (f32, f32) {
    let (mut cross, mut power) = ([0.0f32; 8], [0.0f32; 8]);
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    for (i, (a, b)) in a8.remainder().iter().zip(b8.remainder()).enumerate() {
        (cross[i], power[i]) = (a * b, b * b);
    }
    for (a, b) in a8.zip(b8) {
        for lane in 0..8 {
            cross[lane] += a[lane] * b[lane];
            power[lane] += b[lane] * b[lane];
        }
    }
    let sum = |x: [f32; 8]| ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7]));
    (sum(cross), sum(power))
}
