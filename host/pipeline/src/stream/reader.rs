//! The reading ends.

use super::book::Book;
use super::layout::seat;
use super::lent::{Held, Look, Window};
use super::ring::{End, Reading};
use super::stash::Stash;
use super::wait::{Waiting, wait};
use super::{StreamError, check_length, check_type, elements, stamp};
use crate::event::nanos;
use crate::origin::{Origin, monotonic_nanos};
use crate::{DType, Element, FrameSpec, ReaderPolicy, Stamp, Wait};
use ripieno_ring::broadcast::Lagged;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Times that a reader is overtaken while it copies before it looks whether it shall stop.
const OVERTAKINGS: usize = 16;

/// What a reader does with frames that it is too slow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// There are none: it holds the writer back.
    All,
    /// Oldest first; what was written over is gone.
    Oldest,
    /// Always the newest.
    Newest,
}

/// A reader of frames as bytes.
#[derive(Debug)]
pub struct AnyReader {
    end: End<Reading>,
    stash: Stash,
    book: Book,
    name: Arc<str>,
    mode: Mode,
    /// What it is while it does not hold the writer back.
    lossy: Mode,
    waiting: Waiting,
    timeout: Option<Duration>,
}

impl AnyReader {
    pub(super) fn new(
        name: Arc<str>,
        end: End<Reading>,
        seat: usize,
        policy: ReaderPolicy,
        origin: Origin,
        wait: Wait,
    ) -> Self {
        let (mode, lossy) = match policy {
            ReaderPolicy::Lossless => (Mode::All, Mode::Newest),
            ReaderPolicy::DropOldest => (Mode::Oldest, Mode::Oldest),
            ReaderPolicy::Latest => (Mode::Newest, Mode::Newest),
        };
        let ring = end.ring().clone();
        let mut this = Self {
            stash: Stash::new(ring.layout.width()),
            book: Book::new(&ring, seat, origin),
            end,
            name,
            // As a reader that was killed may have left the seat: `hold_back` counts what that passes.
            mode: lossy,
            lossy,
            waiting: Waiting::new(wait),
            timeout: None,
        };
        // One that was there before may have left the seat otherwise.
        // This also has all who wait look again, who were not told by a reader that died.
        this.hold_back(mode == Mode::All);
        this
    }

    /// The same reader, of frames of `T`. Any.
    ///
    /// # Errors
    /// [`StreamError::WrongType`].
    pub fn typed<T: Element>(self) -> Result<Reader<T>, StreamError> {
        check_type::<T>(&self.name, self.dtype())?;
        Ok(Reader { any: self, _type: PhantomData })
    }

    /// The seat it has. Any.
    pub(super) fn seat(&self) -> usize {
        self.book.seat
    }

    /// Type of the frames. Any.
    pub fn dtype(&self) -> DType {
        self.end.ring().layout.spec.dtype()
    }

    /// The same, but dropping it keeps the seat and what is unread for the next reader of the seat. Control.
    pub(crate) fn staying(mut self) -> Self {
        self.end.set_staying(true);
        self.end.ring().seat(self.book.seat)[seat::KEPT].store(1, Ordering::Relaxed);
        self
    }

