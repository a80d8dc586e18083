//! Generators against what sfizz renders, and what folds back.

extern crate std;
use super::*;
use crate::sampler::cycle;
use core::f64::consts::TAU;
use std::vec::Vec;

const RATE: f64 = 48_000.0;

/// A second of left and right.
fn play(kind: WaveKind, part: &Part, hertz: f32, detune: f32, depth: f32) -> [Vec<f32>; 2] {
    play_table(kind, (0, &[]), part, hertz, detune, depth)
}

/// The same of a period of so many frames and its table.
fn play_table(kind: WaveKind, table: (u32, &[f32]), part: &Part, hertz: f32, detune: f32, depth: f32) -> [Vec<f32>; 2] {
    let wave = Wave { kind: kind as u8, channels: 1, unused: 0, rate_hz: 48_000, frames: table.0, left: 0, right: 0 };
    let mut generator = Generator::new(&wave, part, 0.0, &Cue::PLAIN).unwrap();
    generator.start(Frames::Float([table.1, &[]]));
    let mut out = [Vec::new(), Vec::new()];
    for period in 0..750 {
        generator.aim(hertz / RATE as f32, detune, depth, 0, period == 0);
        let mut lines = [[0.0; CONTROL_FRAMES]; 2];
        let [left, right] = &mut lines;
        generate(&mut generator, Frames::Float([table.1, &[]]), 0, left, right);
        out.iter_mut().zip(lines).for_each(|(out, line)| out.extend(line));
    }
    out
}

/// Amplitude and phase in degrees (of a sine) of whole hertz in a second.
fn partial(frames: &[f32], hertz: f64) -> (f64, f64) {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (n, frame) in frames.iter().enumerate() {
        let angle = TAU * hertz * n as f64 / RATE;
        sine += f64::from(*frame) * angle.sin();
        cosine += f64::from(*frame) * angle.cos();
    }
    let scale = 2.0 / frames.len() as f64;
    ((sine * sine + cosine * cosine).sqrt() * scale, cosine.atan2(sine).to_degrees())
}

#[test]
fn partials_are_sfizz_s() {
    // Rendered by sfizz 1.2 at 220 Hz: partial, amplitude, sign.
    for (kind, expected) in [
        (WaveKind::Sine, [(1, 1.0, -1.0), (2, 0.0, 1.0), (3, 0.0, 1.0)]),
        (WaveKind::Saw, [(1, 0.519_80, -1.0), (2, 0.259_90, 1.0), (5, 0.103_95, -1.0)]),
        (WaveKind::Square, [(1, 1.039_59, 1.0), (2, 0.0, 1.0), (3, 0.346_53, 1.0)]),
        (WaveKind::Triangle, [(1, 0.810_57, 1.0), (3, 0.090_06, -1.0), (5, 0.032_42, 1.0)]),
    ] {
        let [left, _] = play(kind, &Part::WHOLE, 220.0, 0.0, 0.0);
        for (n, amplitude, sign) in expected {
            let (found, phase) = partial(&left, 220.0 * f64::from(n));
            assert!((found - amplitude).abs() < 2e-4 * f64::max(amplitude, 0.1), "{kind:?} {n}: {found}");
            if amplitude > 0.0 {
                assert!(phase.to_radians().cos() * sign > 0.9999, "{kind:?} {n}: {phase}");
            }
        }
    }
}

#[test]
fn nothing_folds_back_below_20_khz() {
    for kind in [WaveKind::Saw, WaveKind::Square, WaveKind::Triangle] {
        for hertz in [997.0, 4_001.0, 9_973.0] {
            let [left, _] = play(kind, &Part::WHOLE, hertz as f32, 0.0, 0.0);
            let (first, _) = partial(&left, hertz);
            for k in 2..90 {
                let folded = (hertz * f64::from(k)) % RATE;
                let folded = folded.min(RATE - folded).round();
                if hertz * f64::from(k) > RATE / 2.0 && folded < 20_000.0 && folded > 20.0 {
                    let (found, _) = partial(&left, folded);
                    let decibels = 20.0 * (found / first).log10();
                    assert!(decibels < -80.0, "{kind:?} {hertz} {k}: {decibels} dB at {folded}");
                }
            }
            let (second, _) = partial(&left, 2.0 * hertz);
            let of_saw = kind == WaveKind::Saw && hertz < 9_000.0;
            assert!(!of_saw || (second / first - 0.5).abs() < 1e-3, "{second} {first}");
        }
    }
}

