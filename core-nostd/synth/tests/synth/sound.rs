//! How the synth sounds.

use crate::support::{
    CYCLE, SINE, TestBank, bank, config, interpolation, left, message, peak, plain, region, render, rich, stereo_pair,
    synth, word,
};
use proptest::prelude::*;
use ripieno_synth::{
    Builtin, CONTROL_FRAMES, Generator, Interpolation, LoopMode, Patch, Region, Sample, Synth, SynthConfig,
};

const RATE: f32 = 44_100.0;

/// The greatest fourth difference, which a sine of this pitch hardly has: a broadband click, as a linear level.
fn click(signal: &[f32]) -> f32 {
    signal.windows(5).map(|x| (x[0] - 4.0 * x[1] + 6.0 * x[2] - 4.0 * x[3] + x[4]).abs() / 16.0).fold(0.0, f32::max)
}

#[test]
fn a_note_begins_on_its_own_frame() {
    for offset in [0, 1, 17, 63, 64, 100] {
        let mut synth = synth::<4>(plain());
        assert!(left(&mut synth, offset).iter().all(|x| *x == 0.0));
        synth.midi(word(&[0x90, 69, 127]));
        let sound = left(&mut synth, 400);
        // The attack begins from nothing; its shape does not depend on where the control grid lies.
        assert_eq!(sound[0], 0.0, "{offset}");
        assert!(sound[1] > 0.0, "{offset}");
        let mut reference = self::synth::<4>(plain());
        reference.midi(word(&[0x90, 69, 127]));
        let expected = left(&mut reference, 400);
        let worst = sound.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "{offset}: {worst}");
    }
}

#[test]
fn a_fade_begins_from_where_the_sound_is() {
    for frames in [1_280, 1_281, 1_317, 1_343] {
        let [calm, faded] = [false, true].map(|fades| {
            let mut synth = synth::<4>(plain());
            synth.midi(word(&[0x90, 69, 127]));
            left(&mut synth, frames);
            if fades {
                synth.panic();
            }
            left(&mut synth, 400)
        });
        let most = peak(&calm);
        // 5 ms, smooth at both ends: a hundredth of it takes next to nothing away.
        let near = calm.iter().zip(&faded).take(3).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(most > 0.01 && near < 0.001 * most, "{frames}: {near} of {most}");
        assert!(faded[230..].iter().all(|x| *x == 0.0), "{frames}");
    }
}

#[test]
fn pitch_is_exact() {
    // Key 70, down 37 cents of fine tune and up by the coarse tune of a fifth.
    let tuned = region(SINE, &[(Generator::FineTune, -37), (Generator::CoarseTune, 7)]);
    let mut synth = synth::<4>(bank(vec![vec![tuned]]));
    synth.midi(word(&[0x90, 70, 127]));
    let sound = left(&mut synth, 88_200);
    let rises: Vec<f32> = (1_000..88_199)
        .filter(|&n| sound[n] < 0.0 && sound[n + 1] >= 0.0)
        .map(|n| n as f32 + sound[n] / (sound[n] - sound[n + 1]))
        .collect();
    let hz = RATE * (rises.len() - 1) as f32 / (rises[rises.len() - 1] - rises[0]);
    let cents = 1_200.0 * (hz / 441.0).log2();
    assert!((cents - 763.0).abs() < 0.05, "{cents}");
}

#[test]
fn every_interpolation_reproduces_the_sine() {
    for (interpolation, error) in [
        (Interpolation::Linear, 2e-3),
        (Interpolation::Cubic, 1e-4),
        (Interpolation::Fine, 1e-4),
        (Interpolation::Hq, 1e-4),
    ] {
        let mut synth = Box::new(Synth::<_, 4>::new(plain(), config(interpolation)));
        synth.midi(word(&[0x90, 65, 127]));
        let sound = left(&mut synth, 4_000);
        // A pure tone obeys x[n-1] + x[n+1] = 2cos(w)·x[n]; what is left over is error.
        let w = core::f64::consts::TAU / f64::from(CYCLE) * 2.0_f64.powf(-4.0 / 12.0);
        let tone = &sound[1_000..];
        let rest = tone.windows(3).map(|x| f64::from(x[0]) + f64::from(x[2]) - 2.0 * w.cos() * f64::from(x[1]));
        let worst = rest.fold(0.0_f64, |most, x| most.max(x.abs()));
        assert!(worst < error, "{interpolation:?}: {worst:e}");
    }
}

