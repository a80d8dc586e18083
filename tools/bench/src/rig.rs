//! The whole rig at its fullest: 256 voices of a real SoundFont through all seven effects.

use crate::harness::median;
use crate::synth::score::Score;
use crate::synth::{FONT, thread_nanos};
use ripieno_fx::{ChainMemory, PARAMS};
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::{Interpolation, SoundFont};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, SampleRate, Timed};
use std::time::Instant;

const BLOCK: usize = 64;
const RATE: SampleRate = SampleRate::STUDIO;
const SECS: usize = 4;
const RUNS: usize = 7;
/// A rig should leave three quarters of a core to others, in per cent.
const GOAL: f64 = 25.0;

/// Prints the share of one core for each order of interpolation.
pub fn run() {
    let Ok(font) = std::fs::read(FONT) else {
        println!("\n## rig: NOT RUN, {FONT} is missing (apt-get install timgm6mb-soundfont)");
        return;
    };
    println!("\n## rig: 256 voices and all seven effects wet, 48 kHz, 64-frame blocks (% of one core, {RUNS} runs)\n");
    println!("| interpolation | voices | median | worst block | goal |\n|---|---|---|---|---|");
    for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Hq] {
        let passes: Vec<Pass> = (0..RUNS).map(|_| play(&font, interpolation)).collect();
        let share = median(passes.iter().map(|pass| pass.share).collect());
        // The machine interrupts: the least over the runs is a block's own cost, the greatest of those the worst block.
        let own = |block: usize| passes.iter().map(|pass| pass.blocks[block]).fold(f64::INFINITY, f64::min);
        // The first block, in which all notes begin, is the synth's own contest.
        let worst = (1..passes[0].blocks.len()).map(own).fold(0.0, f64::max);
        let verdict = if share <= GOAL { "met" } else { "missed" };
        println!("| {interpolation:?} | {} | {share:.1} | {worst:.1} | ≤ {GOAL}: {verdict} |", passes[0].voices);
    }
}

struct Pass {
    /// Per cent of one core.
    share: f64,
    /// Wall time of every block, in per cent of the time that it lasts.
    blocks: Vec<f64>,
    voices: usize,
}

fn play(font: &[u8], interpolation: Interpolation) -> Pass {
    let Ok(bank) = SoundFont::new(font) else { panic!("{FONT} is no SoundFont") };
    let memory = ChainMemory::with(RATE, |frames| vec![0.0; frames].into_boxed_slice());
    let mut config = RigConfig::new(RATE);
    config.synth.interpolation = interpolation;
    let mut rig = Box::new(Rig::<_, _, 256>::new(bank, memory, config));
    // Every parameter off its default, so that no effect may rest.
    for info in &PARAMS {
        let value = if info.default == 0.5 { 0.6 } else { 0.4 };
        rig.command(Command::Parameter { id: info.id, value });
    }
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let per_block = BLOCK as f64 / f64::from(RATE.hz());
    let mut blocks: Vec<f64> = Vec::new();
    let started = thread_nanos();
    for events in Score::sustained(256, SECS).blocks(BLOCK) {
        let due: Vec<_> = events
            .iter()
            .filter_map(|event| {
                let length = if event[0] & 0xF0 == 0xC0 { 2 } else { 3 };
                let word = MidiWord::new(&event[..length]).ok()?;
                Some(Timed { at: rig.now(), value: Command::Midi(word) })
            })
            .collect();
        let start = Instant::now();
        rig.render(Block::new(&mut left, &mut right), &mut &due[..]);
        blocks.push(100.0 * start.elapsed().as_secs_f64() / per_block);
    }
    let spent = (thread_nanos() - started) * 1e-9;
    let share = 100.0 * spent / (per_block * blocks.len() as f64);
    Pass { share, blocks, voices: rig.stats().voices_peak }
}
