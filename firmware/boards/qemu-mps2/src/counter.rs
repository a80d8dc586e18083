//! Instructions, by the system timer. Under `-icount shift=6` an instruction takes the emulator's clock on by 64 ns and the
//! timer counts 25 MHz: 1.6 ticks an instruction, exactly.

use cortex_m::Peripherals;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// The timer has 24 bits: 10 million instructions.
const WRAP: u32 = 0xFF_FFFF;

/// A running timer.
#[derive(Debug)]
pub struct Counter(());

impl Counter {
    /// Starts it; nothing the second time.
    pub fn start() -> Option<Self> {
        let mut timer = Peripherals::take()?.SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(WRAP);
        timer.clear_current();
        timer.enable_counter();
        Some(Self(()))
    }

    /// Instructions that `work` takes, and what it returns.
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> (u32, T) {
        let before = SYST::get_current();
        let done = work();
        let ticks = before.wrapping_sub(SYST::get_current()) & WRAP;
        (ticks * 5 / 8, done)
    }
}

/// The least, the most and the sum of many.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub least: u32,
    pub most: u32,
    sum: u64,
    number: u32,
}

impl Spread {
    pub const EMPTY: Self = Self { least: u32::MAX, most: 0, sum: 0, number: 0 };

    pub fn add(&mut self, count: u32) {
        self.least = self.least.min(count);
        self.most = self.most.max(count);
        self.sum += u64::from(count);
        self.number += 1;
    }

    pub fn mean(&self) -> u32 {
        (self.sum / u64::from(self.number.max(1))) as u32
    }
}
