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
    let paint = Paint::below_here();
    call(work);
    paint.depth()
}

/// Not inlined: what `work` takes must lie below the paint's beginning.
#[inline(never)]
fn call(work: impl FnOnce()) {
    work();
}

/// Stack that has been painted.
#[derive(Debug)]
pub struct Paint {
    /// Where the stack pointer stood.
    top: usize,
}

impl Paint {
    /// Paints what lies below the stack pointer.
    #[inline(never)]
    pub fn below_here() -> Self {
        let top = cortex_m::register::msp::read() as usize;
        let lowest = (top - 4 * WORDS) as *mut u32;
        for place in 0..WORDS - MARGIN {
            // SAFETY: RAM below the stack pointer, which nothing is linked into and which nothing uses before this function
            // returns, down to 32 KiB below: there are megabytes.
            unsafe { ptr::write_volatile(lowest.add(place), PAINT) };
        }
        Self { top }
    }

    /// Bytes from where the stack pointer stood to the deepest place that was written since.
    #[inline(never)]
    pub fn depth(&self) -> usize {
        let lowest = black_box((self.top - 4 * WORDS) as *const u32);
        // SAFETY: as in `below_here`, which has written all of it.
        let painted = unsafe { slice::from_raw_parts(lowest, WORDS - MARGIN) };
        4 * (WORDS - painted.iter().take_while(|word| **word == PAINT).count())
    }
}
