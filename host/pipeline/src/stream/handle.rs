//! The handle of a stream: makes and opens it, gives out its ends, stops and watches it.
#![expect(unused_variables, dead_code, clippy::unimplemented, reason = "signatures only, for a moment")]

use super::{AnyReader, AnyWriter, Origin, StreamError};
use crate::{FrameSpec, ReaderPolicy, StreamDecl, Wait};
use std::path::{Path, PathBuf};

/// Seats beyond the declared ones: for taps, guests and tasks that a reload adds.
pub(crate) const SPARE_SEATS: usize = 4;

/// Where a stream's memory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this process alone.
    Heap,
    /// Where processes that know [`Stream::path`] open it; leaves nothing behind.
    Shared,
    /// Under a name of its own, for guests.
    Named(String),
}

/// Why there is no such memory, or it is not what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The system refuses.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Another living process has this name.
    #[error("'{0}' is exported by another running pipeline: stop it, or choose another name")]
    Taken(String),
    /// No such exported stream.
    #[error("nothing is exported as '{0}'")]
    Missing(String),
    /// A name that cannot be one.
    #[error("'{0}' cannot be exported: a name has 1 to 64 letters, digits, '-', '_' or '.'")]
    Name(String),
    /// It is not a stream, or is damaged, or of another version.
    #[error("the memory holds no stream that can be used: {0}")]
    Layout(String),
    /// It would be too large.
    #[error("a stream of {0} frames of {1} bytes does not fit the address space")]
    TooLarge(usize, usize),
}

/// One reader's figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeatGauge {
    pub seat: usize,
    /// A reader is there, or is expected to come back.
    pub taken: bool,
    /// Process of the reader that has the seat now; 0 if none.
    pub pid: u32,
    /// Whether it holds the writer back.
    pub lossless: bool,
    pub position: u64,
    /// Frames published that it has not passed.
    pub behind: u64,
    pub missed: u64,
    pub reads: u64,
    pub waiting_nanos: u64,
    pub latency: Latency,
}

/// Percentiles of one reader's frames: from stamp to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Latency {
    pub count: u64,
    pub p50_nanos: u64,
    pub p99_nanos: u64,
    pub p999_nanos: u64,
    pub max_nanos: u64,
}

/// A stream's figures at one moment: plain relaxed loads.
#[derive(Clone, Debug, Default)]
pub(crate) struct StreamGauge {
    pub published: u64,
    pub capacity: usize,
    pub dropped: u64,
    pub writer_waiting_nanos: u64,
    /// Process of the writer; 0 if none.
    pub writer_pid: u32,
    /// The writer is gone for good: what is left is all.
    pub ended: bool,
    pub stopped: bool,
    pub readers: Vec<SeatGauge>,
}

/// A stream; clones are the same stream.
#[derive(Clone, Debug)]
pub(crate) struct Stream {}

impl Stream {
    /// A new stream with `readers.len()` declared seats, numbered in their order, and [`SPARE_SEATS`] more. No declared reader
    /// misses a frame, however late it comes. Control.
    pub fn create(
        place: Place,
        decl: &StreamDecl,
        spec: FrameSpec,
        readers: &[ReaderPolicy],
    ) -> Result<Self, MemoryError> {
        unimplemented!("on its way")
    }

    /// A stream of another process, checked. Control.
    pub fn open(path: &Path) -> Result<Self, MemoryError> {
        unimplemented!("on its way")
    }

    /// The stream exported under `name` on this machine by this user. Control.
    pub fn open_named(name: &str) -> Result<Self, MemoryError> {
        unimplemented!("on its way")
    }

    /// Where child processes open it; `None` on the heap. Any.
    pub fn path(&self) -> Option<PathBuf> {
        unimplemented!("on its way")
    }

    pub fn name(&self) -> &str {
        unimplemented!("on its way")
    }

    pub fn spec(&self) -> FrameSpec {
        unimplemented!("on its way")
    }

    /// Frames that the ring holds. Any.
    pub fn capacity(&self) -> usize {
        unimplemented!("on its way")
    }

    /// Declared seats. Any.
    pub fn seats(&self) -> usize {
        unimplemented!("on its way")
    }

    /// The writing end. A place whose process died is simply taken over: it goes on behind the last published frame. Dropping
    /// it ends the stream, unless it is `staying`. Control.
    pub fn writer(&self, origin: &Origin, wait: Wait) -> Result<AnyWriter, StreamError> {
        unimplemented!("on its way")
    }

    /// The reading end of a declared seat, going on where an earlier one stopped: what it did not pass is seen again. Dropping
    /// it frees the writer, unless it is `staying`. Control.
    pub fn reader(&self, seat: usize, origin: &Origin, wait: Wait) -> Result<AnyReader, StreamError> {
        unimplemented!("on its way")
    }

    /// A reader at a spare seat, from the next frame on; `None` if all are taken. Control.
    pub fn spare_reader(&self, policy: ReaderPolicy) -> Option<AnyReader> {
        unimplemented!("on its way")
    }

    /// Ends all waits of all processes with [`StreamError::Stopped`], now and later. Any.
    pub fn stop(&self) {
        unimplemented!("on its way")
    }

    pub fn is_stopped(&self) -> bool {
        unimplemented!("on its way")
    }

    /// Ends the stream for a writer that stayed or died: readers drain, then `Ok(None)`. False while somebody alive has the
    /// writing end. Control.
    pub fn end_writer(&self) -> bool {
        unimplemented!("on its way")
    }

    /// Takes the hold of a reader that stayed or died off the writer. False while somebody alive has the seat. Control.
    pub fn evict_reader(&self, seat: usize) -> bool {
        unimplemented!("on its way")
    }

    /// Evicts the readers at spare seats whose process died without a farewell; returns how many. To be called now and then.
    /// Control.
    pub fn evict_dead(&self) -> usize {
        unimplemented!("on its way")
    }

    pub fn gauge(&self) -> StreamGauge {
        unimplemented!("on its way")
    }
}
