//! Every generator: that it does what section 8.1.2 says, that a local zone's takes the place of a global one's, and that
//! a preset's, a modulator's and data entry's add to the instrument's, but for those of samples.

use crate::defaults::{closed_to, direction, loudness, send};
use crate::envelopes::{passes, shape, stages};
use crate::filters::heights;
use crate::oscillators::swing;
use crate::parameters::soundfont;
use crate::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone};
use crate::support::{
    Case, Wave, crossing, frames, held_pitches, level, near, pitch, player, render, seconds, strike, timecents,
};
use ripieno_synth::soundfont::Fault;
use ripieno_synth::{Generator as G, Sf2Profile, SoundFont};

/// A generator, an amount and one to add to it, a note on which it is heard, how it is read, and what should be read.
struct Row(G, i16, i16, fn() -> Case, fn(&Case) -> f64, fn(f64) -> f64, f64);

fn flat() -> Case {
    Case::new(Wave::Flat)
}

fn ramp() -> Case {
    Case::new(Wave::Ramp)
}

fn filtered() -> Case {
    Case::new(Wave::Click(4_800)).set(G::FilterCutoff, 8_000)
}

fn looped() -> Case {
    ramp().set(G::SampleModes, 1)
}

fn swinging() -> Case {
    ramp().set(G::CoarseTune, -24)
}

/// The pitch moves by an octave, up at once and down again in a fifth of a second.
fn enveloped() -> Case {
    ramp().set(G::ModEnvToPitch, -1_200).set(G::ModEnvDecay, timecents(0.2)).set(G::ModEnvSustain, 1_000)
}

fn decaying() -> Case {
    flat().set(G::VolEnvDecay, timecents(0.5))
}

/// Which frame of the ramp sounds first.
fn first_frame(case: &Case) -> f64 {
    let [one, other] = [ramp(), case.clone()].map(|case| f64::from(case.play(0.05).left[500]));
    let plain = ramp().play(0.05).left;
    let unit = (f64::from(plain[2_000]) - f64::from(plain[500])) / 1_500.0;
    (other - one) / unit
}

fn last_frame(case: &Case) -> f64 {
    case.play(1.4).left.iter().rposition(|x| x.abs() > 1e-3).unwrap() as f64 + 1.0
}

/// How many frames repeat.
fn loop_length(case: &Case) -> f64 {
    let sound = case.play(4.2).left;
    let falls: Vec<usize> = (1..sound.len()).filter(|&n| sound[n] < sound[n - 1] - 0.1).collect();
    falls.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 10).max().unwrap() as f64
}

fn sounds_on(case: &Case) -> f64 {
    f64::from(u8::from(case.play(1.6).left[frames(1.5)..].iter().any(|x| *x != 0.0)))
}

/// Notes that sound after a second one.
fn voices(case: &Case) -> f64 {
    let mut player = case.player();
    [60, 64].into_iter().for_each(|key| strike(&mut player, key, 127));
    render(&mut player, 4_800);
    player.active_voices() as f64
}

fn swings(case: &Case) -> crate::oscillators::Swing {
    let read: Vec<f64> = held_pitches(case, 2.0)[2..].iter().map(|x| x + 2_400.0).collect();
    swing(&read)
}

/// When the pitch has come half way back.
fn half_way(case: &Case) -> f64 {
    let shape: Vec<f64> = held_pitches(case, 1.2).iter().map(|cents| -cents / 1_200.0).collect();
    passes(&shape, 0.05, 0.5, false)
}

/// When the pitch has moved by nine tenths.
fn all_the_way(case: &Case) -> f64 {
    let shape: Vec<f64> = held_pitches(case, 0.9).iter().map(|cents| -cents / 1_200.0).collect();
    passes(&shape, 0.0, 0.9, true)
}

/// How long the pitch takes back to half way after the release.
fn released(case: &Case) -> f64 {
    let shape: Vec<f64> = shape(case.clone(), 0.2, 0.4).iter().map(|x| x + 2.0).collect();
    passes(&shape, 0.2, 0.5, false) - 0.2
}

fn fades(case: &Case) -> f64 {
    let sound = case.play_and_release(0.2, 0.5).left;
    let from = level(&sound[frames(0.1)..frames(0.2)]);
    5.0 * (crossing(&sound, 0.2, from * 0.1, false) - 0.2)
}

fn tremolo(case: &Case) -> f64 {
    let plain = level(&flat().set(G::Attenuation, 500).play(0.1).left[2_400..]);
    let most = case.play(1.0).left.iter().copied().fold(0.0, f32::max);
    200.0 * (f64::from(most) / plain).log10()
}

