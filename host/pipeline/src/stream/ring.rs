//! The ring in a stream's memory, and who has its ends: the one place of this crate that attaches rings to memory.
//!
//! That nobody has an end twice is known in two ways: within this process by a flag of the handle, which nothing outside can
//! change, and between processes by a word in the memory that names the holder, dead or alive.

use super::holder;
use super::layout::{Layout, at, seat};
use crate::bell::Bell;
use crate::memory::{Memory, MemoryError};
use ripieno_ring::broadcast::{Publisher, Region, Subscriber, Wide};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub(super) type Writing = Publisher<'static, u64, Wide>;
pub(super) type Reading = Subscriber<'static, u64, Wide>;

/// A stream's memory with the ring in it.
pub(super) struct Ring {
    /// Invariant: made over `memory`, and, like all ends made from it, not used after that is gone.
    region: Region<'static, u64, Wide>,
    pub memory: Memory,
    pub layout: Layout,
    /// This process.
    me: u64,
    /// Whether this handle has given out the seats, and last the writing end. Invariant: an end exists only while its flag is set.
    taken: Box<[AtomicBool]>,
}

/// One end of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Writer,
    Seat(usize),
}

impl Ring {
    /// Bytes that the memory must have.
    pub fn bytes(layout: &Layout) -> Option<usize> {
        let ring = Region::<u64, Wide>::wide_bytes(layout.capacity, layout.seats, layout.width())?;
        ring.checked_add(layout.ring_at())
    }

    /// Lays an empty ring out in new memory, ready for its declared readers.
    #[expect(unsafe_code, reason = "a ring in raw memory")]
    pub fn lay_out(memory: Memory, layout: Layout, me: u64) -> Result<Self, MemoryError> {
        let width = Wide::new(layout.width()).expect("a frame has a header");
        let region = memory.region(layout.ring_at());
        // SAFETY: the memory is new, so nobody else uses it; the result is kept together with it (invariant of `region`).
        let region = unsafe {
            Region::initialise_wide(region, layout.capacity, layout.seats, width).inspect(|region| {
                region.reserve(layout.declared);
            })
        };
        Ok(Self::new(region.map_err(|error| MemoryError::Layout(error.to_string()))?, memory, layout, me))
    }

    /// Finds the ring in memory that someone else laid out.
    #[expect(unsafe_code, reason = "a ring in raw memory")]
    pub fn find(memory: Memory, layout: Layout) -> Result<Self, MemoryError> {
        let width = Wide::new(layout.width()).expect("a frame has a header");
        // SAFETY: the memory is mapped for reads and writes for as long as the result, which is kept together with it (invariant
        // of `region`). That only rings write to it is the promise of every process that opens it: what a program breaks
        // that has the right to, are the frames it could as well have written; no place or length is taken from it.
        let region = unsafe { Region::attach_wide(memory.region(layout.ring_at()), width) };
        let region = region.map_err(|error| MemoryError::Layout(error.to_string()))?;
        if region.capacity() != layout.capacity || region.subscribers() != layout.seats {
            return Err(MemoryError::Layout("its ring is of another size".into()));
        }
        Ok(Self::new(region, memory, layout, holder::me()))
    }

    fn new(region: Region<'static, u64, Wide>, memory: Memory, layout: Layout, me: u64) -> Self {
        let taken = (0..=layout.seats).map(|_| AtomicBool::new(false)).collect();
        Self { region, memory, layout, me, taken }
    }

