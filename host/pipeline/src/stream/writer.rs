//! The writing end.

use super::layout::{FRAME_HEADER, at};
use super::ring::{End, Ring, Writing};
use super::wait::{Waiting, wait};
use super::{StreamError, check_length, check_type, elements, elements_mut};
use crate::origin::{Origin, monotonic_nanos};
use crate::{DType, Element, FrameSpec, Overflow, Wait};
use ripieno_ring::broadcast::{Wide, WriteGrant};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A writer of frames as bytes.
#[derive(Debug)]
pub struct AnyWriter {
    end: End<Writing>,
    /// A slot of our own, for when the ring's cannot be lent.
    scratch: Vec<u64>,
    book: Book,
    name: Arc<str>,
    waiting: Waiting,
    timeout: Option<Duration>,
    /// The readers' last call that was followed.
    attention: u64,
}

/// What is written down about the frames written.
#[derive(Debug)]
struct Book {
    /// Bytes of a frame.
    bytes: usize,
    overflow: Overflow,
    origin: Origin,
    dropped: u64,
    waited_nanos: u64,
}

/// Whether a frame can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    There,
    /// The frame is to be dropped.
    Drop,
    /// There is none now.
    None,
}

impl Book {
    /// The time of a frame that was given none.
    #[inline]
    fn nanos(&self) -> u64 {
        match self.origin.nanos() {
            0 => monotonic_nanos(),
            nanos => nanos,
        }
    }

    #[cold]
    fn drop_one(&mut self, ring: &Ring) {
        self.dropped = self.dropped.wrapping_add(1);
        ring.word(at::DROPPED).store(self.dropped, Ordering::Relaxed);
    }
}

impl AnyWriter {
    pub(super) fn new(name: Arc<str>, end: End<Writing>, origin: Origin, wait: Wait) -> Self {
        let ring = end.ring().clone();
        let book = Book {
            bytes: ring.layout.spec.bytes(),
            overflow: ring.layout.overflow,
            origin,
            dropped: ring.word(at::DROPPED).load(Ordering::Relaxed),
            waited_nanos: ring.word(at::WRITER_WAITING).load(Ordering::Relaxed),
        };
        // Who waits finds out what a writer that died did not tell.
        ring.call_attention();
        Self { end, scratch: Vec::new(), book, name, waiting: Waiting::new(wait), timeout: None, attention: 0 }
    }

    /// The same writer, of frames of `T`. Any.
    ///
    /// # Errors
    /// [`StreamError::WrongType`].
    pub fn typed<T: Element>(self) -> Result<Writer<T>, StreamError> {
        check_type::<T>(&self.name, self.dtype())?;
        Ok(Writer { any: self, _type: PhantomData })
    }

    /// Type of the frames. Any.
    pub fn dtype(&self) -> DType {
        self.end.ring().layout.spec.dtype()
    }

    /// The same, but dropping it does not end the stream: another writer will come. Control.
    pub(crate) fn staying(mut self) -> Self {
        self.end.set_staying(true);
        self
    }

    /// Writes so many frames of nothing but zeros, born at no time, into a new stream that has room for them.
    pub(super) fn write_zeros(&mut self, frames: usize) {
        for sequence in 0..frames {
            let (publisher, _) = self.end.split();
            let mut grant = publisher.grant(1);
            grant.write_within(0, 0, &[sequence as u64]);
            grant.commit(1);
        }
    }

    /// Sees to room for a frame.
    #[inline]
    fn make_room(&mut self, waits: bool) -> Result<Room, StreamError> {
        let (publisher, ring) = self.end.split();
        if ring.is_stopped() || self.book.origin.leaving() > 1 {
            return Err(StreamError::Stopped);
        }
        // Pairs with the release in `Ring::call_attention`.
        let attention = ring.word(at::ATTENTION).load(Ordering::Acquire);
        if attention != self.attention {
            self.attention = attention;
            publisher.free();
        }
        if publisher.grant(1).len() == 1 {
            return Ok(Room::There);
        }
        self.wait_for_room(waits)
    }

    #[cold]
    fn wait_for_room(&mut self, waits: bool) -> Result<Room, StreamError> {
        let (publisher, ring) = self.end.split();
        // Looking for room has answered who asked to hold us back, perhaps from so early on that no frame follows: it may be asleep.
        ring.data_bell().ring();
        if !waits {
            return Ok(Room::None);
        }
        if self.book.overflow == Overflow::DropNewest {
            return Ok(Room::Drop);
        }
        let (result, took) = wait(&mut self.waiting, ring.room_bell(), self.timeout, || {
            if ring.is_stopped() || self.book.origin.leaving() > 1 {
                return Some(Err(StreamError::Stopped));
            }
            if publisher.free() > 0 {
                return Some(Ok(Room::There));
            }
            ring.data_bell().ring();
            None
        });
        self.book.waited_nanos = self.book.waited_nanos.wrapping_add(took.nanos);
        ring.word(at::WRITER_WAITING).store(self.book.waited_nanos, Ordering::Relaxed);
        result.unwrap_or_else(|| Err(StreamError::TimedOut { stream: self.name.to_string() }))
    }

