//! One producer, one consumer: a first-in first-out queue whose every call finishes in a bounded number of steps.
//!
//! # Data
//! Two free-running counters, `tail` (items ever pushed) and `head` (items ever popped), each alone on its lines and
//! stored by one side only. The capacity is a power of two, so an item's slot is its count under a mask and the
//! counters' overflow needs no care. Each handle keeps its own count, the slots' address, the mask and the last it saw
//! of the other side; it reads the other side's line only when that says full or empty.
//!
//! # Orderings
//! - The producer stores `tail` with release after it wrote the items; the consumer loads it with acquire before it
//!   reads them.
//! - The consumer stores `head` with release after it read the items; the producer loads it with acquire before it
//!   writes over them.
//! - Each side's farewell is a release store after its last position; `is_abandoned` loads it with acquire, so whoever
//!   sees the farewell sees the last position too.
//!
//! # Which memory
//! [`Inline`] carries its slots, [`Borrowed`] lies over a slice of yours, `channel` allocates (feature `alloc`), and
//! [`initialise`], [`attach_producer`] and [`attach_consumer`] use a raw region, such as memory shared by two processes.

mod burst;
mod consumer;
mod grant;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod heap;
mod producer;
mod region;
mod storage;
#[cfg(test)]
mod tests;

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::layout::{Line, is_capacity};
use super::sync::{AtomicU32, AtomicUsize, Ordering, Shadow};

pub use burst::{PopBurst, PushBurst};
pub use consumer::Consumer;
pub use grant::{ReadGrant, WriteGrant};
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::channel;
pub use producer::{Full, Producer};
pub use region::{attach_consumer, attach_producer, initialise, region_bytes};
pub use storage::{Borrowed, Inline};

/// What one side shows to the other.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct End {
    /// Items that have passed this side. Invariant: stored only by the one handle of this side; `tail - head` is never
    /// above the capacity, slots of `head..tail` hold items, all other slots belong to the producer.
    position: AtomicUsize,
    /// 1 while this side has a handle. A handle that was leaked leaves it at 1.
    alive: AtomicU32,
}

impl End {
    const fn new() -> Self {
        Self { position: AtomicUsize::new(0), alive: AtomicU32::new(0) }
    }
}

/// Both ends, each alone on its lines.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Header {
    producer: Line<End>,
    consumer: Line<End>,
}

impl Header {
    const fn new() -> Self {
        Self { producer: Line(End::new()), consumer: Line(End::new()) }
    }
}

impl Header {
    /// The tail at which the ring is full. Out of line and by value: a handle whose address stays at home can live in
    /// registers.
    #[cold]
    #[inline(never)]
    fn limit(&self, tail: usize, mask: usize) -> usize {
        // Pairs with the release in `Consumer::publish`: the slots before this position have been read.
        let head = self.consumer.0.position.load(Ordering::Acquire);
        let used = tail.wrapping_sub(head);
        // A damaged position in shared memory counts as a full ring; ours is never damaged.
        tail.wrapping_add((mask + 1).saturating_sub(used))
    }

    /// The tail up to which there are items, if there are any.
    #[inline(always)]
    fn tail(&self, head: usize, mask: usize) -> Option<usize> {
        // Pairs with the release in `Producer::publish`: the items before this position have been written.
        let tail = self.producer.0.position.load(Ordering::Acquire);
        // Empty, and damaged in shared memory, which counts as empty, in one comparison; ours is never damaged.
        let last = tail.wrapping_sub(head).wrapping_sub(1);
        (last <= mask).then_some(tail)
    }

    /// Gives the slots before `head` back to the producer, unless it has them: polling an empty ring writes nothing, but
    /// does return what a leaked burst kept.
    #[inline(always)]
    fn give_back(&self, head: usize) {
        let position = &self.consumer.0.position;
        if position.load(Ordering::Relaxed) != head {
            // Pairs with the acquire in `Header::limit`: the items were read before.
            position.store(head, Ordering::Release);
        }
    }
}

