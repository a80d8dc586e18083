//! Streams: one ring of frames, one writer, many readers.

/// Why a frame could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The pipeline stops: end the task.
    #[error("stopped")]
    Stopped,
    /// Nothing came, or no room, within the timeout that was set: try again.
    #[error("nothing happened on stream '{stream}' within the timeout")]
    TimedOut {
        /// The stream.
        stream: String,
    },
    /// The slice has not the length of a frame.
    #[error("stream '{stream}' has frames of {expected} elements, not {given}")]
    WrongLength {
        /// The stream.
        stream: String,
        /// Elements of a frame.
        expected: usize,
        /// Elements of the slice.
        given: usize,
    },
}
