//! Many single items, one transfer between the cores.
//!
//! Handing a line from core to core costs about a hundred nanoseconds, writing an item to it about one. With a release
//! after every item the other side takes the line away after every item; a burst keeps it until it is done. Meanwhile
//! it walks through a contiguous run of slots, by values that can stay in registers from item to item.

use core::fmt;

use super::super::sync::Ordering;
use super::{Consumer, Full, Memory, Producer};

/// Single pushes, seen by the consumer when this is dropped or the ring is found full.
///
/// If it is leaked, the items that it has not yet shown are leaked with it.
pub struct PushBurst<'p, 'a, T> {
    producer: &'p mut Producer<'a, T>,
    memory: Memory<T>,
    /// The position of slot 0 in this lap. The burst's tail is `lap + at`; the producer's own stays at what the consumer
    /// has been shown.
    lap: usize,
    /// Invariant: slots `at..end` are free, `end` is at most the capacity.
    at: usize,
    end: usize,
    /// As in the producer, counted from our tail; written back with it.
    limit: usize,
}

impl<'p, 'a, T> PushBurst<'p, 'a, T> {
    #[inline(always)]
    pub(super) fn new(producer: &'p mut Producer<'a, T>) -> Self {
        let memory = producer.memory.clone();
        let (at, end) = memory.run(producer.tail, producer.limit);
        let lap = producer.tail.wrapping_sub(at);
        let limit = producer.limit;
        Self { producer, memory, lap, at, end, limit }
    }

    /// Pushes one item. Real-time.
    ///
    /// # Errors
    /// [`Full`] holds the item when there is no free slot; what was pushed before is then shown, so that the consumer
    /// can make room.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), Full<T>> {
        if !self.has_room() {
            self.show();
            return Err(Full(item));
        }
        // SAFETY: at < end, so the slot exists, is free (invariant of `end`) and ours: the producer is borrowed.
        unsafe { (*self.memory.slots.as_ptr().add(self.at)).write(item) };
        self.memory.writes(self.at, 1);
        self.at += 1;
        Ok(())
    }

    /// Whether the next push will succeed. Real-time.
    #[inline]
    pub fn has_room(&mut self) -> bool {
        if self.at == self.end {
            // At the seam, or at the limit.
            let tail = self.tail();
            if self.limit == tail {
                self.limit = self.memory.header().limit(tail, self.memory.mask);
            }
            (self.at, self.end) = self.memory.run(tail, self.limit);
            self.lap = tail.wrapping_sub(self.at);
        }
        self.at != self.end
    }

    #[inline(always)]
    fn tail(&self) -> usize {
        self.lap.wrapping_add(self.at)
    }

    /// Writes our state back and shows everything pushed so far. Whoever has nothing new leaves the shared line alone.
    #[inline(always)]
    fn show(&mut self) {
        let shown = self.producer.tail;
        (self.producer.tail, self.producer.limit) = (self.tail(), self.limit);
        if self.producer.tail == shown {
            return;
        }
        // Pairs with the acquire in `Header::tail`: the items were written before.
        self.memory.header().producer.0.position.store(self.producer.tail, Ordering::Release);
    }
}

impl<T> Drop for PushBurst<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        self.show();
    }
}

impl<T> fmt::Debug for PushBurst<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushBurst")
            .field("unseen", &self.tail().wrapping_sub(self.producer.tail))
            .finish_non_exhaustive()
    }
}

/// Single pops, whose slots the producer gets back when this is dropped or the ring is found empty.
///
/// If it is leaked, so are the items that it knew of.
pub struct PopBurst<'c, 'a, T> {
    /// Meanwhile its `head` is at its `tail`: a burst that is leaked cannot lead to an item being moved out twice.
    consumer: &'c mut Consumer<'a, T>,
    memory: Memory<T>,
    /// The position of slot 0 in this lap. The burst's head is `lap + at`.
    lap: usize,
    /// Invariant: slots `at..end` hold items, `end` is at most the capacity.
    at: usize,
    end: usize,
}

impl<'c, 'a, T> PopBurst<'c, 'a, T> {
    #[inline(always)]
    pub(super) fn new(consumer: &'c mut Consumer<'a, T>) -> Self {
        let memory = consumer.memory.clone();
        let (at, end) = memory.run(consumer.head, consumer.tail);
        let lap = consumer.head.wrapping_sub(at);
        consumer.head = consumer.tail;
        Self { consumer, memory, lap, at, end }
    }

    /// Pops the oldest item. Real-time.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if self.at == self.end && !self.next_run() {
            self.memory.header().give_back(self.head());
            return None;
        }
        self.memory.reads(self.at, 1);
        // SAFETY: at < end, so the slot exists and holds an item (invariant of `end`); we move on at once, and the
        // consumer's head, which is at its tail, never goes back below ours: the item is moved out once.
        let item = unsafe { (*self.memory.slots.as_ptr().add(self.at)).assume_init_read() };
        self.at += 1;
        Some(item)
    }

    /// Goes on behind the seam, or with what the producer has shown since; false if there is nothing.
    #[inline]
    fn next_run(&mut self) -> bool {
        let head = self.head();
        if self.consumer.tail == head {
            let Some(tail) = self.memory.header().tail(head, self.memory.mask) else { return false };
            (self.consumer.head, self.consumer.tail) = (tail, tail);
        }
        (self.at, self.end) = self.memory.run(head, self.consumer.tail);
        self.lap = head.wrapping_sub(self.at);
        true
    }

    #[inline(always)]
    fn head(&self) -> usize {
        self.lap.wrapping_add(self.at)
    }
}

impl<T> Iterator for PopBurst<'_, '_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.pop()
    }
}

impl<T> Drop for PopBurst<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        self.consumer.head = self.head();
        self.memory.header().give_back(self.consumer.head);
    }
}

impl<T> fmt::Debug for PopBurst<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PopBurst").field("known", &self.consumer.tail.wrapping_sub(self.head())).finish_non_exhaustive()
    }
}
