//! The whole way from a text to sound: levels and pitches that sfizz 1.2 was measured at, its own scale taken off.

use ripieno_files::kit::KitFile;
use ripieno_synth::{Synth, SynthConfig};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};
use std::io::Write;

/// Decibels from sfizz's scale to a synth's at its default gain: sfizz plays everything 7.35 dB softer, the synth halves.
const SCALE_DB: f64 = 4.345 - 6.02;

/// Frames that are looked at: 10 ms.
const WINDOW: usize = 480;

/// What is heard of a text: both sides, a second.
fn render(text: &str, events: &[(usize, [u8; 3])]) -> [Vec<f32>; 2] {
    let mut file = tempfile::Builder::new().suffix(".sfz").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let (bank, troubles) = KitFile::read(file.path()).unwrap().load(u64::MAX, 16);
    assert!(troubles.is_empty(), "{text}");
    let mut synth: Box<Synth<_, 16>> = Box::new(Synth::new(bank, SynthConfig::new(SampleRate::STUDIO)));
    let mut heard = [vec![0.0; 48_000], vec![0.0; 48_000]];
    let mut from = 0;
    for (at, message) in events.iter().copied().map(|(at, message)| (at, Some(message))).chain([(48_000, None)]) {
        let [left, right] = &mut heard;
        synth.render(Block::new(&mut left[from..at], &mut right[from..at]), None);
        from = at;
        if let Some(message) = message {
            synth.midi(MidiWord::new(&message).unwrap());
        }
    }
    heard
}

/// Levels in decibels of both sides by millisecond.
fn check(text: &str, events: &[(usize, [u8; 3])], expected: &[(usize, [f64; 2])]) {
    let heard = render(text, events);
    for (millis, levels) in expected {
        for (side, level) in heard.iter().zip(levels) {
            let window = &side[millis * 48..][..WINDOW];
            let power = window.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / WINDOW as f64;
            let found = 10.0 * power.max(1e-18).log10() - SCALE_DB;
            assert!((found - level).abs() < 0.3, "{text}\n{millis} ms: {found:.2} dB, sfizz has {level:.2}");
        }
    }
}

const ON: (usize, [u8; 3]) = (0, [0x90, 84, 100]);

#[test]
fn levels_by_velocity_and_controllers() {
    check("<region> sample=*sine", &[ON], &[(100, [-18.67, -18.67]), (500, [-18.69, -18.69])]);
    check("<region> sample=*sine", &[(0, [0x90, 84, 20])], &[(100, [-46.63, -46.63]), (500, [-46.65, -46.65])]);
    check(
        "<region> sample=*sine volume=-4 amplitude=60 amp_keytrack=-0.25 amp_keycenter=60",
        &[(0, [0x90, 84, 127])],
        &[(100, [-28.96, -28.96])],
    );
    check(
        "<region> sample=*sine",
        &[(0, [0xB0, 7, 64]), (4800, [0x90, 84, 100]), (24000, [0xB0, 11, 32]), (36000, [0xB0, 10, 20])],
        &[(200, [-26.43, -26.43]), (400, [-26.42, -26.42]), (600, [-50.39, -50.39]), (900, [-47.64, -59.59])],
    );
    check(
        "<region> sample=*sine volume_oncc7=-12",
        &[(0, [0xB0, 7, 64]), (4800, [0x90, 84, 100])],
        &[(200, [-20.57, -20.57])],
    );
    check("<region> sample=*sine pan=-60 amp_veltrack=50", &[(0, [0x90, 84, 64])], &[(200, [-16.02, -25.78])]);
    check(
        "<region> sample=*sine xfin_locc1=20 xfin_hicc1=60 xfout_locc1=80 xfout_hicc1=120",
        &[(0, [0xB0, 1, 40]), (4800, [0x90, 84, 100]), (24000, [0xB0, 1, 100])],
        &[(200, [-21.68, -21.68]), (900, [-21.69, -21.69])],
    );
}

