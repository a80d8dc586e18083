//! The inner loops of [`super::Lean`].

use crate::interpolate;
use crate::lanes::Ramp;
use crate::stage::Span;
use crate::voice::{Sound, Source};
use crate::window::Window;

/// One frame of the four buses: left, right, reverb, chorus. Chorus, seldom sent to, is last.
pub type Row = [f32; 4];

/// Where in a [`Row`] left, right, chorus and reverb are.
pub const COLUMNS: [usize; 4] = [0, 1, 3, 2];

/// Frames that a loop takes at a time, so that counting and branching are shared.
const UNROLLED: usize = 4;

/// Makes the next frames of a voice without a filter.
pub fn sing(sound: &mut Sound, span: &Span<'_>, window: &mut Window, line: &mut [f32]) {
    let pool = span.pool(sound);
    let is_streamed = match &mut sound.source {
        Source::Sample(cursor) => interpolate::stream(cursor, pool, span.interpolation, window, line, |x| x),
        Source::Direct(_) => false,
    };
    if is_streamed {
        span.shape(sound, line);
    } else {
        span.sing(sound, window, line);
    }
}

/// Makes the next frames of a voice and filters them, twice as loud.
pub fn sing_filtered(sound: &mut Sound, span: &Span<'_>, window: &mut Window, line: &mut [f32]) {
    let pool = span.pool(sound);
    let [mut low, mut band] = sound.filter.state;
    let [a, b, c] = sound.filter.coefficients;
    let mut step = |x: f32, [a, b, c]: [f32; 3]| {
        let rest = x - low;
        let next_low = low + (b * band + c * rest);
        band = a * band + b * rest;
        let both = low + next_low;
        low = next_low;
        both
    };
    let is_plain = sound.onset.is_none() && sound.fade.is_none();
    let is_still = a.is_still() && b.is_still() && c.is_still();
    let still = [a.base, b.base, c.base];
    let mut t = span.from as f32;
    let mut moving = || {
        let now = [a, b, c].map(|ramp| ramp.base + ramp.slope * t);
        t += 1.0;
        now
    };
    let is_done = match &mut sound.source {
        Source::Sample(cursor) if is_plain && is_still => {
            interpolate::stream(cursor, pool, span.interpolation, window, line, |x| step(x, still))
        }
        Source::Sample(cursor) if is_plain => {
            interpolate::stream(cursor, pool, span.interpolation, window, line, |x| step(x, moving()))
        }
        _ => false,
    };
    if !is_done {
        sing(sound, span, window, line);
        line.iter_mut().for_each(|x| *x = step(*x, moving()));
    }
    sound.filter.keep(low, band, span.ends_period());
}

/// Adds frames of a voice to the rows, or puts them there: into as many buses as hear it.
pub fn mix(line: &[f32], [left, right, chorus, reverb]: [Ramp; 4], span: &Span<'_>, adds: bool, rows: &mut [Row]) {
    let gains = [left, right, reverb, chorus];
    let moves = gains.iter().any(|gain| !gain.is_still());
    let t = span.from as f32;
    if !span.with_sends {
        mix_into::<2>(line, gains, t, moves, adds, rows);
    } else if chorus.is_zero() {
        mix_into::<3>(line, gains, t, moves, adds, rows);
    } else {
        mix_into::<4>(line, gains, t, moves, adds, rows);
    }
}

#[inline(always)]
fn mix_into<const BUSES: usize>(line: &[f32], gains: [Ramp; 4], t: f32, moves: bool, adds: bool, rows: &mut [Row]) {
    match (moves, adds) {
        (false, false) => mix_as::<BUSES, false, false>(line, gains, t, rows),
        (false, true) => mix_as::<BUSES, false, true>(line, gains, t, rows),
        (true, false) => mix_as::<BUSES, true, false>(line, gains, t, rows),
        (true, true) => mix_as::<BUSES, true, true>(line, gains, t, rows),
    }
}

#[inline(never)]
fn mix_as<const BUSES: usize, const MOVES: bool, const ADDS: bool>(
    line: &[f32],
    gains: [Ramp; 4],
    mut t: f32,
    rows: &mut [Row],
) {
    let mut mix = |x: f32, row: &mut Row| {
        let mut sums = if ADDS { *row } else { [0.0; 4] };
        for (sum, gain) in sums.iter_mut().zip(&gains).take(BUSES) {
            let heard = x * if MOVES { gain.base + gain.slope * t } else { gain.base };
            *sum = if ADDS { *sum + heard } else { heard };
        }
        if MOVES {
            t += 1.0;
        }
        *row = sums;
    };
    // The rest of a stretch of any length goes through the same body, a frame at a time.
    let (lines, last) = line.as_chunks::<UNROLLED>();
    let (rows, last_rows) = rows[..line.len()].as_chunks_mut::<UNROLLED>();
    for (frames, rows) in lines.iter().zip(rows) {
        for (x, row) in frames.iter().zip(rows) {
            mix(*x, row);
        }
    }
    for (x, row) in last.iter().zip(last_rows) {
        mix(*x, row);
    }
}

/// Adds rows to rows.
pub fn add(to: &mut [Row], rows: &[Row], with_sends: bool) {
    for (to, row) in to.iter_mut().zip(rows) {
        if with_sends {
            *to = core::array::from_fn(|n| to[n] + row[n]);
        } else {
            (to[0], to[1]) = (to[0] + row[0], to[1] + row[1]);
        }
    }
}

/// A column; that nothing is added to it makes a zero positive.
pub fn take(rows: &[Row], column: usize, out: &mut [f32]) {
    for (out, row) in out.iter_mut().zip(rows) {
        *out = row[column % 4] + 0.0;
    }
}

/// The sum of two columns, which is never a negative zero.
pub fn take_both(open: &[Row], filtered: &[Row], column: usize, out: &mut [f32]) {
    for ((out, open), filtered) in out.iter_mut().zip(open).zip(filtered) {
        *out = (open[column % 4] + 0.0) + filtered[column % 4];
    }
}
