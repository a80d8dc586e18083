//! The module's codec. Four revisions have three codecs; straps on PD3 and PD4 tell them apart.
//!
//! All take left-justified samples of 24 bits in slots of 32, and a master clock of 256 times the rate. The WM8731 (1.1)
//! listens on the second data line and is set up over I2C; the AK4556 (1.0) and the PCM3060 (1.2, 2 DFM) listen on the
//! first and are set up by one pin.

use crate::Irqs;
use crate::clock::CODEC_DIVIDER;
use embassy_stm32::Peri;
use embassy_stm32::gpio::{Input, Level, Output, Pull, Speed};
use embassy_stm32::i2c::{self, I2c};
use embassy_stm32::peripherals::{DMA1_CH0, DMA1_CH1, I2C2, PB11, PD3, PD4, PE2, PE3, PE4, PE5, PE6, PH4, SAI1};
use embassy_stm32::sai::{
    BitOrder, ClockStrobe, Config, DataSize, FifoThreshold, FrameSyncOffset, FrameSyncPolarity, MasterClockDivider,
    Mode, Sai, SlotSize, SyncInput, TxRx, split_subblocks, word,
};
use embassy_time::Timer;

const WM8731: u8 = 0x1A;
/// Register and value, in the order of the data sheet's power-up sequence; the outputs come on last.
const WM8731_SETTINGS: [(u8, u16); 8] = [
    (0x0F, 0x000), // reset
    (0x06, 0x072), // power: DAC and ADC; not yet the outputs
    (0x00, 0x017), // left line in: 0 dB
    (0x01, 0x017), // right line in: 0 dB
    (0x04, 0x012), // analogue path: the DAC alone, microphone muted
    (0x05, 0x000), // digital path: not muted, no de-emphasis
    (0x07, 0x009), // left-justified, 24 bits, the other side is master
    (0x08, 0x000), // 48 kHz from 256 times that
];
const WM8731_START: [(u8, u16); 2] = [(0x09, 0x001), (0x06, 0x062)];

/// What the codec is wired to.
pub struct Parts {
    pub sai: Peri<'static, SAI1>,
    pub master_clock: Peri<'static, PE2>,
    pub data_b: Peri<'static, PE3>,
    pub frame: Peri<'static, PE4>,
    pub bit_clock: Peri<'static, PE5>,
    pub data_a: Peri<'static, PE6>,
    pub first: Peri<'static, DMA1_CH0>,
    pub second: Peri<'static, DMA1_CH1>,
    pub i2c: Peri<'static, I2C2>,
    pub i2c_clock: Peri<'static, PH4>,
    /// I2C data on one revision, reset or de-emphasis on the others.
    pub control: Peri<'static, PB11>,
    pub strap_1_1: Peri<'static, PD3>,
    pub strap_2_dfm: Peri<'static, PD4>,
}

/// A codec that waits for frames.
pub struct Codec {
    /// Takes the frames.
    pub out: Sai<'static, SAI1, u32>,
    /// Gives the clocks where another block than the one that plays does; what it receives is thrown away.
    _clocks: Option<Sai<'static, SAI1, u32>>,
    _control: Option<Output<'static>>,
}

impl Codec {
    /// Finds out which codec it is and starts it. `playing` and `heard` are DMA's.
    pub async fn start(parts: Parts, playing: &'static mut [u32], heard: &'static mut [u32]) -> Self {
        let is_1_1 = Input::new(parts.strap_1_1, Pull::Up).is_low();
        let is_2_dfm = Input::new(parts.strap_2_dfm, Pull::Up).is_low();
        let (a, b) = split_subblocks(parts.sai);
        if is_1_1 {
            let mut i2c = I2c::new_blocking(parts.i2c, parts.i2c_clock, parts.control, i2c::Config::default());
            settings(&mut i2c, &WM8731_SETTINGS).await;
            let mut clocks = Sai::new_asynchronous_with_mclk(
                a,
                parts.bit_clock,
                parts.data_a,
                parts.frame,
                parts.master_clock,
                parts.second,
                heard,
                Irqs,
                config(Mode::Master, TxRx::Receiver),
            );
            let out = Sai::new_synchronous(
                b,
                parts.data_b,
                parts.first,
                playing,
                Irqs,
                config(Mode::Slave, TxRx::Transmitter),
            );
            settings(&mut i2c, &WM8731_START).await;
            // It is a receiver, which can be started.
            let _ = clocks.start();
            return Self { out, _clocks: Some(clocks), _control: None };
        }
        // Low for good is "no de-emphasis"; low for a moment is a reset.
        let mut control = Output::new(parts.control, Level::Low, Speed::Low);
        if !is_2_dfm {
            Timer::after_millis(1).await;
            control.set_high();
            Timer::after_millis(10).await;
        }
        let out = Sai::new_asynchronous_with_mclk(
            a,
            parts.bit_clock,
            parts.data_a,
            parts.frame,
            parts.master_clock,
            parts.first,
            playing,
            Irqs,
            config(Mode::Master, TxRx::Transmitter),
        );
        Self { out, _clocks: None, _control: Some(control) }
    }
}

/// A codec that does not answer stays silent; everything else goes on.
async fn settings(i2c: &mut I2c<'_, embassy_stm32::mode::Blocking, i2c::Master>, settings: &[(u8, u16)]) {
    for &(register, value) in settings {
        let _ = i2c.blocking_write(WM8731, &[register << 1 | (value >> 8) as u8, value as u8]);
        Timer::after_micros(100).await;
    }
}

fn config(mode: Mode, direction: TxRx) -> Config {
    let mut config = Config::default();
    config.tx_rx = direction;
    if matches!(mode, Mode::Slave) {
        config.sync_input = SyncInput::Internal;
    }
    config.mode = mode;
    config.master_clock_divider = MasterClockDivider::from_bits(CODEC_DIVIDER as u8);
    config.bit_order = BitOrder::MsbFirst;
    config.data_size = DataSize::Data24;
    config.slot_size = SlotSize::Channel32;
    config.frame_length = 64;
    config.frame_sync_active_level_length = word::U7(32);
    config.frame_sync_offset = FrameSyncOffset::OnFirstBit;
    config.frame_sync_polarity = FrameSyncPolarity::ActiveHigh;
    // Both sides look at the rising edge and change at the falling one.
    config.clock_strobe = ClockStrobe::Rising;
    config.fifo_threshold = FifoThreshold::Quarter;
    config
}
