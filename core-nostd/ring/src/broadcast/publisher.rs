//! The writing end, and the one place that decides how far it may write.

use core::fmt;
use core::marker::PhantomData;
use core::ptr;

use super::super::sync::{Ordering, fence};
use super::{Line, Memory, Mode, One, Seat, Width, WriteGrant};
use crate::Plain;

/// The one writing end of a broadcast ring; goes to one thread, is neither shared nor cloned.
///
/// Dropping it is the farewell that [`Subscriber::is_abandoned`](super::Subscriber::is_abandoned) sees. Any.
pub struct Publisher<'a, T, W: Width = One> {
    pub(super) memory: Memory<T, W>,
    /// Items ever published.
    pub(super) tail: usize,
    /// Where writing must stop, by what was last seen of the subscribers. Invariant: `limit - tail` is at most the
    /// capacity, and no subscriber reads the slots of `tail..limit` plainly.
    limit: usize,
    /// No item at or after this was begun to be written.
    claimed: usize,
    /// Whether some subscriber may read words where we write. Invariant: while false, no subscriber reads the slots of
    /// `tail..limit` at all.
    pub(super) words: bool,
    /// Whether it goes without a farewell.
    stays: bool,
    _ring: PhantomData<(&'a (), *mut T)>,
    /// Keeps a heap ring alive. Dropped after the farewell.
    #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
    pub(super) owner: Option<super::heap::Owner<T, W>>,
}

// SAFETY: a publisher only writes items, which other threads then read by copy or by reference: `Plain` types are `Send`
// and `Sync`. The handle itself is used by one thread at a time, as it is not `Sync`.
unsafe impl<T: Plain, W: Width> Send for Publisher<'_, T, W> {}

impl<T: Plain, W: Width> Publisher<'_, T, W> {
    /// # Safety
    /// The memory outlives the handle, its desk was opened, and there is no other publisher.
    pub(super) unsafe fn new(memory: Memory<T, W>) -> Self {
        let tail = memory.desk().published.load(Ordering::Relaxed);
        let mut claimed = memory.desk().claimed.load(Ordering::Relaxed);
        // One that died while all were lossless did not say how far it had claimed. Who was lossless then reads nothing
        // that it may have begun to write over, and who joined or returned since starts behind `tail - capacity`.
        if tail.wrapping_sub(claimed).cast_signed() > 0 {
            claimed = tail;
        }
        Self {
            memory,
            tail,
            limit: tail,
            claimed,
            words: false,
            stays: false,
            _ring: PhantomData,
            #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
            owner: None,
        }
    }

    /// True: dropping this handle is no farewell, subscribers wait for another publisher that goes on from there. Any.
    pub fn set_staying(&mut self, stays: bool) {
        self.stays = stays;
    }
}

impl<T, W: Width> Publisher<'_, T, W> {
    /// Looks at all subscribers: acts on what they ask, and finds the slowest that is lossless.
    #[cold]
    #[inline(never)]
    fn look(&mut self) {
        let capacity = self.memory.capacity();
        let mut used = 0;
        self.words = false;
        // Before any answer: who joins as latest-only checks by it.
        self.memory.desk().claimed.store(self.claimed, Ordering::Relaxed);
        for Seat { request: Line(request), answer: Line(answer) } in self.memory.seats() {
            // Pairs with the release in `Subscriber::ask`: what it read in its former mode, it has read.
            let asks = request.asks.load(Ordering::Acquire);
            let mode = Mode::of(asks);
            if mode == Mode::Lossless || mode == Mode::Returning {
                // Pairs with the release in `Subscriber::advance`: the items before have been read.
                let position = request.position.load(Ordering::Acquire);
                let mut start = answer.start.load(Ordering::Relaxed);
                if asks != answer.acted.load(Ordering::Relaxed) && mode == Mode::Returning {
                    // From where it asks, if that is still whole.
                    let whole = self.claimed.wrapping_sub(position) <= capacity;
                    start = if whole { position } else { self.tail };
                }
                // It may not have come to its start yet.
                let behind = self.tail.wrapping_sub(position);
                if behind <= self.tail.wrapping_sub(start) {
                    start = position;
                }
                answer.start.store(start, Ordering::Relaxed);
                used = used.max(self.tail.wrapping_sub(start));
            }
            self.words |= mode == Mode::Latest || mode == Mode::Returning;
            // Pairs with the acquire in `Subscriber::poll`: the start was stored before.
            answer.acted.store(asks, Ordering::Release);
        }
        // A damaged position in shared memory counts as a full ring; ours is never damaged.
        self.limit = self.tail.wrapping_add(capacity.saturating_sub(used));
    }
}

impl<'a, T: Plain, W: Width> Publisher<'a, T, W> {
    /// Readies up to `wanted` slots for writing and returns how many; looks at the subscribers only if the last look
    /// does not suffice.
    #[inline(always)]
    pub(super) fn claim(&mut self, wanted: usize) -> usize {
        if self.limit.wrapping_sub(self.tail) < wanted {
            self.look();
        }
        let count = self.limit.wrapping_sub(self.tail).min(wanted);
        let end = self.tail.wrapping_add(count);
        if end.wrapping_sub(self.claimed).cast_signed() > 0 {
            self.claimed = end;
        }
        if self.words {
            self.memory.desk().claimed.store(self.claimed, Ordering::Relaxed);
            // Pairs with the acquire fence in `Subscriber::copy_checked`: who reads one of the words that follow will
            // see that they were claimed.
            fence(Ordering::Release);
        }
        count
    }

