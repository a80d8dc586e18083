//! Where a splice jumps to: the lag at which the past looks most like what the present head has just read.
//!
//! A search looks at what was there when it began and takes a slice of its work at each grid point, so that none of them
//! is long: first it tries lags on the decimated mono copy, [`TRIED`] at a time, then eight around the best of them at a
//! quarter of the copy's spacing, and last it finds the top of the parabola through the best of these and its neighbours.

use super::sizes::Sizes;
use super::{FRAME, NEAREST};
use ripieno_dsp::Line;
use ripieno_dsp::guard::TINY;

/// Powers below this are silence: nothing to match.
const SILENT: f32 = TINY * TINY;

/// The most values of the copy that are compared at once, at any sample rate, and the values of the fine comparison.
const COARSE: usize = 72;
const FINE: usize = 128;
/// Lags in a group, which are compared side by side, and the coarse ones of one slice.
const GROUP: usize = 8;
pub const TRIED: usize = 2 * GROUP;
/// A candidate whose power is this much less than the template's is no better for being quieter still.
const FAINT: f32 = 1e-6;

/// The past, as a search sees it at a grid point.
pub struct Past<'a> {
    pub line: Line,
    pub left: &'a [f32],
    pub right: &'a [f32],
    pub coarse_line: Line,
    pub coarse: &'a [f32],
}

/// A search under way.
#[derive(Clone, Debug)]
pub struct Search {
    /// What lags are measured against: the newest of `length` values.
    template: [f32; FINE],
    length: usize,
    power: f32,
    stage: Stage,
    /// The template's delay in steps of the copy and the lags to try, first and end, when the search began.
    from: usize,
    lags: (isize, isize),
    /// Values that have been added to the copy since.
    age: usize,
    top: Top,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The next lag to try.
    Coarse(isize),
    /// The best of them, in frames.
    Prepare(isize),
    Fine(isize),
}

/// What a search has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// How much later to read, in 2⁻³² frames.
    pub lag: i64,
    /// How alike the two places are, −1 to 1.
    pub likeness: f32,
}

impl Search {
    /// Begins to look for a head that is `delay` frames late, among lags in frames. Real-time.
    pub fn new(sizes: &Sizes, past: &Past<'_>, delay: usize, lags: (isize, isize)) -> Self {
        let step = sizes.decimation as isize;
        let from = delay / sizes.decimation;
        let length = (sizes.window / sizes.decimation).min(COARSE) & !3;
        let mut template = [0.0; FINE];
        past.copied(from + length, &mut template[..length]);
        // A lag of the copy's own step at both ends leaves the fine search room.
        let first = (lags.0.div_euclid(step) + 1).max(1 - from as isize);
        let end = lags.1.div_euclid(step).max(first + 1);
        let power = products(&template[..length], &template[..length]).1;
        Self {
            template,
            length,
            power,
            stage: Stage::Coarse(first),
            from,
            lags: (first, end),
            age: 0,
            top: Top::default(),
        }
    }

    /// A slice of work, at the next grid point; `delay` is the head's by now. Ends with what was found. Real-time: about
    /// two thousand multiplications.
    pub fn advance(&mut self, sizes: &Sizes, past: &Past<'_>, delay: usize) -> Option<Found> {
        let step = sizes.decimation;
        let fine = (step / 4).max(1);
        self.age += ripieno_dsp::GRID / step;
        match self.stage {
            Stage::Coarse(first) => {
                let end = self.lags.1.min(first + TRIED as isize);
                let mut values = [0.0; COARSE + TRIED];
                // Oldest first: those of the longest lag of this slice.
                let nearest = (self.from as isize + first) as usize + self.age;
                let values = &mut values[..self.length + TRIED - 1];
                past.copied(nearest + self.length + TRIED - 1, values);
                for group in [0, GROUP] {
                    let values = &values[TRIED - GROUP - group..][..self.length + GROUP - 1];
                    let scores = scores(&self.template[..self.length], self.power, values);
                    let lags = first + group as isize..end;
                    lags.zip(scores).for_each(|(lag, score)| self.top.see(lag, score));
                }
                self.stage = Stage::Coarse(end);
                if end == self.lags.1 {
                    self.stage = Stage::Prepare(self.top.place() * step as isize);
                }
                None
            }
            Stage::Prepare(lag) => {
                self.length = FINE.min(sizes.window / fine) & !3;
                let template = &mut self.template[..self.length];
                past.mono(delay + self.length * fine, fine, template);
                self.power = products(template, template).1;
                self.stage = Stage::Fine(lag);
                self.from = delay;
                self.age = 0;
                None
            }
            Stage::Fine(lag) => {
                let age = self.age * step;
                let nearest = lag - (GROUP / 2 * fine) as isize;
                let nearest = nearest.max(NEAREST as isize - self.from as isize);
                let mut values = [0.0; FINE + GROUP];
                let values = &mut values[..self.length + GROUP - 1];
                let oldest = (self.from as isize + nearest) as usize + age + (self.length + GROUP - 1) * fine;
                past.mono(oldest, fine, values);
                let scores = scores(&self.template[..self.length], self.power, values);
                let mut top = Top::default();
                (0..).zip(scores).for_each(|(i, score)| top.see(i, score));
                let best = top.place().clamp(0, GROUP as isize - 1) as usize;
                let bend = match best > 0 && best + 1 < GROUP {
                    true => {
                        let (a, b, c) = (scores[best - 1], scores[best], scores[best + 1]);
                        let curve = a - 2.0 * b + c;
                        if curve < -1e-6 { (0.5 * (a - c) / curve).clamp(-0.5, 0.5) } else { 0.0 }
                    }
                    false => 0.0,
                };
                let frames = (nearest + (best * fine) as isize) as i64;
                let part = bend * fine as f32 * FRAME as f32;
                Some(Found { lag: frames * FRAME + part as i64, likeness: signed_root(scores[best]) })
            }
        }
    }
}

