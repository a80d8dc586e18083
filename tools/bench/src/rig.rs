//! The whole rig at its fullest: 256 voices of a real SoundFont through all seven effects, by order of interpolation; and
//! ten minutes of it in the default one, for its rarest blocks.

use crate::harness::median;
use crate::synth::score::Score;
use crate::synth::{FONT, thread_nanos};
use cpu_time::ThreadTime;
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
/// How long the rarest blocks are looked for, in seconds.
const LONG_SECS: usize = 600;
/// What 99.99 of 100 blocks may take of their time, in per cent.
const GOAL_TAIL: f64 = 50.0;

/// Prints the share of one core for each order of interpolation.
pub fn run() {
    let Ok(font) = std::fs::read(FONT) else {
        println!("\n## rig: NOT RUN, {FONT} is missing (apt-get install timgm6mb-soundfont)");
        return;
    };
    println!("\n## rig: 256 voices and all seven effects wet, 48 kHz, 64-frame blocks (% of one core, {RUNS} runs)\n");
    println!("| interpolation | voices | median | worst block | goal |\n|---|---|---|---|---|");
    let score = Score::sustained(256, SECS);
    for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Fine, Interpolation::Hq] {
        let passes: Vec<Pass> = (0..RUNS).map(|_| play(&font, interpolation, &score)).collect();
        let share = median(passes.iter().map(|pass| pass.share).collect());
        // The machine interrupts: the least over the runs is a block's own cost, the greatest of those the worst block.
        let own = |block: usize| passes.iter().map(|pass| pass.blocks[block]).fold(f64::INFINITY, f64::min);
        // The first block, in which all notes begin, is the synth's own contest.
        let worst = (1..passes[0].blocks.len()).map(own).fold(0.0, f64::max);
        let verdict = if share <= GOAL { "met" } else { "missed" };
        println!("| {interpolation:?} | {} | {share:.1} | {worst:.1} | ≤ {GOAL}: {verdict} |", passes[0].voices);
    }
    tail(&font);
}

/// Every block of ten minutes, by the clock and by the processor time of the thread: the machine's own interruptions are
/// in the first and not in the second.
fn tail(font: &[u8]) {
    let score = Score::restruck(256, LONG_SECS);
    println!("\n## rig: {LONG_SECS} s of {}, all effects, default interpolation (% of a block's time)\n", score.name);
    println!("| by | half | 99 % | 99.99 % | all | goal for 99.99 % |\n|---|---|---|---|---|---|");
    let Pass { mut blocks, mut own, .. } = play(font, Interpolation::default(), &score);
    for (by, figures) in [("the clock", &mut blocks), ("the thread's own time", &mut own)] {
        figures.sort_by(f64::total_cmp);
        let at = |share: f64| figures[((figures.len() - 1) as f64 * share) as usize];
        let [half, most, nearly, all] = [0.5, 0.99, 0.9999, 1.0].map(at);
        let verdict = if nearly <= GOAL_TAIL { "met" } else { "missed" };
        println!("| {by} | {half:.1} | {most:.1} | {nearly:.1} | {all:.1} | ≤ {GOAL_TAIL}: {verdict} |");
    }
}

struct Pass {
    /// Per cent of one core.
    share: f64,
    /// Wall time of every block, in per cent of the time that it lasts.
    blocks: Vec<f64>,
    /// Processor time of every block, likewise.
    own: Vec<f64>,
    voices: usize,
}

fn play(font: &[u8], interpolation: Interpolation, score: &Score) -> Pass {
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
    let (mut blocks, mut own) = (Vec::new(), Vec::new());
    let started = thread_nanos();
    for events in score.blocks(BLOCK) {
        let due: Vec<_> = events
            .iter()
            .filter_map(|event| {
                let length = if event[0] & 0xF0 == 0xC0 { 2 } else { 3 };
                let word = MidiWord::new(&event[..length]).ok()?;
                Some(Timed { at: rig.now(), value: Command::Midi(word) })
            })
            .collect();
        let (start, own_start) = (Instant::now(), ThreadTime::now());
        rig.render(Block::new(&mut left, &mut right), &mut &due[..]);
        own.push(100.0 * own_start.elapsed().as_secs_f64() / per_block);
        blocks.push(100.0 * start.elapsed().as_secs_f64() / per_block);
    }
    let spent = (thread_nanos() - started) * 1e-9;
    let share = 100.0 * spent / (per_block * blocks.len() as f64);
    Pass { share, blocks, own, voices: rig.stats().voices_peak }
}
