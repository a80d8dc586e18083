//! `sync.rs` for model checking: loom's atomics, and a shadow of the slots that notices unordered access.

use core::mem::MaybeUninit;
use std::sync::OnceLock;
use std::vec::Vec;

use loom::cell::UnsafeCell;
pub(crate) use loom::sync::Arc;
pub(crate) use loom::sync::atomic::{Ordering, fence};

macro_rules! lazy_atomic {
    ($name:ident, $value:ty) => {
        /// loom's atomics cannot be made in a `const fn`, so each comes to life when it is first touched. Whoever opens
        /// a ring touches all of them before there is a second thread.
        #[derive(Debug)]
        pub(crate) struct $name($value, OnceLock<loom::sync::atomic::$name>);

        impl $name {
            pub(crate) const fn new(value: $value) -> Self {
                Self(value, OnceLock::new())
            }

            fn inner(&self) -> &loom::sync::atomic::$name {
                self.1.get_or_init(|| loom::sync::atomic::$name::new(self.0))
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.inner().load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.inner().store(value, order);
            }
        }
    };
}
lazy_atomic!(AtomicUsize, usize);
lazy_atomic!(AtomicU32, u32);

/// One slot. Plain writes exclude all else; a word may be loaded while it is stored, but not stored while it is read
/// plainly: `plain` holds the first rule, `words_only` the second.
struct Slot {
    words: Vec<loom::sync::atomic::AtomicU8>,
    plain: UnsafeCell<()>,
    words_only: UnsafeCell<()>,
}

#[derive(Clone)]
pub(crate) struct Shadow(std::sync::Arc<Vec<Slot>>);

impl Shadow {
    #[allow(clippy::arc_with_non_send_sync, reason = "loom's threads take turns on one thread of the system")]
    pub(crate) fn new(slots: usize, item_bytes: usize) -> Self {
        let slot = |_| Slot {
            words: (0..item_bytes.min(2)).map(|_| loom::sync::atomic::AtomicU8::new(0)).collect(),
            plain: UnsafeCell::new(()),
            words_only: UnsafeCell::new(()),
        };
        Self(std::sync::Arc::new((0..slots).map(slot).collect()))
    }

    pub(crate) fn writes<T>(&self, slots: *mut MaybeUninit<T>, first: usize, count: usize) {
        for index in first..first + count {
            let slot = &self.0[index];
            slot.plain.with_mut(|_| ());
            for (byte, word) in slot.words.iter().enumerate() {
                // SAFETY: the caller has exclusive access to the slot, and slots start out zeroed: all bytes are there.
                let value = unsafe { slots.add(index).cast::<u8>().add(byte).read() };
                word.store(value, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn reads(&self, first: usize, count: usize) {
        for slot in &self.0[first..first + count] {
            slot.plain.with(|_| ());
            slot.words_only.with(|_| ());
        }
    }

    /// # Safety
    /// As in `sync.rs`.
    pub(crate) unsafe fn store<T>(&self, slots: *mut MaybeUninit<T>, first: usize, own: *const T, count: usize) {
        for index in 0..count {
            let slot = &self.0[first + index];
            slot.plain.with(|_| ());
            slot.words_only.with_mut(|_| ());
            for (byte, word) in slot.words.iter().enumerate() {
                // SAFETY: loom runs one thread at a time; the caller vouches for both ranges.
                let value = unsafe { own.add(index).cast::<u8>().add(byte).read() };
                word.store(value, Ordering::Relaxed);
            }
            // SAFETY: as above; a later plain reader finds the item in the ring itself.
            unsafe { slots.add(first + index).cast::<T>().copy_from_nonoverlapping(own.add(index), 1) };
        }
    }

    /// # Safety
    /// As in `sync.rs`.
    pub(crate) unsafe fn load<T>(&self, _slots: *mut MaybeUninit<T>, first: usize, own: *mut T, count: usize) {
        for index in 0..count {
            let slot = &self.0[first + index];
            slot.plain.with(|_| ());
            for (byte, word) in slot.words.iter().enumerate() {
                let value = word.load(Ordering::Relaxed);
                // SAFETY: the caller vouches for `own`.
                unsafe { own.add(index).cast::<u8>().add(byte).write(value) };
            }
        }
    }
}