fn rows() -> Vec<Row> {
    use G::*;
    let same: fn(f64) -> f64 = |x| x;
    let lfo_rate: fn(f64) -> f64 = |cents| 8.175_798_9 * (cents / 1_200.0).exp2();
    vec![
        Row(StartOffset, 1_000, 500, ramp, first_frame, same, 1.0),
        Row(StartCoarseOffset, 1, 1, ramp, first_frame, |x| 32_768.0 * x, 1.0),
        Row(EndOffset, -1_000, -500, ramp, last_frame, |x| 65_536.0 + x, 4.0),
        Row(EndCoarseOffset, -1, 1, || ramp().set(EndOffset, -5_000), last_frame, |x| 60_536.0 + 32_768.0 * x, 4.0),
        Row(LoopStartOffset, 9_000, 500, looped, loop_length, |x| 65_536.0 - x, 1.0),
        Row(LoopStartCoarseOffset, 1, 1, looped, loop_length, |x| 65_536.0 - 32_768.0 * x, 1.0),
        Row(LoopEndOffset, -9_000, 500, looped, loop_length, |x| 65_536.0 + x, 1.0),
        Row(LoopEndCoarseOffset, -1, 1, looped, loop_length, |x| 65_536.0 + 32_768.0 * x, 1.0),
        Row(SampleModes, 1, -1, ramp, sounds_on, same, 0.0),
        Row(ExclusiveClass, 5, -5, flat, voices, |x| if x > 0.0 { 1.0 } else { 2.0 }, 0.0),
        Row(Keynum, 67, 5, ramp, pitch, |x| 100.0 * (x - 60.0), 0.5),
        Row(Velocity, 64, 20, flat, loudness, |x| 40.0 * (x / 127.0).log10(), 0.05),
        Row(OverridingRootKey, 53, 5, ramp, pitch, |x| 100.0 * (60.0 - x), 0.5),
        Row(CoarseTune, -7, 12, ramp, pitch, |x| 100.0 * x, 0.5),
        Row(FineTune, 33, -70, ramp, pitch, same, 0.5),
        Row(ScaleTuning, 50, 25, || ramp().key(72), pitch, |x| 12.0 * x, 0.5),
        Row(Attenuation, 100, 55, flat, loudness, |x| -0.04 * x, 0.05),
        Row(Pan, -250, 400, flat, direction, same, 0.5),
        Row(ChorusSend, 250, -130, flat, |case| send(case, false), same, 0.5),
        Row(ReverbSend, 250, -130, flat, |case| send(case, true), same, 0.5),
        Row(FilterCutoff, 9_000, -1_500, || Case::new(Wave::Click(4_800)), closed_to, same, 2.0),
        Row(FilterQ, 100, 50, filtered, |case| heights(case)[1], |x| 0.1 * x - 3.01, 0.05),
        Row(ModLfoToFilter, 600, -900, || filtered().set(ModLfoFrequency, 200), closed_to_lfo, same, 25.0),
        Row(ModEnvToFilter, 600, -900, filtered, closed_to, |x| 8_000.0 + x, 2.0),
        Row(ModLfoToPitch, 200, -80, swinging, |case| swings(case).highest, same, 4.0),
        Row(VibLfoToPitch, 200, -80, swinging, |case| swings(case).highest, same, 4.0),
        Row(ModLfoToVolume, 100, 40, || flat().set(Attenuation, 500), tremolo, same, 1.0),
        Row(ModLfoFrequency, -800, 500, || swinging().set(ModLfoToPitch, 300), |c| swings(c).hz, lfo_rate, 0.05),
        Row(VibLfoFrequency, -800, 500, || swinging().set(VibLfoToPitch, 300), |c| swings(c).hz, lfo_rate, 0.05),
        Row(ModLfoDelay, -3_000, 600, || swinging().set(ModLfoToPitch, 300), |c| swings(c).begins, begins, 0.002),
        Row(VibLfoDelay, -3_000, 600, || swinging().set(VibLfoToPitch, 300), |c| swings(c).begins, begins, 0.002),
        Row(ModEnvToPitch, 300, -500, ramp, pitch, same, 0.5),
        Row(ModEnvDelay, -3_000, 600, enveloped, all_the_way, |x| seconds(x) + 0.0007, 0.001),
        Row(ModEnvAttack, -3_000, 600, enveloped, all_the_way, |x| seconds(x) * 10_f64.powf(-0.24), 0.001),
        Row(ModEnvHold, -3_000, 600, enveloped, half_way, |x| seconds(x) + 0.101, 0.001),
        Row(
            ModEnvDecay,
            -1_200,
            600,
            || ramp().set(ModEnvToPitch, -1_200).set(ModEnvSustain, 1_000),
            half_way,
            |x| 0.5 * seconds(x) + 0.001,
            0.001,
        ),
        Row(
            ModEnvSustain,
            300,
            200,
            || ramp().set(ModEnvToPitch, -1_200).set(ModEnvDecay, -9_000),
            pitch,
            |x| 1.2 * x - 1_200.0,
            0.5,
        ),
        Row(ModEnvRelease, -2_400, 600, swinging, released, |x| 0.5 * seconds(x), 0.001),
        Row(
            KeyToModEnvHold,
            50,
            50,
            || enveloped().set(ScaleTuning, 0).set(ModEnvHold, -3_600).key(48),
            half_way,
            |x| 0.125 * seconds(12.0 * x) + 0.101,
            0.001,
        ),
        Row(
            KeyToModEnvDecay,
            50,
            50,
            || enveloped().set(ScaleTuning, 0).key(48),
            half_way,
            |x| 0.1 * seconds(12.0 * x) + 0.001,
            0.001,
        ),
        Row(VolEnvDelay, -3_000, 600, decaying, |case| stages(case, 1.2).delay, seconds, 0.001),
        Row(VolEnvAttack, -3_000, 600, decaying, |case| stages(case, 1.2).attack, seconds, 0.001),
        Row(VolEnvHold, -3_000, 600, decaying, |case| stages(case, 1.2).hold, seconds, 0.001),
        Row(VolEnvDecay, -1_200, 600, flat, |case| stages(case, 1.2).decay, seconds, 0.002),
        Row(VolEnvSustain, 100, 50, || flat().set(VolEnvDecay, -6_000), loudness, |x| -0.1 * x, 0.05),
        Row(VolEnvRelease, -1_200, 600, flat, fades, seconds, 0.003),
        Row(
            KeyToVolEnvHold,
            50,
            50,
            || decaying().set(VolEnvHold, -3_600).key(48),
            |case| stages(case, 1.5).hold,
            |x| 0.125 * seconds(12.0 * x),
            0.001,
        ),
        Row(
            KeyToVolEnvDecay,
            50,
            50,
            || decaying().key(48),
            |case| stages(case, 2.0).decay,
            |x| 0.5 * seconds(12.0 * x),
            0.002,
        ),
    ]
}

