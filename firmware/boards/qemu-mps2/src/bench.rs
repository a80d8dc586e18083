//! Instructions that a block of 64 frames takes: `bench NOTES PROGRAM EFFECTS BYTES`, where the last are those of the
//! SoundFont that is lent.

use crate::counter::{Counter, Spread};
use crate::{host, memory};
use cortex_m_semihosting::hprintln;
use ripieno_scenes::blocks::{Busy, Load, voices};
use ripieno_scenes::render::VOICES;
use ripieno_synth::SoundFont;

/// Blocks that are not counted: effects glide to where they are set.
const WARM: usize = 100;
/// Two seconds.
const BLOCKS: usize = 1_500;
/// Blocks with one note or one move each, some blocks apart.
const STRUCK: usize = 48;
const APART: usize = 8;

pub fn run<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
    let mut number = || words.next()?.parse::<u32>().ok();
    let load = Load { notes: number()? as u8, program: number()? as u8, effects: number()? != 0 };
    let bank = SoundFont::new(host::lent(number()? as usize)).ok()?;
    let (_, filtered) = voices(&bank, load);
    let counter = Counter::start()?;

    let mut busy = Busy::<_, _, VOICES>::new(bank, memory::chain()?, load);
    let (chord, ()) = counter.count(|| {
        busy.strike_all();
        busy.block();
    });
    for _ in 0..WARM {
        busy.block();
    }
    let mut held = Spread::EMPTY;
    for _ in 0..BLOCKS {
        held.add(counter.count(|| _ = busy.block()).0);
    }
    let voices = busy.voices();
    let mut worst = |disturb: &dyn Fn(&mut Busy<_, _, VOICES>)| {
        let mut spread = Spread::EMPTY;
        for _ in 0..STRUCK {
            let (count, ()) = counter.count(|| {
                disturb(&mut busy);
                busy.block();
            });
            spread.add(count);
            (0..APART).for_each(|_| _ = busy.block());
        }
        spread.most
    };
    let (knob, note) = (worst(&Busy::turn_knob), worst(&Busy::strike_one));
    hprintln!("voices {} filtered {}", voices, filtered);
    hprintln!(
        "least {} mean {} most {} note {} knob {} chord {}",
        held.least,
        held.mean(),
        held.most,
        note,
        knob,
        chord
    );
    Some(())
}
