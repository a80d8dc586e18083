//! A reading end, lossless or latest-only.

use core::fmt;
use core::marker::PhantomData;
use core::{ptr, slice};

use super::super::sync::{Ordering, fence};
use super::{Answer, Line, Memory, Mode, Request};
use crate::Plain;

/// The publisher was faster than a latest-only subscriber: so many items were missed. The next read goes on behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged(
    /// Items missed since the last read.
    pub usize,
);

impl fmt::Display for Lagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missed {} items", self.0)
    }
}

impl core::error::Error for Lagged {}

/// How a subscriber reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Plainly: the publisher is held back by us.
    Lossless,
    /// By copying and checking.
    Latest,
    /// By copying and checking, until the publisher answers.
    Returning,
    /// Not at all, until the publisher answers: it may not know of us.
    Joining,
}

/// One reading end of a broadcast ring; goes to one thread, is neither shared nor cloned.
///
/// Dropping it takes its hold off the publisher. Any.
pub struct Subscriber<'a, T> {
    memory: Memory<T>,
    seat: usize,
    /// Items passed.
    head: usize,
    /// The publisher's position, as last seen.
    tail: usize,
    /// What we ask, as in `Request::asks`.
    asks: u32,
    reading: Reading,
    /// Whether to become latest-only as soon as we have joined.
    joins_latest: bool,
    _ring: PhantomData<(&'a (), *mut T)>,
    /// Keeps a heap ring alive. Dropped after the farewell.
    #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
    pub(super) owner: Option<super::heap::Owner<T>>,
}

// SAFETY: a subscriber only copies or lends items that another thread wrote: `Plain` types are `Send` and `Sync`. The
// handle itself is used by one thread at a time, as it is not `Sync`.
unsafe impl<T: Plain> Send for Subscriber<'_, T> {}

impl<T> Subscriber<'_, T> {
    #[inline(always)]
    fn request(&self) -> &Request {
        // The seat was checked when the handle was made.
        &self.memory.seats()[self.seat].request.0
    }

    fn answer(&self) -> &Answer {
        &self.memory.seats()[self.seat].answer.0
    }

    /// Asks the publisher to treat us as `mode`.
    fn ask(&mut self, mode: Mode) {
        self.asks = mode.after(self.asks);
        // Pairs with the acquire in `Publisher::look` and `is_abandoned`: what we read in our former mode, we have read.
        self.request().asks.store(self.asks, Ordering::Release);
    }

    /// Passes `count` items.
    #[inline(always)]
    fn advance(&mut self, count: usize) {
        self.head = self.head.wrapping_add(count);
        // Pairs with the acquire of the position in `Publisher::look`: the items were read before.
        self.request().position.store(self.head, Ordering::Release);
    }

    /// Looks at the publisher's position again.
    #[inline(always)]
    fn refresh(&mut self) {
        // Pairs with the release in `Publisher::publish_claimed`: the items before this position have been written.
        self.tail = self.memory.desk().published.load(Ordering::Acquire);
    }
}

