//! Recordings: how they loop, what they are tuned to, stereo pairs, 24 bits, what is refused.

use crate::sf2::{Sample, SoundFontFile, Zone};
use crate::support::{Case, Player, RATE, Wave, decibels, frames, level, near, player, render, strike, word};
use ripieno_synth::soundfont::Fault;
use ripieno_synth::{Generator as G, Sf2Profile, SoundFont};

/// Plays key 60 of an only instrument.
fn note(file: &SoundFontFile) -> Player {
    let mut player = player(file, Sf2Profile::V2_04, &[[0xB0, 7, 127]]);
    strike(&mut player, 60, 127);
    player
}

fn font(samples: Vec<Sample>, zones: Vec<Zone>) -> SoundFontFile {
    let mut file = SoundFontFile::new("Samples");
    for sample in samples {
        file.sample(sample);
    }
    let instrument = file.instrument("Samples", zones);
    file.preset("Samples", 0, 0, vec![Zone::new().instrument(instrument)]);
    file
}

/// A recording of three levels: before its loop, within, and behind.
fn steps() -> Sample {
    let frames: Vec<i16> = [[4_000; 4_800], [8_000; 4_800], [12_000; 4_800]].concat();
    Sample::from_i16("Steps", RATE as u32, &frames).looped(4_800, 9_600)
}

#[test]
fn modes_loop_as_they_say() {
    // Levels of the step that sounds, before and behind the release, 0.3 s on.
    for (mode, held, released) in
        [(0, 0.0, 0.0), (1, 8_000.0, 8_000.0), (2, 0.0, 0.0), (3, 8_000.0, 12_000.0), (5, 8_000.0, 8_000.0)]
    {
        let zone = Zone::new().set(G::SampleModes, mode).set(G::VolEnvRelease, 9_000).sample(0);
        let mut player = note(&font(vec![steps()], vec![zone]));
        let sound = render(&mut player, frames(0.35)).left;
        let unit = level(&sound[frames(0.02)..frames(0.08)]) / 4_000.0;
        let read = |signal: &[f32]| level(signal) / unit;
        near("held", read(&sound[frames(0.31)..frames(0.33)]), held, 20.0);
        player.midi(word(&[0x80, 60, 0]));
        // The loop's rest, then what lies behind it.
        let sound = render(&mut player, frames(0.2)).left;
        near("released", read(&sound[frames(0.11)..frames(0.13)]), released, 0.02 * 12_000.0);
    }
}

#[test]
fn loops_are_seamless() {
    // 441 Hz would click if a frame were lost or played twice: a loop of whole cycles sounds like an endless sine.
    let sine = Sample::sine("Sine", 44_100, 441.0, 1_100).looped(100, 1_000);
    let zone = Zone::new().set(G::SampleModes, 1).sample(0);
    let sound = render(&mut note(&font(vec![sine], vec![zone])), 48_000).left;
    let w = std::f64::consts::TAU * 441.0 / RATE;
    let rest =
        sound[1_000..].windows(3).map(|x| (f64::from(x[0]) + f64::from(x[2]) - 2.0 * w.cos() * f64::from(x[1])).abs());
    assert!(rest.fold(0.0, f64::max) < 1e-4);
}

#[test]
fn correction_counts_whatever_the_keyboard_does() {
    let hertz = |sound: &[f32]| {
        let rises: Vec<f64> = (1_000..sound.len() - 1)
            .filter(|&n| sound[n] < 0.0 && sound[n + 1] >= 0.0)
            .map(|n| n as f64 + f64::from(sound[n] / (sound[n] - sound[n + 1])))
            .collect();
        RATE * (rises.len() - 1) as f64 / (rises[rises.len() - 1] - rises[0])
    };
    for (scale, correction, root, rate, cents) in [
        (100, 37, 60, 48_000, 37.0),
        (0, -25, 60, 48_000, -25.0),
        (50, 10, 48, 48_000, 610.0),
        (100, -50, 255, 48_000, -50.0),
        (100, 0, 60, 32_000, -701.955),
    ] {
        let sine = Sample::sine("Sine", 48_000, 480.0, 2_000).root(root).correction(correction).looped(500, 1_500);
        let sine = Sample { rate_hz: rate, ..sine };
        let zone = Zone::new().set(G::SampleModes, 1).set(G::ScaleTuning, scale).sample(0);
        let sound = render(&mut note(&font(vec![sine], vec![zone])), 48_000).left;
        near("cents", 1_200.0 * (hertz(&sound) / 480.0).log2(), cents, 0.01);
    }
}

