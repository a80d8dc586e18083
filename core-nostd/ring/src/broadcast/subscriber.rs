//! A reading end, lossless or latest-only.

use core::fmt;
use core::marker::PhantomData;
use core::{ptr, slice};

use super::super::sync::{Ordering, fence};
use super::{Answer, Memory, Mode, One, ReadGrant, Request, Width};
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
pub struct Subscriber<'a, T, W: Width = One> {
    memory: Memory<T, W>,
    seat: usize,
    /// Items passed.
    head: usize,
    /// The publisher's position, as last seen.
    tail: usize,
    /// What we ask, as in `Request::asks`.
    asks: u32,
    reading: Reading,
    /// While joining: whether latest-only is what was asked for.
    joins_latest: bool,
    /// Whether it goes without a farewell.
    stays: bool,
    _ring: PhantomData<(&'a (), *mut T)>,
    /// Keeps a heap ring alive. Dropped after the farewell.
    #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
    pub(super) owner: Option<super::heap::Owner<T, W>>,
}

// SAFETY: a subscriber only copies or lends items that another thread wrote: `Plain` types are `Send` and `Sync`. The
// handle itself is used by one thread at a time, as it is not `Sync`.
unsafe impl<T: Plain, W: Width> Send for Subscriber<'_, T, W> {}

impl<T, W: Width> Subscriber<'_, T, W> {
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

