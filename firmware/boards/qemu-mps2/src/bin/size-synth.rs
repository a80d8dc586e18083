//! A mapper, a synth of eight voices and all effects, joined in the audio interrupt as on a board: what they weigh, and what
//! the interrupt can reach. It is measured, not booted.
#![no_std]
#![no_main]

use core::cell::RefCell;
use core::hint::black_box;
use core::panic::PanicInfo;
use core::slice;
use cortex_m::interrupt::{self, Mutex};
use cortex_m::singleton;
use cortex_m_rt::{entry, exception};
use ripieno_firmware::setup::{BoardMapper, BoardSetup, SERIAL};
use ripieno_firmware::{Controller, Link, Player};
use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_rig::RigConfig;
use ripieno_synth::{Interpolation, SoundFont};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};

const RATE: SampleRate = SampleRate::STUDIO;
const VOICES: usize = 8;
const FRAMES: usize = 64;
const ARENA: usize = arena_frames(48_000);

type Audio = Player<'static, 'static, SoundFont<&'static [u8]>, &'static mut [f32], VOICES>;

static AUDIO: Mutex<RefCell<Option<&'static mut Audio>>> = Mutex::new(RefCell::new(None));

#[entry]
fn main() -> ! {
    if let Some(mut controller) = start() {
        loop {
            let [status, first, second] = black_box([0x90, 60, 100]);
            if let Ok(word) = MidiWord::new(&[status, first, second]) {
                controller.input(0, SERIAL, word);
            }
            controller.poll(0, |event| _ = black_box(event));
        }
    }
    loop {
        cortex_m::asm::wfi();
    }
}

fn start() -> Option<Controller<'static, 'static>> {
    // SAFETY: a place that the linker leaves alone; the program is not run.
    let bytes = unsafe { slice::from_raw_parts(0x2100_0000 as *const u8, 1 << 20) };
    let bank = SoundFont::new(bytes).ok()?;
    let arena = singleton!(: [f32; ARENA] = [0.0; ARENA])?;
    let link = singleton!(: Link<'static> = Link::new())?;
    let mapper = singleton!(: BoardMapper = BoardMapper::with_memory(BoardSetup::new()))?;
    let (audio, low) = link.split();
    let mut config = RigConfig::new(RATE);
    config.synth.interpolation = Interpolation::Linear;
    let memory = ChainMemory::from_arena(&mut arena[..], RATE);
    let player = singleton!(: Audio = Player::new(bank, memory, config, mapper, audio))?;
    interrupt::free(|section| _ = AUDIO.borrow(section).replace(Some(player)));
    Some(Controller::new(low, RATE))
}

#[exception]
fn SysTick() {
    interrupt::free(|section| {
        let Ok(mut audio) = AUDIO.borrow(section).try_borrow_mut() else { return };
        let Some(player) = audio.as_mut() else { return };
        let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
        player.render(black_box(0), Block::new(&mut left, &mut right));
        black_box((left, right));
    });
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {
        cortex_m::asm::nop();
    }
}
