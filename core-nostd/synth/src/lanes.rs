//! Voices side by side: eight of them share each step of the filter and of the mix, one voice a lane.
//!
//! Everything that changes within a control period is a closed form of the frame's place in it, never a running sum, so
//! a period may be cut anywhere and give the same bytes.

use crate::SamplePool;
use crate::config::Interpolation;
use crate::direct::{self, Oscillators};
use crate::interpolate;
use crate::window::{Cursor, Window};

/// Voices that are worked on at once.
pub const LANES: usize = 8;

/// Frames between two looks at envelopes, oscillators and controllers: a grid over the synth's own frame count.
pub const CONTROL_FRAMES: usize = 64;

/// One value a voice.
pub type Lanes = [f32; LANES];

/// One control period, a column a voice.
pub type Period = [Lanes; CONTROL_FRAMES];

/// A value that moves linearly through a control period.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ramp {
    /// The value at the period's first frame.
    pub base: f32,
    /// Change a frame.
    pub slope: f32,
}

impl Ramp {
    /// Stays at a value.
    pub fn hold(value: f32) -> Self {
        Self { base: value, slope: 0.0 }
    }

    /// The value at a frame of the period.
    #[inline(always)]
    pub fn at(self, frame: usize) -> f32 {
        self.base + self.slope * frame as f32
    }

    /// The next period: from where this one ends.
    #[inline]
    pub fn next(self, target: f32) -> Self {
        let base = self.at(CONTROL_FRAMES);
        Self { base, slope: (target - base) * (1.0 / CONTROL_FRAMES as f32) }
    }

    /// Multiplied as a whole.
    #[inline]
    pub fn scaled(self, factor: f32) -> Self {
        Self { base: self.base * factor, slope: self.slope * factor }
    }
}

/// A [`Ramp`] a lane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ramps {
    base: Lanes,
    slope: Lanes,
}

impl Ramps {
    /// Zero.
    pub const STILL: Self = Self { base: [0.0; LANES], slope: [0.0; LANES] };

    /// Puts one lane's ramp in.
    #[inline]
    pub fn set(&mut self, lane: usize, ramp: Ramp) {
        (self.base[lane % LANES], self.slope[lane % LANES]) = (ramp.base, ramp.slope);
    }

    #[inline(always)]
    fn at(&self, lane: usize, t: f32) -> f32 {
        self.base[lane] + self.slope[lane] * t
    }
}

/// Where the voices of a period are summed: a row a frame, and within it a partial sum a lane.
#[derive(Clone, Debug)]
pub struct Sums {
    pub left: Period,
    pub right: Period,
    pub chorus: Period,
    pub reverb: Period,
}

impl Sums {
    pub const SILENT: Self = Self {
        left: [[0.0; LANES]; CONTROL_FRAMES],
        right: [[0.0; LANES]; CONTROL_FRAMES],
        chorus: [[0.0; LANES]; CONTROL_FRAMES],
        reverb: [[0.0; LANES]; CONTROL_FRAMES],
    };
}

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

/// Defines a hot function once for the build's own target and, with `simd-dispatch`, once more for AVX2, chosen at run
/// time. Both compute the same bytes: no sum is reordered and nothing is fused.
macro_rules! hot {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {$(
        $(#[$doc])*
        #[cfg_attr(
            all(feature = "simd-dispatch", target_arch = "x86_64"),
            multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")
        )]
        pub fn $name($($argument: $type),*) $body
    )*};
}

hot! {
    /// The next frames of a sample voice, into one lane.
    fn sing(cursor: &mut Cursor, pool: SamplePool<'_>, interpolation: Interpolation, window: &mut Window, out: &mut [Lanes], lane: usize) {
        interpolate::sing(cursor, pool, interpolation, window, out, lane);
    }

    /// The next frames of a built-in voice, into one lane.
    fn sing_direct(oscillators: &mut Oscillators, from: usize, out: &mut [Lanes], lane: usize) {
        direct::sing(oscillators, from, out, lane);
    }

    /// Filters frames `from..` of a period in place.
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
                frame[lane] = 0.5 * (low[lane] + next_low);
                low[lane] = next_low;
            }
            t += 1.0;
        }
        filters.state = [low, band];
    }

    /// Adds frames `from..` of a group to the sums.
    fn mix(frames: &[Lanes], from: usize, gains: &Gains, with_sends: bool, sums: &mut Sums) {
        let until = from + frames.len();
        let both = sums.left[from..until].iter_mut().zip(&mut sums.right[from..until]);
        let mut t = from as f32;
        for (frame, (left, right)) in frames.iter().zip(both) {
            for lane in 0..LANES {
                left[lane] += frame[lane] * gains[0].at(lane, t);
                right[lane] += frame[lane] * gains[1].at(lane, t);
            }
            t += 1.0;
        }
        if with_sends {
            let both = sums.chorus[from..until].iter_mut().zip(&mut sums.reverb[from..until]);
            let mut t = from as f32;
            for (frame, (chorus, reverb)) in frames.iter().zip(both) {
                for lane in 0..LANES {
                    chorus[lane] += frame[lane] * gains[2].at(lane, t);
                    reverb[lane] += frame[lane] * gains[3].at(lane, t);
                }
                t += 1.0;
            }
        }
    }

    /// Sums the lanes of each frame, always in the same order, and leaves them at zero.
    fn collect(sums: &mut [Lanes], out: &mut [f32]) {
        for (sum, out) in sums.iter_mut().zip(out) {
            let [a, b, c, d, e, f, g, h] = *sum;
            *out = ((a + e) + (c + g)) + ((b + f) + (d + h));
            *sum = [0.0; LANES];
        }
    }
}
