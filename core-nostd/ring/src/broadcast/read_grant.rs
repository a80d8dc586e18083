//! Items of a broadcast ring, lent to a lossless subscriber.

use core::fmt;
use core::slice;

use super::super::sync::Ordering;
use super::{Line, Memory, One, Width};
use crate::Plain;

/// The oldest items, to read in place. What is not committed stays.
pub struct ReadGrant<'s, T, W: Width = One> {
    memory: &'s Memory<T, W>,
    head: &'s mut usize,
    seat: usize,
    /// Invariant: `head..head + count` hold items, and the publisher is held back by the position of our seat.
    count: usize,
}

impl<'s, T: Plain, W: Width> ReadGrant<'s, T, W> {
    /// # Safety
    /// There are `count` items from `head` on, and the publisher is held back by the position of `seat`, which is `head`.
    #[inline(always)]
    pub(super) unsafe fn new(memory: &'s Memory<T, W>, head: &'s mut usize, seat: usize, count: usize) -> Self {
        Self { memory, head, seat, count }
    }

    /// Items granted. Real-time.
    #[inline]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether nothing was there, or nothing was asked for. Real-time.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items' values, oldest first: the second part is empty unless the grant crosses the seam. Real-time.
    #[inline]
    pub fn parts(&self) -> (&[T], &[T]) {
        let span = self.memory.span(*self.head, self.count);
        // SAFETY: the slots hold items that the publisher leaves alone until they are passed (invariant of `count`).
        unsafe {
            (
                slice::from_raw_parts(self.memory.value(span.index), span.first),
                slice::from_raw_parts(self.memory.value(0), span.second),
            )
        }
    }

    /// The values of item `index`, 0 for the oldest: no item crosses the seam. Real-time.
    ///
    /// # Panics
    /// If so many were not granted.
    #[inline]
    pub fn item(&self, index: usize) -> &[T] {
        assert!(index < self.count, "item {index} of a grant of {}", self.count);
        let span = self.memory.span(self.head.wrapping_add(index), 1);
        // SAFETY: as for `parts`, and one item is one slot.
        unsafe { slice::from_raw_parts(self.memory.value(span.index), span.first) }
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

impl<T, W: Width> fmt::Debug for ReadGrant<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadGrant").field("len", &self.count).finish()
    }
}
