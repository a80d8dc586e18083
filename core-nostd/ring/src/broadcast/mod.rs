//! One publisher, many subscribers: each subscriber sees every item, or says that it would rather miss some.
//!
//! # Two kinds of subscriber, chosen at run time
//! - *Lossless*: its position holds the publisher back. It reads copies or, without copying, grants.
//! - *Latest-only*: the publisher never waits for it. What it reads it copies first and then checks: if the publisher
//!   was there meanwhile, the copy is thrown away and [`Lagged`] says how many items were missed. It reads on half a
//!   ring behind the publisher.
//!
//! Going lossless takes effect at the position where the publisher was when the subscriber asked.
//!
//! # Data
//! `published` counts items ever published, `claimed` how far the publisher may have begun to write; each subscriber has
//! its position. All are free-running; the capacity is a power of two. The publisher knows a *limit* up to which it may
//! write, and looks at the subscribers only when it gets there, so at most once for every ring's length it is free.
//!
//! # Why no reader sees torn data, and what that costs
//! While all are lossless, nobody reads where the publisher writes, so both sides copy with plain moves and lend plain
//! slices. Once the publisher learns of a latest-only subscriber it stores word by word with relaxed atomics: a word at a
//! time instead of a vector (about twice the time for a block that lies in the cache), and its grants lend no slices. A
//! subscriber asks by a number in its own line and the publisher answers by repeating it, so neither waits for the
//! other:
//!
//! | subscriber | publisher |
//! |---|---|
//! | lossless → asks for latest-only; from now on copies words and checks | at its next look: no longer held back, stores words |
//! | latest-only → asks for lossless at its position; still copies words and checks | at its next look: held by that position, still stores words, answers |
//! | sees the answer: confirms, copies and lends plainly | at its next look: all plain again |
//!
//! # Orderings
//! - `published`: release store after the items were written, acquire load before they are read.
//! - a position: release store after the items were read, acquire load before they are written over.
//! - what a subscriber asks, and the answer: release store, acquire load, so that a mode is known together with
//!   everything its side did before it.
//! - `claimed`: relaxed store, then a release fence, then the words; a reader loads the words, then an acquire fence,
//!   then `claimed`: if it read a single word of the next lap, it sees that the lap was claimed.

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod heap;
mod publisher;
mod read_grant;
mod region;
mod storage;
mod subscriber;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wide_tests;
mod width;
mod write_grant;

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::layout::{Line, is_capacity};
use super::sync::{AtomicU32, AtomicUsize, Ordering, Shadow};

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::{channel, wide_channel};
pub use publisher::Publisher;
pub use read_grant::ReadGrant;
pub use region::Region;
pub use storage::Inline;
pub use subscriber::{Lagged, Subscriber};
pub use width::{One, Wide, Width};
pub use write_grant::WriteGrant;

/// What the publisher shows to all.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Desk {
    /// Items ever published. Invariant: stored only by the publisher, never above `claimed`.
    published: AtomicUsize,
    /// No item at or after this was begun to be written. Invariant: stored only by the publisher, and before any write
    /// that a latest-only subscriber could see.
    claimed: AtomicUsize,
    /// 1 while there is a publisher.
    alive: AtomicU32,
}

impl Desk {
    const fn new() -> Self {
        Self { published: AtomicUsize::new(0), claimed: AtomicUsize::new(0), alive: AtomicU32::new(0) }
    }
}

/// What one subscriber shows to the publisher.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Request {
    /// Items passed. Invariant: stored only by this subscriber; while the publisher knows it as lossless, items at or
    /// after this are not written over.
    position: AtomicUsize,
    /// A number that grows with each change of mind, times four, plus the [`Mode`].
    asks: AtomicU32,
}

/// What the publisher shows to one subscriber; its own notes as well.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Answer {
    /// The position that holds the publisher back at least until the subscriber moves past it.
    start: AtomicUsize,
    /// The last `asks` that the publisher acted on. Invariant: stored only by the publisher.
    acted: AtomicU32,
}

/// A subscriber's place: what it asks and what it is answered, each alone on its lines.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Seat {
    request: Line<Request>,
    answer: Line<Answer>,
}

impl Seat {
    const fn new() -> Self {
        Self {
            request: Line(Request { position: AtomicUsize::new(0), asks: AtomicU32::new(Mode::Gone as u32) }),
            answer: Line(Answer { start: AtomicUsize::new(0), acted: AtomicU32::new(Mode::Gone as u32) }),
        }
    }
}

