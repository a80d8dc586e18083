//! The pedals of SoundFont voices: half a damper, and what it catches.

use crate::support::*;
use proptest::prelude::*;
use ripieno_synth::{Generator, LoopMode, Sample, Synth, SynthConfig};

/// A note that decays over 20 s to 50 dB and is released over 2 s.
fn rig(half_pedal: bool, mode: LoopMode) -> Box<Synth<TestBank, 4>> {
    use Generator::*;
    let amounts = [(VolEnvDecay, 5_186), (VolEnvSustain, 500), (VolEnvRelease, 1_200)];
    let bank = bank(vec![vec![region(Sample { mode, ..SINE }, &amounts)]]);
    Box::new(Synth::new(bank, SynthConfig { half_pedal, ..config(ripieno_synth::Interpolation::Linear) }))
}

fn level(synth: &mut Synth<TestBank, 4>) -> f32 {
    // Whole cycles.
    let frames = 20 * CYCLE as usize;
    20.0 * (left(synth, frames).iter().map(|x| x * x).sum::<f32>() / frames as f32).sqrt().log10()
}

/// Decibels that a note falls in about a fifth of a second, from one after it was let go with the pedal at a place.
fn fall(synth: &mut Synth<TestBank, 4>, pedal: u8) -> f32 {
    synth.midi(word(&[0xB0, 64, pedal]));
    synth.midi(word(&[0x90, 69, 127]));
    left(synth, 4_410);
    synth.midi(word(&[0x80, 69, 0]));
    left(synth, 4_410);
    let before = level(synth);
    left(synth, 8_820 - 20 * CYCLE as usize);
    let fallen = before - level(synth);
    synth.panic();
    left(synth, 4_410);
    fallen
}

#[test]
fn half_a_pedal_damps_half() {
    let mut synth = rig(true, LoopMode::Continuous);
    let falls = [0, 16, 28, 40, 52, 64, 127].map(|pedal| fall(&mut synth, pedal));
    // Fifty decibels a second and five, and what lies between.
    for (fallen, held) in falls.iter().zip([0.0, 0.0, 0.4375, 0.75, 0.9375, 1.0, 1.0]) {
        let expected = 0.2 * ((1.0 - held) * 50.0 + held * 5.0);
        assert!((fallen - expected).abs() < 0.1, "{fallen} {expected}");
    }
    let mut synth = rig(false, LoopMode::Continuous);
    let falls = [0, 40, 63, 64].map(|pedal| fall(&mut synth, pedal));
    assert!((falls[0] - 10.0).abs() < 0.1 && (falls[2] - 10.0).abs() < 0.1, "{falls:?}");
    assert!((falls[1] - 10.0).abs() < 0.1 && (falls[3] - 1.0).abs() < 0.1, "{falls:?}");
}

#[test]
fn a_pedal_catches_what_still_rings() {
    for half_pedal in [true, false] {
        let mut synth = rig(half_pedal, LoopMode::Continuous);
        synth.midi(word(&[0x90, 69, 127]));
        left(&mut synth, 4_410);
        synth.midi(word(&[0x80, 69, 0]));
        left(&mut synth, 10_000);
        synth.midi(word(&[0xB0, 64, 127]));
        left(&mut synth, 64);
        let caught = level(&mut synth);
        left(&mut synth, 44_100);
        let later = level(&mut synth);
        // It goes on as if it were held: by five decibels a second.
        assert!((caught - later - 5.2).abs() < 0.3, "{caught} {later}");
        left(&mut synth, 20 * 44_100);
        assert!(synth.active_voices() == 1);
        synth.midi(word(&[0xB0, 64, 0]));
        left(&mut synth, 3 * 44_100);
        assert!(synth.is_silent());
    }
}

#[test]
fn a_loop_lasts_while_half_a_pedal_holds() {
    let mut synth = rig(true, LoopMode::UntilRelease);
    synth.midi(word(&[0xB0, 64, 40]));
    synth.midi(word(&[0x90, 69, 127]));
    left(&mut synth, 441);
    synth.midi(word(&[0x80, 69, 0]));
    left(&mut synth, 4_410);
    assert_eq!(synth.active_voices(), 1);
    synth.midi(word(&[0xB0, 64, 0]));
    left(&mut synth, 1_100);
    assert_eq!(synth.active_voices(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// However the pedal moves, nothing clicks and nothing hangs.
    #[test]
    fn any_way_of_the_pedal_is_smooth(moves in prop::collection::vec((1..3_000_usize, 0..128_u8), 1..30)) {
        let mut synth = rig(true, LoopMode::Continuous);
        synth.midi(word(&[0x90, 69, 127]));
        let mut all = left(&mut synth, 4_410);
        synth.midi(word(&[0x80, 69, 0]));
        for (frames, pedal) in moves {
            synth.midi(word(&[0xB0, 64, pedal]));
            all.extend(left(&mut synth, frames));
        }
        // A sine of 441 Hz moves by so much at most.
        let steepest = peak(&all) * core::f32::consts::TAU / CYCLE as f32 * 1.05;
        prop_assert!(all[2_000..].windows(2).all(|pair| (pair[1] - pair[0]).abs() <= steepest));
        synth.midi(word(&[0xB0, 64, 0]));
        left(&mut synth, 3 * 44_100);
        prop_assert!(synth.is_silent());
    }
}