impl<T: Plain> Subscriber<'_, T> {
    /// A subscriber in a seat that was opened as lossless.
    ///
    /// # Safety
    /// The memory outlives the handle, the seat exists and was opened, and nobody else has it.
    pub(super) unsafe fn new(memory: Memory<T>, seat: usize) -> Self {
        let head = memory.seats()[seat].request.0.position.load(Ordering::Relaxed);
        Self {
            memory,
            seat,
            head,
            tail: head,
            asks: Mode::Lossless as u32,
            reading: Reading::Lossless,
            joins_latest: false,
            _ring: PhantomData,
            #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
            owner: None,
        }
    }

    /// A subscriber that joins a running ring, lossless from the current position on.
    ///
    /// # Safety
    /// As for `new`, but for the opening.
    pub(super) unsafe fn joining(memory: Memory<T>, seat: usize) -> Self {
        // SAFETY: by the caller.
        let mut this = unsafe { Self::new(memory, seat) };
        this.asks = this.request().asks.load(Ordering::Relaxed);
        this.start_here();
        this.reading = Reading::Joining;
        this
    }

    /// Asks to become lossless at the current position.
    fn start_here(&mut self) {
        self.refresh();
        self.head = self.tail;
        self.advance(0);
        self.ask(Mode::Returning);
    }

    /// Becomes lossless once the publisher has answered.
    #[cold]
    fn poll(&mut self) -> Result<(), Lagged> {
        // Pairs with the release in `Publisher::look`: the start was stored before.
        if self.answer().acted.load(Ordering::Acquire) != self.asks {
            return Ok(());
        }
        let start = self.answer().start.load(Ordering::Relaxed);
        self.reading = Reading::Lossless;
        // The same number, another mode: a confirmation.
        self.asks = (self.asks & !3) | Mode::Lossless as u32;
        let missed = start.wrapping_sub(self.head).cast_signed().max(0).cast_unsigned();
        self.advance(missed);
        // Pairs with the acquire in `Publisher::look`: our checked copies are done before it writes plainly again.
        self.request().asks.store(self.asks, Ordering::Release);
        if core::mem::take(&mut self.joins_latest) {
            self.set_latest_only();
        }
        if missed > 0 { Err(Lagged(missed)) } else { Ok(()) }
    }

    #[inline(always)]
    fn settle(&mut self) -> Result<(), Lagged> {
        match self.reading {
            Reading::Lossless | Reading::Latest => Ok(()),
            Reading::Returning | Reading::Joining => self.poll(),
        }
    }

    /// Items there for one who wants `wanted`, looking at the publisher only if the last look does not suffice.
    #[inline(always)]
    fn ready_for(&mut self, wanted: usize) -> usize {
        if self.tail.wrapping_sub(self.head) < wanted {
            self.refresh();
        }
        let ready = self.tail.wrapping_sub(self.head);
        // More than a ring's length happens to a lossless subscriber only in damaged shared memory.
        if ready > self.memory.capacity() { 0 } else { ready.min(wanted) }
    }

    /// Passes what was missed and stops half a ring behind the publisher.
    #[cold]
    fn skip(&mut self) -> Lagged {
        self.refresh();
        let half = (self.memory.capacity() / 2).min(self.tail.wrapping_sub(self.head));
        let missed = self.tail.wrapping_sub(self.head).wrapping_sub(half);
        // Overtaken without a single new item to skip: a large grant is being written. Skip what it may cover.
        let missed = if missed == 0 { half } else { missed };
        self.advance(missed);
        Lagged(missed)
    }

    /// Copies words and then checks that the publisher was not there meanwhile.
    #[inline]
    fn copy_checked(&mut self, items: &mut [T]) -> Result<usize, Lagged> {
        self.refresh();
        let ready = self.tail.wrapping_sub(self.head);
        if ready > self.memory.capacity() {
            return Err(self.skip());
        }
        let count = ready.min(items.len());
        let (first, second) = self.memory.parts(self.head, count);
        let (slots, index) = (self.memory.slots.as_ptr(), self.head & self.memory.mask);
        // SAFETY: the slots exist and were written before; the publisher writes them with words or not at all while it
        // has not confirmed us as lossless (invariant of `Publisher::words`). `items` has room for `count`.
        unsafe {
            self.memory.shadow.load(slots, index, items.as_mut_ptr(), first);
            self.memory.shadow.load(slots, 0, items.as_mut_ptr().wrapping_add(first), second);
        }
        // Pairs with the release fence in `Publisher::claim`: if a word above was of the next lap, so is the claim.
        fence(Ordering::Acquire);
        let claimed = self.memory.desk().claimed.load(Ordering::Relaxed);
        // The claim may be older than what we read, never by half the counters' range.
        if claimed.wrapping_sub(self.head).cast_signed() > self.memory.capacity().cast_signed() {
            return Err(self.skip());
        }
        self.advance(count);
        Ok(count)
    }

    /// Copies as many items as there are and `items` has room for, oldest first; returns how many. What lies behind them
    /// in `items` is unspecified. Real-time.
    ///
    /// # Errors
    /// [`Lagged`] if the publisher overtook us, which it does not do to a lossless subscriber: read again to go on.
    #[inline]
    pub fn pop_slice(&mut self, items: &mut [T]) -> Result<usize, Lagged> {
        self.settle()?;
        match self.reading {
            Reading::Joining => Ok(0),
            Reading::Latest | Reading::Returning => self.copy_checked(items),
            Reading::Lossless => {
                let count = self.ready_for(items.len());
                let (first, second) = self.memory.parts(self.head, count);
                self.memory.reads(self.head, count);
                // SAFETY: head..head + count hold items that the publisher does not write over before we pass them
                // (invariant of `Request::position`); the first part lies from the head's slot on, the rest from slot 0.
                unsafe {
                    ptr::copy_nonoverlapping(self.memory.slot(self.head).cast(), items.as_mut_ptr(), first);
                    if second > 0 {
                        let rest = items.as_mut_ptr().add(first);
                        ptr::copy_nonoverlapping(self.memory.slots.as_ptr().cast(), rest, second);
                    }
                }
                self.advance(count);
                Ok(count)
            }
        }
    }

    /// Copies the oldest item that is left. Real-time.
    ///
    /// # Errors
    /// As for [`pop_slice`](Self::pop_slice).
    #[inline]
    pub fn pop(&mut self) -> Result<Option<T>, Lagged> {
        let mut item = core::mem::MaybeUninit::<T>::zeroed();
        // SAFETY: zero bytes are a value of a `Plain` type.
        let item = unsafe { item.assume_init_mut() };
        Ok((self.pop_slice(slice::from_mut(item))? == 1).then_some(*item))
    }

    /// At most `max` of the oldest items, to read in place. `None` unless the subscriber is lossless and the publisher
    /// knows: it could write over them. Real-time.
    #[inline]
    pub fn grant(&mut self, max: usize) -> Option<ReadGrant<'_, T>> {
        // What was missed on the way back was missed while latest-only; `pop_slice` reports it, a grant starts behind it.
        let _ = self.settle();
        if self.reading != Reading::Lossless {
            return None;
        }
        let count = self.ready_for(max);
        self.memory.reads(self.head, count);
        Some(ReadGrant { memory: &self.memory, head: &mut self.head, seat: self.seat, count })
    }

    /// Stops holding the publisher back, at once. Real-time.
    pub fn set_latest_only(&mut self) {
        if self.reading == Reading::Joining {
            // Nothing may be read before the publisher has answered.
            self.joins_latest = true;
        } else if self.reading != Reading::Latest {
            self.reading = Reading::Latest;
            self.ask(Mode::Latest);
        }
    }

    /// Holds the publisher back again: every item that is published after this call will be read, what was published
    /// before is passed. Does not wait; [`is_lossless`](Self::is_lossless) tells when the publisher has agreed. Until
    /// then reads are still checked copies. Real-time.
    pub fn set_lossless(&mut self) {
        self.joins_latest = false;
        if self.reading == Reading::Latest {
            self.start_here();
            self.reading = Reading::Returning;
        }
    }

    /// Whether the publisher is held back by us, and knows. Real-time.
    pub fn is_lossless(&self) -> bool {
        match self.reading {
            Reading::Lossless => true,
            Reading::Latest => false,
            Reading::Joining if self.joins_latest => false,
            // Pairs with the release in `Publisher::look`.
            Reading::Returning | Reading::Joining => self.answer().acted.load(Ordering::Acquire) == self.asks,
        }
    }

    /// Passes all but the newest `keep` items that are there; returns how many were passed. Real-time.
    pub fn skip_to_latest(&mut self, keep: usize) -> usize {
        if self.reading == Reading::Joining {
            return 0;
        }
        self.refresh();
        let passed = self.tail.wrapping_sub(self.head).saturating_sub(keep);
        self.advance(passed);
        passed
    }

    /// Items that the ring can hold. Real-time.
    pub fn capacity(&self) -> usize {
        self.memory.capacity()
    }

    /// Whether the publisher is gone. Once this is true, what can still be read is all there will be. Real-time.
    pub fn is_abandoned(&self) -> bool {
        // Pairs with the release in `Publisher::drop`.
        self.memory.desk().alive.load(Ordering::Acquire) == 0
    }
}