/// What a subscriber is, or asks to be: the low two bits of `asks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
enum Mode {
    /// Holds the publisher back; both sides move plainly.
    Lossless = 0,
    /// Holds nobody back; both sides move words.
    Latest = 1,
    /// Asks to become lossless; both sides still move words.
    Returning = 2,
    /// Dropped, or never taken.
    Gone = 3,
}

impl Mode {
    fn of(asks: u32) -> Self {
        match asks & 3 {
            0 => Self::Lossless,
            1 => Self::Latest,
            2 => Self::Returning,
            _ => Self::Gone,
        }
    }

    /// The next `asks` after `asks`.
    fn after(self, asks: u32) -> u32 {
        (asks & !3).wrapping_add(4) | self as u32
    }
}

/// The memory of one ring, as a handle sees it.
///
/// Invariant: `desk`, `seats` and `mask + 1` slots of `width` values at `slots`, aligned to a line, stay valid for as long
/// as the handle lives; all bytes of a slot were zeroed before the first handle was made; nothing but this ring's handles
/// touches them.
struct Memory<T, W> {
    desk: NonNull<Line<Desk>>,
    seats: NonNull<[Seat]>,
    slots: NonNull<MaybeUninit<T>>,
    mask: usize,
    width: W,
    shadow: Shadow,
}

impl<T, W: Width> Clone for Memory<T, W> {
    fn clone(&self) -> Self {
        Self { shadow: self.shadow.clone(), ..*self }
    }
}

/// Where some items lie, in values: the first part from `index` on, the second from 0 on.
#[derive(Clone, Copy)]
struct Span {
    index: usize,
    first: usize,
    second: usize,
}

impl<T, W> Memory<T, W> {
    #[inline(always)]
    fn desk(&self) -> &Desk {
        // SAFETY: valid while the handle lives (invariant of `Memory`); all of it is atomics, so sharing is fine.
        unsafe { &self.desk.as_ref().0 }
    }

    #[inline(always)]
    fn seats(&self) -> &[Seat] {
        // SAFETY: as for `desk`.
        unsafe { self.seats.as_ref() }
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        self.mask + 1
    }
}

impl<T, W: Width> Memory<T, W> {
    /// # Safety
    /// The invariant of `Memory` must hold for as long as a handle made from this lives.
    unsafe fn new(
        desk: NonNull<Line<Desk>>,
        seats: NonNull<[Seat]>,
        slots: NonNull<MaybeUninit<T>>,
        capacity: usize,
        width: W,
    ) -> Self {
        debug_assert!(is_capacity(capacity));
        let shadow = Shadow::new(capacity * width.values(), size_of::<T>());
        Self { desk, seats, slots, mask: capacity - 1, width, shadow }
    }

    /// Where the `count` items from `position` lie; `count` is at most the capacity.
    #[inline(always)]
    fn span(&self, position: usize, count: usize) -> Span {
        let slot = position & self.mask;
        let first = count.min(self.capacity() - slot);
        let width = self.width.values();
        Span { index: slot * width, first: first * width, second: (count - first) * width }
    }

    /// The value at `index`, one of a [`Span`].
    #[inline(always)]
    fn value(&self, index: usize) -> *mut T {
        // SAFETY: spans lie within the slots (invariant of `Memory`).
        unsafe { self.slots.as_ptr().add(index).cast() }
    }

    /// Tells the model checker of plain writing to `count` slots from `position`.
    #[inline(always)]
    fn writes(&self, position: usize, count: usize) {
        let span = self.span(position, count);
        self.shadow.writes(self.slots.as_ptr(), span.index, span.first);
        self.shadow.writes(self.slots.as_ptr(), 0, span.second);
    }

    /// Tells the model checker of plain reading of `count` slots from `position`.
    #[inline(always)]
    fn reads(&self, position: usize, count: usize) {
        let span = self.span(position, count);
        self.shadow.reads(span.index, span.first);
        self.shadow.reads(0, span.second);
    }

    /// Readies the ring for new handles, the first `seats` subscribers lossless from the current position.
    ///
    /// # Safety
    /// No handle that will still be used exists.
    unsafe fn open(&self, seats: usize) {
        let desk = self.desk();
        let position = desk.published.load(Ordering::Relaxed);
        desk.published.store(position, Ordering::Relaxed);
        desk.claimed.store(position, Ordering::Relaxed);
        desk.alive.store(1, Ordering::Relaxed);
        for Seat { request: Line(request), answer: Line(answer) } in self.seats().iter().take(seats) {
            request.position.store(position, Ordering::Relaxed);
            request.asks.store(Mode::Lossless as u32, Ordering::Relaxed);
            answer.start.store(position, Ordering::Relaxed);
            answer.acted.store(Mode::Lossless as u32, Ordering::Relaxed);
        }
    }
}
