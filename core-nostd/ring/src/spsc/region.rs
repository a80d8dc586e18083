//! A ring in a raw region of memory, which may be shared by two processes.
//!
//! # Layout
//! All native-endian, each line [`LINE`](crate::LINE) bytes:
//!
//! | line | holds | written by |
//! |---|---|---|
//! | 0 | magic "RpS" + version, bytes of a counter, of an item, its alignment, capacity | [`initialise`], once |
//! | 1 | tail: items pushed; 1 while there is a producer | producer |
//! | 2 | head: items popped; 1 while there is a consumer | consumer |
//! | 3.. | the slots | producer |

use core::mem::{MaybeUninit, size_of};
use core::ptr::NonNull;

use super::super::layout::{CapacityError, Preamble, RegionError, SPSC, fits, is_capacity};
use super::super::sync::Ordering;
use super::{Consumer, Header, Memory, Producer};
use crate::Plain;

const SLOTS_AT: usize = size_of::<Preamble>() + size_of::<Header>();

/// Bytes that a ring of `capacity` items takes; `None` if there are not so many. Any.
pub const fn region_bytes<T: Plain>(capacity: usize) -> Option<usize> {
    match capacity.checked_mul(size_of::<T>()) {
        Some(bytes) => bytes.checked_add(SLOTS_AT),
        None => None,
    }
}

/// Lays an empty ring out in `region`, over whatever was there. Then [`attach_producer`] and [`attach_consumer`] work,
/// from this process or another. Control.
///
/// # Errors
/// [`RegionError`] `Misaligned`, `TooSmall` or `Capacity`; the region is then untouched.
///
/// # Safety
/// `region` is valid for reads and writes, and nobody else uses it until this returns.
pub unsafe fn initialise<T: Plain>(region: *mut [u8], capacity: usize) -> Result<(), RegionError> {
    if !is_capacity(capacity) {
        return Err(RegionError::Capacity(CapacityError { capacity }));
    }
    fits(region, region_bytes::<T>(capacity))?;
    let start = region.cast::<u8>();
    // SAFETY: the region is ours, aligned and large enough, as just checked.
    unsafe {
        start.cast::<Preamble>().write(Preamble::new::<T>(capacity, 1, 1));
        start.add(size_of::<Preamble>()).cast::<Header>().write(Header::new());
        start.add(SLOTS_AT).write_bytes(0, capacity * size_of::<T>());
        (*start.cast::<Preamble>()).publish(SPSC);
    }
    Ok(())
}

/// The ring in `region`, if what lies there is one of `T`.
///
/// # Safety
/// `region` is valid for reads and writes for as long as the result is used.
unsafe fn memory<T: Plain>(region: *mut [u8]) -> Result<Memory<T>, RegionError> {
    fits(region, Some(SLOTS_AT))?;
    let start = region.cast::<u8>();
    // SAFETY: aligned and large enough for the preamble, which is made of atomics.
    let (capacity, _) = unsafe { (*start.cast::<Preamble>()).check::<T>(SPSC, 1)? };
    fits(region, region_bytes::<T>(capacity))?;
    // SAFETY: the region has room for the header and the slots; `initialise` zeroed the slots.
    unsafe {
        let header = NonNull::new_unchecked(start.add(size_of::<Preamble>()).cast::<Header>());
        let slots = NonNull::new_unchecked(start.add(SLOTS_AT).cast::<MaybeUninit<T>>());
        let memory = Memory::new(header, slots, capacity);
        let tail = memory.header().producer.0.position.load(Ordering::Acquire);
        let head = memory.header().consumer.0.position.load(Ordering::Acquire);
        // Read in this order, a live ring's tail may be behind its head by what was pushed and popped in between.
        if tail.wrapping_sub(head).cast_signed() > capacity.cast_signed() {
            return Err(RegionError::Damaged);
        }
        Ok(memory)
    }
}

/// The producer of the ring in `region`, going on where an earlier one stopped. Control.
///
/// # Errors
/// [`RegionError`]: the region is not, or not yet, such a ring; nothing was changed.
///
/// # Safety
/// `region` is valid for reads and writes for `'a`; meanwhile only rings of this crate write to it, there is no other
/// producer, and its earlier one will not be used again.
pub unsafe fn attach_producer<'a, T: Plain>(region: *mut [u8]) -> Result<Producer<'a, T>, RegionError> {
    // SAFETY: for `'a`, by the caller.
    let memory = unsafe { memory(region)? };
    memory.header().producer.0.alive.store(1, Ordering::Relaxed);
    // SAFETY: the caller vouches that there is no other producer.
    Ok(unsafe { Producer::new(memory) })
}

/// The consumer of the ring in `region`, going on where an earlier one stopped. Control.
///
/// # Errors
/// [`RegionError`]: the region is not, or not yet, such a ring; nothing was changed.
///
/// # Safety
/// `region` is valid for reads and writes for `'a`; meanwhile only rings of this crate write to it, there is no other
/// consumer, and its earlier one will not be used again.
pub unsafe fn attach_consumer<'a, T: Plain>(region: *mut [u8]) -> Result<Consumer<'a, T>, RegionError> {
    // SAFETY: for `'a`, by the caller.
    let memory = unsafe { memory(region)? };
    memory.header().consumer.0.alive.store(1, Ordering::Relaxed);
    // SAFETY: the caller vouches that there is no other consumer.
    Ok(unsafe { Consumer::new(memory) })
}
