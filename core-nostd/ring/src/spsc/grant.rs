//! Slots lent to the caller: up to two contiguous parts, since a ring has a seam.

use core::fmt;
use core::mem::MaybeUninit;
use core::slice;

use super::super::sync::Ordering;
use super::Memory;
use crate::Plain;

/// Free slots to write in place. What is not committed is not pushed; dropping the grant pushes nothing.
pub struct WriteGrant<'p, T> {
    memory: &'p mut Memory<T>,
    tail: &'p mut usize,
    /// Invariant: `tail..tail + count` are free slots of the producer that is borrowed.
    count: usize,
}

impl<'p, T> WriteGrant<'p, T> {
    /// # Safety
    /// `tail` is the producer's own, and `tail..tail + count` are free.
    #[inline(always)]
    pub(super) unsafe fn new(memory: &'p mut Memory<T>, tail: &'p mut usize, count: usize) -> Self {
        Self { memory, tail, count }
    }

    /// Slots granted. Real-time.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the ring was full, or nothing was asked for. Real-time.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The slots in order, as they are: the second part is empty unless the grant crosses the seam. Real-time.
    #[inline]
    pub fn parts_uninit(&mut self) -> (&mut [MaybeUninit<T>], &mut [MaybeUninit<T>]) {
        let (first, second) = self.memory.parts(*self.tail, self.count);
        // SAFETY: the slots are free and ours alone (invariant of `count`); the parts do not overlap, as `count` is at
        // most the capacity.
        unsafe {
            (
                slice::from_raw_parts_mut(self.memory.slot(*self.tail), first),
                slice::from_raw_parts_mut(self.memory.slots.as_ptr(), second),
            )
        }
    }

    /// Pushes the first `count` slots, at most all that were granted, at once; returns how many. Real-time.
    ///
    /// # Safety
    /// The first `count` slots hold items.
    #[inline]
    pub unsafe fn commit_uninit(self, count: usize) -> usize {
        let count = count.min(self.count);
        if count == 0 {
            return 0;
        }
        self.memory.writes(*self.tail, count);
        *self.tail = self.tail.wrapping_add(count);
        // Pairs with the acquire in `Header::tail`: the items were written before.
        self.memory.header().producer.0.position.store(*self.tail, Ordering::Release);
        count
    }

    /// The slots in order, holding what was there before (zero bytes at first): the second part is empty unless the
    /// grant crosses the seam. Real-time.
    #[inline]
    pub fn parts(&mut self) -> (&mut [T], &mut [T])
    where
        T: Plain,
    {
        let (first, second) = self.parts_uninit();
        // SAFETY: slots start out zeroed (invariant of `Memory`) and only items are ever written to them; both are
        // values of a `Plain` type.
        unsafe { (first.assume_init_mut(), second.assume_init_mut()) }
    }

    /// Pushes the first `count` slots, at most all that were granted, at once; returns how many. Real-time.
    #[inline]
    pub fn commit(self, count: usize) -> usize
    where
        T: Plain,
    {
        // SAFETY: every slot is a value of a `Plain` type, as in `parts`.
        unsafe { self.commit_uninit(count) }
    }
}

impl<T> fmt::Debug for WriteGrant<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteGrant").field("len", &self.count).finish()
    }
}

/// The oldest items, to read in place. What is not committed stays in the ring.
pub struct ReadGrant<'c, T> {
    memory: &'c mut Memory<T>,
    head: &'c mut usize,
    /// Invariant: `head..head + count` hold items, and only the consumer that is borrowed moves the head.
    count: usize,
}

impl<'c, T> ReadGrant<'c, T> {
    /// # Safety
    /// `head` is the consumer's own, and `head..head + count` hold items.
    #[inline(always)]
    pub(super) unsafe fn new(memory: &'c mut Memory<T>, head: &'c mut usize, count: usize) -> Self {
        Self { memory, head, count }
    }

    /// Items granted. Real-time.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the ring was empty, or nothing was asked for. Real-time.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items, oldest first: the second part is empty unless the grant crosses the seam. Real-time.
    #[inline]
    pub fn parts(&self) -> (&[T], &[T]) {
        let (first, second) = self.memory.parts(*self.head, self.count);
        // SAFETY: the slots hold items (invariant of `count`), which the producer leaves alone until they are committed.
        unsafe {
            (
                slice::from_raw_parts(self.memory.slot(*self.head).cast(), first),
                slice::from_raw_parts(self.memory.slots.as_ptr().cast(), second),
            )
        }
    }

    /// Takes the first `count` items, at most all that were granted, out of the ring and drops them; returns how many.
    /// Real-time, if dropping an item is.
    #[inline]
    pub fn commit(self, count: usize) -> usize {
        let count = count.min(self.count);
        if count == 0 {
            return 0;
        }
        self.memory.reads(*self.head, count);
        let from = *self.head;
        // The head moves first: should an item's drop panic, none is dropped twice.
        *self.head = from.wrapping_add(count);
        if core::mem::needs_drop::<T>() {
            for offset in 0..count {
                // SAFETY: the slot holds an item (invariant of `count`), which no one reaches again.
                unsafe { (*self.memory.slot(from.wrapping_add(offset))).assume_init_drop() };
            }
        }
        // Pairs with the acquire in `Header::limit`: the items were read before.
        self.memory.header().consumer.0.position.store(*self.head, Ordering::Release);
        count
    }
}

impl<T> fmt::Debug for ReadGrant<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadGrant").field("len", &self.count).finish()
    }
}
