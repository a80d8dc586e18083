//! A broadcast ring in a raw region of memory, which may be shared by several processes.
//!
//! # Layout
//! All native-endian, each line [`LINE`](crate::LINE) bytes:
//!
//! | line | holds | written by |
//! |---|---|---|
//! | 0 | magic "RpB" + version, bytes of a counter, of a value, its alignment, capacity, subscribers, values of an item | [`Region::initialise`], once |
//! | 1 | items published, items claimed; 1 while there is a publisher | publisher |
//! | 2 + 2r | subscriber r: position; what it asks | subscriber r |
//! | 3 + 2r | subscriber r: where it starts; what was acted on | publisher |
//! | 2 + 2R.. | the slots | publisher |
//!
//! # After a crash
//! Whoever dies, at whatever instant, leaves its lines in a state from which another goes on: each line has one writer,
//! each step of it is one store, and what is not yet published or passed is as if it had not happened.
//! - [`Region::publisher`] goes on behind the last item published. What the dead one had begun to write was never seen; how
//!   far it had claimed is in line 1 whenever a latest-only subscriber could be reading there.
//! - [`Region::resume`] goes on at the position of the seat, in the mode it had; items that were read but not passed are
//!   seen again. A request that was not answered yet is still answered.
//! - [`Region::evict`] frees the publisher from a seat, and a publisher that is made and dropped ends the ring.

use core::fmt;
use core::marker::PhantomData;
use core::mem::{MaybeUninit, size_of};
use core::ptr::NonNull;

use super::super::layout::{BROADCAST, CapacityError, Line, Preamble, RegionError, fits, is_capacity};
use super::super::sync::Ordering;
use super::{Desk, Memory, Mode, One, Publisher, Seat, Subscriber, Wide, Width};
use crate::Plain;

const DESK_AT: usize = size_of::<Preamble>();
const SEATS_AT: usize = DESK_AT + size_of::<Line<Desk>>();

const fn slots_at(subscribers: usize) -> Option<usize> {
    match subscribers.checked_mul(size_of::<Seat>()) {
        Some(seats) => seats.checked_add(SEATS_AT),
        None => None,
    }
}

/// Bytes of a ring; `None` if there are not so many, or an item had no value.
const fn bytes_of<T>(capacity: usize, subscribers: usize, width: usize) -> Option<usize> {
    let (Some(values), Some(at)) = (capacity.checked_mul(width), slots_at(subscribers)) else {
        return None;
    };
    match values.checked_mul(size_of::<T>()) {
        // An object has at most `isize::MAX` bytes.
        Some(slots) if width > 0 && slots < isize::MAX as usize - at => Some(slots + at),
        _ => None,
    }
}

/// A broadcast ring in a region of memory: gives out its ends, and lets one look at it. Whoever has the region may have
/// one of its own.
pub struct Region<'a, T, W: Width = One> {
    pub(super) memory: Memory<T, W>,
    _region: PhantomData<&'a [T]>,
}

// SAFETY: all that can be done by itself is to load atomics; its unsafe methods have their own demands.
unsafe impl<T: Plain, W: Width> Send for Region<'_, T, W> {}
// SAFETY: as for `Send`.
unsafe impl<T: Plain, W: Width> Sync for Region<'_, T, W> {}

impl<T: Plain> Region<'_, T> {
    /// Bytes that a ring of `capacity` items for so many subscribers takes; `None` if there are not so many. Any.
    pub const fn bytes(capacity: usize, subscribers: usize) -> Option<usize> {
        bytes_of::<T>(capacity, subscribers, 1)
    }

    /// Lays an empty ring with free seats for `subscribers` out in `region`, over whatever was there. Control.
    ///
    /// # Errors
    /// [`RegionError`] `Misaligned`, `TooSmall` or `Capacity`; the region is then untouched.
    ///
    /// # Safety
    /// `region` is valid for reads and writes for as long as the result or an end made from it lives, and nobody else uses
    /// it until this returns.
    pub unsafe fn initialise(region: *mut [u8], capacity: usize, subscribers: usize) -> Result<Self, RegionError> {
        // SAFETY: by the caller.
        unsafe { lay_out(region, capacity, subscribers, One) }
    }

    /// The ring in `region`. Control.
    ///
    /// # Errors
    /// [`RegionError`]: the region is not, or not yet, such a ring; nothing was changed.
    ///
    /// # Safety
    /// `region` is valid for reads and writes for as long as the result or an end made from it lives; meanwhile only rings
    /// of this crate write to it.
    pub unsafe fn attach(region: *mut [u8]) -> Result<Self, RegionError> {
        // SAFETY: by the caller.
        unsafe { find(region, One) }
    }
}

