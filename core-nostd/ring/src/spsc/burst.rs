//! Many single items, one transfer between the cores.
//!
//! Handing a line from core to core costs about a hundred nanoseconds, writing an item to it about one. With a release
//! after every item the other side takes the line away after every item; a burst keeps it until it is done.

use super::{Consumer, Full, Producer};

/// Single pushes, seen by the consumer when this is dropped or the ring is found full.
///
/// If it is leaked, its items are shown by the producer's next push.
#[derive(Debug)]
pub struct PushBurst<'p, 'a, T> {
    producer: &'p mut Producer<'a, T>,
}

impl<'p, 'a, T> PushBurst<'p, 'a, T> {
    #[inline(always)]
    pub(super) fn new(producer: &'p mut Producer<'a, T>) -> Self {
        Self { producer }
    }

    /// Pushes one item. Real-time.
    ///
    /// # Errors
    /// [`Full`] holds the item when there is no free slot; what was pushed before is then shown, so that the consumer
    /// can make room.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), Full<T>> {
        let pushed = self.producer.put(item);
        if pushed.is_err() {
            self.producer.publish();
        }
        pushed
    }

    /// Whether the next push will succeed. Real-time.
    #[inline]
    pub fn has_room(&mut self) -> bool {
        self.producer.free_for(1) == 1
    }
}

impl<T> Drop for PushBurst<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        self.producer.publish();
    }
}

/// Single pops, whose slots the producer gets back when this is dropped or the ring is found empty.
///
/// If it is leaked, the slots go back with the consumer's next pop.
#[derive(Debug)]
pub struct PopBurst<'c, 'a, T> {
    consumer: &'c mut Consumer<'a, T>,
}

impl<'c, 'a, T> PopBurst<'c, 'a, T> {
    #[inline(always)]
    pub(super) fn new(consumer: &'c mut Consumer<'a, T>) -> Self {
        Self { consumer }
    }

    /// Pops the oldest item. Real-time.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let item = self.consumer.take();
        if item.is_none() {
            self.consumer.publish();
        }
        item
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
        self.consumer.publish();
    }
}