#[test]
fn a_stereo_pair_runs_on_the_right_halfs_pitch() {
    let mut synth = synth::<4>(bank(vec![stereo_pair()]));
    synth.midi(word(&[0x90, 64, 127]));
    // A bend moves both.
    synth.midi(word(&[0xE0, 0, 90]));
    let [left, right, ..] = render(&mut synth, 20_000, &[160]);
    let worst = left.iter().zip(&right).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(peak(&left) > 0.1 && worst < 1e-6, "{worst}");
}

#[test]
fn choked_and_stolen_voices_fade_without_a_click() {
    let long = [(Generator::VolEnvRelease, 1_200), (Generator::ExclusiveClass, 3)];
    let silent = [(Generator::Attenuation, 1_440), (Generator::VolEnvAttack, 0), (Generator::ExclusiveClass, 3)];
    let clicks = |end: &dyn Fn(&mut Synth<TestBank, 1>)| {
        let mut synth = Box::new(Synth::<_, 1>::new(
            bank(vec![vec![region(SINE, &long)], vec![region(SINE, &silent)]]),
            config(Interpolation::Hq),
        ));
        synth.midi(word(&[0x90, 69, 127]));
        let before = left(&mut synth, 4_123);
        let steady = click(&before[2_000..]);
        end(&mut synth);
        let after = left(&mut synth, 2_000);
        assert!(peak(&after[400..]) < 1e-3, "it did not end");
        let joined: Vec<f32> = before[4_000..].iter().chain(&after).copied().collect();
        20.0 * (click(&joined) - steady).max(1e-9).log10()
    };
    // Struck again silently (the only voice is stolen), choked, told to be silent, panic.
    for (name, decibels) in [
        (
            "steal",
            clicks(&|s| {
                s.midi(word(&[0xC0, 1]));
                s.midi(word(&[0x90, 50, 1]));
            }),
        ),
        ("silence", clicks(&|s| s.midi(word(&[0xB0, 120, 0])))),
        ("panic", clicks(&|s| s.panic())),
    ] {
        assert!(decibels < -80.0, "{name}: {decibels} dB");
    }
}

#[test]
fn controllers_move_ringing_voices() {
    let mut synth = synth::<4>(plain());
    synth.midi(word(&[0x90, 69, 127]));
    let loud = peak(&left(&mut synth, 4_096)[1_000..]);
    synth.midi(word(&[0xB0, 7, 50]));
    let quiet = peak(&left(&mut synth, 4_096)[1_000..]);
    // 40 log10 of the ratio, in decibels: the square in amplitude.
    assert!((quiet / loud - 0.25).abs() < 0.01, "{loud} {quiet}");
    synth.midi(word(&[0xB0, 10, 0]));
    let [left, right, _, reverb] = render(&mut synth, 4_096, &[64]);
    assert!(peak(&right[1_000..]) < 1e-6 * peak(&left).max(1.0));
    // Controller 91 starts at 40: 20 % · 40/128 of the voice.
    assert!(peak(&reverb) > 0.0);
}

#[test]
fn a_sample_without_a_loop_ends_its_voice() {
    let once = Sample { mode: LoopMode::None, ..SINE };
    let mut synth = synth::<4>(bank(vec![vec![region(once, &[])]]));
    synth.midi(word(&[0x90, 69, 127]));
    left(&mut synth, 10 * CYCLE as usize - 100);
    assert_eq!(synth.active_voices(), 1);
    left(&mut synth, 100 + 3 * CONTROL_FRAMES);
    assert!(synth.is_silent());
}

