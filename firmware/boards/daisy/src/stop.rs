//! What happens when the program cannot go on: silence, a light, and two seconds later a reset.
//!
//! Interrupts are off, so that nobody fills the buffer again, and what DMA still sends round is zeroed. The light on the
//! module is lit until the watchdog starts the board anew; a fault that comes back shows as a slow blinking.

use crate::{WATCHDOG_MICROS, audio};
use core::panic::PanicInfo;
use cortex_m_rt::{ExceptionFrame, exception};
use embassy_stm32::Peripherals;
use embassy_stm32::gpio::{Level, Output, Speed};
use embassy_stm32::wdg::IndependentWatchdog;

#[panic_handler]
fn panic(_info: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "defmt")]
    defmt::error!("{}", defmt::Display2Format(_info));
    stop()
}

/// # Safety
///
/// The core alone calls it.
#[exception]
unsafe fn HardFault(_frame: &ExceptionFrame) -> ! {
    #[cfg(feature = "defmt")]
    defmt::error!("hard fault, program counter {=u32:#x}", _frame.pc());
    stop()
}

fn stop() -> ! {
    cortex_m::interrupt::disable();
    // SAFETY: interrupts stay off.
    unsafe { audio::silence() };
    // SAFETY: interrupts are off and this never returns, so that whoever owned these is never heard of again.
    let all = unsafe { Peripherals::steal() };
    let _light = Output::new(all.PC7, Level::High, Speed::Low);
    IndependentWatchdog::new(all.IWDG1, WATCHDOG_MICROS).unleash();
    loop {
        cortex_m::asm::nop();
    }
}
