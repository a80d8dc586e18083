//! What happens when the program cannot go on: silence, a light, and a second later a reset.
//!
//! Interrupts are off, so that nobody fills the DAC's buffers again, and the DAC's own mute pin is pulled. The light on the
//! module is lit until the watchdog starts the board anew; a fault that comes back shows as a slow blinking.

use core::panic::PanicInfo;
use cortex_m_rt::{ExceptionFrame, exception};
use embassy_rp::Peripherals;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::watchdog::Watchdog;
use embassy_time::Duration;

/// Long enough for the light to be seen.
const SHOWN: Duration = Duration::from_millis(1_000);

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
    // SAFETY: interrupts are off and this never returns, so that whoever owned these is never heard of again.
    let all = unsafe { Peripherals::steal() };
    let _mute = Output::new(all.PIN_13, Level::Low);
    let _light = Output::new(all.PIN_25, Level::High);
    Watchdog::new(all.WATCHDOG).start(SHOWN);
    loop {
        cortex_m::asm::nop();
    }
}
