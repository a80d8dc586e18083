//! How deep the stack gets: `stack SECONDS BYTES` paints what lies below it before each block and looks afterwards how much
//! of the paint is gone.

use crate::{host, memory};
use core::hint::black_box;
use core::{ptr, slice};
use cortex_m_semihosting::hprintln;
use ripieno_scenes::render::Session;
use ripieno_synth::{Interpolation, SoundFont};

/// Words that are painted: 32 KiB.
const WORDS: usize = 8_192;
/// Words next to the caller's frame that are left alone, because the painter itself stands there.
const MARGIN: usize = 64;
const PAINT: u32 = 0xDEAD_5AC5;

pub fn run<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
    let mut number = || words.next()?.parse::<u32>().ok();
    let (seconds, bytes) = (number()?, number()?);
    let bank = SoundFont::new(host::lent(bytes as usize)).ok()?;
    let mut session = Session::new(bank, memory::chain()?, Interpolation::Linear);
    let mut deepest = 0;
    while !session.has_played(seconds) {
        deepest = deepest.max(depth(|| session.block()));
    }
    hprintln!("audio {}", deepest);
    Some(())
}

/// Bytes of stack that `work` takes, the painter's own frame (some tens of bytes) among them.
#[inline(never)]
fn depth(work: impl FnOnce()) -> usize {
    let top = stack_pointer();
    paint(top);
    call(work);
    top - deepest(top)
}

/// Not inlined: what `work` takes must lie below the paint's beginning.
#[inline(never)]
fn call(work: impl FnOnce()) {
    work();
}

fn stack_pointer() -> usize {
    cortex_m::register::msp::read() as usize
}

#[inline(never)]
fn paint(top: usize) {
    let lowest = (top - 4 * WORDS) as *mut u32;
    for place in 0..WORDS - MARGIN {
        // SAFETY: RAM below the stack pointer that nothing is linked into (the stack has it for itself, and no interrupt is
        // enabled), down to 32 KiB below, which the linker has checked to be there.
        unsafe { ptr::write_volatile(lowest.add(place), PAINT) };
    }
}

#[inline(never)]
fn deepest(top: usize) -> usize {
    let lowest = black_box((top - 4 * WORDS) as *const u32);
    // SAFETY: as in `paint`, which has written all of it.
    let painted = unsafe { slice::from_raw_parts(lowest, WORDS - MARGIN) };
    let untouched = painted.iter().take_while(|word| **word == PAINT).count();
    top - 4 * WORDS + 4 * untouched
}
