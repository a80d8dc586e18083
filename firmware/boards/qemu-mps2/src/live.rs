//! The firmware as on a real board: `live`. Serial MIDI comes in by an interrupt and goes out, an audio interrupt renders a
//! block and sends it by the second port (16-bit stereo), and somebody plays the pads. It ends when it is told to.

use crate::uart::{self, Line, Port, Uart};
use crate::{memory, stack};
use core::cell::RefCell;
use cortex_m::Peripherals;
use cortex_m::interrupt::{self, Mutex};
use cortex_m::peripheral::NVIC;
use cortex_m::peripheral::scb::SystemHandler;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::singleton;
use cortex_m_rt::exception;
use cortex_m_semihosting::hprintln;
use ripieno_firmware::midi::Port as SidePort;
use ripieno_firmware::setup::{BoardMapper, BoardSetup, SURFACE};
use ripieno_firmware::{Configure, Controller, Link, Player};
use ripieno_panel::glue::Glue;
use ripieno_panel::{
    Action, Address, BankId, Light, Mapping, Panel, PanelId, PanelKind, PresetId, Role, Run, Source, TextId, Zone,
};
use ripieno_rig::RigConfig;
use ripieno_ring::spsc::{Inline, Producer};
use ripieno_synth::{Builtin, Interpolation};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};

const VOICES: usize = 24;
const FRAMES: usize = 64;
/// The machine's clock.
const CLOCK_HZ: u32 = 25_000_000;
/// Bytes received at most before the low half looks.
const RECEIVED: usize = 256;

/// What is played on the pads, in milliseconds: pad, and whether it goes down.
const SCRIPT: [(u64, u8, bool); 4] = [(300, 0, true), (900, 0, false), (1_000, 1, true), (1_600, 1, false)];
/// The pads' own messages, and the notes that they play.
const PADS: [(u8, u8); 2] = [(16, 76), (17, 83)];

/// A SysEx body that ends the session, and the answer to it.
const QUIT: &[u8] = &[0x7D, 0x51];
const QUITS: &[u8] = &[0x7D, 0x52];

type BoardPlayer = Player<'static, 'static, Builtin, &'static mut [f32], VOICES>;

static AUDIO: Mutex<RefCell<Option<(&'static mut BoardPlayer, Uart)>>> = Mutex::new(RefCell::new(None));
static SERIAL: Mutex<RefCell<Option<(Uart, Producer<'static, u8>)>>> = Mutex::new(RefCell::new(None));

pub fn run() -> Option<()> {
    let mut core = Peripherals::take()?;
    let link = singleton!(: Link<'static> = Link::new())?;
    let mapper = singleton!(: BoardMapper = BoardMapper::with_memory(setup()?))?;
    let ring = singleton!(: Inline<u8, RECEIVED> = Inline::new())?;
    let (audio, low) = link.split();
    let rate = SampleRate::STUDIO;
    let mut config = RigConfig::new(rate);
    config.synth.interpolation = Interpolation::Linear;
    let player = singleton!(: BoardPlayer = Player::new(Builtin::default(), memory::chain()?, config, mapper, audio))?;
    let mut controller = Controller::new(low, rate);

    let (producer, received) = ring.split();
    let mut port = Port { out: Uart::new(0, true), received };
    interrupt::free(|section| {
        SERIAL.borrow(section).replace(Some((Uart::new(0, true), producer)));
        AUDIO.borrow(section).replace(Some((player, Uart::new(1, false))));
    });
    uart::start_timer();
    let paint = stack::Paint::below_here();
    // SAFETY: no critical section depends on the levels; the audio interrupt is above all others.
    unsafe {
        core.SCB.set_priority(SystemHandler::SysTick, 0);
        core.NVIC.set_priority(Line::Receive, 0x80);
        NVIC::unmask(Line::Receive);
    }
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(CLOCK_HZ / rate.hz() * FRAMES as u32 + CLOCK_HZ % rate.hz() * FRAMES as u32 / rate.hz() - 1);
    core.SYST.clear_current();
    core.SYST.enable_counter();
    core.SYST.enable_interrupt();

    let mut script = SCRIPT.iter().peekable();
    let mut quit = Quit::default();
    while !quit.is_told || !controller.serial.is_empty() {
        cortex_m::asm::wfi();
        // What found no room is still in the port.
        NVIC::pend(Line::Receive);
        let now = uart::micros();
        let Ok(()) = controller.read_serial(now, &mut port, &mut quit);
        while let Some((_, pad, is_down)) = script.next_if(|(millis, ..)| now >= millis * 1_000) {
            let (own, _) = PADS[usize::from(*pad)];
            let status = if *is_down { 0x90 } else { 0x80 };
            controller.input(now, SURFACE, MidiWord::new(&[status, own, 100]).ok()?);
        }
        controller.poll(now, |_| ());
        let Ok(()) = controller.write_serial(&mut port);
    }
    core.SYST.disable_interrupt();
    hprintln!("stack {}", paint.depth());
    hprintln!("{:?}", controller.stats());
    Some(())
}

/// Renders a block and sends it.
#[exception]
fn SysTick() {
    interrupt::free(|section| {
        let Ok(mut audio) = AUDIO.borrow(section).try_borrow_mut() else { return };
        let Some((player, port)) = audio.as_mut() else { return };
        let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
        player.render(uart::micros(), Block::new(&mut left, &mut right));
        for sample in left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]) {
            port.send(&((sample * 32_767.0) as i16).to_le_bytes());
        }
    });
}

/// Every interrupt but the core's own.
#[exception]
unsafe fn DefaultHandler(line: i16) {
    if line == Line::Receive as i16 {
        interrupt::free(|section| {
            let Ok(mut serial) = SERIAL.borrow(section).try_borrow_mut() else { return };
            let Some((port, received)) = serial.as_mut() else { return };
            port.drain(received);
        });
    }
}

/// Pads that play, whoever sends them, and whose lights follow.
fn setup() -> Option<BoardSetup> {
    let mut setup = BoardSetup::new();
    let (bank, kind) = (BankId(0), PanelKind::Pad);
    let run = Run { first: Source::Note(PADS[0].0), last: Source::Note(PADS[1].0) };
    setup.zone(Zone { device: None, channel: None, run, role: Role::Pad(bank) }).ok()?;
    let mappings = PADS.map(|(own, note)| Mapping {
        at: Address::any(Source::Note(own)),
        glue: Glue::default(),
        action: Action::Note { channel: 0, note, velocity: None },
        value: None,
        light: Light::Own { off: 0, on: 127 },
    });
    setup.preset(PresetId(1), kind, &mappings).ok()?;
    let panel = |id, kind, preset| Panel { id, kind, bank, preset, title: TextId(0), is_active: true };
    setup.panel(panel(PanelId(1), kind, Some(PresetId(1)))).ok()?;
    setup.panel(Panel { bank: BankId::PLAY, ..panel(PanelId(2), PanelKind::Piano, None) }).ok()?;
    Some(setup)
}

/// Ends the session when it is told to.
#[derive(Debug, Default)]
struct Quit {
    is_told: bool,
}

impl Configure for Quit {
    fn receive(&mut self, _: u64, _: SidePort, body: &[u8], reply: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.is_told |= body == QUIT && reply(QUITS);
        self.is_told
    }
}
