//! Pitch: a delay line read at another speed, spliced where the signal matches itself.
//!
//! One head reads the past at the shifted speed and drifts; before it leaves the line, a second one starts a jump away, the
//! jump chosen by correlation (coarsely on a decimated mono copy, then finely), and takes over in a cross-fade. Heads that
//! agree neither gap nor beat: the idea of WSOLA (W. Verhelst, M. Roelands, 1993) in a delay line. The choice is made in
//! slices, a dozen grid points long, ahead of the jump: no block is dearer than another.

mod search;
mod sizes;

use super::clean_block;
use super::sweep::Sweep;
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::guard::flush;
use ripieno_dsp::maths::exp2;
use ripieno_dsp::{GRID, Grid, Line, Segment, Smooth};
use ripieno_types::{Block, SampleRate};
use search::{Past, Search};
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
    /// Of the present segment; kept while the shift is settled.
    pace: Option<Pace>,
    /// For where the newest head goes next.
    search: Search,
    is_empty: bool,
    grid: Grid,
}

/// How fast heads read in a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    /// Change of delay per frame, and the change of that, in 2⁻³² frames.
    drift: i64,
    bend: i64,
    /// The ratios that a take-over has to reckon with.
    fastest: f32,
    slowest: f32,
    is_settled: bool,
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
    /// A reader of the past.
    Shifted(Reader),
}

/// A head in the past, in 2⁻³² frames.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reader {
    /// How late it is at the segment's start, and at its end.
    delay: i64,
    end: i64,
    sweep: Sweep,
}

const DRY: Heads =
    Heads { now: Head::Dry, next: None, done: 0, likeness: 0.0, gains: [Segment::flat(1.0), Segment::flat(0.0)] };

impl Head {
    fn at(delay: i64) -> Self {
        Self::Shifted(Reader { delay, end: delay, sweep: Sweep::default() })
    }

    /// Goes to the next segment. A head that would leave the line stands still instead.
    fn advance(&mut self, drift: i64, bend: i64, edge: usize) {
        const FRAMES: i64 = GRID as i64;
        if let Head::Shifted(reader) = self {
            reader.delay = reader.end;
            reader.end = reader.delay + FRAMES * drift + FRAMES * (FRAMES - 1) / 2 * bend;
            let stays = (NEAREST as i64 * FRAME..edge as i64 * FRAME).contains(&reader.end);
            let (drift, bend) = if stays { (drift, bend) } else { (0, 0) };
            reader.end = if stays { reader.end } else { reader.delay };
            reader.sweep = Sweep::from_fixed(reader.delay, drift, bend);
        }
    }

