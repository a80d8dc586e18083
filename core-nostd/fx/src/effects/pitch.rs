//! Pitch: a delay line read at another speed, spliced where the signal matches itself.
//!
//! One head reads the past at the shifted speed and drifts; before it leaves the line, a second one starts a jump away, the
//! jump chosen by correlation (coarsely on a decimated mono copy, then finely), and takes over in a cross-fade. Heads that
//! agree neither gap nor beat: the idea of WSOLA (W. Verhelst, M. Roelands, 1993) in a delay line.

mod search;
mod sizes;

use super::clean_block;
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::guard::{clean, flush};
use ripieno_dsp::interpolate::cubic;
use ripieno_dsp::maths::exp2;
use ripieno_dsp::{GRID, Grid, Line, Segment, Smooth};
use ripieno_types::{Block, SampleRate};
use search::Search;
use sizes::Sizes;

/// Delays are counted in 2⁻³² frames, so that drift is exact.
const FRAME: i64 = 1 << 32;
/// No head comes nearer than this to the present: the interpolator looks one frame ahead of it.
const NEAREST: usize = 8;

/// The shift glides so many times slower than other parameters: 100 ms for two octaves.
const CALM: f32 = 2.0;

/// The most that the ratio rises during one take-over, at that pace.
const RISE: f32 = 1.4;

/// `pitch.shift` 24·(s − ½) semitones; ½ exactly takes it out of the path, with a cross-fade.
#[derive(Clone, Debug)]
pub struct Pitch<M> {
    memory: M,
    rate: SampleRate,
    shift: Smooth,
    sizes: Sizes,
    line: Line,
    /// The mono copy, one value per [`Sizes::decimation`] frames.
    coarse: Line,
    /// Frames of the segment not yet in the copy.
    sum: f32,
    summed: usize,
    heads: Heads,
    /// Change of delay per frame, and the change of that.
    drift: i64,
    bend: i64,
    is_empty: bool,
    grid: Grid,
}

/// What is heard: one source, or two while one takes over.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Heads {
    now: Head,
    next: Option<Head>,
    /// Segments of the fade done, and how alike the two are.
    done: usize,
    likeness: f32,
    gains: [Segment; 2],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Head {
    /// The input as it comes.
    Dry,
    /// A delay in 2⁻³² frames.
    Shifted(i64),
}

const DRY: Heads =
    Heads { now: Head::Dry, next: None, done: 0, likeness: 0.0, gains: [Segment::flat(1.0), Segment::flat(0.0)] };

impl<M> Pitch<M> {
    /// Samples of memory at `rate_hz`. Any.
    pub const fn memory(rate_hz: u32) -> usize {
        Sizes::new(rate_hz).memory()
    }
}

impl<M: AsMut<[f32]>> Pitch<M> {
    /// Out of the path, in this memory; with less than [`memory`](Self::memory) its windows are shorter. Control.
    pub fn new(memory: M, rate: SampleRate) -> Self {
        let mut pitch = Self {
            memory,
            rate,
            shift: Smooth::slow(0.5, rate, CALM),
            sizes: Sizes::new(SampleRate::MIN_HZ),
            line: Line::default(),
            coarse: Line::default(),
            sum: 0.0,
            summed: 0,
            heads: DRY,
            drift: 0,
            bend: 0,
            is_empty: true,
            grid: Grid::default(),
        };
        pitch.prepare(rate);
        pitch
    }

    /// Frames by which a shifted sound is late, on average; 0 at the centre. The momentary delay swings around it by up
    /// to the same amount. Any.
    pub fn latency_frames(&self) -> usize {
        if self.shift.target() == 0.5 || self.line.is_empty() {
            0
        } else {
            self.sizes.latency(self.shift.target() < 0.5)
        }
    }

