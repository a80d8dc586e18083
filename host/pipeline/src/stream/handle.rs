//! The handle of a stream: makes and opens it, gives out its ends, stops it and cleans up after the dead.

use super::layout::{Layout, MAX_FRAMES, MAX_SEATS, at, policy_code, policy_of, seat};
use super::ring::{self, Ring};
use super::{AnyReader, AnyWriter, StreamError, holder};
use crate::memory::{Memory, MemoryError};
use crate::origin::Origin;
use crate::{FrameSpec, ReaderPolicy, StreamDecl, Wait};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Seats beyond the declared ones: for taps, guests and tasks that a reload adds.
pub(crate) const SPARE_SEATS: usize = 4;

/// Fewest frames of a ring: one to read while the other is written.
const FEWEST_FRAMES: usize = 2;
/// Fewest where someone reads who does not hold the writer back: it has three frames' time to copy one.
const FEWEST_LOSSY_FRAMES: usize = 4;

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

/// A stream; clones are the same stream.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    name: Arc<str>,
    ring: Arc<Ring>,
}

impl Stream {
    /// A new stream with `readers.len()` declared seats, numbered in their order, and [`SPARE_SEATS`] more. No lossless reader
    /// misses a frame, however late it comes. The ring has at least two frames, four if someone declared is not lossless, and
    /// one more than it starts with. Control.
    pub fn create(
        place: Place,
        decl: &StreamDecl,
        spec: FrameSpec,
        readers: &[ReaderPolicy],
    ) -> Result<Self, MemoryError> {
        let too_large = || MemoryError::TooLarge(decl.frames.max(decl.delay_frames), spec.bytes());
        let lossless = readers.iter().all(|policy| *policy == ReaderPolicy::Lossless);
        let fewest = if lossless { FEWEST_FRAMES } else { FEWEST_LOSSY_FRAMES };
        let frames = decl.frames.max(fewest).max(decl.delay_frames.saturating_add(1));
        let seats = readers.len() + SPARE_SEATS;
        if frames > MAX_FRAMES || seats > MAX_SEATS {
            return Err(too_large());
        }
        let capacity = frames.next_power_of_two();
        let layout = Layout { spec, capacity, declared: readers.len(), seats, overflow: decl.overflow };
        let bytes = Ring::bytes(&layout).ok_or_else(too_large)?;
        let memory = match &place {
            Place::Heap => Memory::heap(bytes)?,
            Place::Shared => Memory::anonymous(bytes)?,
            Place::Named(name) => Memory::named(name, bytes)?,
        };
        let me = holder::me();
        layout.store(&memory, &decl.name, me);
        let this = Self { name: decl.name.as_str().into(), ring: Arc::new(Ring::lay_out(memory, layout, me)?) };
        for (index, policy) in readers.iter().enumerate() {
            this.ring.seat(index)[seat::POLICY].store(policy_code(*policy), Ordering::Relaxed);
            if *policy != ReaderPolicy::Lossless {
                // So that it holds nobody back before it is there.
                drop(this.reader(index, &Origin::new(), Wait::Park).map(AnyReader::staying));
            }
        }
        if let Ok(writer) = this.writer(&Origin::new(), Wait::Park) {
            writer.staying().write_zeros(decl.delay_frames);
        }
        this.ring.word(at::GUEST_WRITES).store(decl.guest().is_some().into(), Ordering::Relaxed);
        Layout::publish(&this.ring.memory);
        Ok(this)
    }

    /// A stream of another process, checked. Control.
    pub fn open(path: &Path) -> Result<Self, MemoryError> {
        Self::find(Memory::open(path)?)
    }

    /// The stream exported under `name` on this machine by this user. Control.
    pub fn open_named(name: &str) -> Result<Self, MemoryError> {
        Self::find(Memory::open_named(name)?)
    }

    fn find(memory: Memory) -> Result<Self, MemoryError> {
        let (layout, name) = Layout::load(&memory)?;
        Ok(Self { name: name.into(), ring: Arc::new(Ring::find(memory, layout)?) })
    }

    /// Where other processes open it; `None` on the heap. Any.
    pub fn path(&self) -> Option<PathBuf> {
        self.ring.memory.path()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn spec(&self) -> FrameSpec {
        self.ring.layout.spec
    }

    /// Frames that the ring holds. Any.
    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.ring.layout.capacity
    }

    /// Declared seats. Any.
    #[cfg(test)]
    pub fn declared(&self) -> usize {
        self.ring.layout.declared
    }