    /// Shows the first `count` claimed items.
    #[inline(always)]
    pub(super) fn publish_claimed(&mut self, count: usize) {
        self.tail = self.tail.wrapping_add(count);
        // Pairs with the acquire in `Subscriber::refresh`: the items were written before.
        self.memory.desk().published.store(self.tail, Ordering::Release);
    }

    /// Writes whole items to claimed slots from `offset` items after the tail.
    ///
    /// # Safety
    /// The slots were claimed, and `items` is `count` of them.
    #[inline(always)]
    pub(super) unsafe fn write(&mut self, offset: usize, items: &[T], count: usize) {
        let position = self.tail.wrapping_add(offset);
        let span = self.memory.span(position, count);
        let rest = items.as_ptr().wrapping_add(span.first);
        if self.words {
            let slots = self.memory.slots.as_ptr();
            // SAFETY: claimed by the caller; no subscriber reads them plainly (invariant of `limit`).
            unsafe {
                self.memory.shadow.store(slots, span.index, items.as_ptr(), span.first);
                self.memory.shadow.store(slots, 0, rest, span.second);
            }
        } else {
            // SAFETY: claimed by the caller; no subscriber reads them at all (invariant of `words`). The first part lies
            // from the position's slot on, the rest from slot 0; `items` is not part of the ring.
            unsafe {
                ptr::copy_nonoverlapping(items.as_ptr(), self.memory.value(span.index), span.first);
                if span.second > 0 {
                    ptr::copy_nonoverlapping(rest, self.memory.value(0), span.second);
                }
            }
            self.memory.writes(position, count);
        }
    }

    /// Writes `values` into one claimed slot, `offset` items after the tail, from its value `at` on.
    ///
    /// # Safety
    /// The slot was claimed, and `at + values.len()` is at most the width.
    #[inline]
    pub(super) unsafe fn write_within(&mut self, offset: usize, at: usize, values: &[T]) {
        let index = self.memory.span(self.tail.wrapping_add(offset), 1).index + at;
        if self.words {
            // SAFETY: within a slot that the caller claimed; nobody reads it plainly (invariant of `limit`).
            unsafe { self.memory.shadow.store(self.memory.slots.as_ptr(), index, values.as_ptr(), values.len()) };
        } else {
            // SAFETY: within a slot that the caller claimed; nobody reads it at all (invariant of `words`).
            unsafe { ptr::copy_nonoverlapping(values.as_ptr(), self.memory.value(index), values.len()) };
            self.memory.shadow.writes(self.memory.slots.as_ptr(), index, values.len());
        }
    }

    /// Publishes as many of `items` as the slowest lossless subscriber leaves room for, the first ones first, and shows
    /// them at once; returns how many. Values beyond the last whole item are not looked at. Real-time.
    #[inline]
    pub fn push_slice(&mut self, items: &[T]) -> usize {
        let width = self.memory.width.values();
        let count = self.claim(items.len() / width);
        // SAFETY: just claimed.
        unsafe { self.write(0, &items[..count * width], count) };
        self.publish_claimed(count);
        count
    }

    /// At most `max` slots to write in place. Real-time.
    #[inline]
    pub fn grant(&mut self, max: usize) -> WriteGrant<'_, 'a, T, W> {
        let count = self.claim(max);
        // SAFETY: just claimed.
        unsafe { WriteGrant::new(self, count) }
    }

    /// Slots that may be written now; more may become free at any time. Real-time, in time linear in the subscribers.
    pub fn free(&mut self) -> usize {
        self.look();
        self.limit.wrapping_sub(self.tail)
    }

    /// Items ever published, counted round the counters' range. Real-time.
    #[inline]
    pub fn published(&self) -> usize {
        self.tail
    }

    /// Items that the ring can hold. Real-time.
    pub fn capacity(&self) -> usize {
        self.memory.capacity()
    }

    /// Whether all subscribers are gone. Real-time, in time linear in the subscribers.
    pub fn is_abandoned(&self) -> bool {
        // Pairs with the release in `Subscriber::ask`.
        let gone = |seat: &Seat| Mode::of(seat.request.0.asks.load(Ordering::Acquire)) == Mode::Gone;
        self.memory.seats().iter().all(gone)
    }
}

impl<T: Plain> Publisher<'_, T> {
    /// Publishes one item. Real-time.
    ///
    /// # Errors
    /// [`Full`](crate::spsc::Full) holds the item while a lossless subscriber holds the publisher back.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), crate::spsc::Full<T>> {
        match self.push_slice(&[item]) {
            0 => Err(crate::spsc::Full(item)),
            _ => Ok(()),
        }
    }
}

impl<T, W: Width> Drop for Publisher<'_, T, W> {
    fn drop(&mut self) {
        // Who has just asked is answered, as nobody else may come; what was claimed is stored for one who does.
        self.look();
        if !self.stays {
            // Pairs with the acquire in `Subscriber::is_abandoned`: the last position was stored before.
            self.memory.desk().alive.store(0, Ordering::Release);
        }
    }
}

impl<T, W: Width> fmt::Debug for Publisher<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("capacity", &(self.memory.mask + 1)).field("published", &self.tail).finish()
    }
}