    /// Lends the oldest `frames` frames; `None` at the end of the stream, or if it shall not wait and they are not there.
    #[inline]
    fn next<T: Element>(&mut self, frames: usize, waits: bool) -> Result<Option<Window<'_, T>>, StreamError> {
        if !self.gather(frames, waits)? {
            return Ok(None);
        }
        let (reading, ring) = self.end.split();
        let held = match self.stash.len() {
            // Lossless: `gather` has seen to it that so many are there.
            0 => reading.grant(frames).map(Held::Lent),
            _ => None,
        };
        let held = held.unwrap_or(Held::Own(&mut self.stash));
        let window = Window { held, ring, book: &mut self.book, frames, _type: PhantomData };
        let newest = window.stamp(frames - 1);
        window.book.came(window.ring, newest);
        Ok(Some(window))
    }

    /// Sees to it that `frames` frames can be lent: in the ring, or in the stash if it has any. False if there are not so many.
    #[inline]
    fn gather(&mut self, frames: usize, waits: bool) -> Result<bool, StreamError> {
        let mut since = None;
        loop {
            let (reading, ring) = self.end.split();
            if ring.is_stopped() || self.book.origin.leaving() > 0 {
                return Err(StreamError::Stopped);
            }
            // Asked before it settles: what is missed on the way to lossless is then not overlooked.
            let lossless = reading.is_lossless();
            if let Err(Lagged(missed)) = reading.settle() {
                let stale = self.stash.pass(usize::MAX);
                self.book.lost(ring, missed, stale);
            }
            let there =
                if lossless && self.stash.len() == 0 { reading.ready(frames) >= frames } else { self.fill(frames) };
            if there {
                return Ok(true);
            }
            if !waits || !self.wait_for(frames, &mut since)? {
                return Ok(false);
            }
        }
    }

    /// Waits until `frames` frames could be there; false at the end of the stream. `since` is when the waiting began.
    #[cold]
    fn wait_for(&mut self, frames: usize, since: &mut Option<u64>) -> Result<bool, StreamError> {
        let waited = since.map_or(0, |since| monotonic_nanos().saturating_sub(since));
        let left = self.timeout.map(|timeout| timeout.saturating_sub(Duration::from_nanos(waited)));
        let needed = frames - self.stash.len().min(frames);
        let (reading, ring) = self.end.split();
        let (result, took) = wait(&mut self.waiting, ring.data_bell(), left, || {
            if ring.is_stopped() || self.book.origin.leaving() > 0 {
                return Some(Err(StreamError::Stopped));
            }
            // Asked first: then nothing can come in between.
            let abandoned = ring.region().is_abandoned();
            if reading.ready(needed) >= needed {
                return Some(Ok(true));
            }
            abandoned.then_some(Ok(false))
        });
        self.book.waited(ring, took);
        // With a timeout every wait is timed.
        let late = self.timeout.zip(took.end).is_some_and(|(timeout, now)| {
            now - *since.get_or_insert(now.saturating_sub(took.nanos)) > nanos(timeout) && waited > 0
        });
        result.filter(|result| result.is_err() || !late).unwrap_or_else(|| {
            self.book.came = None;
            Err(StreamError::TimedOut { stream: self.name.to_string() })
        })
    }

    /// Copies frames out of the ring until the stash has `frames`; false if there are not so many.
    fn fill(&mut self, frames: usize) -> bool {
        let (reading, ring) = self.end.split();
        let before = self.stash.len();
        for _ in 0..OVERTAKINGS {
            if self.mode == Mode::Newest {
                let passed = reading.skip_to_latest(frames);
                let fresh = if passed > 0 { frames } else { reading.ready(frames) };
                // Frames on both sides of a gap are never in one window.
                let stale = if fresh > 0 { (self.stash.len() + fresh).saturating_sub(frames) } else { 0 };
                let stale = self.stash.pass(stale);
                if passed > 0 || stale > 0 {
                    self.book.lost(ring, passed, stale);
                }
            }
            let lagged = loop {
                if self.stash.len() >= frames {
                    break None;
                }
                match reading.pop_slice(self.stash.room()) {
                    Ok(0) => break None,
                    Ok(_) => self.stash.keep(),
                    Err(Lagged(missed)) => break Some(missed),
                }
            };
            let Some(missed) = lagged else {
                break;
            };
            let stale = self.stash.pass(usize::MAX);
            self.book.lost(ring, missed, stale);
        }
        if self.stash.len() != before {
            // It may be lossless again, with the writer waiting.
            ring.room_bell().ring();
        }
        self.stash.len() >= frames
    }

    fn window<T: Element>(&mut self, frames: usize) -> Result<Option<Window<'_, T>>, StreamError> {
        let capacity = self.end.ring().layout.capacity;
        if frames == 0 || frames > capacity {
            return Err(StreamError::WrongWindow { stream: self.name.to_string(), frames, capacity });
        }
        self.next(frames, true)
    }

    fn hold_back(&mut self, blocking: bool) {
        let (reading, ring) = self.end.split();
        if blocking {
            let passed = reading.set_lossless();
            if self.mode != Mode::All {
                let stale = self.stash.pass(usize::MAX);
                self.book.lost(ring, passed, stale);
            }
            self.mode = Mode::All;
        } else {
            self.mode = self.lossy;
            reading.set_latest_only();
        }
        ring.call_attention();
    }

    fn skip(&mut self) -> u64 {
        let (reading, ring) = self.end.split();
        if let Err(Lagged(missed)) = reading.settle() {
            self.book.lost(ring, missed, 0);
        }
        let passed = reading.skip_to_latest(1);
        let keep = 1 - reading.ready(1).min(1);
        let stale = self.stash.pass(self.stash.len().saturating_sub(keep));
        self.book.lost(ring, passed, stale);
        ring.room_bell().ring();
        (passed as u64).wrapping_add(stale as u64)
    }

    #[inline]
    fn copy_into<T: Element>(&mut self, out: &mut [T], waits: bool) -> Result<Option<Stamp>, StreamError> {
        check_length(&self.name, self.book.bytes, out)?;
        if !self.gather(1, waits)? {
            return Ok(None);
        }
        let (reading, ring) = self.end.split();
        // What `next` does as well, without a window to carry about: small frames are read a third faster.
        if self.stash.len() == 0
            && let Some(grant) = reading.grant(1)
        {
            let slot = grant.item(0);
            let stamp = stamp(slot);
            self.book.came(ring, stamp);
            out.copy_from_slice(elements(slot, self.book.bytes));
            grant.commit(1);
            ring.room_bell().ring();
            self.book.passed(ring, 1);
            return Ok(Some(stamp));
        }
        Ok(self.next(1, waits)?.map(|window| {
            out.copy_from_slice(window.frame(0));
            let stamp = window.stamp(0);
            window.increment(1);
            stamp
        }))
    }
}

