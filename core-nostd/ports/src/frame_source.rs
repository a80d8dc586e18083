//! Where frames come from: a rig in the device callback, a ring behind a render thread, a file, a test.

use crate::Micros;
use ripieno_types::Block;

/// One call of a device: so many frames are about to be asked for, in one block or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// When the device called, on the clock that its events are stamped by. Smoothed where the driver smooths it.
    pub at: Micros,
    /// Frames that will be asked for before the next period.
    pub frames: usize,
    /// From now until the first of these frames is heard, as far as the driver knows; 0 if it does not say.
    pub latency: Micros,
}

/// Fills blocks of any size. Called from the device callback.
pub trait FrameSource {
    /// Writes every frame of the block and returns how many, from its front, were real; what follows them is silence.
    ///
    /// Real-time: never blocks, allocates or panics.
    fn fill(&mut self, block: Block<'_>) -> usize;

    /// Says when the frames of the next calls are due. Called before them by drivers that know; a source that places
    /// events by their time listens, all others need not.
    ///
    /// Real-time: never blocks, allocates or panics.
    fn period(&mut self, _period: Period) {}
}

impl<S: FrameSource + ?Sized> FrameSource for &mut S {
    fn fill(&mut self, block: Block<'_>) -> usize {
        (**self).fill(block)
    }

    fn period(&mut self, period: Period) {
        (**self).period(period);
    }
}
