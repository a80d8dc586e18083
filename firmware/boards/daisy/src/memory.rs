//! Memory that is not the linker's ordinary kind, and who may cache it.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use cortex_m::peripheral::{CPUID, MPU, SCB};

/// A static of words that the start-up code does not clear, in a section of its own.
pub struct Words<T, const N: usize> {
    /// Reached through [`take`](Self::take) alone, whose caller answers for there being one owner.
    words: UnsafeCell<MaybeUninit<[T; N]>>,
}

// SAFETY: `take` hands the words to one owner; nothing else looks at them.
unsafe impl<T: Send, const N: usize> Sync for Words<T, N> {}

impl<T: Copy, const N: usize> Words<T, N> {
    /// Not cleared yet.
    pub const fn new() -> Self {
        Self { words: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Fills and hands out the words.
    ///
    /// # Safety
    ///
    /// Nobody else has them, or will ever use them again.
    pub unsafe fn take(&'static self, with: T) -> &'static mut [T; N] {
        // SAFETY: the caller's promise makes this the only reference.
        let words = unsafe { &mut *self.words.get() };
        words.write([with; N])
    }
}

unsafe extern "C" {
    // memory.x has them; only their addresses mean something.
    static __dma_start: u8;
    static __store_start: u8;
}

/// Turns both caches on, and off for what changes behind the core's back: DMA's buffers, and the presets in QSPI flash.
pub fn cache(mpu: &mut MPU, scb: &mut SCB, cpuid: &mut CPUID) {
    const ENABLE_WITH_DEFAULTS: u32 = 0b101;
    // No code, full access, normal memory that is shared and not cached; then 2^(field + 1) bytes; then on.
    const UNCACHED: u32 = 1 << 28 | 0b011 << 24 | 0b001 << 19 | 1 << 18 | 1;
    let regions = [(&raw const __dma_start, 11), (&raw const __store_start, 15)];
    for (number, (start, size)) in regions.into_iter().enumerate() {
        // SAFETY: caches are still off, and the regions hold no code: only how their data is fetched changes.
        unsafe {
            mpu.rnr.write(number as u32);
            mpu.rbar.write(start as u32);
            mpu.rasr.write(UNCACHED | size << 1);
        }
    }
    // SAFETY: everywhere else the map stays what it is without the unit.
    unsafe { mpu.ctrl.write(ENABLE_WITH_DEFAULTS) };
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
    scb.enable_icache();
    scb.enable_dcache(cpuid);
}
