//! Clocks: 480 MHz for the core, 48 MHz for USB, and what the codec divides.

use embassy_stm32::Config;
use embassy_stm32::rcc::mux::{Adcsel, Saisel, Usbsel};
use embassy_stm32::rcc::{
    AHBPrescaler, APBPrescaler, Hse, HseMode, Pll, PllDiv, PllMul, PllPreDiv, PllSource, Sysclk, VoltageScale,
};
use embassy_stm32::time::Hertz;

/// What the codec's clock is divided by for 256 times the rate.
pub const CODEC_DIVIDER: u32 = 4;

/// From the module's crystal of 16 MHz.
pub fn config() -> Config {
    let mut config = Config::default();
    let rcc = &mut config.rcc;
    rcc.hse = Some(Hse { freq: Hertz::mhz(16), mode: HseMode::Oscillator });
    // 16 / 4 * 240 = 960 MHz.
    rcc.pll1 = Some(Pll {
        source: PllSource::HSE,
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL240,
        divp: Some(PllDiv::DIV2),
        divq: Some(PllDiv::DIV20),
        divr: None,
    });
    // 16 / 4 * 172 / 14 = 49.143 MHz, which by 1,024 is 47,991 frames a second: a third of a cent flat, which is as near
    // as whole numbers come.
    rcc.pll3 = Some(Pll {
        source: PllSource::HSE,
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL172,
        divp: Some(PllDiv::DIV14),
        divq: None,
        divr: Some(PllDiv::DIV14),
    });
    rcc.sys = Sysclk::PLL1_P;
    rcc.ahb_pre = AHBPrescaler::DIV2;
    rcc.apb1_pre = APBPrescaler::DIV2;
    rcc.apb2_pre = APBPrescaler::DIV2;
    rcc.apb3_pre = APBPrescaler::DIV2;
    rcc.apb4_pre = APBPrescaler::DIV2;
    rcc.voltage_scale = VoltageScale::Scale0;
    rcc.mux.usbsel = Usbsel::PLL1_Q;
    rcc.mux.sai1sel = Saisel::PLL3_P;
    rcc.mux.adcsel = Adcsel::PLL3_R;
    config
}