#[test]
fn built_in_instruments_decay_or_sustain() {
    for (patch, held_level) in [(Patch::SinePiano, 0.0), (Patch::ElectricPiano, 0.0), (Patch::Organ, 0.05)] {
        let mut synth = Box::new(Synth::<_, 4>::new(Builtin::only(patch), config(Interpolation::Cubic)));
        synth.midi(word(&[0x90, 60, 127]));
        let start = peak(&left(&mut synth, 22_050));
        assert!((0.1..0.9).contains(&start), "{patch:?} {start}");
        let later = left(&mut synth, 8 * 44_100);
        let end = peak(&later[7 * 44_100..]);
        assert!(end >= held_level && (held_level > 0.0 || end < 1e-4), "{patch:?}: {end}");
        synth.midi(word(&[0x80, 60, 0]));
        let released = left(&mut synth, 22_050);
        assert!(synth.is_silent(), "{patch:?}");
        assert!(click(&released) < 1e-3, "{patch:?}");
    }
}

#[test]
fn high_keys_of_the_built_ins_do_not_alias() {
    // The highest key, 12.5 kHz: every harmonic is above the Nyquist frequency, so nothing may lie far below it.
    for patch in Builtin::PATCHES {
        let mut synth = Box::new(Synth::<_, 4>::new(Builtin::only(patch), config(Interpolation::Cubic)));
        synth.midi(word(&[0x90, 127, 127]));
        let sound = left(&mut synth, 8_192);
        // A long average is a low-pass; the organ's lower drawbar is at half the key's pitch and stays above it too.
        let low: Vec<f32> = sound[4_000..].windows(64).map(|x| x.iter().sum::<f32>() / 64.0).collect();
        assert!(peak(&low) < 0.02 * peak(&sound), "{patch:?}: {} of {}", peak(&low), peak(&sound));
    }
}

#[test]
fn polyphony_is_obeyed_and_counted() {
    let settings = SynthConfig { polyphony: 3, ..config(Interpolation::Linear) };
    let mut synth = Box::new(Synth::<_, 8>::new(plain(), settings));
    for key in 40..50 {
        synth.midi(word(&[0x90, key, 100]));
        left(&mut synth, 2_000);
    }
    assert_eq!((synth.active_voices(), synth.stats().voices_peak, synth.stats().steals), (3, 3, 7));
}

#[test]
fn sizes_are_what_they_were() {
    // A voice and its place to fade in; the rest is the same for any number of voices.
    let one = size_of::<Synth<Builtin, 1>>();
    let voice = size_of::<Synth<Builtin, 2>>() - one;
    assert!(voice <= 1_400, "{voice}");
    assert!(one - voice <= 24 * 1_024, "{}", one - voice);
}

/// One number for a whole render, the same in every build of this crate: with and without `simd-dispatch`, optimised or
/// not, on every processor.
#[test]
fn bytes_do_not_depend_on_the_build() {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Fine, Interpolation::Hq] {
        let mut synth = Box::new(Synth::<_, 16>::new(rich(), config(interpolation)));
        for (n, event) in
            [[0x90, 60, 100], [0x91, 64, 90], [0xE0, 5, 80], [0xB1, 1, 99], [0x80, 60, 0]].iter().enumerate()
        {
            synth.midi(word(&[0xC0 | n as u8, n as u8]));
            synth.midi(word(event));
            for signal in render(&mut synth, 3_000 + n, &[64, 7, 129]) {
                for x in signal {
                    hash = (hash ^ u64::from(x.to_bits())).wrapping_mul(0x0100_0000_01B3);
                }
            }
        }
    }
    assert_eq!(hash, GOLDEN, "{hash:#x}");
}

const GOLDEN: u64 = 0x57ca_1542_b479_7696;

/// Eight voices, each at full scale and with all the resonance (96 dB, half of it taken back) there is.
const LOUDEST: f32 = 8.0 * 300.0;

fn any_sample() -> impl Strategy<Value = Sample> {
    (0..900_u32, 1..100_u32, 0..1_000_u32, 1..1_000_u32, 0..3_u8, 1..200_000_u32, 0..128_u8).prop_map(
        |(start, length, a, b, mode, rate_hz, root_key)| {
            let end = start + length;
            let loop_start = start + a % length;
            let loop_end = loop_start + 1 + b % (end - loop_start);
            let mode = [LoopMode::None, LoopMode::Continuous, LoopMode::UntilRelease][usize::from(mode)];
            Sample { start, end, loop_start, loop_end, mode, rate_hz, root_key, ..SINE }
        },
    )
}

