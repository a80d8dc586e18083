//! Memory that is not the linker's ordinary kind, and who may cache it.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use cortex_m::peripheral::{CPUID, MPU, SCB};
use embassy_stm32::pac;

/// A static that the start-up code does not clear, for a section of its own.
pub struct Uncleared<T> {
    /// Reached through [`take`](Self::take) alone, whose caller answers for there being one owner.
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: `take` hands the memory to one owner, who puts a value there that may be sent; nothing else looks at it.
unsafe impl<T: Send> Sync for Uncleared<T> {}

impl<T> Uncleared<T> {
    /// Holds nothing yet.
    pub const fn new() -> Self {
        Self { value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Hands out the memory.
    ///
    /// # Safety
    ///
    /// Nobody else has it, or will ever use it again.
    #[allow(clippy::mut_from_ref, reason = "the caller answers for it being the only one")]
    pub unsafe fn take(&'static self) -> &'static mut MaybeUninit<T> {
        // SAFETY: the caller's promise makes this the only reference.
        unsafe { &mut *self.value.get() }
    }
}

unsafe extern "C" {
    // memory.x has them; only their addresses mean something.
    static __dma_start: u8;
    static __store_start: u8;
}

/// Gives the second domain's memory, which delay lines lie in, to this core.
pub fn enable() {
    pac::RCC.ahb2enr().modify(|enabled| {
        enabled.set_sram1en(true);
        enabled.set_sram2en(true);
        enabled.set_sram3en(true);
    });
    // It takes two cycles until the first access.
    cortex_m::asm::dsb();
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