    fn tick(&mut self) {
        let before = self.shift.now();
        let (is_centred, shift) = (self.shift.target() == 0.5 && !self.shift.is_moving(), self.shift.segment());
        let ratio = |value: f32| exp2(map::semitones(value) * (1.0 / 12.0));
        let (from, to) = (ratio(before), ratio(shift.end()));
        // A settled shift drifts the same for ever, without the rounding of a ramp.
        self.drift = ((1.0 - from) * FRAME as f32) as i64;
        self.bend = if shift.is_flat() { 0 } else { ((from - to) * (FRAME / GRID as i64) as f32) as i64 };
        if self.heads.next.is_some() {
            self.heads.done += 1;
            if self.heads.done >= self.sizes.fade {
                self.heads = Heads { now: self.heads.next.unwrap_or(Head::Dry), ..DRY };
            }
        }
        if self.heads.next.is_none() {
            // A take-over must last while the ratio still rises.
            let rising = (RISE * from.max(to)).min(ratio(self.shift.target()));
            self.splice(is_centred, from.max(to).max(rising), from.min(to));
        }
        if self.heads.next.is_some() {
            let at = |done: usize| fade_gains(done as f32 / self.sizes.fade as f32, self.heads.likeness);
            let (start, end) = (at(self.heads.done), at(self.heads.done + 1));
            self.heads.gains = [0, 1].map(|i| Segment::between(start[i], end[i]));
        }
    }

    /// Starts a take-over if one is due.
    fn splice(&mut self, is_centred: bool, fastest: f32, slowest: f32) {
        let sizes = self.sizes;
        let low = sizes.low(fastest);
        // A head that lands here is not due again before its fade is over.
        let landing = 2 * low - NEAREST;
        let (next, likeness) = match self.heads.now {
            Head::Dry if is_centred => return,
            Head::Dry => self.search().best(0, landing.max(low + sizes.jump), low + sizes.jump + sizes.range),
            Head::Shifted(delay) => {
                let frames = (delay / FRAME) as usize;
                if is_centred {
                    let likeness = self.search().likeness(frames, 0);
                    (Head::Dry, likeness)
                } else if frames < low && fastest > 1.0 {
                    self.search().best(delay, landing.max(frames + sizes.jump), low + sizes.jump + sizes.range)
                } else if frames > sizes.high(fastest) && slowest < 1.0 {
                    let nearest = frames.saturating_sub(sizes.jump + sizes.range).max(low);
                    self.search().best(delay, nearest, nearest + sizes.range)
                } else {
                    return;
                }
            }
        };
        self.heads = Heads { next: Some(next), done: 0, likeness, ..self.heads };
    }

    fn search(&mut self) -> Search<'_> {
        let (left, right, coarse) = self.sizes.split(self.memory.as_mut());
        Search { sizes: self.sizes, line: self.line, left, right, coarse_line: self.coarse, coarse }
    }

    fn clear(&mut self) {
        if !self.is_empty {
            self.memory.as_mut().fill(0.0);
            self.line.rewind();
            self.coarse.rewind();
            (self.sum, self.summed) = (0.0, 0);
            self.is_empty = true;
        }
    }
}

/// Gains of the old and the new head, `done` of the way; together they keep the level of sources so much alike.
fn fade_gains(done: f32, likeness: f32) -> [f32; 2] {
    let new = done * done * (3.0 - 2.0 * done);
    let old = 1.0 - new;
    let level = old * old + new * new + 2.0 * likeness * old * new;
    let makeup = 1.0 / libm::sqrtf(level.max(0.25));
    [old * makeup, new * makeup]
}

impl<M: AsMut<[f32]>> Effect for Pitch<M> {
    fn prepare(&mut self, rate: SampleRate) {
        self.rate = rate;
        self.shift.prepare(rate);
        let have = self.memory.as_mut().len();
        // Too little memory is met by the windows of a lower rate.
        let mut hz = rate.hz();
        while Sizes::new(hz).memory() > have && hz > SampleRate::MIN_HZ {
            hz = (hz - hz / 16).max(SampleRate::MIN_HZ);
        }
        self.sizes = Sizes::new(hz);
        let fits = self.sizes.memory() <= have;
        (self.line, self.coarse) = if fits { self.sizes.lines() } else { Default::default() };
        self.is_empty = false;
        self.reset();
    }

    fn reset(&mut self) {
        self.shift.reset();
        self.heads = DRY;
        self.grid = Grid::default();
        self.clear();
    }