#[test]
fn the_right_half_of_a_pair_leads() {
    let half = |name, kind, link| Sample::sine(name, 48_000, 480.0, 2_000).looped(500, 1_500).kind(kind, link);
    let zones = || {
        let zone = |pan| Zone::new().set(G::SampleModes, 1).set(G::Pan, pan);
        vec![zone(-500).set(G::FineTune, 40).sample(0), zone(500).sample(1)]
    };
    let worst = |file: &SoundFontFile| {
        let sound = render(&mut note(file), 24_000);
        sound.left.iter().zip(&sound.right).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    let linked = font(vec![half("Left", 4, 1), half("Right", 2, 0)], zones());
    assert!(worst(&linked) < 1e-6);
    // Without links, or with one that is not returned, each has its own pitch.
    for samples in [vec![half("Left", 1, 0), half("Right", 1, 0)], vec![half("Left", 4, 1), half("Right", 2, 1)]] {
        assert!(worst(&font(samples, zones())) > 0.1);
    }
}

#[test]
fn twenty_four_bits_are_heard() {
    // A sine of a quarter of the lowest of sixteen bits.
    let frames: Vec<i32> = (0..4_800).map(|n| ((f64::from(n) * 0.05).sin() * 64.0).round() as i32).collect();
    let sample = Sample::new("Quiet", 48_000, frames);
    let zones = || vec![Zone::new().sample(0)];
    let loudness = |file: &SoundFontFile| {
        let sound = render(&mut note(file), 4_000).left;
        sound[200..].iter().map(|x| f64::from(x * x)).sum::<f64>().sqrt()
    };
    let wide = loudness(&font(vec![sample.clone()], zones()).wide());
    let loud = Sample::new("Loud", 48_000, sample.frames.iter().map(|x| x * 65_536).collect());
    let reference = loudness(&font(vec![loud], zones()).wide());
    near("24 bits", decibels(wide / reference), decibels(1.0 / 65_536.0), 0.05);
}

#[test]
fn samples_in_rom_are_refused_politely() {
    let rom = Sample { kind: 0x8001, ..Sample::sine("Rom", 48_000, 480.0, 2_000) };
    let here = Sample::sine("Here", 48_000, 480.0, 2_000);
    let file = font(vec![rom, here.clone()], vec![Zone::new().sample(0), Zone::new().sample(1)]);
    let sound = render(&mut note(&file), 2_000);
    // What lies in the file sounds as if the rest were not there.
    let alone = render(&mut note(&font(vec![here], vec![Zone::new().sample(0)])), 2_000);
    assert!(sound.left == alone.left && sound.left.iter().any(|x| *x != 0.0));
    let mut issues = vec![];
    SoundFont::new(file.to_bytes()).unwrap().validate(|issue| issues.push(issue));
    assert_eq!(issues.len(), 1);
    assert_eq!((issues[0].chunk, issues[0].index, issues[0].fault), ("shdr", 0, Fault::RomSample));
    // Nothing but samples in ROM: notes are dropped and counted.
    let rom = Sample { kind: 0x8001, ..Sample::sine("Rom", 48_000, 480.0, 2_000) };
    let mut player = note(&font(vec![rom], vec![Zone::new().sample(0)]));
    assert!(render(&mut player, 100).left.iter().all(|x| *x == 0.0));
    assert_eq!(player.stats().dropped_notes, 1);
}

#[test]
fn a_class_excludes_its_own_members_alone() {
    let zone = |key: u8, class| {
        let zone = Zone::new().keys(key, key).set(G::SampleModes, 1).set(G::VolEnvRelease, 6_000);
        zone.set(G::ExclusiveClass, class).set(G::OverridingRootKey, i16::from(key)).sample(0)
    };
    let file = font(vec![steps()], vec![zone(60, 1), zone(62, 1), zone(64, 2), zone(65, 0)]);
    for (second, sounding) in [(62, 1), (64, 2), (65, 2)] {
        let mut player = note(&file);
        render(&mut player, 2_400);
        strike(&mut player, second, 127);
        render(&mut player, 2_400);
        assert_eq!(player.active_voices(), sounding, "{second}");
    }
    // Another channel is another preset.
    let mut player = note(&file);
    player.midi(word(&[0x91, 62, 127]));
    render(&mut player, 2_400);
    assert_eq!(player.active_voices(), 2);
}

#[test]
fn recordings_play_as_their_zone_cuts_them() {
    // The ramp's own values say which frame sounds.
    let unit = {
        let sound = Case::new(Wave::Ramp).play(0.2).left;
        (f64::from(sound[9_000]) - f64::from(sound[1_000])) / 8_000.0
    };
    let value = |sound: &[f32], n: usize| (f64::from(sound[n]) / unit).round() as i32 + 32_768;
    for (fine, coarse, first) in [(0, 0, 0), (1_000, 0, 1_000), (100, 1, 32_868)] {
        let case = Case::new(Wave::Ramp).set(G::StartOffset, fine).set(G::StartCoarseOffset, coarse);
        let sound = case.play(0.1).left;
        near("start", f64::from(value(&sound, 500)), f64::from(first + 500), 2.0);
    }
    for (fine, coarse, end) in [(-536, 0, 65_000), (-10_000, -1, 22_768), (-768, -1, 32_000)] {
        let case = Case::new(Wave::Ramp).set(G::EndOffset, fine).set(G::EndCoarseOffset, coarse);
        let sound = case.play(1.4).left;
        let last = sound.iter().rposition(|x| x.abs() > 1e-3).unwrap();
        near("end", last as f64, f64::from(end) - 1.0, 4.0);
    }
    // Loops: the whole recording, but for what the offsets take from both ends.
    for (start, start_coarse, end, end_coarse, range) in
        [(1_000, 0, -60_000, 0, 1_000..5_536), (232, 1, 0, 0, 33_000..65_536), (0, 1, -1_768, 0, 32_768..63_768)]
    {
        let case = Case::new(Wave::Ramp)
            .set(G::SampleModes, 1)
            .set(G::LoopStartOffset, start)
            .set(G::LoopStartCoarseOffset, start_coarse)
            .set(G::LoopEndOffset, (end % 32_768) as i16)
            .set(G::LoopEndCoarseOffset, (end / 32_768 + end_coarse) as i16);
        let sound = case.play(3.5).left;
        let looped: Vec<i32> = (frames(1.5)..sound.len()).map(|n| value(&sound, n)).collect();
        let (lowest, highest) = (looped.iter().min().unwrap(), looped.iter().max().unwrap());
        // Interpolation overshoots at the seam.
        let slack = 0.08 * f64::from(range.end - range.start);
        near("lowest", f64::from(*lowest), f64::from(range.start), slack);
        near("highest", f64::from(*highest), f64::from(range.end), slack);
        let length = f64::from(range.end - range.start);
        let falls: Vec<usize> = (1..looped.len()).filter(|&n| looped[n] < looped[n - 1] - 1_000).collect();
        let turns: Vec<usize> = falls.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 10).collect();
        assert!(turns.iter().all(|gap| (*gap as f64 - length).abs() <= 1.0), "{range:?}: {turns:?}");
    }
}
