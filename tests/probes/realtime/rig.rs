//! The bare rig on a real bank, with everything that a controller can send, and a new bank every few milliseconds.

use crate::MINUTE;
use assert_no_alloc::assert_no_alloc;
use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_ring::spsc::channel;
use ripieno_synth::SoundFont;
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::realtime::{Grant, Strict};
use ripieno_tests::scramble::scramble;
use ripieno_types::{Block, SampleRate};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Frames of the blocks, in turn.
const SIZES: [usize; 7] = [64, 1, 4096, 128, 333, 1000, 17];

pub fn session() -> Value {
    let bytes = std::fs::read(TIMGM6MB).expect("timgm6mb-soundfont is installed by `cargo xtask setup`");
    let bank = || SoundFont::new(bytes.clone()).expect("a sound file");
    let rate = SampleRate::STUDIO;
    let frames = MINUTE * u64::from(rate.hz());
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
    let mut rig = Box::new(Rig::<_, _, 64>::new(bank(), memory, RigConfig::new(rate)));
    let commands = scramble(11, 24_000, frames);
    let (mut left, mut right) = ([0.0_f32; 4096], [0.0_f32; 4096]);
    let (mut new_banks, mut incoming) = channel(4);
    let (mut outgoing, mut old_banks) = channel(4);
    let peak = Arc::new(AtomicU32::new(0));
    let voices = Arc::new(AtomicU64::new(0));
    let (peak_now, voices_now) = (peak.clone(), voices.clone());

    let (mut position, mut round) = (0, 0);
    let mut refused = None;
    let mut step = move || {
        if let Some(bank) = refused.take().or_else(|| incoming.pop()) {
            refused = rig.swap_bank(bank).err();
        }
        // Room for the old one is made sure of first: nothing may be dropped here.
        if outgoing.free() > 0
            && let Some(bank) = rig.retired_bank()
        {
            let _ = outgoing.push(bank);
        }
        let size = SIZES[round % SIZES.len()];
        round += 1;
        let mut queue = &commands[position..];
        rig.render(Block::new(&mut left[..size], &mut right[..size]), &mut queue);
        position = commands.len() - queue.len();
        let loudest = left[..size].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        // Not negative, so the bits order as the numbers do.
        peak_now.fetch_max(loudest.to_bits(), Ordering::Relaxed);
        voices_now.fetch_max(rig.stats().voices_peak as u64, Ordering::Relaxed);
        rig.now() < frames
    };
    let thread = Strict::spawn(Grant::Nothing, move || assert_no_alloc(&mut step));
    let (mut given, mut back) = (0, 0);
    thread.wait(|| {
        given += u64::from(new_banks.free() > 0 && new_banks.push(bank()).is_ok());
        back += u64::from(old_banks.pop().is_some());
    });
    json!({
        "peak": f32::from_bits(peak.load(Ordering::Relaxed)),
        "voices": voices.load(Ordering::Relaxed),
        "banks_given": given,
        "banks_back": back,
    })
}
