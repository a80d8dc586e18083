//! A Raspberry Pi Pico 2 as a controller that plays. Pins, wiring and flashing: README.md.
#![no_std]
#![no_main]

mod audio;
mod flash;
mod lights;
mod low;
mod panel;
mod stop;

use audio::RATE_HZ;
use cortex_m as _;
#[cfg(feature = "defmt")]
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::{DMA_CH0, DMA_CH1, PIO0, PIO1, UART0, USB};
use embassy_rp::uart::{self, BufferedUart};
use embassy_rp::{bind_interrupts, dma, pio, usb};
use embassy_time::Timer;
use embedded_storage::nor_flash::ReadNorFlash;
use low::Low;
use ripieno_firmware::hush::Hush;
use ripieno_firmware::protocol::Identity;
use ripieno_firmware::setup::{BoardMapper, BoardSetup};
use ripieno_firmware::store::Store;
use ripieno_firmware::{Desk, Instrument, Link, PRESET_BYTES, Player, defaults};
use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_rig::RigConfig;
use ripieno_synth::Interpolation;
use ripieno_types::SampleRate;
use static_cell::{ConstStaticCell, StaticCell};

/// Voices: with all effects the worst block then takes about three quarters of its 1.33 ms.
const VOICES: usize = 16;
/// Samples of all delay lines.
const ARENA: usize = arena_frames(RATE_HZ) / 2;

/// What the board says it is over SysEx.
const IDENTITY: Identity = Identity::new(1, ripieno_panel::wire::VERSION, [0, 1]);
const ONCE: &str = "each task is started once";

/// What plays, in the audio interrupt.
pub type Voice = Player<'static, 'static, Instrument<'static>, &'static mut [f32], VOICES>;

bind_interrupts!(pub struct Irqs {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>, dma::InterruptHandler<DMA_CH1>;
    PIO0_IRQ_0 => pio::InterruptHandler<PIO0>;
    PIO1_IRQ_0 => pio::InterruptHandler<PIO1>;
    UART0_IRQ => uart::BufferedInterruptHandler<UART0>;
    USBCTRL_IRQ => usb::InterruptHandler<USB>;
});

static HUSH: Hush = Hush::new();

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let pins = embassy_rp::init(Default::default());
    // Silent until there is something to play.
    let mut mute = Output::new(pins.PIN_13, Level::Low);

    static LINK: ConstStaticCell<Link<'static>> = ConstStaticCell::new(Link::new());
    static LINES: ConstStaticCell<[f32; ARENA]> = ConstStaticCell::new([0.0; ARENA]);
    static MAPPER: StaticCell<BoardMapper> = StaticCell::new();
    static VOICE: StaticCell<Voice> = StaticCell::new();
    static LOW: StaticCell<Low> = StaticCell::new();
    static SPARE: StaticCell<BoardSetup> = StaticCell::new();
    static SESSION: ConstStaticCell<[u8; PRESET_BYTES]> = ConstStaticCell::new([0; PRESET_BYTES]);
    static SCRATCH: ConstStaticCell<[u8; PRESET_BYTES]> = ConstStaticCell::new([0; PRESET_BYTES]);
    let rate = SampleRate::STUDIO;
    let (audio_end, low_end) = LINK.take().split();
    let mut config = RigConfig::new(rate);
    config.synth.interpolation = Interpolation::Linear;
    let voice = VOICE.init_with(|| {
        let memory = ChainMemory::from_arena(&mut LINES.take()[..], rate);
        let mapper = MAPPER.init_with(|| BoardMapper::with_memory(defaults::setup().unwrap_or(BoardSetup::new())));
        Player::new(Instrument::open(flash::bank()), memory, config, mapper, audio_end)
    });
    // A store that cannot be opened leaves a board that plays its default.
    let region = flash::Region::new(pins.FLASH, &HUSH);
    let length = region.capacity() as u32;
    let store = Store::open(region, 0..length).ok();
    let buffers = [SESSION.take(), SCRATCH.take()];
    let desk = || Desk::new(low_end, rate, IDENTITY, store, buffers, SPARE.init_with(BoardSetup::new));
    let low: &'static Low = LOW.init_with(|| Low::new(desk()));

    let parts = audio::Parts {
        pio: pins.PIO0,
        dma: pins.DMA_CH0,
        data: pins.PIN_9,
        bit_clock: pins.PIN_10,
        word_clock: pins.PIN_11,
    };
    audio::start(parts, voice, &HUSH);

    let (device, sender, receiver) = ripieno_wiring::usb::device(usb::Driver::new(pins.USB, Irqs), "Ripieno Pico 2");
    static SERIAL_OUT: ConstStaticCell<[u8; 64]> = ConstStaticCell::new([0; 64]);
    static SERIAL_IN: ConstStaticCell<[u8; 256]> = ConstStaticCell::new([0; 256]);
    let mut line = uart::Config::default();
    line.baudrate = ripieno_wiring::serial::BAUD;
    let (serial_out, serial_in) =
        BufferedUart::new(pins.UART0, pins.PIN_0, pins.PIN_1, Irqs, SERIAL_OUT.take(), SERIAL_IN.take(), line).split();
    let panel = panel::Panel::new(panel::Parts {
        adc: pins.ADC,
        common: pins.PIN_26,
        select: (pins.PIN_2, pins.PIN_3, pins.PIN_4, pins.PIN_5),
        encoder: (pins.PIN_6, pins.PIN_7, pins.PIN_8),
    });
    spawner.spawn(low::usb_device(device).expect(ONCE));
    spawner.spawn(low::usb_receive(receiver, low).expect(ONCE));
    spawner.spawn(low::usb_send(sender, low).expect(ONCE));
    spawner.spawn(low::serial_receive(serial_in, low).expect(ONCE));
    spawner.spawn(low::serial_send(serial_out, low).expect(ONCE));
    spawner.spawn(lights::show(pins.PIO1, pins.DMA_CH1, pins.PIN_12, low).expect(ONCE));
    spawner.spawn(low::scan(panel, pins.WATCHDOG, low).expect(ONCE));
    // The DAC has its clocks by then.
    Timer::after_millis(50).await;
    mute.set_high();
    core::future::pending::<()>().await;
}
