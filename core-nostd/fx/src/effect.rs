//! What every effect is: something that changes stereo frames in place and has parameters.

use crate::param::ParamInfo;
use ripieno_types::{Block, SampleRate};

/// A stereo effect. Parameters are numbered in the order of [`params`](Self::params) and run 0..=1.
///
/// Output depends on the frames alone, never on how they are cut into blocks: a change takes effect at the next point of
/// the [control grid](ripieno_dsp::grid). Samples that are no audio (NaN, infinite, beyond +120 dBFS) count as silence.
pub trait Effect {
    /// Adopts a sample rate and forgets all sound; parameters stay. Control: may clear delay memory.
    fn prepare(&mut self, rate: SampleRate);

    /// Forgets all sound and ends every glide at its target: as good as new with these parameters. Real-time.
    fn reset(&mut self);

    /// Changes the block in place. Real-time.
    fn process(&mut self, block: Block<'_>);

    /// The parameters. Any.
    fn params(&self) -> &'static [ParamInfo];

    /// Lets a parameter glide to `value`, clamped to 0..=1. A NaN or an unknown index is ignored. Real-time.
    fn set(&mut self, index: usize, value: f32);

    /// Where a parameter is or glides to; 0 for an unknown index. Any.
    fn value(&self, index: usize) -> f32;
}

/// The value as a parameter takes it, or nothing for a NaN.
#[inline]
pub(crate) fn accept(value: f32) -> Option<f32> {
    (!value.is_nan()).then(|| value.clamp(0.0, 1.0))
}
