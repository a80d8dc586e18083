//! The audio path never allocates or frees: a whole session of a rig under a guard that counts each try.

use assert_no_alloc::{assert_no_alloc, reset_violation_count, violation_count};
use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::{Bank, Builtin, SoundFont};
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::scramble::scramble;
use ripieno_types::{Block, SampleRate};

/// Renders ten seconds of everything a controller can send, in blocks of changing size.
fn session(bank: impl Bank) {
    let rate = SampleRate::STUDIO;
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
    let mut rig = Box::new(Rig::<_, _, 64>::new(bank, memory, RigConfig::new(rate)));
    let commands = scramble(7, 4_000, 10 * u64::from(rate.hz()));
    let (mut left, mut right) = (vec![0.0; 1024], vec![0.0; 1024]);
    let mut peak = 0.0_f32;
    reset_violation_count();
    assert_no_alloc(|| {
        let mut queue = &commands[..];
        for size in [64, 1, 1000, 128, 333].into_iter().cycle() {
            rig.render(Block::new(&mut left[..size], &mut right[..size]), &mut queue);
            peak = left[..size].iter().fold(peak, |peak, s| peak.max(s.abs()));
            if rig.now() > 10 * u64::from(rate.hz()) {
                break;
            }
        }
    });
    assert_eq!(violation_count(), 0);
    assert!(peak > 0.01, "the session was silent");
    assert!(rig.stats().voices_peak > 8, "the session hardly played: {:?}", rig.stats());
}

#[test]
fn a_rig_with_built_in_instruments_never_allocates() {
    session(Builtin::default());
}

#[test]
fn a_rig_with_a_real_soundfont_never_allocates() {
    let bytes = std::fs::read(TIMGM6MB).expect("timgm6mb-soundfont is installed by `cargo xtask setup`");
    session(SoundFont::new(bytes).expect("a sound file"));
}

#[test]
fn the_guard_itself_bites() {
    reset_violation_count();
    assert_no_alloc(|| drop(std::hint::black_box(vec![0_u8; 16])));
    assert!(violation_count() > 0);
    reset_violation_count();
}
