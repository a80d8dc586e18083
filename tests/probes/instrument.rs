//! Opens and plays damaged instruments, one after the other, and tells what each cost. Its allocator counts, and a
//! process of its own is what a test can lose.

use peak_alloc::PeakAlloc;
use ripieno::Instrument;
use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::Builtin;
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, SampleRate, Timed};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

type Stage = Rig<Instrument, Box<[f32]>, 32>;

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Opens an instrument, plays a few notes on it and takes it out again. The loudest sample.
fn play(stage: &mut Stage, path: &Path) -> Result<f32, String> {
    let instrument = Instrument::open(path).map_err(|failure| failure.to_string())?;
    instrument.warnings();
    if stage.swap_bank(instrument).is_err() {
        return Err("the bank before has not left".into());
    }
    let strikes = (0..128_u8).step_by(3).map(|key| [0x90, key, 1 + key / 2]);
    let lifts = [24, 36, 48, 60, 72].map(|key| [0x80, key, 64]);
    let notes: Vec<_> = (stage.now()..)
        .step_by(40)
        .zip(strikes.chain(lifts))
        .map(|(at, bytes)| Timed { at, value: Command::Midi(MidiWord::new(&bytes).expect("a legal message")) })
        .collect();
    let mut queue = &notes[..];
    let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
    let mut peak = 0.0_f32;
    for _ in 0..20 {
        stage.render(Block::new(&mut left, &mut right), &mut queue);
        assert!(left.iter().chain(&right).all(|sample| sample.is_finite()), "a sample is no number");
        peak = left.iter().chain(&right).fold(peak, |peak, sample| peak.max(sample.abs()));
    }
    Ok(peak)
}

/// Puts a built-in instrument in the place of the one tried, and waits for that to fall silent.
fn clear(stage: &mut Stage) {
    drop(stage.retired_bank());
    let mut next = stage.swap_bank(Instrument::BuiltIn(Builtin::default())).err();
    let panic = [Timed { at: stage.now(), value: Command::Panic }];
    let mut commands = &panic[..];
    let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
    for _ in 0..10_000 {
        stage.render(Block::new(&mut left, &mut right), &mut commands);
        if stage.retired_bank().is_some() {
            match next.take() {
                Some(bank) => next = stage.swap_bank(bank).err(),
                None => return,
            }
        }
    }
    panic!("voices of an instrument that is gone sound on for ever");
}

fn main() {
    let rate = SampleRate::STUDIO;
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
    let mut stage = Box::new(Stage::new(Instrument::BuiltIn(Builtin::default()), memory, RigConfig::new(rate)));
    let mut out = std::io::stdout().lock();
    for path in std::io::stdin().lock().lines() {
        let path = path.expect("a path");
        HEAP.reset_peak_usage();
        let (before, begun) = (HEAP.current_usage(), cpu());
        let played = catch_unwind(AssertUnwindSafe(|| play(&mut stage, path.as_ref())));
        let heap_bytes = HEAP.peak_usage().saturating_sub(before);
        let outcome = json!({
            "panicked": played.is_err(),
            "heap_bytes": heap_bytes,
            "cpu_millis": (cpu() - begun).as_millis() as u64,
            "peak": played.as_ref().ok().and_then(|played| played.as_ref().ok()),
            "refused": played.as_ref().ok().and_then(|played| played.as_ref().err()),
        });
        writeln!(out, "{outcome}").and_then(|()| out.flush()).expect("the report goes out");
        clear(&mut stage);
    }
}
