//! The inner loops of [`super::Lean`].

use super::near::{Near, Stretch};
use crate::filter::FILTERED;
use crate::lanes::{Line, Ramp};
use crate::stage::Span;
use crate::voice::{Sound, Source};
use crate::window::Window;
use crate::{Interpolation, direct, interpolate};

/// One frame of the four buses: left, right, reverb, chorus. Chorus, seldom sent to, is last.
pub type Row = [f32; 4];

/// Which buses are summed: the first two, three or all of a [`Row`]. Voices know only the last two: a dry rig's reverb is
/// summed and left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buses {
    Dry,
    Reverb,
    All,
}

/// Room for one voice.
#[derive(Debug)]
pub struct Scratch {
    pub window: Window,
    pub line: Line,
}

/// What a voice's frames go through on their way from the interpolation to the sums.
#[derive(Clone, Copy)]
struct Path {
    /// The filter's integrators and coefficients.
    low: f32,
    band: f32,
    coefficients: [Ramp; 3],
    /// In a row's order.
    gains: [Ramp; 4],
    /// The frame's place in its period.
    t: f32,
}

/// How much of the path there is, as `const` arguments.
const OPEN: u8 = 0;
const STILL: u8 = 1;
const MOVING: u8 = 2;

impl Path {
    fn new(sound: &Sound, from: usize) -> Self {
        let [left, right, chorus, reverb] = sound.gains;
        let [low, band] = sound.filter.state;
        let is_filtered = sound.filter.is_active;
        Self {
            low,
            band,
            coefficients: sound.filter.coefficients,
            gains: [left, right, reverb, chorus].map(|gain| if is_filtered { gain.scaled(FILTERED) } else { gain }),
            t: from as f32,
        }
    }

    #[inline(always)]
    fn at(&self, ramp: Ramp) -> f32 {
        ramp.base + ramp.slope * self.t
    }

    /// Filters a frame, [`FILTERED`] not yet in it.
    #[inline(always)]
    fn filter<const FILTER: u8>(&mut self, x: f32) -> f32 {
        if FILTER == OPEN {
            return x;
        }
        let [a, b, c] = self.coefficients.map(|ramp| if FILTER == MOVING { self.at(ramp) } else { ramp.base });
        let rest = x - self.low;
        let low = self.low + (b * self.band + c * rest);
        self.band = a * self.band + b * rest;
        let both = self.low + low;
        self.low = low;
        both
    }

    /// Puts a frame into the first buses of a row, or adds it to them; then moves on. Gains are still unless it `SWELLS`.
    #[inline(always)]
    fn mix<const SWELLS: bool, const BUSES: usize, const ADDS: bool>(&mut self, x: f32, row: &mut Row) {
        for (sum, gain) in row.iter_mut().zip(self.gains).take(BUSES) {
            let heard = x * if SWELLS { self.at(gain) } else { gain.base };
            *sum = if ADDS { *sum + heard } else { heard };
        }
        self.t += 1.0;
    }
}

/// Makes the next frames of a voice and adds them to the rows, or puts them there.
pub fn voice(sound: &mut Sound, span: &Span<'_>, buses: Buses, scratch: &mut Scratch, adds: bool, rows: &mut [Row]) {
    let Some(rows) = rows.get_mut(..span.count) else { return };
    let mut path = Path::new(sound, span.from);
    if !fly(sound, span, &mut path, buses, &mut scratch.window, adds, rows) {
        walk(sound, span, &mut path, buses, scratch, adds, rows);
    }
    if sound.filter.is_active {
        sound.filter.keep(path.low, path.band, span.ends_period());
    }
}

/// The usual case in one loop: linear interpolation, no attack, no fade. False, and nothing done, in all others.
fn fly(
    sound: &mut Sound,
    span: &Span<'_>,
    path: &mut Path,
    buses: Buses,
    window: &mut Window,
    adds: bool,
    rows: &mut [Row],
) -> bool {
    let is_plain = span.interpolation == Interpolation::Linear && sound.onset.is_none() && sound.fade.is_none();
    if !is_plain {
        return false;
    }
    let pool = span.pool(sound);
    let Source::Sample(cursor) = &mut sound.source else { return false };
    let Some((mut near, window)) = Near::of(cursor, pool, window, rows.len()) else { return false };
    let is_still = path.coefficients.iter().all(|ramp| ramp.is_still());
    let swells = !path.gains.iter().all(|ramp| ramp.is_still());
    let way = (buses == Buses::All, adds);
    // Where the pitch moves, one loop for whatever else may move.
    sound.last = match (near.is_steady(), sound.filter.is_active, is_still, swells) {
        (false, false, _, _) => run_in::<false, OPEN, true>(way, &mut near, window, path, rows),
        (false, true, _, _) => run_in::<false, MOVING, true>(way, &mut near, window, path, rows),
        (true, false, _, false) => run_in::<true, OPEN, false>(way, &mut near, window, path, rows),
        (true, false, _, true) => run_in::<true, OPEN, true>(way, &mut near, window, path, rows),
        (true, true, true, false) => run_in::<true, STILL, false>(way, &mut near, window, path, rows),
        (true, true, true, true) => run_in::<true, STILL, true>(way, &mut near, window, path, rows),
        (true, true, false, false) => run_in::<true, MOVING, false>(way, &mut near, window, path, rows),
        (true, true, false, true) => run_in::<true, MOVING, true>(way, &mut near, window, path, rows),
    };
    near.settle(cursor);
    true
}

