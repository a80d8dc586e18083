//! Samples for pads, read whole.

use ripieno_rig::{Clip, Clips};
use ripieno_types::SampleRate;
use std::sync::Arc;

/// One sample.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its frames, left and right; a mono sample shares them.
    pub channels: [Arc<[f32]>; 2],
    /// Frames a second.
    pub rate: SampleRate,
    /// Linear gain at full force.
    pub gain: f32,
    /// True: it fades when its pad is let go.
    pub is_gated: bool,
}

/// A session's samples by their place.
#[derive(Clone, Debug, Default)]
pub struct Samples(pub Box<[Sample]>);

impl Clips for Samples {
    fn clip(&self, place: u16) -> Option<Clip<'_>> {
        let Sample { channels: [left, right], rate, gain, is_gated } = self.0.get(usize::from(place))?;
        Some(Clip { channels: [left, right], rate: *rate, gain: *gain, is_gated: *is_gated })
    }
}