impl Past<'_> {
    /// How alike the past is at two delays in frames, −1 to 1: from every fourth frame. Real-time.
    pub fn likeness(&self, window: usize, one: usize, other: usize) -> f32 {
        const SPACING: usize = 4;
        const VALUES: usize = 64;
        let (mut a, mut b) = ([0.0; VALUES], [0.0; VALUES]);
        let count = (window / SPACING).min(VALUES);
        let (a, b) = (&mut a[..count], &mut b[..count]);
        self.mono(one + count * SPACING, SPACING, a);
        self.mono(other + count * SPACING, SPACING, b);
        let (cross, theirs) = products(a, b);
        signed_root(score(cross, products(a, a).1, theirs))
    }

    /// Values of the copy, the first of them `oldest` values ago.
    fn copied(&self, oldest: usize, out: &mut [f32]) {
        let mut place = self.coarse_line.place(oldest.min(self.coarse_line.len()));
        for value in out {
            *value = self.coarse.get(place).copied().unwrap_or(0.0);
            place = if place + 1 >= self.coarse_line.len() { 0 } else { place + 1 };
        }
    }

    /// Left plus right of frames that lie `spacing` apart, the first of them `oldest` frames ago.
    fn mono(&self, oldest: usize, spacing: usize, out: &mut [f32]) {
        let len = self.line.len();
        let mut place = self.line.place(oldest.min(len));
        for value in out {
            *value = self.left.get(place).copied().unwrap_or(0.0) + self.right.get(place).copied().unwrap_or(0.0);
            place += spacing;
            place = if place >= len { place - len } else { place };
        }
    }
}

/// The best score so far that has lower neighbours; of equal ones the last. A slope that leads out of the range has its
/// top outside, so the ends count only when nothing else does.
#[derive(Clone, Copy, Debug, Default)]
struct Top {
    seen: usize,
    /// The last two scores.
    last: [f32; 2],
    inner: Option<(isize, f32)>,
    any: Option<(isize, f32)>,
}

impl Top {
    /// The next place and its score.
    fn see(&mut self, place: isize, score: f32) {
        let [before, last] = self.last;
        let better = |best: Option<(isize, f32)>, score: f32| best.is_none_or(|best| score >= best.1);
        if self.seen >= 2 && last >= before && last >= score && better(self.inner, last) {
            self.inner = Some((place - 1, last));
        }
        if better(self.any, score) {
            self.any = Some((place, score));
        }
        self.last = [last, score];
        self.seen += 1;
    }

    fn place(&self) -> isize {
        self.inner.or(self.any).map_or(0, |best| best.0)
    }
}

/// Scores of a template at eight places in a row, the newest place first; `values`, oldest first, are the template's length
/// and seven.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn scores(template: &[f32], power: f32, values: &[f32]) -> [f32; GROUP] {
    const STEP: usize = 4;
    // The oldest place is the first lane.
    let mut cross = [0.0f32; GROUP];
    let mut theirs = 0.0;
    let steps = template.as_chunks::<STEP>().0;
    for (i, template) in steps.iter().enumerate() {
        let Some(values) = values.get(STEP * i..).and_then(|rest| rest.first_chunk::<{ STEP + GROUP - 1 }>()) else {
            continue;
        };
        for k in 0..STEP {
            for lane in 0..GROUP {
                cross[lane] += template[k] * values[k + lane];
            }
            theirs += values[k] * values[k];
        }
    }
    // From place to place a value comes and one goes.
    let mut out = [0.0; GROUP];
    for lane in 0..GROUP {
        out[GROUP - 1 - lane] = score(cross[lane], power, theirs.max(FAINT * power));
        let (gone, come) = (values.get(lane), values.get(lane + STEP * steps.len()));
        if let (Some(gone), Some(come)) = (gone, come) {
            theirs += come * come - gone * gone;
        }
    }
    out
}

/// A correlation as c·|c| over the product of the powers, −1 to 1.
fn score(cross: f32, own: f32, theirs: f32) -> f32 {
    let power = own * theirs;
    if power > SILENT { (cross * cross.abs() / power).clamp(-1.0, 1.0) } else { 0.0 }
}

fn signed_root(score: f32) -> f32 {
    libm::copysignf(libm::sqrtf(score.abs()), score)
}

/// a·b and b·b.
fn products(a: &[f32], b: &[f32]) -> (f32, f32) {
    a.iter().zip(b).fold((0.0, 0.0), |(cross, power), (a, b)| (cross + a * b, power + b * b))
}