impl<T: Plain> Region<'_, T, Wide> {
    /// As [`bytes`](Region::bytes), with items of `width` values. Any.
    pub const fn wide_bytes(capacity: usize, subscribers: usize, width: usize) -> Option<usize> {
        bytes_of::<T>(capacity, subscribers, width)
    }

    /// As [`initialise`](Region::initialise), with items of `width` values. Control.
    ///
    /// # Errors
    /// As [`initialise`](Region::initialise).
    ///
    /// # Safety
    /// As [`initialise`](Region::initialise).
    pub unsafe fn initialise_wide(
        region: *mut [u8],
        capacity: usize,
        subscribers: usize,
        width: Wide,
    ) -> Result<Self, RegionError> {
        // SAFETY: by the caller.
        unsafe { lay_out(region, capacity, subscribers, width) }
    }

    /// As [`attach`](Region::attach), with items of `width` values. Control.
    ///
    /// # Errors
    /// As [`attach`](Region::attach).
    ///
    /// # Safety
    /// As [`attach`](Region::attach).
    pub unsafe fn attach_wide(region: *mut [u8], width: Wide) -> Result<Self, RegionError> {
        // SAFETY: by the caller.
        unsafe { find(region, width) }
    }
}

/// # Safety
/// As [`Region::initialise`].
unsafe fn lay_out<'a, T: Plain, W: Width>(
    region: *mut [u8],
    capacity: usize,
    subscribers: usize,
    width: W,
) -> Result<Region<'a, T, W>, RegionError> {
    if !is_capacity(capacity) {
        return Err(RegionError::Capacity(CapacityError { capacity }));
    }
    fits(region, bytes_of::<T>(capacity, subscribers, width.values()))?;
    let start = region.cast::<u8>();
    // SAFETY: the region is ours, aligned and large enough, as just checked.
    unsafe {
        start.cast::<Preamble>().write(Preamble::new::<T>(capacity, subscribers, width.values()));
        start.add(DESK_AT).cast::<Line<Desk>>().write(Line(Desk::new()));
        for seat in 0..subscribers {
            start.add(SEATS_AT).cast::<Seat>().add(seat).write(Seat::new());
        }
        let slots = SEATS_AT + subscribers * size_of::<Seat>();
        start.add(slots).write_bytes(0, capacity * width.values() * size_of::<T>());
        (*start.cast::<Preamble>()).publish(BROADCAST);
        find(region, width)
    }
}

/// # Safety
/// As [`Region::attach`].
unsafe fn find<'a, T: Plain, W: Width>(region: *mut [u8], width: W) -> Result<Region<'a, T, W>, RegionError> {
    fits(region, Some(SEATS_AT))?;
    let start = region.cast::<u8>();
    // SAFETY: aligned and large enough for the preamble, which is made of atomics.
    let (capacity, subscribers) = unsafe { (*start.cast::<Preamble>()).check::<T>(BROADCAST, width.values())? };
    fits(region, bytes_of::<T>(capacity, subscribers, width.values()))?;
    // SAFETY: the region has room for all parts; `lay_out` zeroed the slots, which start a line.
    let memory = unsafe {
        let desk = NonNull::new_unchecked(start.add(DESK_AT).cast());
        let seats = NonNull::slice_from_raw_parts(NonNull::new_unchecked(start.add(SEATS_AT).cast()), subscribers);
        let slots = start.add(SEATS_AT + subscribers * size_of::<Seat>());
        let slots = NonNull::new_unchecked(slots.cast::<MaybeUninit<T>>());
        Memory::new(desk, seats, slots, capacity, width)
    };
    Ok(Region { memory, _region: PhantomData })
}

impl<'a, T: Plain, W: Width> Region<'a, T, W> {
    /// Opens the ring for a publisher and for the first `seats` subscribers before they are there: nobody takes it for
    /// abandoned, and nothing is published over what those seats, lossless from the current position, have not read. They
    /// are then taken with [`publisher`](Self::publisher) and [`resume`](Self::resume). Control.
    ///
    /// # Safety
    /// No end of the ring that will still be used exists.
    pub unsafe fn reserve(&self, seats: usize) {
        // SAFETY: by the caller.
        unsafe { self.memory.open(seats) };
    }

