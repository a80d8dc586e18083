//! Rings without a heap: their slots are in the ring itself, or borrowed.

use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::super::layout::{CapacityError, is_capacity};
use super::{Consumer, Header, Memory, Producer};

/// A ring of `N` slots inside of the value, `N` a power of two (checked when it is compiled).
///
/// A `static` one is handed out by `&'static mut` (a cell that gives it once); a local one by `split` for a scope.
#[repr(C)]
pub struct Inline<T, const N: usize> {
    header: Header,
    slots: [MaybeUninit<T>; N],
}

impl<T, const N: usize> Inline<T, N> {
    const IS_CAPACITY: () = assert!(is_capacity(N), "a ring's capacity is a power of two from 1 to 2^30");

    /// An empty ring; all zero bytes, so a `static` one takes no room in the program's file. Any.
    pub const fn new() -> Self {
        const { Self::IS_CAPACITY };
        Self { header: Header::new(), slots: [const { MaybeUninit::zeroed() }; N] }
    }

    fn memory(&mut self) -> Memory<T> {
        let slots = NonNull::from(&mut self.slots).cast();
        // SAFETY: header and slots are parts of `self`; `split` borrows it for as long as its handles live.
        unsafe { Memory::new(NonNull::from(&self.header), slots, N) }
    }

    /// The two ends. After both are dropped the ring can be split again; items left in it are still there. Control.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        let memory = self.memory();
        // SAFETY: `self` is borrowed for as long as the handles live, and was not borrowed by older ones.
        unsafe {
            memory.open();
            (Producer::new(memory.clone()), Consumer::new(memory))
        }
    }

    /// Starts counting at `position`, to let tests cross the counters' overflow.
    #[cfg(test)]
    pub(super) fn starting_at(position: usize) -> Self {
        use super::super::sync::Ordering;
        let ring = Self::new();
        ring.header.producer.0.position.store(position, Ordering::Relaxed);
        ring.header.consumer.0.position.store(position, Ordering::Relaxed);
        ring
    }
}

impl<T, const N: usize> Default for Inline<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> Drop for Inline<T, N> {
    fn drop(&mut self) {
        // SAFETY: the handles borrowed `self`, so none is left; a ring is dropped once.
        unsafe { self.memory().drop_items() };
    }
}

impl<T, const N: usize> fmt::Debug for Inline<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inline").field("capacity", &N).finish_non_exhaustive()
    }
}

/// A ring over a slice of the caller's, such as a part of an arena.
pub struct Borrowed<'m, T> {
    header: Header,
    slots: &'m mut [MaybeUninit<T>],
}

impl<'m, T> Borrowed<'m, T> {
    /// An empty ring over `slots`, which it fills with zero bytes. Control.
    ///
    /// # Errors
    /// [`CapacityError`] if the slice's length is not a power of two: pass a part of it.
    pub fn new(slots: &'m mut [MaybeUninit<T>]) -> Result<Self, CapacityError> {
        if !is_capacity(slots.len()) {
            return Err(CapacityError { capacity: slots.len() });
        }
        slots.fill_with(MaybeUninit::zeroed);
        Ok(Self { header: Header::new(), slots })
    }

    fn memory(&mut self) -> Memory<T> {
        let (slots, capacity) = (NonNull::from(&mut *self.slots).cast(), self.slots.len());
        // SAFETY: the header is part of `self`, the slots are borrowed by it, and `split` borrows `self` for as long as
        // its handles live.
        unsafe { Memory::new(NonNull::from(&self.header), slots, capacity) }
    }

    /// The two ends. After both are dropped the ring can be split again; items left in it are still there. Control.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        let memory = self.memory();
        // SAFETY: `self` is borrowed for as long as the handles live, and was not borrowed by older ones.
        unsafe {
            memory.open();
            (Producer::new(memory.clone()), Consumer::new(memory))
        }
    }
}

impl<T> Drop for Borrowed<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the handles borrowed `self`, so none is left; a ring is dropped once.
        unsafe { self.memory().drop_items() };
    }
}

impl<T> fmt::Debug for Borrowed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Borrowed").field("capacity", &self.slots.len()).finish_non_exhaustive()
    }
}
