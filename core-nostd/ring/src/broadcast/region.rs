//! A broadcast ring in a raw region of memory, which may be shared by several processes.
//!
//! # Layout
//! All native-endian, each line [`LINE`](crate::LINE) bytes:
//!
//! | line | holds | written by |
//! |---|---|---|
//! | 0 | magic "RpB" + version, bytes of a counter, of an item, its alignment, capacity, subscribers | [`initialise`], once |
//! | 1 | items published, items claimed; 1 while there is a publisher | publisher |
//! | 2 + 2r | subscriber r: position; what it asks | subscriber r |
//! | 3 + 2r | subscriber r: where it starts; what was acted on | publisher |
//! | 2 + 2R.. | the slots | publisher |

use core::mem::{MaybeUninit, size_of};
use core::ptr::NonNull;

use super::super::layout::{BROADCAST, CapacityError, Line, Preamble, RegionError, fits, is_capacity};
use super::super::sync::Ordering;
use super::{Desk, Memory, Mode, Publisher, Seat, Subscriber};
use crate::Plain;

const DESK_AT: usize = size_of::<Preamble>();
const SEATS_AT: usize = DESK_AT + size_of::<Line<Desk>>();

const fn slots_at(subscribers: usize) -> Option<usize> {
    match subscribers.checked_mul(size_of::<Seat>()) {
        Some(seats) => seats.checked_add(SEATS_AT),
        None => None,
    }
}

/// Bytes that a ring of `capacity` items for so many subscribers takes; `None` if there are not so many. Any.
pub const fn region_bytes<T: Plain>(capacity: usize, subscribers: usize) -> Option<usize> {
    match (capacity.checked_mul(size_of::<T>()), slots_at(subscribers)) {
        (Some(slots), Some(at)) => slots.checked_add(at),
        _ => None,
    }
}

/// Lays an empty ring with free seats for `subscribers` out in `region`, over whatever was there. Control.
///
/// # Errors
/// [`RegionError`] `Misaligned`, `TooSmall` or `Capacity`; the region is then untouched.
///
/// # Safety
/// `region` is valid for reads and writes, and nobody else uses it until this returns.
pub unsafe fn initialise<T: Plain>(region: *mut [u8], capacity: usize, subscribers: usize) -> Result<(), RegionError> {
    if !is_capacity(capacity) {
        return Err(RegionError::Capacity(CapacityError { capacity }));
    }
    let needed = region_bytes::<T>(capacity, subscribers);
    fits(region, needed)?;
    let start = region.cast::<u8>();
    // SAFETY: the region is ours, aligned and large enough, as just checked.
    unsafe {
        start.cast::<Preamble>().write(Preamble::new::<T>(capacity, subscribers));
        start.add(DESK_AT).cast::<Line<Desk>>().write(Line(Desk::new()));
        for seat in 0..subscribers {
            start.add(SEATS_AT).cast::<Seat>().add(seat).write(Seat::new());
        }
        let slots = SEATS_AT + subscribers * size_of::<Seat>();
        start.add(slots).write_bytes(0, capacity * size_of::<T>());
        (*start.cast::<Preamble>()).publish(BROADCAST);
    }
    Ok(())
}

/// The ring in `region`, if what lies there is one of `T`.
///
/// # Safety
/// `region` is valid for reads and writes for as long as the result is used.
unsafe fn memory<T: Plain>(region: *mut [u8]) -> Result<Memory<T>, RegionError> {
    fits(region, Some(SEATS_AT))?;
    let start = region.cast::<u8>();
    // SAFETY: aligned and large enough for the preamble, which is made of atomics.
    let (capacity, subscribers) = unsafe { (*start.cast::<Preamble>()).check::<T>(BROADCAST)? };
    fits(region, region_bytes::<T>(capacity, subscribers))?;
    // SAFETY: the region has room for all parts; `initialise` zeroed the slots, which start a line.
    unsafe {
        let desk = NonNull::new_unchecked(start.add(DESK_AT).cast());
        let seats = NonNull::slice_from_raw_parts(NonNull::new_unchecked(start.add(SEATS_AT).cast()), subscribers);
        let slots = start.add(SEATS_AT + subscribers * size_of::<Seat>());
        let slots = NonNull::new_unchecked(slots.cast::<MaybeUninit<T>>());
        Ok(Memory::new(desk, seats, slots, capacity))
    }
}

/// The publisher of the ring in `region`, going on where an earlier one stopped. Control.
///
/// # Errors
/// [`RegionError`]: the region is not, or not yet, such a ring; nothing was changed.
///
/// # Safety
/// `region` is valid for reads and writes for `'a`; meanwhile only rings of this crate write to it, there is no other
/// publisher, and its earlier one will not be used again.
pub unsafe fn attach_publisher<'a, T: Plain>(region: *mut [u8]) -> Result<Publisher<'a, T>, RegionError> {
    // SAFETY: for `'a`, by the caller.
    let memory = unsafe { memory(region)? };
    memory.desk().alive.store(1, Ordering::Relaxed);
    // SAFETY: the caller vouches that there is no other publisher.
    Ok(unsafe { Publisher::new(memory) })
}

/// Subscriber `seat` of the ring in `region`, lossless from the position where the publisher is now. It reads nothing
/// before the publisher has noticed it, at the latest after a ring's length. Control.
///
/// # Errors
/// [`RegionError`]: the region is not, or not yet, such a ring, or there is no such seat; nothing was changed.
///
/// # Safety
/// `region` is valid for reads and writes for `'a`; meanwhile only rings of this crate write to it, nobody else has this
/// seat, and its earlier subscriber will not be used again.
pub unsafe fn attach_subscriber<'a, T: Plain>(
    region: *mut [u8],
    seat: usize,
) -> Result<Subscriber<'a, T>, RegionError> {
    // SAFETY: for `'a`, by the caller.
    let memory = unsafe { memory(region)? };
    let subscribers = memory.seats().len();
    if seat >= subscribers {
        return Err(RegionError::NoSuchSubscriber { subscribers });
    }
    // SAFETY: the seat exists, and the caller vouches that nobody else has it.
    Ok(unsafe { Subscriber::joining(memory, seat) })
}

/// Frees `seat` for a publisher that must not wait for a subscriber that died without its farewell. Control.
///
/// # Errors
/// As for [`attach_subscriber`].
///
/// # Safety
/// As for [`attach_subscriber`]: that subscriber will not be used again.
pub unsafe fn free_seat<T: Plain>(region: *mut [u8], seat: usize) -> Result<(), RegionError> {
    // SAFETY: valid during this call, by the caller.
    let memory = unsafe { memory::<T>(region)? };
    let subscribers = memory.seats().len();
    let Some(place) = memory.seats().get(seat) else {
        return Err(RegionError::NoSuchSubscriber { subscribers });
    };
    let Line(request) = &place.request;
    let asks = Mode::Gone.after(request.asks.load(Ordering::Relaxed));
    // Pairs with the acquire in `Publisher::look`.
    request.asks.store(asks, Ordering::Release);
    Ok(())
}
