//! The processor's own atomics. `sync_loom.rs` has the same names for model checking.

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub(crate) use alloc::sync::Arc;
use core::mem::{MaybeUninit, size_of};
use core::sync::atomic::{AtomicU8, AtomicU16};
pub(crate) use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};

/// Where the model checker writes down who touched which slot; nothing at all outside of a model.
#[derive(Clone)]
pub(crate) struct Shadow;

/// Copies `bytes` bytes between a ring and private memory as relaxed words of one width.
macro_rules! word_copies {
    ($store:ident, $load:ident, $atomic:ty, $word:ty) => {
        /// # Safety
        /// `ring` is aligned to the word and stays valid for `bytes` bytes of atomic access, `own` for plain access.
        #[inline]
        unsafe fn $store(ring: *mut u8, own: *const u8, bytes: usize) {
            for word in 0..bytes / size_of::<$word>() {
                // SAFETY: word * size is below `bytes`, for which the caller vouches.
                unsafe {
                    let value = own.cast::<$word>().add(word).read_unaligned();
                    (*ring.cast::<$atomic>().add(word)).store(value, Ordering::Relaxed);
                }
            }
        }

        /// # Safety
        /// As for the store.
        #[inline]
        unsafe fn $load(ring: *mut u8, own: *mut u8, bytes: usize) {
            for word in 0..bytes / size_of::<$word>() {
                // SAFETY: word * size is below `bytes`, for which the caller vouches.
                unsafe {
                    let value = (*ring.cast::<$atomic>().add(word)).load(Ordering::Relaxed);
                    own.cast::<$word>().add(word).write_unaligned(value);
                }
            }
        }
    };
}
word_copies!(store_usizes, load_usizes, AtomicUsize, usize);
word_copies!(store_u32s, load_u32s, AtomicU32, u32);
word_copies!(store_u16s, load_u16s, AtomicU16, u16);
word_copies!(store_u8s, load_u8s, AtomicU8, u8);

/// The widest word that divides a `T`. One width a type: words of two widths over one address would not be atomic.
const fn word_bytes<T>() -> usize {
    let size = size_of::<T>();
    if size.is_multiple_of(size_of::<usize>()) {
        size_of::<usize>()
    } else if size.is_multiple_of(4) {
        4
    } else if size.is_multiple_of(2) {
        2
    } else {
        1
    }
}

impl Shadow {
    pub(crate) fn new(_slots: usize, _item_bytes: usize) -> Self {
        Self
    }

    /// The calling thread has plain, exclusive access to these slots now.
    #[inline(always)]
    pub(crate) fn writes<T>(&self, _slots: *mut MaybeUninit<T>, _first: usize, _count: usize) {}

    /// The calling thread has plain, shared access to these slots now.
    #[inline(always)]
    pub(crate) fn reads(&self, _first: usize, _count: usize) {}

    /// Writes `count` items at slot `first`, word by word.
    ///
    /// # Safety
    /// `slots` is aligned to a line, slots `first..first + count` are in it and no other thread has plain access to
    /// them; `own` has `count` items without padding.
    #[inline]
    pub(crate) unsafe fn store<T>(&self, slots: *mut MaybeUninit<T>, first: usize, own: *const T, count: usize) {
        // SAFETY: in range by the caller; the base is aligned to a line and T's size is a multiple of the word.
        unsafe {
            let (ring, own, bytes) = (slots.add(first).cast(), own.cast(), count * size_of::<T>());
            match const { word_bytes::<T>() } {
                4 => store_u32s(ring, own, bytes),
                2 => store_u16s(ring, own, bytes),
                1 => store_u8s(ring, own, bytes),
                _ => store_usizes(ring, own, bytes),
            }
        }
    }

    /// Reads `count` items from slot `first`, word by word; they may be torn.
    ///
    /// # Safety
    /// As for `store`, with `own` writable; another thread may `store` to the slots meanwhile.
    #[inline]
    pub(crate) unsafe fn load<T>(&self, slots: *mut MaybeUninit<T>, first: usize, own: *mut T, count: usize) {
        // SAFETY: as in `store`.
        unsafe {
            let (ring, own, bytes) = (slots.add(first).cast(), own.cast(), count * size_of::<T>());
            match const { word_bytes::<T>() } {
                4 => load_u32s(ring, own, bytes),
                2 => load_u16s(ring, own, bytes),
                1 => load_u8s(ring, own, bytes),
                _ => load_usizes(ring, own, bytes),
            }
        }
    }
}
