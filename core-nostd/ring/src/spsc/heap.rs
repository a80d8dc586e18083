//! Rings that own their memory: the last of the two handles frees it.

extern crate alloc;

use alloc::boxed::Box;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::super::layout::is_capacity;
use super::super::sync::Arc;
use super::{Consumer, Header, Memory, Producer};

/// A share in a heap ring.
pub(super) type Owner<T> = Arc<Owned<T>>;

/// Invariant: `memory` points to what `Box::into_raw` gave for a header and for `mask + 1` slots.
pub(super) struct Owned<T> {
    memory: Memory<T>,
}

// SAFETY: the owner touches the items only in `drop`, when no handle is left; they may be dropped on another thread than
// they were made on, which `T: Send` allows.
unsafe impl<T: Send> Send for Owned<T> {}
// SAFETY: nothing can be reached through `&Owned`.
unsafe impl<T: Send> Sync for Owned<T> {}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        let slots = NonNull::slice_from_raw_parts(self.memory.slots, self.memory.capacity());
        // SAFETY: both handles are gone, as each held a share; the boxes are as they were made (invariant of `Owned`).
        unsafe {
            self.memory.drop_items();
            drop(Box::from_raw(slots.as_ptr()));
            drop(Box::from_raw(self.memory.header.as_ptr()));
        }
    }
}

/// The two ends of a ring on the heap, free to go to threads of their own. It has room for at least `capacity` items:
/// rounded up to a power of two, from 1 to 2^30. Control: allocates.
///
/// # Panics
/// If `capacity` is above 2^30.
pub fn channel<T: Send>(capacity: usize) -> (Producer<'static, T>, Consumer<'static, T>) {
    let capacity = capacity.next_power_of_two();
    assert!(is_capacity(capacity), "a ring's capacity is at most 2^30");
    let header = NonNull::from(Box::leak(Box::new(Header::new())));
    let slots: Box<[MaybeUninit<T>]> = Box::new_zeroed_slice(capacity);
    let slots = NonNull::from(Box::leak(slots)).cast::<MaybeUninit<T>>();
    // SAFETY: the boxes live until the last handle drops its share in them; the ring is new, so there are no others.
    unsafe {
        let memory = Memory::new(header, slots, capacity);
        memory.open();
        let owner = Arc::new(Owned { memory: memory.clone() });
        let mut producer = Producer::new(memory.clone());
        let mut consumer = Consumer::new(memory);
        producer.owner = Some(owner.clone());
        consumer.owner = Some(owner);
        (producer, consumer)
    }
}
