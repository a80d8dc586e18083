//! Streams: one ring of frames, one writer, many readers.

mod book;
mod gauge;
mod handle;
mod histogram;
mod holder;
mod layout;
mod lent;
mod reader;
mod ring;
mod stash;
#[cfg(test)]
mod tests;
mod wait;
mod writer;

pub(crate) use gauge::{SeatGauge, StreamGauge};
pub(crate) use handle::{Place, Stream};
pub(crate) use histogram::Histogram;
pub(crate) use layout::{put_text, take_text};
pub use lent::{Look, Window};
pub use reader::{AnyReader, Reader};
pub use writer::{AnyWriter, WriteLook, Writer};

use crate::{DType, Element};

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
        expected: DType,
        /// What there is.
        found: DType,
    },
    /// The positions in its shared memory contradict each other: another program wrote there.
    #[error("stream '{stream}' is damaged")]
    Damaged {
        /// The stream.
        stream: String,
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

/// Checks that frames of `dtype` can be taken as elements of `T`; bytes are any frame's.
fn check_type<T: Element>(stream: &str, dtype: DType) -> Result<(), StreamError> {
    if T::DTYPE == dtype {
        return Ok(());
    }
    Err(StreamError::WrongType { stream: stream.into(), expected: T::DTYPE, found: dtype })
}

/// Checks that `slice` has the length of a frame of so many bytes.
#[inline]
fn check_length<T: Element>(stream: &str, bytes: usize, slice: &[T]) -> Result<(), StreamError> {
    if size_of_val(slice) == bytes {
        return Ok(());
    }
    Err(StreamError::WrongLength { stream: stream.into(), expected: bytes / size_of::<T>(), given: slice.len() })
}

/// The elements of a slot.
#[inline]
fn elements<T: Element>(slot: &[u64], bytes: usize) -> &[T] {
    let payload: &[u8] = bytemuck::cast_slice(&slot[layout::FRAME_HEADER..]);
    // Slots are aligned to their words at least, as much as any element needs.
    bytemuck::cast_slice(&payload[..bytes])
}

/// The same, to write.
#[inline]
fn elements_mut<T: Element>(slot: &mut [u64], bytes: usize) -> &mut [T] {
    let payload: &mut [u8] = bytemuck::cast_slice_mut(&mut slot[layout::FRAME_HEADER..]);
    bytemuck::cast_slice_mut(&mut payload[..bytes])
}

/// The stamp of a slot.
#[inline]
fn stamp(slot: &[u64]) -> crate::Stamp {
    crate::Stamp { sequence: slot[0], nanos: slot[1] }
}
