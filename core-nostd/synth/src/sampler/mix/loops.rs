//! The inner loops of [`super::ToneMixer`].

use crate::Interpolation;
use crate::interpolate::{self, Reader};
use crate::lanes::{CONTROL_FRAMES, LANES, Lanes, NUMBERS, Ramp, Ramps, Sum, Sums, hot};
use crate::window::Stretch;

/// Sections side by side.
#[derive(Clone, Copy, Debug)]
pub struct Sections {
    /// Low and band.
    pub states: [Lanes; 2],
    /// The six [`Terms`](crate::sampler::section::Terms).
    pub terms: [Ramps; 6],
}

/// Greatest sum of voices.
const GREATEST: f32 = 1e9;

hot! {
    /// The next frames of a window.
    fn read(reader: &mut Reader, interpolation: Interpolation, window: &Stretch<f32>, sums: &mut interpolate::Sums, out: &mut [f32]) {
        reader.read(interpolation, window, Some(sums), out);
    }

    /// Adds frames `from..` of one channel to the sums.
    fn mix_one(frames: &[f32], from: usize, gains: &[Ramp; 4], with_sends: bool, sums: &mut Sums) {
        let until = (from + frames.len()).min(CONTROL_FRAMES);
        let numbers = NUMBERS.get(from..until).unwrap_or(&[]);
        for (sum, gain) in sums.iter_mut().zip(gains).take(if with_sends { 4 } else { 2 }) {
            if gain.is_zero() {
                continue;
            }
            let open = sum.open.get_mut(from..until).unwrap_or(&mut []);
            for ((sum, frame), t) in open.iter_mut().zip(frames).zip(numbers) {
                *sum += frame * (gain.base + gain.slope * t);
            }
        }
    }

    /// Sends frames through sections whose terms stand still.
    fn filter_still(sections: &mut Sections, frames: &mut [Lanes]) {
        let [mut low, mut band] = sections.states;
        let [a, b, c, d, e, f] = &sections.terms;
        for frame in frames {
            for lane in 0..LANES {
                let rest = frame[lane] - low[lane];
                let next_low = low[lane] + (b.base[lane] * band[lane] + c.base[lane] * rest);
                let next_band = a.base[lane] * band[lane] + b.base[lane] * rest;
                frame[lane] = (d.base[lane] * frame[lane] + e.base[lane] * (band[lane] + next_band))
                    + f.base[lane] * (low[lane] + next_low);
                (low[lane], band[lane]) = (next_low, next_band);
            }
        }
        sections.states = [low, band];
    }

    /// Sends frames `from..` of a period through sections.
    fn filter_moving(sections: &mut Sections, from: usize, frames: &mut [Lanes]) {
        let [mut low, mut band] = sections.states;
        let [a, b, c, d, e, f] = &sections.terms;
        // Counting in f32 is exact and keeps the loop from being turned inside out: lanes are what runs side by side.
        let mut t = from as f32;
        for frame in frames {
            for lane in 0..LANES {
                let rest = frame[lane] - low[lane];
                let next_low = low[lane] + (b.at(lane, t) * band[lane] + c.at(lane, t) * rest);
                let next_band = a.at(lane, t) * band[lane] + b.at(lane, t) * rest;
                frame[lane] = (d.at(lane, t) * frame[lane] + e.at(lane, t) * (band[lane] + next_band))
                    + f.at(lane, t) * (low[lane] + next_low);
                (low[lane], band[lane]) = (next_low, next_band);
            }
            t += 1.0;
        }
        sections.states = [low, band];
    }

    /// Adds frames `from..` of a group to the sums.
    fn mix(frames: &[Lanes], from: usize, gains: &[Ramps; 4], with_sends: bool, sums: &mut Sums) {
        let until = (from + frames.len()).min(CONTROL_FRAMES);
        for (sum, gains) in sums.iter_mut().zip(gains).take(if with_sends { 4 } else { 2 }) {
            let mut t = from as f32;
            for (sums, frame) in sum.lanes.get_mut(from..until).unwrap_or(&mut []).iter_mut().zip(frames) {
                for lane in 0..LANES {
                    sums[lane] += frame[lane] * gains.at(lane, t);
                }
                t += 1.0;
            }
        }
    }

    /// Adds `count` frames `from..` of a sum to a bus, as many as it holds; leaves them at zero. What is beyond all bounds,
    /// because a wave is, is silence.
    fn collect(sum: &mut Sum, from: usize, count: usize, gain: f32, out: &mut [f32]) {
        let until = (from + count).min(CONTROL_FRAMES);
        let open = sum.open.get_mut(from..until).unwrap_or(&mut []);
        let lanes = sum.lanes.get_mut(from..until).unwrap_or(&mut []);
        for ((open, lanes), out) in open.iter().zip(&*lanes).zip(out) {
            let [a, b, c, d, e, f, g, h] = *lanes;
            let sum = (*open + (((a + e) + (c + g)) + ((b + f) + (d + h)))) * gain;
            *out += if sum.abs() <= GREATEST { sum } else { 0.0 };
        }
        open.fill(0.0);
        lanes.fill([0.0; LANES]);
    }
}
