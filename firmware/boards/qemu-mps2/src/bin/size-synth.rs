//! Nothing but a synth of eight voices with all effects in an audio interrupt: what it weighs, and what its interrupt can
//! reach. It is measured, not booted.
#![no_std]
#![no_main]

use core::cell::RefCell;
use core::panic::PanicInfo;
use core::slice;
use cortex_m::interrupt::{self, Mutex};
use cortex_m::singleton;
use cortex_m_rt::{entry, exception};
use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::{Interpolation, SoundFont};
use ripieno_types::{Block, Command, SampleRate, Timed};

const VOICES: usize = 8;
const FRAMES: usize = 64;
const ARENA: usize = arena_frames(48_000);

type Audio = (Rig<SoundFont<&'static [u8]>, &'static mut [f32], VOICES>, [[f32; FRAMES]; 2]);

static AUDIO: Mutex<RefCell<Option<Audio>>> = Mutex::new(RefCell::new(None));

#[entry]
fn main() -> ! {
    // SAFETY: a place that the linker leaves alone; the program is not run.
    let bytes = unsafe { slice::from_raw_parts(0x2100_0000 as *const u8, 1 << 20) };
    if let (Ok(bank), Some(arena)) = (SoundFont::new(bytes), singleton!(: [f32; ARENA] = [0.0; ARENA])) {
        let memory = ChainMemory::from_arena(&mut arena[..], SampleRate::STUDIO);
        let mut config = RigConfig::new(SampleRate::STUDIO);
        config.synth.interpolation = Interpolation::Linear;
        let rig = Rig::new(bank, memory, config);
        interrupt::free(|section| _ = AUDIO.borrow(section).replace(Some((rig, [[0.0; FRAMES]; 2]))));
    }
    loop {
        cortex_m::asm::wfi();
    }
}

#[exception]
fn SysTick() {
    interrupt::free(|section| {
        let Ok(mut audio) = AUDIO.borrow(section).try_borrow_mut() else { return };
        let Some((rig, [left, right])) = audio.as_mut() else { return };
        let mut commands: &[Timed<Command>] = core::hint::black_box(&[]);
        rig.render(Block::new(left, right), &mut commands);
        core::hint::black_box(left);
    });
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {
        cortex_m::asm::nop();
    }
}