/// When an oscillator of 8 Hz has risen to a twentieth.
fn begins(delay: f64) -> f64 {
    seconds(delay) + 1.0 / 80.0 / 8.175_798_9
}

/// How far the filter is from its rest when the oscillator is at its height: the click waits for that.
fn closed_to_lfo(case: &Case) -> f64 {
    let quarter = 0.25 / (8.175_798_9 * (200.0_f64 / 1_200.0).exp2());
    let case = case.clone().set(G::ModLfoDelay, timecents(0.1 - quarter));
    closed_to(&case) - 8_000.0
}

/// What a preset has no say in (8.5).
fn is_of_samples(generator: G) -> bool {
    use G::*;
    matches!(
        generator,
        StartOffset
            | EndOffset
            | LoopStartOffset
            | LoopEndOffset
            | StartCoarseOffset
            | EndCoarseOffset
            | LoopStartCoarseOffset
            | LoopEndCoarseOffset
            | Keynum
            | Velocity
            | SampleModes
            | ExclusiveClass
            | OverridingRootKey
    )
}

/// What a step of data entry is worth (9.6.3).
fn step(generator: G) -> i16 {
    use G::*;
    match generator {
        ModLfoFrequency | VibLfoFrequency => 4,
        ModLfoToPitch | VibLfoToPitch | ModEnvToPitch | FilterCutoff | ModLfoToFilter | ModEnvToFilter => 2,
        ModLfoDelay | VibLfoDelay | ModEnvDelay | VolEnvDelay => 2,
        ModEnvAttack | ModEnvHold | ModEnvDecay | ModEnvRelease => 2,
        VolEnvAttack | VolEnvHold | VolEnvDecay | VolEnvRelease => 2,
        _ => 1,
    }
}

