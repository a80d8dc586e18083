//! Where a splice jumps to: the lag at which the past looks most like what the present head has just read.
//!
//! A search looks at what was there when it began and takes a slice of its work at each grid point, so that none of them
//! is long: first it tries lags on the decimated mono copy, then eight around the best of them at a quarter of the copy's
//! spacing, and last it finds the top of the parabola through the best of these and its neighbours.

use super::sizes::Sizes;
use super::{FRAME, NEAREST};
use ripieno_dsp::guard::TINY;
use ripieno_dsp::line::PAD;
use ripieno_dsp::{GRID, Line};

/// Powers below this are silence: nothing to match.
const SILENT: f32 = TINY * TINY;

/// The most values of the copy that are compared at once, at any sample rate, and the values of the fine comparison.
const COARSE: usize = 64;
const FINE: usize = 128;
/// Slices of the fine comparison.
pub const SLICES: usize = 4;
/// Lags that are compared side by side, and the coarse ones of a slice.
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

/// A search: asleep, under way or done. It stays where it is, for it is too large to be moved at each grid point.
#[derive(Clone, Debug)]
pub struct Search {
    /// What coarse lags are measured against, `length` values.
    template: [f32; COARSE],
    length: usize,
    power: f32,
    stage: Stage,
    /// What the slices of the fine comparison have summed up.
    sums: Sums,
    /// The template's delay in values and the lags to try, first and end, when the search or its fine stage began.
    from: usize,
    lags: (isize, isize),
    /// Values of the copy that have come since.
    age: usize,
    top: Top,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Asleep,
    /// The next lag to try.
    Coarse(isize),
    /// The shortest lag of the fine ones, in frames, and the slices that are done.
    Fine(isize, usize),
    Done(Found),
}

/// A template against a group of places: the correlations, oldest place first, and the power at the oldest.
#[derive(Clone, Copy, Debug)]
struct Sums {
    cross: [f32; GROUP],
    theirs: f32,
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
    pub fn new() -> Self {
        Self {
            template: [0.0; COARSE],
            length: 0,
            power: 0.0,
            stage: Stage::Asleep,
            sums: Sums::NONE,
            from: 0,
            lags: (0, 0),
            age: 0,
            top: Top::default(),
        }
    }

    pub fn is_asleep(&self) -> bool {
        self.stage == Stage::Asleep
    }

    /// Forgets what it looked for and what it found.
    pub fn stop(&mut self) {
        self.stage = Stage::Asleep;
    }

    /// What was found, once. Real-time.
    pub fn take(&mut self) -> Option<Found> {
        let Stage::Done(found) = self.stage else { return None };
        self.stop();
        Some(found)
    }

    /// Begins to look for a head that is `delay` frames late, among lags in frames. Real-time.
    pub fn begin(&mut self, sizes: &Sizes, past: &Past<'_>, delay: usize, lags: (isize, isize)) {
        let bits = sizes.decimation_bits;
        self.from = delay >> bits;
        self.length = (sizes.window >> bits).min(COARSE) & !3;
        let template = &mut self.template[..self.length];
        past.copied(self.from + self.length, template);
        self.power = products(template, template).1;
        // A lag of the copy's own step at both ends leaves the fine search room.
        let first = ((lags.0 >> bits) + 1).max(1 - self.from as isize);
        self.lags = (first, (lags.1 >> bits).max(first + 1));
        self.stage = Stage::Coarse(first);
        self.age = 0;
        self.top = Top::default();
    }

