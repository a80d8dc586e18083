//! A Daisy Seed as a controller that plays. Pins, wiring and flashing: README.md.
#![no_std]
#![no_main]

mod audio;
mod clock;
mod codec;
mod flash;
mod low;
mod memory;
mod panel;
mod stop;

#[cfg(feature = "defmt")]
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_stm32::peripherals::{DMA1_CH0, DMA1_CH1, USART1, USB_OTG_FS};
use embassy_stm32::usart::{self, BufferedUart};
use embassy_stm32::{bind_interrupts, dma, usb};
use embedded_storage::nor_flash::ReadNorFlash;
use low::Low;
use memory::Uncleared;
use ripieno_firmware::hush::Hush;
use ripieno_firmware::protocol::Identity;
use ripieno_firmware::setup::{BoardMapper, BoardSetup};
use ripieno_firmware::store::Store;
use ripieno_firmware::{Desk, Instrument, Link, PRESET_BYTES, Player, defaults};
use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_rig::RigConfig;
use ripieno_types::SampleRate;
use static_cell::{ConstStaticCell, StaticCell};

/// Voices: as many as fit beside the stack in the memory that the core reads without waiting.
const VOICES: usize = 16;
/// Samples of all delay lines: what the other effects need, and a third of a second for the delay.
const ARENA: usize = arena_frames(48_000) / 2;
/// Longer than a sector of flash takes to erase at most (0.3 s).
const WATCHDOG_MICROS: u32 = 2_000_000;
/// What the board says it is over SysEx.
const IDENTITY: Identity = Identity::new(2, ripieno_panel::wire::VERSION, [0, 1]);
const ONCE: &str = "each task is started once";

/// What plays, in the audio interrupt.
pub type Voice = Player<'static, 'static, Instrument<'static>, &'static mut [f32], VOICES>;

bind_interrupts!(
    /// Who answers which interrupt.
    pub struct Irqs {
    DMA1_STREAM0 => dma::InterruptHandler<DMA1_CH0>;
    DMA1_STREAM1 => dma::InterruptHandler<DMA1_CH1>;
    OTG_FS => usb::InterruptHandler<USB_OTG_FS>;
    USART1 => usart::BufferedInterruptHandler<USART1>;
}
);

static HUSH: Hush = Hush::new();
#[unsafe(link_section = ".d2")]
static LINES: Uncleared<[f32; ARENA]> = Uncleared::new();
#[unsafe(link_section = ".d2")]
static BUFFERS: Uncleared<[[u8; PRESET_BYTES]; 2]> = Uncleared::new();
#[unsafe(link_section = ".d3")]
static MAPPER: Uncleared<BoardMapper> = Uncleared::new();
#[unsafe(link_section = ".d3")]
static SPARE: Uncleared<BoardSetup> = Uncleared::new();
#[unsafe(link_section = ".d3")]
static LOW: Uncleared<Low> = Uncleared::new();

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let pins = embassy_stm32::init(clock::config());
    memory::enable();
    if let Some(mut core) = cortex_m::Peripherals::take() {
        memory::cache(&mut core.MPU, &mut core.SCB, &mut core.CPUID);
    }

    static LINK: ConstStaticCell<Link<'static>> = ConstStaticCell::new(Link::new());
    static VOICE: StaticCell<Voice> = StaticCell::new();
    // SAFETY: this is the only use of each, and `main` runs once.
    let (lines, buffers) = unsafe { (LINES.take(), BUFFERS.take()) };
    // SAFETY: as above.
    let (mapper, spare, low) = unsafe { (MAPPER.take(), SPARE.take(), LOW.take()) };
    let lines: &'static mut [f32] = lines.write([0.0; ARENA]);
    let buffers: &'static mut [[u8; PRESET_BYTES]; 2] = buffers.write([[0; PRESET_BYTES]; 2]);
    let mapper = mapper.write(BoardMapper::with_memory(defaults::setup().unwrap_or(BoardSetup::new())));
    let spare = spare.write(BoardSetup::new());

    let region = flash::Region::new(
        flash::Parts {
            qspi: pins.QUADSPI,
            data: (pins.PF8, pins.PF9, pins.PF7, pins.PF6),
            clock: pins.PF10,
            select: pins.PG6,
        },
        &HUSH,
    );
    let rate = SampleRate::STUDIO;
    let (audio_end, low_end) = LINK.take().split();
    let instrument = Instrument::open(flash::bank(&region));
    let memory = ChainMemory::from_arena(lines, rate);
    let voice = VOICE.init_with(|| Player::new(instrument, memory, RigConfig::new(rate), mapper, audio_end));
    audio::start(
        codec::Parts {
            sai: pins.SAI1,
            master_clock: pins.PE2,
            data_b: pins.PE3,
            frame: pins.PE4,
            bit_clock: pins.PE5,
            data_a: pins.PE6,
            first: pins.DMA1_CH0,
            second: pins.DMA1_CH1,
            i2c: pins.I2C2,
            i2c_clock: pins.PH4,
            control: pins.PB11,
            strap_1_1: pins.PD3,
            strap_2_dfm: pins.PD4,
        },
        voice,
        &HUSH,
    );

    // A store that cannot be opened leaves a board that plays its default. One that was never written is made now, which
    // takes somebody who plays silence.
    let length = region.capacity() as u32;
    let store = Store::open(region, 0..length).ok();
    HUSH.release();
    let desk = Desk::new(low_end, rate, IDENTITY, store, buffers.each_mut(), spare);
    let low: &'static Low = low.write(Low::new(desk));

    static USB_OUT: ConstStaticCell<[u8; 256]> = ConstStaticCell::new([0; 256]);
    let mut config = usb::Config::default();
    // The module has no wire to look at the bus's power.
    config.vbus_detection = false;
    let driver = usb::Driver::new_fs(pins.USB_OTG_FS, Irqs, pins.PA12, pins.PA11, USB_OUT.take(), config);
    let (device, sender, receiver) = ripieno_wiring::usb::device(driver, "Ripieno Daisy");
    static SERIAL_OUT: ConstStaticCell<[u8; 64]> = ConstStaticCell::new([0; 64]);
    static SERIAL_IN: ConstStaticCell<[u8; 256]> = ConstStaticCell::new([0; 256]);
    let mut line = usart::Config::default();
    line.baudrate = ripieno_wiring::serial::BAUD;
    let serial = BufferedUart::new(pins.USART1, pins.PB7, pins.PB6, SERIAL_OUT.take(), SERIAL_IN.take(), Irqs, line);
    let panel = panel::Panel::new(panel::Parts {
        adc: pins.ADC1,
        pads: (pins.PC0, pins.PA3, pins.PB1, pins.PA7),
        knobs: (pins.PA6, pins.PC1, pins.PC4, pins.PA5),
        encoder: (pins.PG10, pins.PG11, pins.PB4),
    });
    spawner.spawn(low::usb_device(device).expect(ONCE));
    spawner.spawn(low::usb_receive(receiver, low).expect(ONCE));
    spawner.spawn(low::usb_send(sender, low).expect(ONCE));
    // Without a serial port all else goes on.
    if let Ok(serial) = serial {
        let (out, into) = serial.split();
        spawner.spawn(low::serial_receive(into, low).expect(ONCE));
        spawner.spawn(low::serial_send(out, low).expect(ONCE));
    }
    spawner.spawn(low::scan(panel, pins.IWDG1, low).expect(ONCE));
    core::future::pending::<()>().await;
}
