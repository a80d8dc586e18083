//! Renders a minute under a filter that refuses every system call, and, to show that the filter bites, breaks the rule in
//! several ways. Prints one JSON line; a refused call ends it by SIGSYS. With the filter runs a guard that prints at any
//! allocation, which the filter refuses.

use assert_no_alloc::{assert_no_alloc, violation_count};
use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_ring::spsc::channel;
use ripieno_synth::SoundFont;
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::scramble::scramble;
use ripieno_tests::seccomp::Filtered;
use ripieno_types::{Block, SampleRate};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[global_allocator]
static GUARD: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// What is rendered, in seconds of audio.
const MINUTE: u64 = 60;

/// The longest block; a device may ask for any up to it.
const LONGEST: usize = 4096;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("rig") => rig(),
        Some("ask") => breaks(|| _ = std::hint::black_box(std::process::id())),
        Some("sleep") => breaks(|| std::thread::sleep(Duration::from_millis(1))),
        Some("allocate") => breaks(|| drop(std::hint::black_box(vec![0_u8; 16]))),
        Some("lock") => {
            let mutex = Arc::new(Mutex::new(()));
            let mine = mutex.clone();
            let _held = mutex.lock();
            breaks(move || drop(mine.lock()));
        }
        Some("nothing") => breaks(|| ()),
        other => {
            eprintln!("seccomp-probe: unknown mode {other:?}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Does once what must not be done.
fn breaks(mut what: impl FnMut() + Send + 'static) {
    let thread = Filtered::spawn(move || {
        assert_no_alloc(&mut what);
        false
    });
    thread.wait(|| ());
    println!("{}", serde_json::json!({ "violations": violation_count() }));
}

/// The bare rig on a real bank, with everything that a controller can send, and a new bank every few milliseconds.
fn rig() {
    let bytes = std::fs::read(TIMGM6MB).expect("timgm6mb-soundfont is installed by `cargo xtask setup`");
    let bank = || SoundFont::new(bytes.clone()).expect("a sound file");
    let rate = SampleRate::STUDIO;
    let frames = MINUTE * u64::from(rate.hz());
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
    let mut rig = Box::new(Rig::<_, _, 64>::new(bank(), memory, RigConfig::new(rate)));
    let commands = scramble(11, 24_000, frames);
    let (mut left, mut right) = (vec![0.0_f32; LONGEST], vec![0.0_f32; LONGEST]);
    let (mut new_banks, mut incoming) = channel(4);
    let (mut outgoing, mut old_banks) = channel(4);
    let peak = Arc::new(AtomicU32::new(0));
    let voices = Arc::new(AtomicU64::new(0));
    let (peak_now, voices_now) = (peak.clone(), voices.clone());

    let (mut position, mut round) = (0, 0);
    let mut refused = None;
    let thread = Filtered::spawn(move || {
        assert_no_alloc(|| {
            if let Some(bank) = refused.take().or_else(|| incoming.pop()) {
                refused = rig.swap_bank(bank).err();
            }
            // Room for the old one is made sure of first: nothing may be dropped here.
            if outgoing.free() > 0
                && let Some(bank) = rig.retired_bank()
            {
                let _ = outgoing.push(bank);
            }
            round += 1;
            let size = [64, 1, LONGEST, 128, 333, 1000, 17][round % 7];
            let mut queue = &commands[position..];
            rig.render(Block::new(&mut left[..size], &mut right[..size]), &mut queue);
            position = commands.len() - queue.len();
            let loudest = left[..size].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            // Not negative, so the bits order as the numbers do.
            peak_now.fetch_max(loudest.to_bits(), Ordering::Relaxed);
            voices_now.fetch_max(rig.stats().voices_peak as u64, Ordering::Relaxed);
            rig.now() < frames
        })
    });
    let (mut given, mut back) = (0, 0);
    thread.wait(|| {
        given += u64::from(new_banks.free() > 0 && new_banks.push(bank()).is_ok());
        back += u64::from(old_banks.pop().is_some());
    });
    println!(
        "{}",
        serde_json::json!({
            "violations": violation_count(),
            "peak": f32::from_bits(peak.load(Ordering::Relaxed)),
            "voices": voices.load(Ordering::Relaxed),
            "banks_given": given,
            "banks_back": back,
        })
    );
}
