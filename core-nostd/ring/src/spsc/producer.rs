//! The writing end.

use core::fmt;
use core::marker::PhantomData;
use core::ptr;

use super::super::sync::Ordering;
use super::grant::WriteGrant;
use super::{Line, Memory, PushBurst};

/// The ring was full: the item comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(
    /// The item that was refused.
    pub T,
);

impl<T> fmt::Debug for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Full(..)")
    }
}

impl<T> fmt::Display for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ring is full")
    }
}

impl<T> core::error::Error for Full<T> {}

/// The one writing end of a ring; goes to one thread, is neither shared nor cloned.
///
/// Dropping it is the farewell that [`Consumer::is_abandoned`](super::Consumer::is_abandoned) sees. Any.
pub struct Producer<'a, T> {
    pub(super) memory: Memory<T>,
    /// Items ever pushed.
    pub(super) tail: usize,
    /// The tail at which the ring is full, by what was last seen of the consumer. Invariant: `limit - tail` is at most
    /// the capacity, and the slots of `tail..limit` are free.
    pub(super) limit: usize,
    _ring: PhantomData<(&'a (), *mut T)>,
    /// Keeps a heap ring alive. Dropped after the farewell.
    #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
    pub(super) owner: Option<super::heap::Owner<T>>,
}

// SAFETY: a producer only moves items into the ring, from where they go to the consumer's thread: `T: Send` allows it.
// The handle itself is used by one thread at a time, as it is not `Sync` and every method takes `&mut self`.
unsafe impl<T: Send> Send for Producer<'_, T> {}

impl<'a, T> Producer<'a, T> {
    /// # Safety
    /// The memory outlives the handle, its producer end was opened, and there is no other producer.
    pub(super) unsafe fn new(memory: Memory<T>) -> Self {
        let tail = memory.header().producer.0.position.load(Ordering::Relaxed);
        Self {
            memory,
            tail,
            limit: tail,
            _ring: PhantomData,
            #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
            owner: None,
        }
    }

    /// Looks at the consumer's position again.
    #[inline(always)]
    fn refresh(&mut self) {
        self.limit = self.memory.header().limit(self.tail, self.memory.mask);
    }

    /// Shows everything pushed so far to the consumer.
    #[inline(always)]
    fn publish(&mut self) {
        // Pairs with the acquire in `Header::tail`: the items were written before.
        self.memory.header().producer.0.position.store(self.tail, Ordering::Release);
    }

    /// Slots free for `wanted` items, looking at the consumer only if the last look does not suffice.
    #[inline(always)]
    fn free_for(&mut self, wanted: usize) -> usize {
        if self.limit.wrapping_sub(self.tail) < wanted {
            self.refresh();
        }
        self.limit.wrapping_sub(self.tail).min(wanted)
    }

    /// Pushes one item. Real-time.
    ///
    /// # Errors
    /// [`Full`] holds the item when there is no free slot.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), Full<T>> {
        if self.limit == self.tail {
            self.refresh();
            if self.limit == self.tail {
                return Err(Full(item));
            }
        }
        // SAFETY: tail < limit, so the slot is free and ours (invariant of `limit`).
        unsafe { (*self.memory.slot(self.tail)).write(item) };
        self.memory.writes(self.tail, 1);
        self.tail = self.tail.wrapping_add(1);
        self.publish();
        Ok(())
    }

    /// Pushes as many of `items` as there is room for, the first ones first, and shows them at once; returns how many.
    /// Real-time.
    #[inline]
    pub fn push_slice(&mut self, items: &[T]) -> usize
    where
        T: Copy,
    {
        let count = self.free_for(items.len());
        if count == 0 {
            return 0;
        }
        let (first, second) = self.memory.parts(self.tail, count);
        // SAFETY: tail..tail + count are free and ours (invariant of `limit`), the first `first` of them lie from the
        // tail's slot on, the rest from slot 0; `items` has `count` items and is not part of the ring.
        unsafe {
            ptr::copy_nonoverlapping(items.as_ptr(), self.memory.slot(self.tail).cast(), first);
            if second > 0 {
                ptr::copy_nonoverlapping(items.as_ptr().add(first), self.memory.slots.as_ptr().cast(), second);
            }
        }
        self.memory.writes(self.tail, count);
        self.tail = self.tail.wrapping_add(count);
        self.publish();
        count
    }

    /// Pushes from `items` until it ends or the ring is full, and shows them at once at the end; returns how many. No
    /// item is taken from `items` without room for it. Real-time, if `items` is.
    #[inline]
    pub fn push_from(&mut self, items: impl IntoIterator<Item = T>) -> usize {
        let mut items = items.into_iter();
        let mut burst = self.burst();
        let mut count = 0;
        while burst.has_room() {
            let Some(item) = items.next() else { break };
            if burst.push(item).is_err() {
                break;
            }
            count += 1;
        }
        count
    }

    /// Single pushes that the consumer sees all at once, when the burst is dropped: one transfer between the cores
    /// instead of one an item. Real-time.
    #[inline]
    pub fn burst(&mut self) -> PushBurst<'_, 'a, T> {
        PushBurst::new(self)
    }

    /// At most `max` free slots to write in place. Real-time.
    #[inline]
    pub fn grant(&mut self, max: usize) -> WriteGrant<'_, T> {
        let count = self.free_for(max);
        // SAFETY: tail..tail + count are free (invariant of `limit`).
        unsafe { WriteGrant::new(&mut self.memory, &mut self.tail, count) }
    }

    /// Slots free now; more may become free at any time. Real-time.
    pub fn free(&mut self) -> usize {
        self.refresh();
        self.limit.wrapping_sub(self.tail)
    }

    /// Items that the ring can hold. Real-time.
    pub fn capacity(&self) -> usize {
        self.memory.capacity()
    }

    /// Whether the consumer is gone, so that nobody will take what is pushed. Real-time.
    pub fn is_abandoned(&self) -> bool {
        // Pairs with the release in `Consumer::drop`.
        self.memory.header().consumer.0.alive.load(Ordering::Acquire) == 0
    }
}

impl<T> Drop for Producer<'_, T> {
    fn drop(&mut self) {
        self.publish();
        let Line(end) = &self.memory.header().producer;
        // Pairs with the acquire in `Consumer::is_abandoned`: the last position was stored before.
        end.alive.store(0, Ordering::Release);
    }
}

impl<T> fmt::Debug for Producer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer").field("capacity", &self.capacity()).field("pushed", &self.tail).finish()
    }
}