    fn process(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            let frames = self.grid.run(block.frames());
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if self.line.is_empty() {
                clean_block(left, right);
                continue;
            }
            if self.grid.is_due() {
                self.tick();
            }
            self.is_empty = false;
            let places = self.grid.places(frames);
            let (memory_left, memory_right, coarse) = self.sizes.split(self.memory.as_mut());
            let before = self.line;
            store(&mut self.line, [memory_left, memory_right], [left, right]);
            let mut rest = (&*left, &*right);
            while !rest.0.is_empty() {
                let count = (self.sizes.decimation - self.summed).min(rest.0.len());
                let ((l, later_l), (r, later_r)) = (rest.0.split_at(count), rest.1.split_at(count));
                rest = (later_l, later_r);
                // In the same order however the block is cut.
                self.sum = l.iter().zip(r).fold(self.sum, |sum, (l, r)| sum + (l + r));
                self.summed += count;
                if self.summed == self.sizes.decimation {
                    self.coarse.write(coarse, &[flush(self.sum)]);
                    (self.sum, self.summed) = (0.0, 0);
                }
            }
            let motion = Motion { drift: self.drift, bend: self.bend, farthest: self.sizes.farthest() };
            let past = Past { line: before, left: memory_left, right: memory_right };
            play(&mut self.heads, motion, &past, [left, right], places);
            self.drift += self.bend * frames as i64;
            self.grid.advance(frames);
        }
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::PITCH.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        if let (0, Some(value)) = (index, accept(value)) {
            self.shift.set(value);
        }
    }

    fn value(&self, index: usize) -> f32 {
        if index == 0 { self.shift.target() } else { 0.0 }
    }
}

/// How the heads move through one segment.
#[derive(Clone, Copy)]
struct Motion {
    drift: i64,
    bend: i64,
    farthest: usize,
}

/// The line as it was before this part of a segment, the part itself already written.
struct Past<'a> {
    line: Line,
    left: &'a [f32],
    right: &'a [f32],
}

#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn store(line: &mut Line, memory: [&mut [f32]; 2], channels: [&mut [f32]; 2]) {
    let before = *line;
    for (memory, channel) in memory.into_iter().zip(channels) {
        for x in channel.iter_mut() {
            *x = clean(*x);
        }
        *line = before;
        line.write(memory, channel);
    }
}

#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn play(heads: &mut Heads, motion: Motion, past: &Past<'_>, channels: [&mut [f32]; 2], places: &[f32]) {
    let [left, right] = channels;
    let (mut l, mut r) = ([0.0; GRID], [0.0; GRID]);
    let frames = places.len();
    match (&mut heads.now, &mut heads.next) {
        (Head::Dry, None) => {}
        (Head::Shifted(delay), None) => read(delay, motion, past, left, right),
        (now, Some(next)) => {
            let (l, r) = (&mut l[..frames], &mut r[..frames]);
            l.copy_from_slice(left);
            r.copy_from_slice(right);
            if let Head::Shifted(delay) = next {
                read(delay, motion, past, l, r);
            }
            if let Head::Shifted(delay) = now {
                read(delay, motion, past, left, right);
            }
            let [old, new] = heads.gains;
            for (out, other) in [(left, l), (right, r)] {
                for ((out, other), place) in out.iter_mut().zip(other.iter()).zip(places) {
                    *out = flush(old.at(*place) * *out + new.at(*place) * other);
                }
            }
        }
    }
}

/// Fills both channels from one head and moves it on.
#[inline(always)]
fn read(delay: &mut i64, motion: Motion, past: &Past<'_>, left: &mut [f32], right: &mut [f32]) {
    let mut drift = motion.drift;
    let mut at = *delay;
    let len = past.line.len();
    // Where delay 0 of the first frame lies, kept above every delay.
    let origin = past.line.place(0) + len;
    let (nearest, farthest) = (NEAREST as i64 * FRAME, motion.farthest as i64 * FRAME);
    for (i, (l, r)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
        at = at.clamp(nearest, farthest);
        let whole = (at >> 32) as usize;
        // 24 bits of the fraction, all that an f32 holds.
        let part = ((at as u32) >> 8) as f32 * (1.0 / 16_777_216.0);
        // Oldest first: two frames before the whole delay to one after it.
        let mut first = origin + i - whole - 2;
        if first >= len {
            first -= len;
        }
        if first >= len {
            first -= len;
        }
        if let (Some(&[d, c, b, a]), Some(&[h, g, f, e])) = (
            past.left.get(first..).and_then(|rest| rest.first_chunk()),
            past.right.get(first..).and_then(|rest| rest.first_chunk()),
        ) {
            *l = flush(cubic([a, b, c, d], part));
            *r = flush(cubic([e, f, g, h], part));
        }
        at += drift;
        drift += motion.bend;
    }
    *delay = at;
}
