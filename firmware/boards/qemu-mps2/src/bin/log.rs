//! The firmware's own log, by semihosting: what both halves say when a set-up is exchanged and a port is unplugged.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use defmt_semihosting as _;
use panic_semihosting as _;
use ripieno_firmware::midi::Port;
use ripieno_firmware::setup::{BoardMapper, BoardSetup};
use ripieno_firmware::{Controller, Link, Player};
use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_rig::RigConfig;
use ripieno_synth::Builtin;
use ripieno_types::{Block, SampleRate};

const RATE: SampleRate = SampleRate::STUDIO;
const ARENA: usize = arena_frames(48_000);
const FRAMES: usize = 64;

#[entry]
fn main() -> ! {
    let done = session();
    defmt::info!("session ended: {=bool}", done.is_some());
    debug::exit(if done.is_some() { EXIT_SUCCESS } else { EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}

fn session() -> Option<()> {
    let arena = singleton!(: [f32; ARENA] = [0.0; ARENA])?;
    let link = singleton!(: Link<'static> = Link::new())?;
    let mapper = singleton!(: BoardMapper = BoardMapper::with_memory(BoardSetup::new()))?;
    let next = singleton!(: BoardSetup = BoardSetup::new())?;
    let (audio, low) = link.split();
    let memory = ChainMemory::from_arena(&mut arena[..], RATE);
    let mut player = Player::<_, _, 8>::new(Builtin::default(), memory, RigConfig::new(RATE), mapper, audio);
    let mut controller = Controller::new(low, RATE);
    defmt::info!("48 kHz, {=usize} frames a block", FRAMES);
    controller.replace(next).ok()?;
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    player.render(0, Block::new(&mut left, &mut right));
    controller.returned()?;
    controller.unplug(0, Port::Usb);
    Some(())
}