    /// How late it is now, in frames; 0 for the input.
    fn frames(&self) -> usize {
        match self {
            Head::Dry => 0,
            Head::Shifted(reader) => (reader.end / FRAME) as usize,
        }
    }
}

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
            pace: None,
            search: Search::new(),
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
        let is_centred = self.shift.target() == 0.5 && !self.shift.is_moving();
        if self.shift.is_moving() || self.pace.is_none() {
            let before = self.shift.now();
            let shift = self.shift.segment();
            let ratio = |value: f32| exp2(map::semitones(value) * (1.0 / 12.0));
            let (from, to, target) = (ratio(before), ratio(shift.end()), ratio(self.shift.target()));
            // A settled shift drifts the same for ever, without the rounding of a ramp.
            let drift = ((1.0 - from) * FRAME as f32) as i64;
            let bend = if shift.is_flat() { 0 } else { ((from - to) * (FRAME / GRID as i64) as f32) as i64 };
            // A take-over must last while the ratio still rises.
            let fastest = from.max(to).max((RISE * from.max(to)).min(target));
            self.pace = Some(Pace { drift, bend, fastest, slowest: from.min(to), is_settled: shift.is_flat() });
        }
        let Some(Pace { drift, bend, fastest, slowest, is_settled }) = self.pace else { return };
        if !is_settled {
            self.pace = None;
        }
        if self.heads.next.is_some() {
            self.heads.done += 1;
            if self.heads.done >= self.sizes.fade {
                self.heads = Heads { now: self.heads.next.unwrap_or(Head::Dry), ..DRY };
            }
        }
        self.look(is_centred, fastest, slowest);
        if self.heads.next.is_none() {
            self.splice(is_centred);
        }
        let edge = self.sizes.edge();
        self.heads.now.advance(drift, bend, edge);
        if let Some(next) = &mut self.heads.next {
            next.advance(drift, bend, edge);
            let at = |done: usize| fade_gains(done as f32 / self.sizes.fade as f32, self.heads.likeness);
            let (start, end) = (at(self.heads.done), at(self.heads.done + 1));
            self.heads.gains = [0, 1].map(|i| Segment::between(start[i], end[i]));
        }
    }

    /// Does a slice of the search for the newest head's next place, or begins one when the time draws near.
    fn look(&mut self, is_centred: bool, fastest: f32, slowest: f32) {
        if is_centred {
            self.search.stop();
            return;
        }
        let sizes = &self.sizes;
        let head = self.heads.next.unwrap_or(self.heads.now);
        let frames = head.frames();
        let past = past(self.memory.as_mut(), sizes, (self.line, self.coarse));
        if self.search.is_asleep() {
            let low = sizes.low(fastest);
            // A head that lands here is not due again before its fade is over.
            let landing = 2 * low - NEAREST;
            let (up, down) = (sizes.lead(fastest - 1.0), sizes.lead(1.0 - slowest));
            // Lags from where the head will be by then.
            let between = |head: usize, first: usize, last: usize| {
                (first as isize - head as isize, last as isize - head as isize)
            };
            let lags = if head == Head::Dry {
                Some(between(0, landing.max(low + sizes.jump), low + sizes.jump + sizes.range))
            } else if fastest > 1.0 && frames < low + up {
                let then = frames.saturating_sub(up);
                Some(between(then, landing.max(then + sizes.jump), low + sizes.jump + sizes.range))
            } else if slowest < 1.0 && frames + down > sizes.high(fastest) {
                let then = frames + down;
                let nearest = then.saturating_sub(sizes.jump + sizes.range).max(low);
                Some(between(then, nearest, nearest + sizes.range))
            } else {
                None
            };
            if let Some(lags) = lags {
                self.search.begin(sizes, &past, frames, lags);
            }
        } else {
            self.search.advance(sizes, &past, frames);
        }
    }

    /// Starts a take-over if one is due.
    fn splice(&mut self, is_centred: bool) {
        let (next, likeness) = match (self.heads.now, self.search.take()) {
            (Head::Dry, _) if is_centred => return,
            (Head::Shifted(_), _) if is_centred => {
                let (window, frames) = (self.sizes.window, self.heads.now.frames());
                let past = past(self.memory.as_mut(), &self.sizes, (self.line, self.coarse));
                (Head::Dry, past.likeness(window, frames, 0))
            }
            (now, Some(found)) => {
                let delay = found.lag + if let Head::Shifted(reader) = now { reader.end } else { 0 };
                // What it was looked for may be over: the shift has turned around since.
                if !(NEAREST as i64 * FRAME..self.sizes.edge() as i64 * FRAME).contains(&delay) {
                    return;
                }
                (Head::at(delay), found.likeness)
            }
            _ => return,
        };
        self.heads = Heads { next: Some(next), done: 0, likeness, ..self.heads };
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

    /// As [`process`](Effect::process), of frames that are clean. Real-time.
    pub(crate) fn run(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            let frames = self.grid.run(block.frames());
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if self.line.is_empty() {
                return;
            }
            if self.grid.is_due() {
                self.tick();
            }
            self.is_empty = false;
            let places = self.grid.places(frames);
            let (memory_left, memory_right, coarse) = self.sizes.split(self.memory.as_mut());
            let before = self.line;
            self.line.write(memory_left, left);
            self.line = before;
            self.line.write(memory_right, right);
            let decimation = self.sizes.decimation();
            let mut rest = (&*left, &*right);
            while !rest.0.is_empty() {
                let count = (decimation - self.summed).min(rest.0.len());
                let (Some((l, later_l)), Some((r, later_r))) =
                    (rest.0.split_at_checked(count), rest.1.split_at_checked(count))
                else {
                    break;
                };
                rest = (later_l, later_r);
                // In the same order however the block is cut.
                let add = |sum, (l, r): (&f32, &f32)| sum + (l + r);
                self.sum = match (<&[f32; 8]>::try_from(l), <&[f32; 8]>::try_from(r)) {
                    (Ok(l), Ok(r)) => l.iter().zip(r).fold(self.sum, add),
                    _ => l.iter().zip(r).fold(self.sum, add),
                };
                self.summed += count;
                if self.summed == decimation {
                    self.coarse.write(coarse, &[flush(self.sum)]);
                    (self.sum, self.summed) = (0.0, 0);
                }
            }
            play(&mut self.heads, &before, [memory_left, memory_right], [left, right], places);
            self.grid.advance(frames);
        }
    }
}