    pub(super) fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }

    /// The writing end. The place of a process that died is simply taken over: it goes on behind the last published frame.
    /// Dropping it ends the stream, unless it is `staying`. Control.
    pub fn writer(&self, origin: &Origin, wait: Wait) -> Result<AnyWriter, StreamError> {
        let claim = self.ring.claim(ring::Place::Writer).ok_or_else(|| self.taken("the writing end"))?;
        Ok(AnyWriter::new(self.name.clone(), claim.writing(), origin.clone(), wait))
    }

    /// The reading end of a declared seat, going on where an earlier one stopped or died: what it did not pass is seen again.
    /// Dropping it frees the writer, unless it is `staying`. Control.
    pub fn reader(&self, seat: usize, origin: &Origin, wait: Wait) -> Result<AnyReader, StreamError> {
        let taken = || self.taken(&format!("seat {seat}"));
        let claim = self.ring.claim(ring::Place::Seat(seat)).ok_or_else(taken)?;
        let policy = policy_of(self.ring.seat(seat)[seat::POLICY].load(Ordering::Relaxed));
        let end = claim.reading(false).map_err(|_| StreamError::Damaged { stream: self.name().into() })?;
        Ok(AnyReader::new(self.name.clone(), end, seat, policy, origin.clone(), wait))
    }

    /// A reader at a spare seat, from the next frame on; `None` if all are taken. Control.
    pub fn spare_reader(&self, policy: ReaderPolicy) -> Option<AnyReader> {
        let layout = &self.ring.layout;
        self.join(policy, layout.declared..layout.seats)
    }

    /// A seat for a reader to come, from the next frame on: any free one of which `may_be` says so. Control.
    pub fn reserve(&self, policy: ReaderPolicy, may_be: impl Fn(usize) -> bool) -> Option<usize> {
        let reader = self.join(policy, (0..self.ring.layout.seats).filter(|seat| may_be(*seat)))?.staying();
        Some(reader.seat())
    }

    fn join(&self, policy: ReaderPolicy, seats: impl Iterator<Item = usize>) -> Option<AnyReader> {
        let free = |seat: &usize| self.ring.region().position(*seat).is_none();
        let claim = |seat| Some((seat, self.ring.claim(ring::Place::Seat(seat))?));
        let (seat, claim) = seats.filter(free).find_map(claim)?;
        let words = self.ring.seat(seat);
        words[seat::POLICY].store(policy_code(policy), Ordering::Relaxed);
        for word in [seat::MISSED, seat::READS, seat::WAITING, seat::KEPT] {
            words[word].store(0, Ordering::Relaxed);
        }
        super::Histogram::over(&words[seat::LATENCY]).reset();
        let end = claim.reading(true).ok()?;
        Some(AnyReader::new(self.name.clone(), end, seat, policy, Origin::new(), Wait::Park))
    }

    /// Whether a process beside the pipeline is to write it. Any.
    pub fn is_written_by_guest(&self) -> bool {
        self.ring.word(at::GUEST_WRITES).load(Ordering::Relaxed) == 1
    }

    fn taken(&self, place: &str) -> StreamError {
        StreamError::Taken { stream: self.name().into(), place: place.into() }
    }

    /// Ends all waits of all processes with [`StreamError::Stopped`], now and later. Any.
    pub fn stop(&self) {
        self.ring.word(at::STOPPED).store(1, Ordering::Relaxed);
        self.ring.call_attention();
    }

    /// Has all who wait look again. Any.
    pub fn wake(&self) {
        self.ring.call_attention();
    }

    /// Whether both are the same stream. Any.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ring, &other.ring)
    }

    #[cfg(test)]
    pub fn is_stopped(&self) -> bool {
        self.ring.is_stopped()
    }

    /// Ends the stream for a writer that stayed or died: readers drain, then `Ok(None)`. False while somebody alive has the
    /// writing end. Control.
    pub fn end_writer(&self) -> bool {
        self.ring.claim(ring::Place::Writer).map(|claim| drop(claim.writing())).is_some()
    }

    /// Takes the hold of a reader that stayed or died off the writer. False while somebody alive has the seat. Control.
    pub fn evict_reader(&self, seat: usize) -> bool {
        self.ring.claim(ring::Place::Seat(seat)).map(ring::Claim::evict).is_some()
    }

    /// Evicts the readers whose process died without a farewell, but for those who stay; returns how many. To be called now and
    /// then. Control.
    pub fn evict_dead(&self) -> usize {
        let dead = |seat: &usize| match self.ring.holder(ring::Place::Seat(*seat)).load(Ordering::Relaxed) {
            0 => false,
            found => self.ring.seat(*seat)[seat::KEPT].load(Ordering::Relaxed) == 0 && !holder::is_alive(found),
        };
        let spare = self.ring.layout.declared..self.ring.layout.seats;
        spare.filter(dead).filter(|seat| self.evict_reader(*seat)).count()
    }
}
