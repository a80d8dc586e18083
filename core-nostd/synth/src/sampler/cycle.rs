//! One period of a recording as an oscillator's table (`oscillator=on`), band-limited for every pitch.
//!
//! A table is the period itself and behind it levels of it, each √½ as long as the one before and with as many harmonics
//! fewer, so that every pitch finds one whose highest harmonic is near half the sample rate. Stores make tables when they
//! load ([`oscillator_table`]); one that gives the bare period is read as it is, and folds back.

use super::waves::Frames;
use crate::kernel::{FINE, FINE_POINTS};
use crate::window::Frame;
use core::f64::consts::TAU;

/// Harmonics that a table has at most.
const MOST_HARMONICS: usize = 512;

/// The longest period that a table is made of.
const LONGEST: usize = 1 << 13;

/// Frames a harmonic: the kernel that reads has its images down −80 dB up to a fifth of the frames' rate.
const FINENESS: usize = 5;

/// Frames of the smallest level.
const SMALLEST: usize = 2 * FINENESS;

/// The highest harmonic of a level, in turns a frame of output: beyond half, because what folds back from there is still
/// above 20 kHz.
const HIGHEST: f32 = 0.55;

/// Harmonics of a period of so many frames.
const fn harmonics(frames: usize) -> usize {
    let half = frames / 2;
    if half < MOST_HARMONICS { half } else { MOST_HARMONICS }
}

/// The levels of a period: where each begins behind the period's start, and its frames.
fn levels(frames: usize) -> impl Iterator<Item = (usize, usize)> {
    let first = if frames <= LONGEST { (FINENESS * harmonics(frames)).max(SMALLEST) } else { 0 };
    // 181/256 is √½, within a hundredth of a per cent.
    let sizes = core::iter::successors(Some(first), |size| Some((size * 181) >> 8));
    let mut at = frames;
    sizes.take_while(|size| *size >= SMALLEST).map(move |size| {
        let level = (at, size);
        at += size;
        level
    })
}

/// Frames of the table of a period of so many frames: as many for one that is too long for a table. Any.
pub fn oscillator_table_frames(frames: usize) -> usize {
    levels(frames).last().map_or(frames, |(at, size)| at + size)
}

/// Writes the table of a period, as much as `out` holds of its [`oscillator_table_frames`]. Control: takes some 10 ms for
/// 2,048 frames.
pub fn oscillator_table(period: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(period).for_each(|(out, frame)| *out = *frame);
    out.iter_mut().skip(period.len()).for_each(|out| *out = 0.0);
    let mean = period.iter().map(|frame| f64::from(*frame)).sum::<f64>() / period.len().max(1) as f64;
    for (at, size) in levels(period.len()) {
        out.iter_mut().skip(at).take(size).for_each(|out| *out = mean as f32);
    }
    for harmonic in 1..=harmonics(period.len()) {
        // At half the rate of the period there is no phase.
        let share = if 2 * harmonic == period.len() { 1.0 } else { 2.0 } / period.len() as f64;
        let (mut re, mut im) = (0.0, 0.0);
        turn(harmonic, period.len(), |n, cos, sin| {
            let frame = period.get(n).map_or(0.0, |frame| f64::from(*frame));
            (re, im) = (re + frame * cos, im + frame * sin);
        });
        for (at, size) in levels(period.len()).take_while(|(_, size)| harmonic * FINENESS <= *size) {
            let Some(level) = out.get_mut(at..at + size) else { return };
            turn(harmonic, size, |n, cos, sin| {
                if let Some(frame) = level.get_mut(n) {
                    *frame += ((re * cos + im * sin) * share) as f32;
                }
            });
        }
    }
}

/// Gives `each` the cosine and sine of a harmonic at every frame of a period.
fn turn(harmonic: usize, frames: usize, mut each: impl FnMut(usize, f64, f64)) {
    let step = TAU * harmonic as f64 / frames.max(1) as f64;
    let (step_cos, step_sin) = (libm::cos(step), libm::sin(step));
    let (mut cos, mut sin) = (1.0, 0.0);
    for n in 0..frames {
        each(n, cos, sin);
        (cos, sin) = (cos * step_cos - sin * step_sin, cos * step_sin + sin * step_cos);
    }
}

/// What of a table is read.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    at: u32,
    size: u32,
}