    pub fn region(&self) -> &Region<'static, u64, Wide> {
        &self.region
    }

    #[inline]
    pub fn word(&self, index: usize) -> &AtomicU64 {
        &self.memory.words(index..index + 1)[0]
    }

    /// The words of a seat that exists.
    #[inline]
    pub fn seat(&self, index: usize) -> &[AtomicU64] {
        self.memory.words(self.layout.seat(index))
    }

    #[inline]
    pub fn data_bell(&self) -> Bell<'_> {
        Bell { word: self.memory.half(at::DATA_BELL), shared: self.memory.is_shared() }
    }

    #[inline]
    pub fn room_bell(&self) -> Bell<'_> {
        Bell { word: self.memory.half(at::ROOM_BELL), shared: self.memory.is_shared() }
    }

    #[inline]
    pub fn is_stopped(&self) -> bool {
        self.word(at::STOPPED).load(Ordering::Relaxed) != 0
    }

    /// Has the writer look at its readers before its next frame, and all who wait look again.
    pub fn call_attention(&self) {
        self.word(at::ATTENTION).fetch_add(1, Ordering::Release);
        self.room_bell().ring();
        self.data_bell().ring();
    }

    /// Who has this end; 0 for nobody.
    pub fn holder(&self, place: Place) -> &AtomicU64 {
        match place {
            Place::Writer => self.word(at::WRITER),
            Place::Seat(index) => &self.seat(index)[seat::HOLDER],
        }
    }

    fn flag(&self, place: Place) -> &AtomicBool {
        match place {
            Place::Writer => &self.taken[self.layout.seats],
            Place::Seat(index) => &self.taken[index],
        }
    }

    /// Takes an end that nobody alive has.
    pub fn claim(self: &Arc<Self>, place: Place) -> Option<Claim> {
        if let Place::Seat(index) = place
            && index >= self.layout.seats
        {
            return None;
        }
        // Pairs with the release in `Claim::drop`: the end before was used before.
        if self.flag(place).swap(true, Ordering::Acquire) {
            return None;
        }
        let holder = self.holder(place);
        let found = holder.load(Ordering::Acquire);
        let free = found == 0 || !holder::is_alive(found);
        if !free || holder.compare_exchange(found, self.me, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            self.flag(place).store(false, Ordering::Release);
            return None;
        }
        Some(Claim { ring: self.clone(), place })
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("region", &self.region).field("layout", &self.layout).finish()
    }
}

/// The right to one end, which nobody else has while this lives.
#[derive(Debug)]
pub(super) struct Claim {
    ring: Arc<Ring>,
    place: Place,
}

impl Claim {
    /// The writing end, going on where an earlier one stopped.
    #[expect(unsafe_code, reason = "a ring in raw memory")]
    pub fn writing(self) -> End<Writing> {
        assert_eq!(self.place, Place::Writer, "the right to a seat is none to write");
        // SAFETY: we have the claim to the writing end, so there is no other, and keep it for as long as the end lives.
        let end = unsafe { self.ring.region.publisher() };
        End { end, claim: self }
    }

    /// The reading end: from the next frame on, or from where an earlier one stopped.
    #[expect(unsafe_code, reason = "a ring in raw memory")]
    pub fn reading(self, fresh: bool) -> Result<End<Reading>, MemoryError> {
        let seat = self.seat();
        // SAFETY: as for the writing end.
        let end = unsafe { if fresh { self.ring.region.join(seat) } else { self.ring.region.resume(seat) } };
        Ok(End { end: end.map_err(|error| MemoryError::Layout(error.to_string()))?, claim: self })
    }

    /// Takes the seat's hold off the writer.
    #[expect(unsafe_code, reason = "a ring in raw memory")]
    pub fn evict(self) {
        // SAFETY: we have the claim to the seat, so nobody uses it. It exists, or there were no claim.
        let _ = unsafe { self.ring.region.evict(self.seat()) };
    }

    fn seat(&self) -> usize {
        match self.place {
            Place::Seat(seat) => seat,
            Place::Writer => panic!("the right to write is none to a seat"),
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.ring.holder(self.place).store(0, Ordering::Release);
        // Pairs with the acquire in `claim`.
        self.ring.flag(self.place).store(false, Ordering::Release);
        self.ring.call_attention();
    }
}

/// An end of the ring with the right to it.
#[derive(Debug)]
pub(super) struct End<E> {
    /// Dropped first: then nobody uses it any more, and who waits is told by the claim.
    end: E,
    claim: Claim,
}

impl<E> End<E> {
    #[inline]
    pub fn ring(&self) -> &Arc<Ring> {
        &self.claim.ring
    }

    /// The end, and the ring beside it.
    #[inline]
    pub fn split(&mut self) -> (&mut E, &Arc<Ring>) {
        (&mut self.end, &self.claim.ring)
    }
}

impl<E> Deref for End<E> {
    type Target = E;

    #[inline]
    fn deref(&self) -> &E {
        &self.end
    }
}

impl<E> DerefMut for End<E> {
    #[inline]
    fn deref_mut(&mut self) -> &mut E {
        &mut self.end
    }
}
