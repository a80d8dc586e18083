//! What every ring in memory has: lines of its own for each side, and a first line that says what the rest is.

use core::mem::{align_of, size_of};

use super::sync::{AtomicU32, AtomicUsize, Ordering};

/// Bytes that one side keeps to itself. Two 64-byte lines, as processors fetch them in pairs; and Apple's are 128 long.
pub const LINE: usize = 128;

/// A value alone on its lines.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Line<T>(pub(crate) T);

/// A capacity that no ring can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapacityError {
    /// What was asked for; legal are powers of two from 1 to 2^30.
    pub capacity: usize,
}

impl core::fmt::Display for CapacityError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "capacity {} is not a power of two from 1 to 2^30", self.capacity)
    }
}

impl core::error::Error for CapacityError {}

/// Whether a ring can have so many slots. Far below half the range of a counter, so that differences never mislead.
pub(crate) const fn is_capacity(capacity: usize) -> bool {
    capacity.is_power_of_two() && capacity <= 1 << 30
}

/// Why a region of memory cannot serve, or is not the ring that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegionError {
    /// The address is not a multiple of [`LINE`].
    Misaligned,
    /// The region has fewer bytes than the ring: make it larger.
    TooSmall {
        /// Bytes that the ring takes.
        needed: usize,
        /// Bytes that there are.
        given: usize,
    },
    /// The capacity is not a power of two from 1 to 2^30.
    Capacity(CapacityError),
    /// There is no ring of this kind, version and word size here, or it is still being made: try again later.
    NotARing,
    /// There is a ring, but of other items.
    ItemSize {
        /// Bytes of an item that the caller expects.
        expected: usize,
        /// Bytes of an item in the ring.
        found: usize,
    },
    /// There is no such subscriber.
    NoSuchSubscriber {
        /// How many there are.
        subscribers: usize,
    },
    /// The positions contradict each other: the region is damaged.
    Damaged,
}

impl core::fmt::Display for RegionError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Misaligned => write!(f, "the region does not start at a multiple of {LINE} bytes"),
            Self::TooSmall { needed, given } => write!(f, "the ring takes {needed} bytes, the region has {given}"),
            Self::Capacity(error) => error.fmt(f),
            Self::NotARing => f.write_str("the region holds no ring of this kind and version"),
            Self::ItemSize { expected, found } => {
                write!(f, "items of {expected} bytes expected, the ring has items of {found}")
            }
            Self::NoSuchSubscriber { subscribers } => write!(f, "the ring has {subscribers} subscribers"),
            Self::Damaged => f.write_str("the ring's positions contradict each other"),
        }
    }
}

impl core::error::Error for RegionError {}

/// The first line of a ring in a region: written once by whoever makes the ring, checked by everyone who attaches.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Preamble {
    /// `SPSC` or `BROADCAST`, stored last: a ring that is still being made has another value here.
    magic: AtomicU32,
    /// Bytes of a counter, so that a 32-bit process does not misread a 64-bit one's ring.
    word_bytes: AtomicU32,
    value_bytes: AtomicUsize,
    value_align: AtomicUsize,
    capacity: AtomicUsize,
    subscribers: AtomicUsize,
    /// Values of an item.
    width: AtomicUsize,
}

/// The magic words, "RpS" and "RpB" with the version of the layout.
pub(crate) const SPSC: u32 = 0x5270_5301;
pub(crate) const BROADCAST: u32 = 0x5270_4202;

impl Preamble {
    pub(crate) fn new<T>(capacity: usize, subscribers: usize, width: usize) -> Self {
        Self {
            magic: AtomicU32::new(0),
            word_bytes: AtomicU32::new(size_of::<usize>() as u32),
            value_bytes: AtomicUsize::new(size_of::<T>()),
            value_align: AtomicUsize::new(align_of::<T>()),
            capacity: AtomicUsize::new(capacity),
            subscribers: AtomicUsize::new(subscribers),
            width: AtomicUsize::new(width),
        }
    }

    /// Opens the ring to others.
    pub(crate) fn publish(&self, magic: u32) {
        // Pairs with the acquire in `check`: whoever sees the magic sees all that was laid out before.
        self.magic.store(magic, Ordering::Release);
    }

    /// Capacity and number of subscribers, once kind, version, word and items are found right.
    pub(crate) fn check<T>(&self, magic: u32, width: usize) -> Result<(usize, usize), RegionError> {
        // Pairs with the release in `publish`.
        if self.magic.load(Ordering::Acquire) != magic
            || self.word_bytes.load(Ordering::Relaxed) as usize != size_of::<usize>()
        {
            return Err(RegionError::NotARing);
        }
        let (value, found_width) = (self.value_bytes.load(Ordering::Relaxed), self.width.load(Ordering::Relaxed));
        let same = value == size_of::<T>() && self.value_align.load(Ordering::Relaxed) == align_of::<T>();
        if !same || found_width != width {
            let expected = size_of::<T>().saturating_mul(width);
            return Err(RegionError::ItemSize { expected, found: value.saturating_mul(found_width) });
        }
        let capacity = self.capacity.load(Ordering::Relaxed);
        if !is_capacity(capacity) {
            return Err(RegionError::Capacity(CapacityError { capacity }));
        }
        Ok((capacity, self.subscribers.load(Ordering::Relaxed)))
    }
}

/// Whether `region` can hold `needed` bytes at an address that rings accept.
pub(crate) fn fits(region: *mut [u8], needed: Option<usize>) -> Result<(), RegionError> {
    if !region.cast::<u8>().addr().is_multiple_of(LINE) {
        return Err(RegionError::Misaligned);
    }
    match needed {
        Some(needed) if needed <= region.len() => Ok(()),
        needed => Err(RegionError::TooSmall { needed: needed.unwrap_or(usize::MAX), given: region.len() }),
    }
}