impl Level {
    /// The one for `step` turns a frame of output of a period of so many frames, in a store that has `held` of them.
    pub fn new(frames: u32, held: u32, step: f32) -> Self {
        let mut found = Self { at: 0, size: frames.min(held) };
        for (at, size) in levels(frames as usize) {
            if at + size > held as usize {
                break;
            }
            found = Self { at: at as u32, size: size as u32 };
            if (size / FINENESS) as f32 * step <= HIGHEST {
                break;
            }
        }
        found
    }

    /// The table at a phase, 0.32 turns.
    #[inline(always)]
    pub fn read(self, table: Frames<'_>, phase: u32) -> f32 {
        const BEFORE: u32 = FINE_POINTS as u32 / 2 - 1;
        let place = u64::from(phase) * u64::from(self.size);
        let (index, between) = ((place >> 32) as u32, place as u32);
        let first = index.wrapping_sub(BEFORE);
        let last = first.wrapping_add(FINE_POINTS as u32);
        let mut points = [0.0; FINE_POINTS];
        match table {
            Frames::Float([frames, _]) if index >= BEFORE && last <= self.size => {
                let from = self.at.wrapping_add(first) as usize;
                if let Some(run) = frames.get(from..).and_then(<[f32]>::first_chunk) {
                    points = *run;
                }
            }
            _ => {
                for (n, point) in (0..).zip(&mut points) {
                    *point = at(table, self.at.wrapping_add(self.around(index.wrapping_add(n), BEFORE)));
                }
            }
        }
        let [a, b, c, d, e, f, g, h] = FINE.products(between, &points);
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }

    /// `index − back` within the period, both less than a few periods.
    #[inline(always)]
    fn around(self, index: u32, back: u32) -> u32 {
        let mut index = index;
        for _ in 0..FINE_POINTS {
            if index >= back && index - back < self.size {
                break;
            }
            index = if index < back { index.wrapping_add(self.size) } else { index.wrapping_sub(self.size) };
        }
        index.wrapping_sub(back)
    }
}

/// A frame of the left channel on the scale of −1..=1; silence where there is none.
fn at(frames: Frames<'_>, index: u32) -> f32 {
    const FROM_SHORT: f32 = 1.0 / 32_768.0;
    match frames {
        Frames::Float([left, _]) => left.get(index as usize).copied().unwrap_or(0.0),
        Frames::Short([left, _]) => left.get(index as usize).map_or(0.0, |frame| f32::from(*frame) * FROM_SHORT),
        Frames::Pool(pool, [left, _]) => {
            let mut frame = [0.0];
            f32::read(pool, left.saturating_add(index) as usize, &mut frame);
            frame[0] * FROM_SHORT
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn saw(frames: usize) -> Vec<f32> {
        (0..frames).map(|n| 1.0 - 2.0 * n as f32 / frames as f32).collect()
    }

    #[test]
    fn levels_are_the_period_with_fewer_and_fewer_harmonics() {
        for frames in [1, 2, 3, 10, 257, 600] {
            let period = saw(frames);
            let mut out = vec![0.0; oscillator_table_frames(frames)];
            oscillator_table(&period, &mut out);
            assert_eq!(&out[..frames], period);
            // Read where the period has its frames, the first level is the period.
            let all = Level::new(frames as u32, out.len() as u32, 0.0);
            let float = Frames::Float([&out, &[]]);
            for (n, frame) in period.iter().enumerate().filter(|_| frames > 9) {
                let phase = ((n as u64) << 32).div_ceil(frames as u64) as u32;
                let found = all.read(float, phase);
                assert!((found - frame).abs() < 2e-3, "{frames} {n}: {found} {frame}");
            }
        }
        assert_eq!(oscillator_table_frames(LONGEST + 1), LONGEST + 1);
    }

    #[test]
    fn any_table_can_be_read_at_any_phase() {
        for frames in [0, 1, 2, 5, 8, 9, 100] {
            let mut out = vec![0.5; oscillator_table_frames(frames)];
            oscillator_table(&vec![0.5; frames], &mut out);
            for held in [0, 1, frames, out.len()] {
                for step in [0.0, 0.01, 0.5, f32::NAN] {
                    let level = Level::new(frames as u32, held as u32, step);
                    for phase in [0, 1, 1 << 31, u32::MAX] {
                        let found = level.read(Frames::Float([&out[..held.min(out.len())], &[]]), phase);
                        assert!((0.0..0.501).contains(&found), "{frames} {held} {step} {phase}: {found}");
                    }
                }
            }
        }
    }
}