impl<T: Plain, W: Width> Subscriber<'_, T, W> {
    /// A subscriber in a seat that was opened as lossless.
    ///
    /// # Safety
    /// The memory outlives the handle, the seat exists and was opened, and nobody else has it.
    pub(super) unsafe fn new(memory: Memory<T, W>, seat: usize) -> Self {
        let head = memory.seats()[seat].request.0.position.load(Ordering::Relaxed);
        Self {
            memory,
            seat,
            head,
            tail: head,
            asks: Mode::Lossless as u32,
            reading: Reading::Lossless,
            joins_latest: false,
            stays: false,
            _ring: PhantomData,
            #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
            owner: None,
        }
    }

    /// A subscriber that joins a running ring, lossless from the current position on.
    ///
    /// # Safety
    /// As for `new`, but for the opening.
    pub(super) unsafe fn joining(memory: Memory<T, W>, seat: usize) -> Self {
        // SAFETY: by the caller.
        let mut this = unsafe { Self::new(memory, seat) };
        this.asks = this.request().asks.load(Ordering::Relaxed);
        this.start_here();
        this.reading = Reading::Joining;
        this
    }

    /// A subscriber that goes on where an earlier one of the seat stopped, wherever that was.
    ///
    /// # Safety
    /// As for `new`, but for the opening.
    pub(super) unsafe fn resuming(memory: Memory<T, W>, seat: usize) -> Self {
        // Pairs with the releases in `ask` and `poll`: the earlier one's position is known with what it asked.
        let asks = memory.seats()[seat].request.0.asks.load(Ordering::Acquire);
        if Mode::of(asks) == Mode::Gone {
            // SAFETY: by the caller.
            return unsafe { Self::joining(memory, seat) };
        }
        // SAFETY: by the caller.
        let mut this = unsafe { Self::new(memory, seat) };
        this.asks = asks;
        this.reading = match Mode::of(asks) {
            Mode::Lossless => Reading::Lossless,
            // It may have asked from `Gone`, and so be unknown to the publisher. If it was answered, `poll` finds out.
            Mode::Latest | Mode::Returning | Mode::Gone => Reading::Joining,
        };
        this.joins_latest = Mode::of(asks) == Mode::Latest;
        this
    }

    /// True: dropping this handle is no farewell, the seat goes on as it is and another subscriber may resume it. Any.
    pub fn set_staying(&mut self, stays: bool) {
        self.stays = stays;
    }

    /// Asks to become lossless at the current position; returns how many items that passes.
    fn start_here(&mut self) -> usize {
        self.refresh();
        let passed = self.tail.wrapping_sub(self.head);
        self.advance(passed);
        self.ask(Mode::Returning);
        passed
    }

    /// Becomes lossless once the publisher has answered.
    #[cold]
    fn poll(&mut self) -> Result<(), Lagged> {
        // Pairs with the release in `Publisher::look`: the start was stored before.
        if self.answer().acted.load(Ordering::Acquire) != self.asks {
            return Ok(());
        }
        if core::mem::take(&mut self.joins_latest) {
            self.reading = Reading::Latest;
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
        if missed > 0 { Err(Lagged(missed)) } else { Ok(()) }
    }

    /// Notices that the publisher has agreed to what was asked, as every read does by itself. Worth a call of its own
    /// before a [`grant`](Self::grant), which does not tell what was missed on the way. Real-time.
    ///
    /// # Errors
    /// [`Lagged`] if items were missed on the way back to lossless.
    #[inline(always)]
    pub fn settle(&mut self) -> Result<(), Lagged> {
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
        let count = ready.min(items.len() / self.memory.width.values());
        let span = self.memory.span(self.head, count);
        let slots = self.memory.slots.as_ptr();
        // SAFETY: the slots exist and were written before; the publisher writes them with words or not at all while it
        // has not confirmed us as lossless (invariant of `Publisher::words`). `items` has room for `count`.
        unsafe {
            self.memory.shadow.load(slots, span.index, items.as_mut_ptr(), span.first);
            self.memory.shadow.load(slots, 0, items.as_mut_ptr().wrapping_add(span.first), span.second);
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

    /// Copies as many whole items as there are and `items` has room for, oldest first; returns how many. What lies behind
    /// them in `items` is unspecified. Real-time.
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
                let count = self.ready_for(items.len() / self.memory.width.values());
                let span = self.memory.span(self.head, count);
                self.memory.reads(self.head, count);
                // SAFETY: head..head + count hold items that the publisher does not write over before we pass them
                // (invariant of `Request::position`); the first part lies from the head's slot on, the rest from slot 0.
                unsafe {
                    ptr::copy_nonoverlapping(self.memory.value(span.index), items.as_mut_ptr(), span.first);
                    if span.second > 0 {
                        let rest = items.as_mut_ptr().add(span.first);
                        ptr::copy_nonoverlapping(self.memory.value(0), rest, span.second);
                    }
                }
                self.advance(count);
                Ok(count)
            }
        }
    }

    /// At most `max` of the oldest items, to read in place. `None` unless the subscriber is lossless and the publisher
    /// knows: it could write over them. Real-time.
    #[inline]
    pub fn grant(&mut self, max: usize) -> Option<ReadGrant<'_, T, W>> {
        // What was missed on the way back was missed while latest-only; `pop_slice` reports it, a grant starts behind it.
        let _ = self.settle();
        if self.reading != Reading::Lossless {
            return None;
        }
        let count = self.ready_for(max);
        self.memory.reads(self.head, count);
        // SAFETY: so many items are there, and the publisher knows us as lossless.
        Some(unsafe { ReadGrant::new(&self.memory, &mut self.head, self.seat, count) })
    }

    /// Stops holding the publisher back, at once. Real-time.
    pub fn set_latest_only(&mut self) {
        if self.reading == Reading::Latest || self.joins_latest {
            return;
        }
        // Pairs with the release in `Publisher::look`.
        let known = self.reading != Reading::Joining || self.answer().acted.load(Ordering::Acquire) == self.asks;
        if known {
            self.reading = Reading::Latest;
        } else {
            // Nothing may be read before the publisher has answered; but it is not held back, even if we never read.
            self.joins_latest = true;
        }
        self.ask(Mode::Latest);
    }

    /// Holds the publisher back again: every item that is published after this call will be read, what was published
    /// before is passed; returns how many. Does not wait; [`is_lossless`](Self::is_lossless) tells when the publisher has
    /// agreed. Until then reads are still checked copies. Real-time.
    pub fn set_lossless(&mut self) -> usize {
        if self.joins_latest {
            // Only to learn whether it has joined; nothing is missed by that.
            let _ = self.settle();
        }
        let joins_latest = core::mem::take(&mut self.joins_latest);
        if self.reading == Reading::Latest {
            self.reading = Reading::Returning;
        } else if !joins_latest {
            return 0;
        }
        self.start_here()
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

    /// Items that a read of at most `wanted` could find now, looking at the publisher only if the last look does not
    /// suffice. More may come at any time, and while latest-only they may be written over. Real-time.
    #[inline]
    pub fn ready(&mut self, wanted: usize) -> usize {
        match self.reading {
            Reading::Lossless => self.ready_for(wanted),
            // Pairs with the release in `Publisher::look`.
            Reading::Joining if self.answer().acted.load(Ordering::Acquire) != self.asks => 0,
            Reading::Joining | Reading::Latest | Reading::Returning => {
                self.refresh();
                self.tail.wrapping_sub(self.head).min(self.memory.capacity()).min(wanted)
            }
        }
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

impl<T: Plain> Subscriber<'_, T> {
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
}

impl<T, W: Width> Drop for Subscriber<'_, T, W> {
    fn drop(&mut self) {
        if !self.stays {
            self.ask(Mode::Gone);
        }
    }
}

impl<T, W: Width> fmt::Debug for Subscriber<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = f.debug_struct("Subscriber");
        s.field("seat", &self.seat).field("passed", &self.head).field("reading", &self.reading).finish()
    }
}