#[test]
fn voices_are_spread_as_sfizz_spreads_them() {
    // Rendered by sfizz: cents, left, right.
    for (voices, expected) in [
        (3, &[(0.0, 0.0, 1.0), (-100.0, 0.5, 0.5), (100.0, 1.0, 0.0)][..]),
        (4, &[(0.0, 0.0, 1.0), (-100.0, 0.333, 0.667), (100.0, 0.667, 0.333), (-25.0, 1.0, 0.0)]),
        (5, &[(0.0, 0.0, 1.0), (-100.0, 0.25, 0.75), (100.0, 0.5, 0.5), (-25.0, 0.75, 0.25), (25.0, 1.0, 0.0)]),
        (9, &[(0.0, 0.0, 1.0), (-75.0, 0.875, 0.125), (75.0, 1.0, 0.0), (50.0, 0.75, 0.25), (25.0, 0.5, 0.5)]),
    ] {
        let part = Part { unison: voices, ..Part::WHOLE };
        let sides = play(WaveKind::Sine, &part, 4_000.0, 100.0, 0.0);
        // A window of whole hertz tells neighbours apart: 25 cents of 4 kHz are 58 Hz.
        for (cents, left, right) in expected {
            let hertz = 4_000.0 * f64::exp2(cents / 1200.0);
            for (side, expected) in sides.iter().zip([left, right]) {
                let windowed: Vec<f32> = side
                    .iter()
                    .enumerate()
                    .map(|(n, frame)| frame * (1.0 - (TAU * n as f64 / RATE).cos()) as f32)
                    .collect();
                let (found, _) = partial(&windowed, hertz);
                assert!((found - expected).abs() < 0.005, "{voices} {cents}: {found} {expected}");
            }
        }
    }
}

#[test]
fn two_ring_and_bend_as_in_sfizz() {
    let ring = Part { unison: 2, ..Part::WHOLE };
    let [left, _] = play(WaveKind::Sine, &ring, 220.0, 1_200.0, 1.0);
    for (n, amplitude) in [(1.0, 0.5), (2.0, 0.0), (3.0, 0.5)] {
        assert!((partial(&left, 220.0 * n).0 - amplitude).abs() < 1e-3);
    }
    let bent = Part { oscillator_mode: 1, ..Part::WHOLE };
    for (depth, expected) in [(0.5, [0.935, 0.128, 0.008]), (1.0, [0.751, 0.268, 0.029])] {
        let [left, _] = play(WaveKind::Sine, &bent, 220.0, 1_200.0, depth);
        for (n, amplitude) in [1.0, 3.0, 5.0].into_iter().zip(expected) {
            let (found, _) = partial(&left, 220.0 * n);
            assert!((found - amplitude).abs() < 0.006, "{depth} {n}: {found}");
        }
    }
}

#[test]
fn noise_is_white_and_fills_its_range() {
    let [left, _] = play(WaveKind::Noise, &Part { unison: 9, ..Part::WHOLE }, 440.0, 0.0, 0.0);
    let power = |frames: &mut dyn Iterator<Item = f32>| frames.map(|x| f64::from(x * x)).sum::<f64>() / 48_000.0;
    let whole = power(&mut left.iter().copied());
    assert!((whole - 1.0 / 3.0).abs() < 0.01, "{whole}");
    // Neighbours have nothing to do with each other: their difference has twice the power.
    let differences = power(&mut left.windows(2).map(|pair| pair[1] - pair[0]));
    assert!((differences / whole - 2.0).abs() < 0.05, "{differences}");
}

#[test]
fn nothing_is_a_generator_at_any_speed_that_leaves_its_bounds() {
    for kind in [WaveKind::Sine, WaveKind::Saw, WaveKind::Square, WaveKind::Triangle] {
        for hertz in [0.0, 1e-3, 19_999.0, 23_999.0, 1e9, f32::NAN] {
            for (mode, depth) in [(0, 0.0), (1, 1.0), (1, f32::INFINITY)] {
                let part = Part { oscillator_mode: mode, ..Part::WHOLE };
                let [left, _] = play(kind, &part, hertz, 0.0, depth);
                assert!(left.iter().all(|frame| frame.abs() < 4.0), "{kind:?} {hertz} {depth}");
            }
        }
    }
}

#[test]
fn a_period_of_a_recording_sounds_at_any_pitch_without_folding_back() {
    let period: Vec<f32> = (0..256).map(|n| 1.0 - n as f32 / 128.0).collect();
    let mut table = std::vec![0.0; cycle::oscillator_table_frames(256)];
    cycle::oscillator_table(&period, &mut table);
    for (hertz, most) in [(55.0, 127), (440.0, 45), (2_093.0, 9), (4_186.0, 4), (9_973.0, 2)] {
        let [left, _] = play_table(WaveKind::Recording, (256, &table), &Part::WHOLE, hertz as f32, 0.0, 0.0);
        // A saw of 256 frames: 2/πn, but for what the steps between frames add.
        for n in 1..=most {
            let expected = 2.0 / 256.0 / (core::f64::consts::PI * f64::from(n) / 256.0).sin();
            let (found, _) = partial(&left, hertz * f64::from(n));
            assert!((found / expected - 1.0).abs() < 0.01, "{hertz} {n}: {found} {expected}");
        }
        let whole: f64 = left.iter().map(|x| f64::from(x * x)).sum::<f64>() / RATE;
        let heard = (20_000.0 / hertz) as u32;
        let harmonic: f64 =
            (1..=(24_000.0 / hertz) as u32).map(|n| partial(&left, hertz * f64::from(n)).0.powi(2) / 2.0).sum();
        let mean = left.iter().map(|x| f64::from(*x)).sum::<f64>() / RATE;
        let rest = 10.0 * ((whole - harmonic - mean * mean).abs() / whole).log10();
        assert!(rest < -55.0 || heard < 1, "{hertz}: {rest}");
    }
}
