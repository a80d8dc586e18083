//! Rings that own their memory: the last of the two handles frees it.

extern crate alloc;

use alloc::alloc::{alloc_zeroed, dealloc, handle_alloc_error};
use alloc::boxed::Box;
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::super::layout::{LINE, is_capacity};
use super::super::sync::Arc;
use super::{Consumer, Header, Memory, Producer};

/// A share in a heap ring.
pub(super) type Owner<T> = Arc<Owned<T>>;

/// Invariant: `memory` points to what `Box::into_raw` gave for a header, and to slots allocated with `layout`, or dangling
/// if that is of no bytes.
pub(super) struct Owned<T> {
    memory: Memory<T>,
    layout: Layout,
}

// SAFETY: the owner touches the items only in `drop`, when no handle is left; they may be dropped on another thread than
// they were made on, which `T: Send` allows.
unsafe impl<T: Send> Send for Owned<T> {}
// SAFETY: nothing can be reached through `&Owned`.
unsafe impl<T: Send> Sync for Owned<T> {}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: both handles are gone, as each held a share; everything is as it was made (invariant of `Owned`).
        unsafe {
            self.memory.drop_items();
            if self.layout.size() > 0 {
                dealloc(self.memory.slots.as_ptr().cast(), self.layout);
            }
            drop(Box::from_raw(self.memory.header.as_ptr()));
        }
    }
}

/// The two ends of a ring on the heap, free to go to threads of their own. It has room for at least `capacity` items:
/// rounded up to a power of two, from 1 to 2^30. The slots start on a line of their own. Control: allocates.
///
/// # Panics
/// If `capacity` is above 2^30, or its items take more than the address space.
pub fn channel<T: Send>(capacity: usize) -> (Producer<'static, T>, Consumer<'static, T>) {
    let capacity = capacity.next_power_of_two();
    assert!(is_capacity(capacity), "a ring's capacity is at most 2^30");
    let layout = Layout::array::<T>(capacity).and_then(|slots| slots.align_to(LINE)).expect("fits the address space");
    let slots = if layout.size() == 0 {
        NonNull::<MaybeUninit<T>>::dangling()
    } else {
        // SAFETY: the layout is not of zero bytes.
        let slots = unsafe { alloc_zeroed(layout) };
        NonNull::new(slots).unwrap_or_else(|| handle_alloc_error(layout)).cast::<MaybeUninit<T>>()
    };
    let header = NonNull::from(Box::leak(Box::new(Header::new())));
    // SAFETY: all memory lives until the last handle drops its share; the ring is new, so there are no others.
    unsafe {
        let memory = Memory::new(header, slots, capacity);
        memory.open();
        let owner = Arc::new(Owned { memory: memory.clone(), layout });
        let mut producer = Producer::new(memory.clone());
        let mut consumer = Consumer::new(memory);
        producer.owner = Some(owner.clone());
        consumer.owner = Some(owner);
        (producer, consumer)
    }
}