fn past<'m>(memory: &'m mut [f32], sizes: &Sizes, (line, coarse_line): (Line, Line)) -> Past<'m> {
    let (left, right, coarse) = sizes.split(memory);
    Past { line, left, right, coarse_line, coarse }
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
        self.pace = None;
        self.search.stop();
        self.grid = Grid::default();
        self.clear();
    }

    fn process(&mut self, mut block: Block<'_>) {
        clean_block(&mut block);
        self.run(block);
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

/// At most one segment: `before` is the line as it was before this part of it, the part itself already written.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn play(heads: &mut Heads, before: &Line, memory: [&[f32]; 2], [left, right]: [&mut [f32]; 2], places: &[f32]) {
    let offset = places.first().map_or(0, |place| *place as usize);
    let windows = |sweep: &Sweep| {
        let [left, right] = memory.map(|memory| before.window(memory, sweep.opening(offset)));
        Some([left?, right?])
    };
    let out = left.iter_mut().zip(right).zip(places);
    let [old, new] = heads.gains;
    let mix = |x: f32, y: f32, place: f32| old.at(place) * x + new.at(place) * y;
    match (&mut heads.now, &mut heads.next) {
        (Head::Dry, None) => {}
        (Head::Shifted(reader), None) => {
            let Some(now) = windows(&reader.sweep) else { return };
            let mut sweep = reader.sweep;
            out.for_each(|((l, r), _)| [*l, *r] = sweep.tick(now));
            reader.sweep = sweep;
        }
        (Head::Dry, Some(Head::Shifted(reader))) => {
            let Some(next) = windows(&reader.sweep) else { return };
            out.for_each(|((l, r), place)| {
                let [x, y] = reader.sweep.tick(next);
                (*l, *r) = (mix(*l, x, *place), mix(*r, y, *place));
            });
        }
        (Head::Shifted(reader), Some(Head::Dry)) => {
            let Some(now) = windows(&reader.sweep) else { return };
            out.for_each(|((l, r), place)| {
                let [x, y] = reader.sweep.tick(now);
                (*l, *r) = (mix(x, *l, *place), mix(y, *r, *place));
            });
        }
        (Head::Shifted(one), Some(Head::Shifted(other))) => {
            let (Some(now), Some(next)) = (windows(&one.sweep), windows(&other.sweep)) else { return };
            // One head after the other: together they want more registers than small cores have.
            let mut read = [[0.0; 2]; GRID];
            let mut sweep = one.sweep;
            read.iter_mut().zip(places).for_each(|(read, _)| *read = sweep.tick(now));
            one.sweep = sweep;
            let mut sweep = other.sweep;
            out.zip(&read).for_each(|(((l, r), place), read)| {
                let [x, y] = sweep.tick(next);
                (*l, *r) = (mix(read[0], x, *place), mix(read[1], y, *place));
            });
            other.sweep = sweep;
        }
        (Head::Dry, Some(Head::Dry)) => {}
    }
}