    /// Writes a frame; false if there is no room and it shall not wait.
    #[inline]
    fn put<T: Element>(&mut self, nanos: Option<u64>, frame: &[T], waits: bool) -> Result<bool, StreamError> {
        check_length(&self.name, self.book.bytes, frame)?;
        match self.make_room(waits)? {
            Room::There => {}
            Room::Drop => {
                self.book.drop_one(self.end.ring());
                return Ok(true);
            }
            Room::None => return Ok(false),
        }
        let (publisher, ring) = self.end.split();
        let header = [publisher.published() as u64, nanos.unwrap_or_else(|| self.book.nanos())];
        let mut grant = publisher.grant(1);
        if let Some(slot) = grant.item_mut(0) {
            slot[..2].copy_from_slice(&header);
            elements_mut(slot, self.book.bytes).copy_from_slice(frame);
        } else {
            grant.write_within(0, 0, &header);
            if let Ok(words) = bytemuck::try_cast_slice(frame) {
                grant.write_within(0, FRAME_HEADER, words);
            } else {
                self.scratch.resize(ring.layout.width(), 0);
                elements_mut(&mut self.scratch, self.book.bytes).copy_from_slice(frame);
                grant.write_within(0, FRAME_HEADER, &self.scratch[FRAME_HEADER..]);
            }
        }
        grant.commit(1);
        ring.data_bell().ring();
        Ok(true)
    }

    fn lend<T: Element>(&mut self) -> Result<WriteLook<'_, T>, StreamError> {
        let room = self.make_room(true)?;
        let (publisher, ring) = self.end.split();
        let sequence = publisher.published() as u64;
        let grant = (room == Room::There).then(|| publisher.grant(1));
        if grant.as_ref().is_none_or(|grant| grant.item(0).is_none()) {
            self.scratch.resize(ring.layout.width(), 0);
        }
        let ring = &**ring;
        Ok(WriteLook {
            grant,
            scratch: &mut self.scratch,
            ring,
            book: &mut self.book,
            sequence,
            nanos: None,
            _type: PhantomData,
        })
    }
}

/// A writer of frames of `T`.
#[derive(Debug)]
pub struct Writer<T: Element> {
    any: AnyWriter,
    _type: PhantomData<T>,
}

macro_rules! writer_methods {
    ($element:ty, |$self:ident| $any:expr) => {
        /// The stream's name. Any.
        pub fn name(&$self) -> &str {
            &$any.name
        }

        /// What its frames are. Any.
        pub fn spec(&$self) -> FrameSpec {
            $any.end.ring().layout.spec
        }

        /// Writes a frame with the time of the task's input, or of now. Waits for room, or drops the frame and counts it, as the
        /// stream says. Worker.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongLength`].
        #[inline]
        pub fn write(&mut $self, frame: &[$element]) -> Result<(), StreamError> {
            $any.put(None, frame, true).map(|_| ())
        }

        /// Writes a frame with this time. Worker.
        ///
        /// # Errors
        /// As [`write`](Self::write).
        #[inline]
        pub fn write_at(&mut $self, nanos: u64, frame: &[$element]) -> Result<(), StreamError> {
            $any.put(Some(nanos), frame, true).map(|_| ())
        }

        /// Writes a frame if there is room; false if there is none, and nothing is counted. Real-time.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::WrongLength`].
        #[inline]
        pub fn try_write(&mut $self, frame: &[$element]) -> Result<bool, StreamError> {
            $any.put(None, frame, false)
        }

        /// Waits for room and lends the next frame to be written in place; what it holds at first is unspecified. Where the
        /// stream drops frames for want of room, the frame lent may be one that is dropped. Worker.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
        #[inline]
        pub fn look(&mut $self) -> Result<WriteLook<'_, $element>, StreamError> {
            $any.lend()
        }

        /// The longest time a call waits; `None`, as at first, for ever. Any.
        pub fn set_timeout(&mut $self, timeout: Option<Duration>) {
            $any.timeout = timeout;
        }

        /// Frames that can be written now without waiting. Any.
        pub fn room(&mut $self) -> usize {
            $any.end.free()
        }

        /// Frames dropped for want of room so far, by earlier writers of the stream as well. Any.
        pub fn dropped(&$self) -> u64 {
            $any.book.dropped
        }
    };
}

impl AnyWriter {
    writer_methods!(u8, |self| self);
}

impl<T: Element> Writer<T> {
    writer_methods!(T, |self| self.any);
}

/// The next frame, to be written in place. Dropped without [`increment`](Self::increment) nothing happened.
pub struct WriteLook<'w, T: Element> {
    /// The slot; none for a frame that is to be dropped.
    grant: Option<WriteGrant<'w, 'static, u64, Wide>>,
    /// What is written to while the slot cannot be lent; a whole slot then.
    scratch: &'w mut Vec<u64>,
    ring: &'w Ring,
    book: &'w mut Book,
    sequence: u64,
    nanos: Option<u64>,
    _type: PhantomData<T>,
}

impl<T: Element> WriteLook<'_, T> {
    /// Gives the frame this time. Any.
    pub fn set_nanos(&mut self, nanos: u64) {
        self.nanos = Some(nanos);
    }

    /// Publishes the frame. Any.
    #[inline]
    pub fn increment(self) {
        let Some(mut grant) = self.grant else {
            self.book.drop_one(self.ring);
            return;
        };
        let header = [self.sequence, self.nanos.unwrap_or_else(|| self.book.nanos())];
        if grant.item(0).is_none() {
            grant.write(0, self.scratch);
        }
        grant.write_within(0, 0, &header);
        grant.commit(1);
        self.ring.data_bell().ring();
    }
}

impl<T: Element> Deref for WriteLook<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        let slot = self.grant.as_ref().and_then(|grant| grant.item(0));
        elements(slot.unwrap_or(self.scratch), self.book.bytes)
    }
}

impl<T: Element> DerefMut for WriteLook<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        let slot = self.grant.as_mut().and_then(|grant| grant.item_mut(0));
        elements_mut(slot.unwrap_or(self.scratch), self.book.bytes)
    }
}

impl<T: Element> fmt::Debug for WriteLook<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteLook").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}