fn any_region() -> impl Strategy<Value = Region> {
    let amounts = prop::collection::vec((0..Generator::ALL.len(), any::<i16>()), 0..20);
    (any_sample(), amounts).prop_map(|(sample, amounts)| {
        let amounts: Vec<_> = amounts.into_iter().map(|(n, amount)| (Generator::ALL[n], amount)).collect();
        region(sample, &amounts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_split_gives_the_same_bytes(
        interpolation in interpolation(),
        events in prop::collection::vec((0..700_usize, message()), 1..25),
        sizes in prop::collection::vec(1..300_usize, 1..12),
    ) {
        let play = |sizes: &[usize]| {
            let mut synth = Box::new(Synth::<_, 6>::new(rich(), config(interpolation)));
            let mut all = [(); 4].map(|()| Vec::new());
            for (wait, message) in &events {
                for (all, part) in all.iter_mut().zip(render(&mut synth, *wait, sizes)) {
                    all.extend(part.into_iter().map(f32::to_bits));
                }
                synth.midi(*message);
            }
            (all, synth.stats())
        };
        let (whole, parts) = (play(&[4_096]), play(&sizes));
        prop_assert!(whole == parts, "{:?} {:?}", whole.1, parts.1);
    }

    #[test]
    fn anything_goes_and_everything_ends(
        interpolation in interpolation(),
        presets in prop::collection::vec(prop::collection::vec(any_region(), 0..4), 1..4),
        polyphony in 1..8_usize,
        events in prop::collection::vec((0..400_usize, message()), 1..40),
    ) {
        // Endings must come within the test's patience.
        let shorten = |mut region: Region| {
            let release = region.generators.amount(Generator::VolEnvRelease);
            region.generators.set(Generator::VolEnvRelease, release.min(-2_400));
            region
        };
        let presets = presets.into_iter().map(|layers| layers.into_iter().map(shorten).collect()).collect();
        let settings = SynthConfig { polyphony, ..config(interpolation) };
        let mut synth = Box::new(Synth::<_, 8>::new(bank(presets), settings));
        let worst = |signals: [Vec<f32>; 4]| signals.iter().flatten().fold(0.0_f32, |most, x| if x.is_nan() { f32::INFINITY } else { most.max(x.abs()) });
        for (wait, message) in events {
            let worst = worst(render(&mut synth, wait, &[wait.max(1)]));
            prop_assert!(worst < LOUDEST, "{:?}: {}", message, worst);
            synth.midi(message);
            prop_assert!(synth.active_voices() <= polyphony);
        }
        for channel in 0..16 {
            for (controller, value) in [(64, 0), (66, 0), (123, 0)] {
                synth.midi(word(&[0xB0 | channel, controller, value]));
            }
        }
        let worst = worst(render(&mut synth, 44_100, &[512]));
        prop_assert!(worst < LOUDEST, "{}", worst);
        prop_assert!(synth.is_silent(), "{} voices", synth.active_voices());
        prop_assert!(left(&mut synth, 100).iter().all(|x| *x == 0.0));
    }
}

#[test]
fn a_filter_rings_out_the_same_in_any_split() {
    let events: [(usize, &[u8]); 3] = [(582, &[0xC0, 3]), (314, &[0x90, 86, 1]), (55, &[0x80, 20, 0])];
    let play = |sizes: &[usize]| {
        let mut synth = Box::new(Synth::<_, 6>::new(rich(), config(Interpolation::Linear)));
        let mut all = Vec::new();
        for (wait, message) in events {
            let [left, ..] = render(&mut synth, wait, sizes);
            all.extend(left.into_iter().map(f32::to_bits));
            synth.midi(word(message));
        }
        all
    };
    assert!(play(&[4_096]) == play(&[24]));
}