/// Checks a part of the table, so that parts run side by side.
fn check(part: usize) {
    const PARTS: usize = 4;
    for Row(generator, amount, more, case, read, expected, tolerance) in rows().into_iter().skip(part).step_by(PARTS) {
        let check = |what: &str, case: &Case, amount: i16| {
            near(&format!("{generator:?} {what}"), read(case), expected(f64::from(amount)), tolerance);
        };
        let sum = if is_of_samples(generator) { amount } else { amount + more };
        let local = case().set(generator, amount);
        check("local", &local, amount);
        let global = |amount| Case { global: Zone::new().set(generator, amount), ..case() };
        check("global", &global(amount), amount);
        check("local before global", &global(amount + more).set(generator, amount), amount);
        check("preset", &local.clone().preset(generator, more), sum);
        let over = Case { preset_global: Zone::new().set(generator, more), ..local.clone() };
        check("global preset", &over, sum);
        let both = Case { preset_global: Zone::new().set(generator, 2 * more), ..local };
        check("preset before global preset", &both.preset(generator, more), sum);
        check(
            "data entry",
            &soundfont(generator as u8, 8_192 + more / step(generator))
                .into_iter()
                .fold(case().set(generator, amount), Case::say),
            sum,
        );
        // Modulated attenuation counts in full and is measured elsewhere.
        if generator != G::Attenuation {
            let (destination, amount_source, transform) = (generator as u16, 0, 0);
            let record = ModulatorRecord { source: 0, destination, amount: more, amount_source, transform };
            check("modulated", &case().set(generator, amount).modulator(record), sum);
        }
    }
}

#[test]
fn each_does_what_the_text_says() {
    check(0);
}

#[test]
fn each_does_what_the_text_says_2() {
    check(1);
}

#[test]
fn each_does_what_the_text_says_3() {
    check(2);
}

#[test]
fn each_does_what_the_text_says_4() {
    check(3);
}

#[test]
fn none_is_left_out() {
    let known: Vec<G> = rows().iter().map(|row| row.0).collect();
    for &generator in G::ALL {
        let is_structure = matches!(generator, G::Instrument | G::SampleId | G::KeyRange | G::VelocityRange);
        assert_eq!(known.iter().filter(|g| **g == generator).count(), usize::from(!is_structure), "{generator:?}");
    }
}

#[test]
fn what_has_no_place_is_ignored_and_reported() {
    // Unused and reserved numbers, and what a preset may not have.
    let unused = [14, 18, 19, 20, 42, 49, 55, 59, 60, 61, 200, u16::MAX];
    let case = unused.iter().fold(ramp(), |mut case, number| {
        case.zone = case.zone.raw(*number, 77);
        case
    });
    near("pitch", pitch(&case), 0.0, 0.3);
    let misplaced = |case: &Case| {
        let mut numbers = vec![];
        SoundFont::new(case.file().to_bytes()).unwrap().validate(|issue| match issue.fault {
            Fault::MisplacedGenerator { number } => numbers.push(number),
            other => panic!("{other:?}"),
        });
        numbers
    };
    assert_eq!(misplaced(&case), unused);
    let samples: Vec<G> = G::ALL.iter().copied().filter(|generator| is_of_samples(*generator)).collect();
    let case = samples.iter().fold(ramp(), |case, generator| case.preset(*generator, 1));
    assert_eq!(misplaced(&case), samples.iter().map(|generator| *generator as u16).collect::<Vec<_>>());
}

#[test]
fn ranges_of_both_levels_choose() {
    let mut file = SoundFontFile::new("Ranges");
    for n in 1..=4_i16 {
        file.sample(Sample::from_i16("Flat", 48_000, &[1_000 * n; 9_600]));
    }
    let zones = vec![
        Zone::new().keys(40, 80),
        Zone::new().keys(0, 60).sample(0),
        Zone::new().velocities(64, 127).sample(1),
        Zone::new().keys(61, 127).velocities(0, 63).sample(2),
    ];
    let instrument = file.instrument("Ranges", zones);
    let other = file.instrument("Other", vec![Zone::new().sample(3)]);
    let velocity = Zone::new().set(G::Velocity, 127);
    file.instrument("Unused", vec![velocity]);
    let presets = vec![
        Zone::new().velocities(10, 120),
        Zone::new().keys(50, 127).instrument(instrument),
        Zone::new().keys(20, 20).velocities(0, 127).instrument(other),
    ];
    file.preset("Ranges", 0, 0, presets);
    for (key, velocity, expected) in [
        (60, 50, &[0][..]),
        (60, 64, &[0, 1]),
        (61, 63, &[2]),
        (61, 120, &[1]),
        (61, 121, &[]),
        (60, 9, &[]),
        (49, 64, &[]),
        (81, 64, &[]),
        (127, 10, &[2]),
        (20, 127, &[3]),
        (21, 127, &[]),
    ] {
        let font = SoundFont::new(file.to_bytes()).unwrap();
        use ripieno_synth::{Bank, Wave};
        let mut found = vec![];
        font.regions(font.find(0, 0).unwrap(), key, velocity, |region| {
            if let Wave::Sample(sample) = region.wave {
                found.push(sample.index);
            }
        });
        assert_eq!(found, expected, "{key} {velocity}");
        let mut player = player(&file, Sf2Profile::V2_04, &[]);
        strike(&mut player, key, velocity);
        assert_eq!(player.active_voices(), expected.len());
    }
}