impl<T> Drop for Subscriber<'_, T> {
    fn drop(&mut self) {
        self.ask(Mode::Gone);
    }
}

impl<T> fmt::Debug for Subscriber<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = f.debug_struct("Subscriber");
        s.field("seat", &self.seat).field("passed", &self.head).field("reading", &self.reading).finish()
    }
}

/// The oldest items, to read in place. What is not committed stays.
pub struct ReadGrant<'s, T> {
    memory: &'s Memory<T>,
    head: &'s mut usize,
    seat: usize,
    /// Invariant: `head..head + count` hold items, and the publisher is held back by the position of our seat.
    count: usize,
}

impl<T: Plain> ReadGrant<'_, T> {
    /// Items granted. Real-time.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether nothing was there, or nothing was asked for. Real-time.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items, oldest first: the second part is empty unless the grant crosses the seam. Real-time.
    #[inline]
    pub fn parts(&self) -> (&[T], &[T]) {
        let (first, second) = self.memory.parts(*self.head, self.count);
        // SAFETY: the slots hold items that the publisher leaves alone until they are passed (invariant of `count`).
        unsafe {
            (
                slice::from_raw_parts(self.memory.slot(*self.head).cast(), first),
                slice::from_raw_parts(self.memory.slots.as_ptr().cast(), second),
            )
        }
    }

    /// Passes the first `count` items, at most all that were granted; returns how many. Real-time.
    #[inline]
    pub fn commit(self, count: usize) -> usize {
        let count = count.min(self.count);
        self.memory.reads(*self.head, count);
        *self.head = self.head.wrapping_add(count);
        let Line(request) = &self.memory.seats()[self.seat].request;
        // Pairs with the acquire of the position in `Publisher::look`: the items were read before.
        request.position.store(*self.head, Ordering::Release);
        count
    }
}

impl<T> fmt::Debug for ReadGrant<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadGrant").field("len", &self.count).finish()
    }
}