    /// A slice of work, at the next grid point; `delay` is the head's by now. Real-time: some one
    /// thousand multiplications.
    pub fn advance(&mut self, sizes: &Sizes, past: &Past<'_>, delay: usize) {
        let step = sizes.decimation();
        let fine = (step / 4).max(1);
        self.age += GRID / step;
        match self.stage {
            Stage::Asleep | Stage::Done(_) => {}
            Stage::Coarse(first) => {
                let end = self.lags.1.min(first + TRIED as isize);
                let length = self.length.min(COARSE);
                let mut values = [0.0; COARSE + TRIED - 1];
                let values = &mut values[..length + TRIED - 1];
                // Oldest first: those of the longest lag of this slice.
                let nearest = (self.from as isize + first) as usize + self.age;
                past.copied(nearest + values.len(), values);
                for group in [0, GROUP] {
                    let mut sums = Sums::NONE;
                    let from = TRIED - GROUP - group;
                    let Some(values) = values.get(from..from + length + GROUP - 1) else { continue };
                    sums.add(&self.template[..length], values);
                    let scores = sums.scores(self.power, values, &values[length..]);
                    (first + group as isize..end).zip(scores).for_each(|(lag, score)| self.top.see(lag, score));
                }
                self.stage = Stage::Coarse(end);
                if end == self.lags.1 {
                    let lag = self.top.place() * step as isize - (GROUP / 2 * fine) as isize;
                    // Measured anew, from where the head is now.
                    (self.from, self.age, self.power) = (delay, 0, 0.0);
                    self.sums = Sums::NONE;
                    self.length = FINE.min(sizes.window / fine) & !(4 * SLICES - 1);
                    self.stage = Stage::Fine(lag.max(NEAREST as isize - delay as isize), 0);
                }
            }
            Stage::Fine(nearest, done) => {
                // As if no time had passed: both ends of the lag grow older alike.
                let template_oldest = self.from + (self.age - GRID / step) * step + self.length * fine;
                let oldest = (template_oldest as isize + nearest) as usize + (GROUP - 1) * fine;
                let length = self.length.min(FINE) / SLICES;
                let gone = done * length * fine;
                let (mut template, mut values) = ([0.0; FINE / SLICES], [0.0; FINE / SLICES + GROUP - 1]);
                let (template, values) = (&mut template[..length], &mut values[..length + GROUP - 1]);
                past.mono(template_oldest - gone, fine, template);
                past.mono(oldest - gone, fine, values);
                self.power += products(template, template).1;
                self.sums.add(template, values);
                if done + 1 < SLICES {
                    self.stage = Stage::Fine(nearest, done + 1);
                    return;
                }
                let mut first = [0.0; GROUP - 1];
                past.mono(oldest, fine, &mut first);
                let scores = self.sums.scores(self.power, &first, &values[length..]);
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
                let lag = frames * FRAME + part as i64;
                self.stage = Stage::Done(Found { lag, likeness: signed_root(scores[best]) });
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
        let line = &self.coarse_line;
        for (i, out) in out.chunks_mut(GRID).enumerate() {
            let oldest = (oldest - i * GRID).min(line.len());
            if let Some(values) = line.read(self.coarse, oldest, out.len()) {
                out.copy_from_slice(values);
            }
        }
    }

    /// Left plus right of frames that lie `spacing` apart, 1, 2, 4 or 8, the first of them `oldest` frames ago.
    fn mono(&self, oldest: usize, spacing: usize, out: &mut [f32]) {
        match spacing {
            1 => self.spaced::<1>(oldest, out),
            2 => self.spaced::<2>(oldest, out),
            4 => self.spaced::<4>(oldest, out),
            _ => self.spaced::<8>(oldest, out),
        }
    }

    fn spaced<const SPACING: usize>(&self, oldest: usize, out: &mut [f32]) {
        let line = &self.line;
        for (i, out) in out.chunks_mut(PAD / SPACING).enumerate() {
            let oldest = (oldest - i * PAD).min(line.len());
            let read = |memory| line.read(memory, oldest, out.len() * SPACING);
            let (Some(left), Some(right)) = (read(self.left), read(self.right)) else { continue };
            let frames = left.as_chunks::<SPACING>().0.iter().zip(right.as_chunks::<SPACING>().0);
            out.iter_mut().zip(frames).for_each(|(out, (left, right))| *out = left[0] + right[0]);
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
    /// The last place.
    before: isize,
    inner: Option<(isize, f32)>,
    any: Option<(isize, f32)>,
}

impl Top {
    /// The next place and its score.
    fn see(&mut self, place: isize, score: f32) {
        let [before, last] = self.last;
        let better = |best: Option<(isize, f32)>, score: f32| best.is_none_or(|best| score >= best.1);
        if self.seen >= 2 && last >= before && last >= score && better(self.inner, last) {
            self.inner = Some((self.before, last));
        }
        if better(self.any, score) {
            self.any = Some((place, score));
        }
        (self.last, self.before) = ([last, score], place);
        self.seen += 1;
    }

    fn place(&self) -> isize {
        self.inner.or(self.any).map_or(0, |best| best.0)
    }
}

impl Sums {
    const NONE: Self = Self { cross: [0.0; GROUP], theirs: 0.0 };

    /// Adds a template, values by fours, at places next to each other; `values`, oldest first, are seven more. Real-time.
    #[inline]
    fn add(&mut self, template: &[f32], values: &[f32]) {
        const SPAN: usize = 4 + GROUP - 1;
        let Self { mut cross, mut theirs } = *self;
        for (i, template) in template.as_chunks::<4>().0.iter().enumerate() {
            let Some(values) = values.get(4 * i..).and_then(|rest| rest.first_chunk::<SPAN>()) else { continue };
            for (k, template) in template.iter().enumerate() {
                for (lane, cross) in cross.iter_mut().enumerate() {
                    *cross += template * values[k + lane];
                }
                theirs += values[k] * values[k];
            }
        }
        *self = Self { cross, theirs };
    }

    /// The places' scores, the newest place first. From place to place a value goes and another comes.
    fn scores(&self, power: f32, gone: &[f32], come: &[f32]) -> [f32; GROUP] {
        let mut theirs = self.theirs;
        let mut changes = gone.iter().zip(come);
        let mut out = [0.0; GROUP];
        for (out, cross) in out.iter_mut().rev().zip(self.cross) {
            *out = score(cross, power, theirs.max(FAINT * power));
            if let Some((gone, come)) = changes.next() {
                theirs += come * come - gone * gone;
            }
        }
        out
    }
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