#[inline(always)]
fn run_in<const STEADY: bool, const FILTER: u8, const SWELLS: bool>(
    (is_all, adds): (bool, bool),
    near: &mut Near,
    window: &Stretch,
    path: &mut Path,
    rows: &mut [Row],
) -> f32 {
    match (is_all, adds) {
        (false, false) => run::<STEADY, FILTER, SWELLS, 3, false>(near, window, path, rows),
        (false, true) => run::<STEADY, FILTER, SWELLS, 3, true>(near, window, path, rows),
        (true, false) => run::<STEADY, FILTER, SWELLS, 4, false>(near, window, path, rows),
        (true, true) => run::<STEADY, FILTER, SWELLS, 4, true>(near, window, path, rows),
    }
}

/// Returns the last frame before the filter. A function of its own, so that it has all registers.
#[inline(never)]
fn run<const STEADY: bool, const FILTER: u8, const SWELLS: bool, const BUSES: usize, const ADDS: bool>(
    there: &mut Near,
    window: &Stretch,
    path: &mut Path,
    rows: &mut [Row],
) -> f32 {
    let (mut near, mut moving) = (*there, *path);
    let mut last = 0.0;
    let step = |row: &mut Row| {
        last = near.next::<STEADY>(window);
        let x = moving.filter::<FILTER>(last);
        moving.mix::<SWELLS, BUSES, ADDS>(x, row);
    };
    rows.iter_mut().for_each(step);
    (*there, path.low, path.band) = (near, moving.low, moving.band);
    last
}

/// Any voice, in steps.
#[inline(never)]
fn walk(
    sound: &mut Sound,
    span: &Span<'_>,
    path: &mut Path,
    buses: Buses,
    scratch: &mut Scratch,
    adds: bool,
    rows: &mut [Row],
) {
    let Some(line) = scratch.line.get_mut(..rows.len()) else { return };
    let window = &mut scratch.window;
    let pool = span.pool(sound);
    match &mut sound.source {
        Source::Sample(cursor) => interpolate::sing(cursor, pool, span.interpolation, window, None, line),
        Source::Direct(oscillators) => direct::sing(oscillators, span.from, line),
    }
    span.shape(sound, line);
    sound.last = line.last().copied().unwrap_or_default();
    let way = (buses == Buses::All, adds);
    if sound.filter.is_active {
        walk_in::<MOVING>(way, line, path, rows);
    } else {
        walk_in::<OPEN>(way, line, path, rows);
    }
}

#[inline(always)]
fn walk_in<const FILTER: u8>((is_all, adds): (bool, bool), line: &[f32], path: &mut Path, rows: &mut [Row]) {
    match (is_all, adds) {
        (false, false) => walk_as::<FILTER, 3, false>(line, path, rows),
        (false, true) => walk_as::<FILTER, 3, true>(line, path, rows),
        (true, false) => walk_as::<FILTER, 4, false>(line, path, rows),
        (true, true) => walk_as::<FILTER, 4, true>(line, path, rows),
    }
}

#[inline(never)]
fn walk_as<const FILTER: u8, const BUSES: usize, const ADDS: bool>(line: &[f32], path: &mut Path, rows: &mut [Row]) {
    let mut moving = *path;
    for (x, row) in line.iter().zip(rows) {
        let x = moving.filter::<FILTER>(*x);
        moving.mix::<true, BUSES, ADDS>(x, row);
    }
    (path.low, path.band) = (moving.low, moving.band);
}

/// Adds rows to rows.
pub fn join(buses: Buses, to: &mut [Row], rows: &[Row]) {
    match buses {
        Buses::Dry => join_in::<2>(to, rows),
        Buses::Reverb => join_in::<3>(to, rows),
        Buses::All => join_in::<4>(to, rows),
    }
}

#[inline(always)]
fn join_in<const BUSES: usize>(to: &mut [Row], rows: &[Row]) {
    for (to, row) in to.iter_mut().zip(rows) {
        for (sum, other) in to.iter_mut().zip(row).take(BUSES) {
            *sum += other;
        }
    }
}

/// A column: unfiltered voices and then filtered ones, begun at nought so that silence is never a negative zero.
pub fn take<const COLUMN: usize>(open: Option<&[Row]>, filtered: Option<&[Row]>, out: &mut [f32]) {
    match (open, filtered) {
        (None, None) => out.fill(0.0),
        (Some(rows), None) | (None, Some(rows)) => {
            for (out, row) in out.iter_mut().zip(rows) {
                *out = 0.0 + row[COLUMN];
            }
        }
        (Some(open), Some(filtered)) => {
            for ((out, open), filtered) in out.iter_mut().zip(open).zip(filtered) {
                *out = (0.0 + open[COLUMN]) + filtered[COLUMN];
            }
        }
    }
}
