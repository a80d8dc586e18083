//! Instructions that a block takes, by the system timer: `bench BYTES NOTES EFFECTS`. Under `-icount shift=6` the timer's
//! 25 MHz are 1.6 ticks an instruction, exactly.

use crate::host;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_semihosting::hprintln;
use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_scenes::blocks::{Busy, Load};
use ripieno_synth::SoundFont;
use ripieno_types::SampleRate;

const ARENA: usize = arena_frames(48_000);
/// Blocks that are not counted: effects glide to where they are set.
const WARM: usize = 100;
const BLOCKS: usize = 400;

pub fn run<'a>(words: &mut impl Iterator<Item = &'a str>) -> bool {
    let mut number = || words.next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
    let (bytes, notes, effects) = (number(), number(), number());
    let Some(mut core) = cortex_m::Peripherals::take() else { return false };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(0xFF_FFFF);
    core.SYST.clear_current();
    core.SYST.enable_counter();

    let arena = cortex_m::singleton!(: [f32; ARENA] = [0.0; ARENA]);
    let (Some(arena), Ok(bank)) = (arena, SoundFont::new(host::lent(bytes as usize))) else { return false };
    let memory = ChainMemory::from_arena(&mut arena[..], SampleRate::STUDIO);
    let mut busy = Busy::<_, _, 24>::new(bank, memory, Load { notes: notes as u8, effects: effects != 0 });
    for _ in 0..WARM {
        busy.block();
    }
    let (mut least, mut most, mut sum) = (u32::MAX, 0, 0);
    for _ in 0..BLOCKS {
        let before = cortex_m::peripheral::SYST::get_current();
        busy.block();
        let ticks = before.wrapping_sub(cortex_m::peripheral::SYST::get_current()) & 0xFF_FFFF;
        let instructions = ticks * 5 / 8;
        (least, most, sum) = (least.min(instructions), most.max(instructions), sum + u64::from(instructions));
    }
    hprintln!(
        "{{\"voices\":{},\"least\":{},\"mean\":{},\"most\":{}}}",
        busy.voices(),
        least,
        sum / BLOCKS as u64,
        most
    );
    true
}
