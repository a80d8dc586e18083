//! A broadcast ring without a heap.

use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::super::layout::{Line, is_capacity};
use super::{Desk, Memory, One, Publisher, Seat, Subscriber};
use crate::Plain;

/// A ring of `N` slots for `R` subscribers inside of the value, `N` a power of two (checked when it is compiled).
#[repr(C)]
pub struct Inline<T, const N: usize, const R: usize> {
    desk: Line<Desk>,
    seats: [Seat; R],
    slots: Line<[MaybeUninit<T>; N]>,
}

impl<T: Plain, const N: usize, const R: usize> Inline<T, N, R> {
    const IS_CAPACITY: () = assert!(is_capacity(N), "a ring's capacity is a power of two from 1 to 2^30");

    /// An empty ring. Any.
    pub const fn new() -> Self {
        const { Self::IS_CAPACITY };
        Self {
            desk: Line(Desk::new()),
            seats: [const { Seat::new() }; R],
            slots: Line([const { MaybeUninit::zeroed() }; N]),
        }
    }

    /// The publisher and all subscribers, lossless. After all are dropped the ring can be split again; what is in it then
    /// is passed. Control.
    pub fn split(&mut self) -> (Publisher<'_, T>, [Subscriber<'_, T>; R]) {
        let seats = NonNull::from(&self.seats as &[Seat]);
        let slots = NonNull::from(&mut self.slots.0).cast();
        // SAFETY: all are parts of `self`, which is borrowed for as long as the handles live, and was not borrowed by
        // older ones. The slots start a line. Each seat is given once.
        unsafe {
            let memory = Memory::new(NonNull::from(&self.desk), seats, slots, N, One);
            memory.open(R);
            let subscribers = core::array::from_fn(|seat| Subscriber::new(memory.clone(), seat));
            (Publisher::new(memory), subscribers)
        }
    }

    /// Starts counting at `position`, to let tests cross the counters' overflow.
    #[cfg(test)]
    pub(super) fn starting_at(position: usize) -> Self {
        let ring = Self::new();
        ring.desk.0.published.store(position, super::Ordering::Relaxed);
        ring
    }
}

impl<T: Plain, const N: usize, const R: usize> Default for Inline<T, N, R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize, const R: usize> fmt::Debug for Inline<T, N, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inline").field("capacity", &N).field("subscribers", &R).finish_non_exhaustive()
    }
}
