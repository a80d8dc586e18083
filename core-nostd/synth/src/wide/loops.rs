//! The inner loops of [`super::Wide`].

use crate::direct::{self, Oscillators};
use crate::interpolate;
use crate::lanes::{LANES, Lanes, NUMBERS, Ramp, Ramps, Sum, Sums, hot};
use crate::window::{Cursor, Window};
use crate::{Interpolation, SamplePool};

/// Low-pass filters side by side: trapezoidal state-variable, the response of the bilinear biquad and well behaved in
/// single precision at any cutoff and under any modulation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filters {
    /// The two integrators.
    pub state: [Lanes; 2],
    /// The three coefficients of [`crate::filter::Coefficients`].
    pub coefficients: [Ramps; 3],
}

/// Gains side by side: left, right, chorus, reverb.
pub type Gains = [Ramps; 4];

hot! {
    /// The next frames of a sample voice.
    fn sing(cursor: &mut Cursor, pool: SamplePool<'_>, interpolation: Interpolation, window: &mut Window, sums: &mut interpolate::Sums, out: &mut [f32]) {
        interpolate::sing(cursor, pool, interpolation, window, Some(sums), out);
    }

    /// The next frames of a built-in voice.
    fn sing_direct(oscillators: &mut Oscillators, from: usize, out: &mut [f32]) {
        direct::sing(oscillators, from, out);
    }

    /// Adds frames `from..` of one voice to the sums.
    fn mix_one(frames: &[f32], from: usize, gains: &[Ramp; 4], with_sends: bool, sums: &mut Sums) {
        let until = from + frames.len();
        let numbers = &NUMBERS[from..until];
        let [left, right, chorus, reverb] = sums;
        let pairs = [(left, right, gains[0], gains[1]), (chorus, reverb, gains[2], gains[3])];
        for (one, other, gain, other_gain) in pairs.into_iter().take(1 + usize::from(with_sends)) {
            let both = one.open[from..until].iter_mut().zip(&mut other.open[from..until]);
            for (((one, other), frame), t) in both.zip(frames).zip(numbers) {
                *one += frame * (gain.base + gain.slope * t);
                *other += frame * (other_gain.base + other_gain.slope * t);
            }
        }
    }

    /// Filters frames `from..` of a period in place, [`crate::filter::FILTERED`] not yet in it.
    fn filter(filters: &mut Filters, from: usize, frames: &mut [Lanes]) {
        let [mut low, mut band] = filters.state;
        let [a, b, c] = &filters.coefficients;
        // Counting in f32 is exact and keeps the loop from being turned inside out: lanes are what runs side by side.
        let mut t = from as f32;
        for frame in frames {
            for lane in 0..LANES {
                let rest = frame[lane] - low[lane];
                let next_low = low[lane] + (b.at(lane, t) * band[lane] + c.at(lane, t) * rest);
                band[lane] = a.at(lane, t) * band[lane] + b.at(lane, t) * rest;
                frame[lane] = low[lane] + next_low;
                low[lane] = next_low;
            }
            t += 1.0;
        }
        filters.state = [low, band];
    }

    /// Adds frames `from..` of a group to the sums.
    fn mix(frames: &[Lanes], from: usize, gains: &Gains, with_sends: bool, sums: &mut Sums) {
        let [left, right, chorus, reverb] = sums;
        mix_two(frames, from, [&gains[0], &gains[1]], left, right);
        if with_sends {
            mix_two(frames, from, [&gains[2], &gains[3]], chorus, reverb);
        }
    }

    /// Hands over frames `from..` of a bus, summed always in the same order, as many as `out` holds; leaves `count` of them
    /// at zero.
    fn collect(sum: &mut Sum, from: usize, count: usize, out: &mut [f32]) {
        let (open, lanes) = (&mut sum.open[from..from + count], &mut sum.lanes[from..from + count]);
        for ((open, lanes), out) in open.iter().zip(&*lanes).zip(out) {
            let [a, b, c, d, e, f, g, h] = *lanes;
            *out = *open + (((a + e) + (c + g)) + ((b + f) + (d + h)));
        }
        open.fill(0.0);
        lanes.fill([0.0; LANES]);
    }
}

#[inline(always)]
fn mix_two(frames: &[Lanes], from: usize, gains: [&Ramps; 2], one: &mut Sum, other: &mut Sum) {
    let until = from + frames.len();
    let both = one.lanes[from..until].iter_mut().zip(&mut other.lanes[from..until]);
    let mut t = from as f32;
    for (frame, (one, other)) in frames.iter().zip(both) {
        for lane in 0..LANES {
            one[lane] += frame[lane] * gains[0].at(lane, t);
            other[lane] += frame[lane] * gains[1].at(lane, t);
        }
        t += 1.0;
    }
}