/// The memory of one ring, as a handle sees it.
///
/// Invariant: `header` and `mask + 1` slots at `slots` stay valid for as long as the handle lives; all bytes of a slot
/// were zeroed before the first handle was made; nothing but this ring's two handles touches the slots.
struct Memory<T> {
    header: NonNull<Header>,
    slots: NonNull<MaybeUninit<T>>,
    mask: usize,
    shadow: Shadow,
}

impl<T> Clone for Memory<T> {
    fn clone(&self) -> Self {
        Self { header: self.header, slots: self.slots, mask: self.mask, shadow: self.shadow.clone() }
    }
}

impl<T> Memory<T> {
    /// # Safety
    /// The invariant of `Memory` must hold for as long as a handle made from this lives.
    unsafe fn new(header: NonNull<Header>, slots: NonNull<MaybeUninit<T>>, capacity: usize) -> Self {
        debug_assert!(is_capacity(capacity));
        Self { header, slots, mask: capacity - 1, shadow: Shadow::new(capacity, size_of::<T>()) }
    }

    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: valid while the handle lives (invariant of `Memory`); all of it is atomics, so sharing is fine.
        unsafe { self.header.as_ref() }
    }

    #[inline(always)]
    fn slot(&self, position: usize) -> *mut MaybeUninit<T> {
        // SAFETY: an index under the mask is below the number of slots (invariant of `Memory`).
        unsafe { self.slots.as_ptr().add(position & self.mask) }
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        self.mask + 1
    }

    /// Lengths of the two contiguous parts of the `count` slots from `position`.
    #[inline(always)]
    fn parts(&self, position: usize, count: usize) -> (usize, usize) {
        let first = count.min(self.capacity() - (position & self.mask));
        (first, count - first)
    }

    /// The slots from `position` to `end`, or to the seam if that comes first: index of the first, and one past the last.
    #[inline(always)]
    fn run(&self, position: usize, end: usize) -> (usize, usize) {
        let first = position & self.mask;
        (first, first + self.parts(position, end.wrapping_sub(position)).0)
    }

    /// Tells the model checker of plain writing to `count` slots from `position`.
    #[inline(always)]
    fn writes(&self, position: usize, count: usize) {
        let (first, second) = self.parts(position, count);
        self.shadow.writes(self.slots.as_ptr(), position & self.mask, first);
        self.shadow.writes(self.slots.as_ptr(), 0, second);
    }

    /// Tells the model checker of plain reading of `count` slots from `position`.
    #[inline(always)]
    fn reads(&self, position: usize, count: usize) {
        let (first, second) = self.parts(position, count);
        self.shadow.reads(position & self.mask, first);
        self.shadow.reads(0, second);
    }

    /// Takes both ends for two new handles. Items stay in the ring from one pair of handles to the next, unless a
    /// handle was leaked: what it had already moved out is not known, so what is left is leaked as well.
    ///
    /// # Safety
    /// No handle that will still be used exists.
    unsafe fn open(&self) {
        let Header { producer: Line(producer), consumer: Line(consumer) } = self.header();
        if consumer.alive.load(Ordering::Relaxed) == 1 {
            consumer.position.store(producer.position.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        for end in [producer, consumer] {
            let position = end.position.load(Ordering::Relaxed);
            end.position.store(position, Ordering::Relaxed);
            end.alive.store(1, Ordering::Relaxed);
        }
    }

    /// Drops the items that are left, oldest first; leaks them if the consumer was leaked.
    ///
    /// # Safety
    /// No handle will be used again, and this is called once.
    unsafe fn drop_items(&self) {
        if !core::mem::needs_drop::<T>() {
            return;
        }
        let Header { producer: Line(producer), consumer: Line(consumer) } = self.header();
        // Pair with the release stores of the handles' farewells, for the handle that ended on another thread.
        let leaked = consumer.alive.load(Ordering::Acquire) == 1;
        let tail = producer.position.load(Ordering::Acquire);
        let mut head = consumer.position.load(Ordering::Acquire);
        while !leaked && head != tail {
            self.reads(head, 1);
            // SAFETY: slots of head..tail hold items (invariant of `End::position`), and nobody else is left.
            unsafe { (*self.slot(head)).assume_init_drop() };
            head = head.wrapping_add(1);
        }
    }
}
