//! What a job reads: a recording that several readers read at once, each at its own place.

use crate::JobError;
use ripieno_types::SampleRate;

/// A recording of known length.
pub trait Recording: Sync {
    /// Reads it.
    type Reader: Reader;

    /// Frames a second. Any.
    fn rate(&self) -> SampleRate;

    /// Channels, at least 1. Any.
    fn channels(&self) -> usize;

    /// Frames. Any.
    fn frames(&self) -> u64;

    /// Opens it once more, at its first frame. Worker; blocks.
    ///
    /// # Errors
    /// [`JobError`], mostly with [`ErrorCode::BadInput`](crate::ErrorCode::BadInput).
    fn reader(&self) -> Result<Self::Reader, JobError>;
}

/// One reader of a recording.
pub trait Reader: Send {
    /// Goes to a frame. What is read from there is what is read there from the start. Worker; blocks.
    ///
    /// # Errors
    /// As [`Recording::reader`].
    fn seek(&mut self, frame: u64) -> Result<(), JobError>;

    /// Fills `out`, one slice a channel, all of one length. Returns how many frames there were, fewer only at the end. Worker;
    /// blocks.
    ///
    /// # Errors
    /// As [`Recording::reader`].
    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize, JobError>;
}
