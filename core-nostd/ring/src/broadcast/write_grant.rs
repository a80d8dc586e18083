//! Slots of a broadcast ring, lent to the publisher.

use core::fmt;
use core::slice;

use super::{One, Publisher, Width};
use crate::Plain;

/// Slots to write in place. What is not committed is not published; dropping the grant publishes nothing.
///
/// What the slots held a lap ago may be lost even if they are not committed: latest-only subscribers may find that they
/// lag by up to the length of the grant more.
pub struct WriteGrant<'p, 'a, T, W: Width = One> {
    publisher: &'p mut Publisher<'a, T, W>,
    /// Invariant: so many slots from the publisher's tail on are claimed.
    count: usize,
}

impl<'p, 'a, T: Plain, W: Width> WriteGrant<'p, 'a, T, W> {
    /// # Safety
    /// `count` slots from the publisher's tail on are claimed.
    #[inline(always)]
    pub(super) unsafe fn new(publisher: &'p mut Publisher<'a, T, W>, count: usize) -> Self {
        Self { publisher, count }
    }

    /// Slots granted. Real-time.
    #[inline]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the ring was full, or nothing was asked for. Real-time.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The slots' values in order, holding what was there before (zero bytes at first): the second part is empty unless
    /// the grant crosses the seam. `None` while a subscriber is latest-only, as it may be reading them: use `write` then.
    /// Real-time.
    #[inline]
    pub fn parts(&mut self) -> Option<(&mut [T], &mut [T])> {
        if self.publisher.words {
            return None;
        }
        let memory = &self.publisher.memory;
        let span = memory.span(self.publisher.tail, self.count);
        // SAFETY: no subscriber reads these slots at all (invariant of `words`), and they hold zeroed bytes or items, both
        // values of a `Plain` type; the parts do not overlap, as `count` is at most the capacity.
        unsafe {
            Some((
                slice::from_raw_parts_mut(memory.value(span.index), span.first),
                slice::from_raw_parts_mut(memory.value(0), span.second),
            ))
        }
    }

    /// The values of slot `index` of the grant: no item crosses the seam. `None` as for [`parts`](Self::parts).
    /// Real-time.
    ///
    /// # Panics
    /// If so many were not granted.
    #[inline]
    pub fn item(&self, index: usize) -> Option<&[T]> {
        let at = self.slot(index)?;
        // SAFETY: as for `parts`; `&self` keeps it from being written meanwhile.
        Some(unsafe { slice::from_raw_parts(at, self.publisher.memory.width.values()) })
    }

    /// The same, to write. Real-time.
    ///
    /// # Panics
    /// If so many were not granted.
    #[inline]
    pub fn item_mut(&mut self, index: usize) -> Option<&mut [T]> {
        let at = self.slot(index)?;
        // SAFETY: as for `parts`.
        Some(unsafe { slice::from_raw_parts_mut(at, self.publisher.memory.width.values()) })
    }

    #[inline(always)]
    fn slot(&self, index: usize) -> Option<*mut T> {
        assert!(index < self.count, "slot {index} of a grant of {}", self.count);
        let memory = &self.publisher.memory;
        let span = memory.span(self.publisher.tail.wrapping_add(index), 1);
        (!self.publisher.words).then(|| memory.value(span.index))
    }

    /// Writes whole items from slot `offset` of the grant on, whatever the subscribers are; returns how many had room in
    /// the grant. Real-time.
    #[inline]
    pub fn write(&mut self, offset: usize, items: &[T]) -> usize {
        let width = self.publisher.memory.width.values();
        let count = (items.len() / width).min(self.count.saturating_sub(offset));
        // SAFETY: offset + count is at most the number of slots claimed.
        unsafe { self.publisher.write(offset, &items[..count * width], count) };
        count
    }

    /// Writes `values` into slot `index` of the grant, from its value `at` on, whatever the subscribers are. Real-time.
    ///
    /// # Panics
    /// If they do not fit the slot, or there is no such slot.
    #[inline]
    pub fn write_within(&mut self, index: usize, at: usize, values: &[T]) {
        let width = self.publisher.memory.width.values();
        assert!(index < self.count && at <= width && values.len() <= width - at, "values beyond the slot");
        // SAFETY: just checked.
        unsafe { self.publisher.write_within(index, at, values) };
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

impl<T, W: Width> fmt::Debug for WriteGrant<'_, '_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteGrant").field("len", &self.count).finish()
    }
}