#[test]
fn envelopes() {
    check(
        "<region> sample=*sine ampeg_attack=0.2 ampeg_hold=0.1 ampeg_decay=0.3 ampeg_sustain=40 ampeg_release=0.4",
        &[ON, (33600, [0x80, 84, 0])],
        &[
            (50, [-29.88, -29.88]),
            (150, [-20.87, -20.87]),
            (250, [-18.67, -18.67]),
            (350, [-26.65, -26.65]),
            (600, [-26.63, -26.63]),
            (750, [-37.37, -37.37]),
            (900, [-66.68, -66.68]),
        ],
    );
    check(
        "<region> sample=*sine ampeg_delay=0.1 ampeg_start=30 ampeg_attack=0.3 ampeg_decay=1 ampeg_sustain=0",
        &[ON],
        &[
            (50, [-29.14, -29.14]),
            (90, [-29.14, -29.14]),
            (200, [-22.43, -22.43]),
            (400, [-26.08, -26.08]),
            (600, [-41.73, -41.73]),
        ],
    );
    check(
        "<region> sample=*sine ampeg_attack_oncc20=0.5 ampeg_release=0.1 ampeg_release_oncc21=1",
        &[(0, [0xB0, 20, 64]), (0, [0xB0, 21, 64]), (4800, [0x90, 84, 100]), (28800, [0x80, 84, 0])],
        &[(200, [-26.28, -26.28]), (300, [-20.48, -20.48]), (700, [-32.26, -32.26]), (900, [-58.14, -58.14])],
    );
    check(
        "<region> sample=*sine eg1_time1=0.2 eg1_level1=1 eg1_time2=0.3 eg1_level2=0.4 eg1_shape2=-3 eg1_sustain=2 eg1_time3=0.4 eg1_level3=0 eg1_ampeg=1",
        &[ON, (28800, [0x80, 84, 0])],
        &[
            (100, [-24.27, -24.27]),
            (300, [-24.56, -24.56]),
            (550, [-26.62, -26.62]),
            (700, [-29.26, -29.26]),
            (900, [-39.13, -39.13]),
        ],
    );
}

#[test]
fn filters_and_lfos() {
    check(
        "<region> sample=*sine cutoff=500 resonance=6 fil_type=lpf_2p fileg_attack=0.2 fileg_decay=0.3 fileg_sustain=30 fileg_depth=4800",
        &[ON],
        &[(50, [-12.86, -12.86]), (100, [-16.67, -16.67]), (300, [-12.44, -12.44]), (800, [-12.42, -12.42])],
    );
    check(
        "<region> sample=*sine cutoff=300 cutoff_oncc74=6000 fil_keytrack=50",
        &[(0, [0xB0, 74, 20]), (4800, [0x90, 84, 100]), (24000, [0xB0, 74, 60])],
        &[(200, [-18.77, -18.77]), (900, [-18.22, -18.22])],
    );
    check(
        "<region> sample=*sine eq2_freq=1000 eq2_gain=10 eq2_bw=1 eq1_freq=500 eq1_gain=-6 eq1_bw=2",
        &[ON],
        &[(300, [-11.65, -11.65])],
    );
    check(
        "<region> sample=*sine lfo1_freq=2 lfo1_wave=3 lfo1_amplitude=50 lfo1_amplitude_oncc20=50",
        &[(0, [0xB0, 20, 64]), (4800, [0x90, 84, 100])],
        &[(200, [-36.67, -36.67]), (300, [-36.68, -36.68])],
    );
    check(
        "<region> sample=*sine lfo1_freq=2 lfo1_wave=3 lfo1_volume=6 lfo1_pan=40",
        &[ON],
        &[(100, [-16.52, -10.67]), (400, [-18.67, -18.67]), (600, [-16.53, -10.67]), (900, [-18.68, -18.68])],
    );
}

#[test]
fn pitches() {
    for (opcodes, events, expected) in [
        ("", &[ON][..], 1046.502),
        ("tune=37 transpose=-5 pitch_keytrack=50", &[ON][..], 400.463),
        ("pitch_veltrack=600 bend_up=700", &[(0, [0x90, 84, 64]), (0, [0xE0, 0, 96])][..], 1525.463),
        ("tune_oncc20=250 tune_curvecc20=1", &[(0, [0xB0, 20, 100]), (4800, [0x90, 84, 100])][..], 1137.074),
        ("eg1_level1=1 eg1_time1=0.1 eg1_sustain=1 eg1_pitch=310", &[ON][..], 1251.717),
    ] {
        let [left, _] = render(&format!("<region> sample=*sine {opcodes}"), events);
        // Between the first and the last time that it rises through zero.
        let pairs = left.windows(2).enumerate().skip(9_600).filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0);
        let rises: Vec<f64> = pairs.map(|(n, pair)| n as f64 - f64::from(pair[0] / (pair[1] - pair[0]))).collect();
        let hertz = 48_000.0 * (rises.len() - 1) as f64 / (rises[rises.len() - 1] - rises[0]);
        let cents = 1200.0 * (hertz / expected).log2();
        assert!(cents.abs() < 0.2, "{opcodes}: {hertz:.3} Hz, sfizz has {expected:.3}");
    }
}
