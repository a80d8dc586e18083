//! Where frames come from: a rig in the device callback, a ring behind a render thread, a file, a test.

use ripieno_types::Block;

/// Fills blocks of any size. Called from the device callback.
pub trait FrameSource {
    /// Writes every frame of the block and returns how many, from its front, were real; what follows them is silence.
    ///
    /// Real-time: never blocks, allocates or panics.
    fn fill(&mut self, block: Block<'_>) -> usize;
}

impl<S: FrameSource + ?Sized> FrameSource for &mut S {
    fn fill(&mut self, block: Block<'_>) -> usize {
        (**self).fill(block)
    }
}