impl Drop for AnyReader {
    fn drop(&mut self) {
        // What was copied out and not passed is gone with the copy.
        let stale = self.stash.pass(usize::MAX);
        if stale > 0 {
            self.book.lost(self.end.ring(), 0, stale);
        }
    }
}

/// A reader of frames of `T`.
#[derive(Debug)]
pub struct Reader<T: Element> {
    any: AnyReader,
    _type: PhantomData<T>,
}

macro_rules! reader_methods {
    ($element:ty, |$self:ident| $any:expr) => {
        /// The stream's name. Any.
        pub fn name(&$self) -> &str {
            &$any.name
        }

        /// What its frames are. Any.
        pub fn spec(&$self) -> FrameSpec {
            $any.end.ring().layout.spec
        }

        /// Waits for the next frame and copies it; `None` at the end of the stream. Worker; allocates.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
        pub fn read(&mut $self) -> Result<Option<(Stamp, Vec<$element>)>, StreamError> {
            Ok($any.next::<$element>(1, true)?.map(|window| {
                let frame = (window.stamp(0), window.frame(0).to_vec());
                window.increment(1);
                frame
            }))
        }

        /// Waits for the next frame and copies it to `out`; `None` at the end of the stream. Worker.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongLength`].
        #[inline]
        pub fn read_into(&mut $self, out: &mut [$element]) -> Result<Option<Stamp>, StreamError> {
            $any.copy_into(out, true)
        }

        /// Copies the next frame to `out` if there is one; `None` if there is none now. Real-time.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::WrongLength`].
        #[inline]
        pub fn try_read_into(&mut $self, out: &mut [$element]) -> Result<Option<Stamp>, StreamError> {
            $any.copy_into(out, false)
        }

        /// Waits for the next frame and lends it, without a copy while it holds the writer back; `None` at the end of the
        /// stream. Worker.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
        #[inline]
        pub fn look(&mut $self) -> Result<Option<Look<'_, $element>>, StreamError> {
            Ok($any.next(1, true)?.map(Look))
        }

        /// Waits for so many frames and lends them together, the oldest ones in a row, the newest ones for a reader of the
        /// newest; `None` when the stream ends with fewer. Worker.
        ///
        /// # Errors
        /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongWindow`].
        pub fn look_window(&mut $self, frames: usize) -> Result<Option<Window<'_, $element>>, StreamError> {
            $any.window(frames)
        }

        /// Whether the writer is gone and nothing is left. Any.
        pub fn is_ended(&mut $self) -> bool {
            // Asked first: then nothing can come in between.
            let abandoned = $any.end.ring().region().is_abandoned();
            abandoned && $any.pending() == 0
        }

        /// True: holds the writer back and sees every frame written from now on; what it has not read is missed. False: holds
        /// nobody back and reads the newest frame, or the oldest if that is its declared policy. Any.
        pub fn set_blocking(&mut $self, blocking: bool) {
            $any.hold_back(blocking);
        }

        /// Whether it holds the writer back, or has asked to. Any.
        pub fn is_blocking(&$self) -> bool {
            $any.mode == Mode::All
        }

        /// The longest time a call waits; `None`, as at first, for ever. Any.
        pub fn set_timeout(&mut $self, timeout: Option<Duration>) {
            $any.timeout = timeout;
        }

        /// Frames missed so far, all in all, by earlier readers of the seat as well. Any.
        pub fn missed(&$self) -> u64 {
            $any.book.missed
        }

        /// Passes all but the newest frame that is there; returns how many, which count as missed. Any.
        pub fn skip_to_latest(&mut $self) -> u64 {
            $any.skip()
        }

        /// Frames that can be read now; some may be written over first by one who does not wait. Any.
        pub fn pending(&mut $self) -> usize {
            $any.stash.len() + $any.end.ready(usize::MAX)
        }
    };
}

impl AnyReader {
    reader_methods!(u8, |self| self);
}

impl<T: Element> Reader<T> {
    reader_methods!(T, |self| self.any);
}