    /// The publisher, going on where an earlier one stopped or died. Control.
    ///
    /// # Safety
    /// There is no other publisher, and an earlier one will not be used again.
    pub unsafe fn publisher(&self) -> Publisher<'a, T, W> {
        self.memory.desk().alive.store(1, Ordering::Relaxed);
        // SAFETY: the caller vouches that there is no other publisher.
        unsafe { Publisher::new(self.memory.clone()) }
    }

    /// A subscriber at `seat`, lossless from the position where the publisher is now. It reads nothing before the publisher
    /// has noticed it, at the latest after a ring's length. Control.
    ///
    /// # Errors
    /// [`RegionError::NoSuchSubscriber`].
    ///
    /// # Safety
    /// Nobody else has this seat, and its earlier subscriber will not be used again.
    pub unsafe fn join(&self, seat: usize) -> Result<Subscriber<'a, T, W>, RegionError> {
        self.seat(seat)?;
        // SAFETY: the seat exists, and the caller vouches that nobody else has it.
        Ok(unsafe { Subscriber::joining(self.memory.clone(), seat) })
    }

    /// A subscriber that goes on where an earlier one of `seat` stopped, was killed, or was [reserved](Self::reserve) a
    /// place, in the mode it had; joins a seat that is free. Control.
    ///
    /// # Errors
    /// [`RegionError::NoSuchSubscriber`]; `Damaged` if a lossless seat is not where the publisher could have left it.
    ///
    /// # Safety
    /// As for [`join`](Self::join).
    pub unsafe fn resume(&self, seat: usize) -> Result<Subscriber<'a, T, W>, RegionError> {
        let Line(request) = &self.seat(seat)?.request;
        let lossless = Mode::of(request.asks.load(Ordering::Acquire)) == Mode::Lossless;
        let position = request.position.load(Ordering::Acquire);
        // Loaded after the position, so never behind it.
        let behind = self.memory.desk().published.load(Ordering::Acquire).wrapping_sub(position);
        if lossless && behind > self.memory.capacity() {
            return Err(RegionError::Damaged);
        }
        // SAFETY: the seat exists, and the caller vouches that nobody else has it.
        Ok(unsafe { Subscriber::resuming(self.memory.clone(), seat) })
    }

    /// Frees `seat` for a publisher that must not wait for a subscriber that died without its farewell. Control.
    ///
    /// # Errors
    /// [`RegionError::NoSuchSubscriber`].
    ///
    /// # Safety
    /// Nobody has this seat: its earlier subscriber will not be used again.
    pub unsafe fn evict(&self, seat: usize) -> Result<(), RegionError> {
        let Line(request) = &self.seat(seat)?.request;
        let asks = Mode::Gone.after(request.asks.load(Ordering::Relaxed));
        // Pairs with the acquire in `Publisher::look`.
        request.asks.store(asks, Ordering::Release);
        Ok(())
    }

    fn seat(&self, seat: usize) -> Result<&Seat, RegionError> {
        let seats = self.memory.seats();
        seats.get(seat).ok_or(RegionError::NoSuchSubscriber { subscribers: seats.len() })
    }

    /// Items that the ring can hold. Real-time.
    pub fn capacity(&self) -> usize {
        self.memory.capacity()
    }

    /// Seats. Real-time.
    pub fn subscribers(&self) -> usize {
        self.memory.seats().len()
    }

    /// Items ever published, counted round the counters' range. Real-time.
    pub fn published(&self) -> usize {
        self.memory.desk().published.load(Ordering::Acquire)
    }

    /// Whether the publisher said farewell and no other came. Real-time.
    pub fn is_abandoned(&self) -> bool {
        // Pairs with the release in `Publisher::drop`.
        self.memory.desk().alive.load(Ordering::Acquire) == 0
    }

    /// Items that the subscriber of `seat` has passed, counted round the counters' range; `None` if the seat is free.
    /// Real-time.
    pub fn position(&self, seat: usize) -> Option<usize> {
        let Line(request) = &self.memory.seats().get(seat)?.request;
        let taken = Mode::of(request.asks.load(Ordering::Acquire)) != Mode::Gone;
        taken.then(|| request.position.load(Ordering::Relaxed))
    }

    /// Whether the subscriber of `seat` holds the publisher back, or has asked to. Real-time.
    pub fn is_lossless(&self, seat: usize) -> bool {
        let asks = self.memory.seats().get(seat).map(|seat| seat.request.0.asks.load(Ordering::Acquire));
        asks.is_some_and(|asks| matches!(Mode::of(asks), Mode::Lossless | Mode::Returning))
    }
}

impl<T, W: Width> fmt::Debug for Region<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = f.debug_struct("Region");
        s.field("capacity", &(self.memory.mask + 1)).field("subscribers", &self.memory.seats.len()).finish()
    }
}
