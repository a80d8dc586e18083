//! The reading end.

use core::fmt;
use core::marker::PhantomData;
use core::ptr;

use super::super::sync::Ordering;
use super::grant::ReadGrant;
use super::{Line, Memory, PopBurst};

/// The one reading end of a ring; goes to one thread, is neither shared nor cloned.
///
/// Dropping it is the farewell that [`Producer::is_abandoned`](super::Producer::is_abandoned) sees; items that are left
/// stay in the ring and are dropped with it. Any.
pub struct Consumer<'a, T> {
    pub(super) memory: Memory<T>,
    /// Items ever popped. Ahead of the shared position only inside of a burst, or after one was leaked.
    pub(super) head: usize,
    /// The producer's position, as last seen. Invariant: `tail - head` is at most the capacity, and the slots of
    /// `head..tail` hold items.
    pub(super) tail: usize,
    _ring: PhantomData<(&'a (), *mut T)>,
    /// Keeps a heap ring alive. Dropped after the farewell.
    #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
    pub(super) owner: Option<super::heap::Owner<T>>,
}

// SAFETY: a consumer moves items out of the ring, which came from the producer's thread: `T: Send` allows it. The handle
// itself is used by one thread at a time, as it is not `Sync`.
unsafe impl<T: Send> Send for Consumer<'_, T> {}

impl<'a, T> Consumer<'a, T> {
    /// # Safety
    /// The memory outlives the handle, its consumer end was opened, and there is no other consumer.
    pub(super) unsafe fn new(memory: Memory<T>) -> Self {
        let head = memory.header().consumer.0.position.load(Ordering::Relaxed);
        Self {
            memory,
            head,
            tail: head,
            _ring: PhantomData,
            #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
            owner: None,
        }
    }

    /// Looks at the producer's position again; whether there is an item.
    #[inline(always)]
    fn refresh(&mut self) -> bool {
        let header = self.memory.header();
        let Some(tail) = header.tail(self.head, self.memory.mask) else {
            header.give_back(self.head);
            return false;
        };
        self.tail = tail;
        true
    }

    /// Gives the slots of everything popped so far back to the producer.
    #[inline(always)]
    fn publish(&mut self) {
        // Pairs with the acquire in `Header::limit`: the items were read before.
        self.memory.header().consumer.0.position.store(self.head, Ordering::Release);
    }

    /// Items there for one who wants `wanted`, looking at the producer only if the last look does not suffice.
    #[inline(always)]
    fn ready_for(&mut self, wanted: usize) -> usize {
        if self.tail.wrapping_sub(self.head) < wanted {
            self.refresh();
        }
        self.tail.wrapping_sub(self.head).min(wanted)
    }

    /// Whether there is an item, looking at the producer only if the last look found none.
    #[inline(always)]
    fn has_item(&mut self) -> bool {
        self.head != self.tail || self.refresh()
    }

    /// Pops the oldest item. Real-time.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if !self.has_item() {
            return None;
        }
        self.memory.reads(self.head, 1);
        // SAFETY: head < tail, so the slot holds an item (invariant of `tail`); the head moves on at once, so it is
        // moved out once.
        let item = unsafe { (*self.memory.slot(self.head)).assume_init_read() };
        self.head = self.head.wrapping_add(1);
        self.publish();
        Some(item)
    }

    /// The oldest item, left where it is. Real-time.
    #[inline]
    pub fn peek(&mut self) -> Option<&T> {
        if !self.has_item() {
            return None;
        }
        self.memory.reads(self.head, 1);
        // SAFETY: head < tail, so the slot holds an item (invariant of `tail`), which stays while `self` is borrowed.
        Some(unsafe { (*self.memory.slot(self.head)).assume_init_ref() })
    }

    /// Pops as many items as there are and `items` has room for, oldest first; returns how many. The rest of `items` is
    /// left as it is. Real-time.
    #[inline]
    pub fn pop_slice(&mut self, items: &mut [T]) -> usize
    where
        T: Copy,
    {
        let count = self.ready_for(items.len());
        if count == 0 {
            return 0;
        }
        let (first, second) = self.memory.parts(self.head, count);
        self.memory.reads(self.head, count);
        // SAFETY: head..head + count hold items (invariant of `tail`), the first `first` of them from the head's slot
        // on, the rest from slot 0; `items` has room for `count` and is not part of the ring.
        unsafe {
            ptr::copy_nonoverlapping(self.memory.slot(self.head).cast(), items.as_mut_ptr(), first);
            if second > 0 {
                ptr::copy_nonoverlapping(self.memory.slots.as_ptr().cast(), items.as_mut_ptr().add(first), second);
            }
        }
        self.head = self.head.wrapping_add(count);
        self.publish();
        count
    }

    /// Single pops whose slots go back to the producer all at once, when the burst is dropped. Real-time.
    #[inline]
    pub fn burst(&mut self) -> PopBurst<'_, 'a, T> {
        PopBurst::new(self)
    }

    /// At most `max` of the oldest items, to read in place. Real-time.
    #[inline]
    pub fn grant(&mut self, max: usize) -> ReadGrant<'_, T> {
        let count = self.ready_for(max);
        self.memory.reads(self.head, count);
        // SAFETY: head..head + count hold items (invariant of `tail`).
        unsafe { ReadGrant::new(&mut self.memory, &mut self.head, count) }
    }

    /// Items there now; more may come at any time. Real-time.
    pub fn ready(&mut self) -> usize {
        self.refresh();
        self.tail.wrapping_sub(self.head)
    }

    /// Items that the ring can hold. Real-time.
    pub fn capacity(&self) -> usize {
        self.memory.capacity()
    }

    /// Whether the producer is gone. Once this is true, what can still be popped is all there will be. Real-time.
    pub fn is_abandoned(&self) -> bool {
        // Pairs with the release in `Producer::drop`.
        self.memory.header().producer.0.alive.load(Ordering::Acquire) == 0
    }
}

impl<T> Drop for Consumer<'_, T> {
    fn drop(&mut self) {
        self.publish();
        let Line(end) = &self.memory.header().consumer;
        // Pairs with the acquire in `Producer::is_abandoned` and `Memory::drop_items`.
        end.alive.store(0, Ordering::Release);
    }
}

impl<T> fmt::Debug for Consumer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer").field("capacity", &self.capacity()).field("popped", &self.head).finish()
    }
}
