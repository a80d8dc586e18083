//! The seven effects, each usable alone. Those with delay lines work in memory that the caller lends.

mod chorus;
mod delay;
mod filter;
mod pan;
mod pitch;
mod reverb;
mod sweep;
mod volume;

pub use chorus::Chorus;
pub use delay::Delay;
pub use filter::Filter;
pub use pan::Pan;
pub use pitch::Pitch;
pub use reverb::Reverb;
pub use volume::Volume;

use ripieno_dsp::Segment;
use ripieno_dsp::guard::clean;
use ripieno_types::Block;

/// Replaces what is no audio by silence.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
pub(crate) fn clean_block(block: &mut Block<'_>) {
    for channel in block.channels() {
        channel.iter_mut().for_each(|x| *x = clean(*x));
    }
}

/// Multiplies both channels by lines that start at the first frame's `places`.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
pub(crate) fn ramp_gain(left: &mut [f32], right: &mut [f32], gains: [Segment; 2], places: &[f32]) {
    for (channel, gain) in [left, right].into_iter().zip(gains) {
        for (x, place) in channel.iter_mut().zip(places) {
            *x *= gain.at(*place);
        }
    }
}

/// Multiplies both channels by constants.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
pub(crate) fn flat_gain(left: &mut [f32], right: &mut [f32], gains: [f32; 2]) {
    for (channel, gain) in [left, right].into_iter().zip(gains) {
        if gain != 1.0 {
            channel.iter_mut().for_each(|x| *x *= gain);
        }
    }
}

/// `dry` faded against `wet` by a share of the latter.
#[inline(always)]
pub(crate) fn blend(dry: f32, wet: f32, share: f32) -> f32 {
    (1.0 - share) * dry + share * wet
}

/// Fades what enters a delay line that wakes up empty: a tone cut in half there would click when it comes out.
#[inline(always)]
pub(crate) fn fade_in(input: &mut [f32], intake: Segment, places: &[f32]) {
    if intake != Segment::flat(1.0) {
        for (x, place) in input.iter_mut().zip(places) {
            *x *= intake.at(*place);
        }
    }
}
