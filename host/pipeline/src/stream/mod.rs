//! Streams: one ring of frames, one writer, many readers.

mod handle;
mod reader;
mod writer;

pub use crate::origin::{Origin, monotonic_nanos};
pub use handle::MemoryError;
pub(crate) use handle::{Place, SeatGauge, Stream, StreamGauge};
pub use reader::{AnyReader, Look, Reader, Window};
pub use writer::{AnyWriter, WriteLook, Writer};

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
    /// Another reader or writer has this place; there is one writer, and one reader a seat.
    #[error("stream '{stream}': {place} is taken")]
    Taken {
        /// The stream.
        stream: String,
        /// What was asked for.
        place: String,
    },
    /// The frames are of another type.
    #[error("stream '{stream}' has frames of {found}, not {expected}")]
    WrongType {
        /// The stream.
        stream: String,
        /// What was asked for.
        expected: crate::DType,
        /// What there is.
        found: crate::DType,
    },
    /// A window that the ring can never hold.
    #[error(
        "stream '{stream}' holds {capacity} frames, a window of {frames} cannot come together: give it more frames"
    )]
    WrongWindow {
        /// The stream.
        stream: String,
        /// Frames of the window.
        frames: usize,
        /// Frames of the ring.
        capacity: usize,
    },
}
