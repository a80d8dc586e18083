//! Slots of a broadcast ring, lent to the publisher.

use core::fmt;
use core::slice;

use super::Publisher;
use crate::Plain;

/// Slots to write in place. What is not committed is not published; dropping the grant publishes nothing.
///
/// What the slots held a lap ago may be lost even if they are not committed: latest-only subscribers may find that they
/// lag by up to the length of the grant more.
pub struct WriteGrant<'p, 'a, T> {
    publisher: &'p mut Publisher<'a, T>,
    /// Invariant: so many slots from the publisher's tail on are claimed.
    count: usize,
}

impl<'p, 'a, T: Plain> WriteGrant<'p, 'a, T> {
    /// # Safety
    /// `count` slots from the publisher's tail on are claimed.
    #[inline(always)]
    pub(super) unsafe fn new(publisher: &'p mut Publisher<'a, T>, count: usize) -> Self {
        Self { publisher, count }
    }

    /// Slots granted. Real-time.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the ring was full, or nothing was asked for. Real-time.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The slots in order, holding what was there before (zero bytes at first): the second part is empty unless the
    /// grant crosses the seam. `None` while a subscriber is latest-only, as it may be reading them: use `write` then.
    /// Real-time.
    #[inline]
    pub fn parts(&mut self) -> Option<(&mut [T], &mut [T])> {
        if self.publisher.words {
            return None;
        }
        let memory = &self.publisher.memory;
        let (first, second) = memory.parts(self.publisher.tail, self.count);
        // SAFETY: no subscriber reads these slots at all (invariant of `words`), and they hold zeroed bytes or items, both
        // values of a `Plain` type; the parts do not overlap, as `count` is at most the capacity.
        unsafe {
            Some((
                slice::from_raw_parts_mut(memory.slot(self.publisher.tail).cast(), first),
                slice::from_raw_parts_mut(memory.slots.as_ptr().cast(), second),
            ))
        }
    }

    /// Writes `items` from slot `offset` of the grant on, whatever the subscribers are; returns how many had room in the
    /// grant. Real-time.
    #[inline]
    pub fn write(&mut self, offset: usize, items: &[T]) -> usize {
        let count = items.len().min(self.count.saturating_sub(offset));
        // SAFETY: offset + count is at most the number of slots claimed.
        unsafe { self.publisher.write(offset, &items[..count]) };
        count
    }

    /// Publishes the first `count` slots, at most all that were granted, at once; returns how many. Real-time.
    #[inline]
    pub fn commit(self, count: usize) -> usize {
        let count = count.min(self.count);
        if !self.publisher.words {
            self.publisher.memory.writes(self.publisher.tail, count);
        }
        self.publisher.publish_claimed(count);
        count
    }
}

impl<T> fmt::Debug for WriteGrant<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteGrant").field("len", &self.count).finish()
    }
}
