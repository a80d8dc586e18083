//! Broadcast rings that own their memory: the last of the handles frees it.

extern crate alloc;

use alloc::alloc::{alloc_zeroed, dealloc, handle_alloc_error};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::super::layout::{LINE, Line, is_capacity};
use super::super::sync::Arc;
use super::{Desk, Memory, One, Publisher, Seat, Subscriber, Wide, Width};
use crate::Plain;

/// A share in a heap ring.
pub(super) type Owner<T, W> = Arc<Owned<T, W>>;

/// Invariant: `memory` points to what `Box::into_raw` gave for desk and seats, and to slots allocated with `layout`, or
/// dangling if that is of no bytes.
pub(super) struct Owned<T, W> {
    memory: Memory<T, W>,
    layout: Layout,
}

// SAFETY: the owner only frees memory, in `drop`, when no handle is left; `Plain` items need no drop.
unsafe impl<T: Send, W> Send for Owned<T, W> {}
// SAFETY: nothing can be reached through `&Owned`.
unsafe impl<T: Send, W> Sync for Owned<T, W> {}

impl<T, W> Drop for Owned<T, W> {
    fn drop(&mut self) {
        // SAFETY: all handles are gone, as each held a share; everything is as it was made (invariant of `Owned`).
        unsafe {
            if self.layout.size() > 0 {
                dealloc(self.memory.slots.as_ptr().cast(), self.layout);
            }
            drop(Box::from_raw(self.memory.seats.as_ptr()));
            drop(Box::from_raw(self.memory.desk.as_ptr()));
        }
    }
}

/// The publisher and `subscribers` subscribers, all lossless, of a ring on the heap, free to go to threads of their own.
/// It has room for at least `capacity` items: rounded up to a power of two, from 1 to 2^30. Control: allocates.
///
/// # Panics
/// If `capacity` is above 2^30, or its items take more than the address space.
pub fn channel<T: Plain>(capacity: usize, subscribers: usize) -> (Publisher<'static, T>, Vec<Subscriber<'static, T>>) {
    of_width(capacity, subscribers, One)
}

/// The same with items of `width` values each. Control: allocates.
///
/// # Panics
/// As [`channel`], and if `width` is 0.
pub fn wide_channel<T: Plain>(
    capacity: usize,
    subscribers: usize,
    width: usize,
) -> (Publisher<'static, T, Wide>, Vec<Subscriber<'static, T, Wide>>) {
    of_width(capacity, subscribers, Wide::new(width).expect("an item has at least one value"))
}

fn of_width<T: Plain, W: Width>(
    capacity: usize,
    subscribers: usize,
    width: W,
) -> (Publisher<'static, T, W>, Vec<Subscriber<'static, T, W>>) {
    let capacity = capacity.next_power_of_two();
    assert!(is_capacity(capacity), "a ring's capacity is at most 2^30");
    let values = capacity.checked_mul(width.values()).expect("fits the address space");
    let layout = Layout::array::<T>(values).and_then(|slots| slots.align_to(LINE)).expect("fits the address space");
    let slots = if layout.size() == 0 {
        NonNull::<Line<()>>::dangling().cast()
    } else {
        // SAFETY: the layout is not of zero bytes.
        let slots = unsafe { alloc_zeroed(layout) };
        NonNull::new(slots).unwrap_or_else(|| handle_alloc_error(layout)).cast::<MaybeUninit<T>>()
    };
    let desk = NonNull::from(Box::leak(Box::new(Line(Desk::new()))));
    let seats: Box<[Seat]> = (0..subscribers).map(|_| Seat::new()).collect();
    // SAFETY: all memory lives until the last handle drops its share; the ring is new, so there are no other handles; the
    // slots are aligned to a line. Each seat is given once.
    unsafe {
        let memory = Memory::new(desk, NonNull::from(Box::leak(seats)), slots, capacity, width);
        memory.open(subscribers);
        let owner = Arc::new(Owned { memory: memory.clone(), layout });
        let take_seat = |seat| {
            let mut subscriber = Subscriber::new(memory.clone(), seat);
            subscriber.owner = Some(owner.clone());
            subscriber
        };
        let subscribers = (0..subscribers).map(take_seat).collect();
        let mut publisher = Publisher::new(memory.clone());
        publisher.owner = Some(owner.clone());
        (publisher, subscribers)
    }
}
