//! The memory of the effects, taken once.

use ripieno_fx::{ChainMemory, arena_frames};
use ripieno_types::SampleRate;

const ARENA: usize = arena_frames(48_000);

/// Full-size lines for the chain at 48 kHz; nothing the second time.
pub fn chain() -> Option<ChainMemory<&'static mut [f32]>> {
    let arena = cortex_m::singleton!(: [f32; ARENA] = [0.0; ARENA])?;
    Some(ChainMemory::from_arena(&mut arena[..], SampleRate::STUDIO))
}
