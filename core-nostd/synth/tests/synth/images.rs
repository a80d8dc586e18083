//! What reading between frames leaves beside the tone: images, measured on rendered sines over the band and over pitches.

use crate::support::{TestBank, bank, config, left, region, word};
use ripieno_synth::{Interpolation, Sample, Synth};
use std::f64::consts::TAU;

/// A recording of whole cycles, looped; its rate is that of the output.
const FRAMES: u32 = 4_000;

/// The key at which it sounds as recorded.
const ROOT: u8 = 60;

/// A sine of `cycles` in [`FRAMES`], in 24 bits: what 16 leave out would drown the images of the best kernel.
fn sine(cycles: u32) -> TestBank {
    let frames: Vec<i32> = (0..3 * FRAMES)
        .map(|n| (7e6 * (TAU * f64::from(cycles) * f64::from(n) / f64::from(FRAMES)).sin()).round() as i32)
        .collect();
    let sample =
        Sample { end: 3 * FRAMES, loop_start: FRAMES, loop_end: 2 * FRAMES, root_key: ROOT, ..crate::support::SINE };
    TestBank {
        pool: frames.iter().flat_map(|frame| ((frame >> 8) as i16).to_le_bytes()).collect(),
        low: frames.iter().map(|frame| *frame as u8).collect(),
        ..bank(vec![vec![region(sample, &[])]])
    }
}

/// Amplitude of the sine and cosine of `w` radians a frame in a signal, by least squares.
fn fit(signal: &[f32], w: f64) -> [f64; 2] {
    let (mut ss, mut sc, mut cc, mut ys, mut yc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, y) in signal.iter().enumerate() {
        let ((s, c), y) = ((w * n as f64).sin_cos(), f64::from(*y));
        (ss, sc, cc, ys, yc) = (ss + s * s, sc + s * c, cc + c * c, ys + y * s, yc + y * c);
    }
    let whole = ss * cc - sc * sc;
    [(ys * cc - yc * sc) / whole, (yc * ss - ys * sc) / whole]
}

/// Everything in a signal but its tone near `w`, in decibels below the tone.
fn rest_db(signal: &[f32], mut w: f64) -> f64 {
    // Pitch is only known as well as a voice computes it: the phase of two halves tells the rest.
    let (first, second) = signal.split_at(signal.len() / 2);
    for _ in 0..4 {
        let phase = |half: &[f32]| {
            let [s, c] = fit(half, w);
            c.atan2(s)
        };
        let length = first.len() as f64;
        let drift = (phase(second) - phase(first) - w * length).rem_euclid(TAU);
        w += (if drift > TAU / 2.0 { drift - TAU } else { drift }) / length;
    }
    let [s, c] = fit(signal, w);
    let rest = signal.iter().enumerate().map(|(n, y)| {
        let t = w * n as f64;
        (f64::from(*y) - s * t.sin() - c * t.cos()).powi(2)
    });
    10.0 * (rest.sum::<f64>() / signal.len() as f64 / ((s * s + c * c) / 2.0)).log10()
}

/// The strongest images of sines up to `band` of the recording's rate, read two octaves down to one up, in decibels.
fn worst_db(interpolation: Interpolation, band: f64) -> f64 {
    let mut worst = f64::NEG_INFINITY;
    for cycles in (1..=12).map(|n| (band * f64::from(FRAMES) * f64::from(n) / 12.0) as u32) {
        for key in [-24, -17, -10, -5, -1, 3, 8, 12] {
            let frequency = f64::from(cycles) / f64::from(FRAMES) * 2.0_f64.powf(f64::from(key) / 12.0);
            if frequency > 0.47 {
                continue;
            }
            let mut synth = Box::new(Synth::<_, 1>::new(sine(cycles), config(interpolation)));
            synth.midi(word(&[0x90, ROOT.wrapping_add_signed(key), 127]));
            let sound = left(&mut synth, 6_000);
            worst = worst.max(rest_db(&sound[2_000..], TAU * frequency));
        }
    }
    worst
}

#[test]
fn images_stay_below_their_limits() {
    for (interpolation, band, limit) in [
        (Interpolation::Linear, 0.01, -65.0),
        (Interpolation::Cubic, 0.05, -65.0),
        (Interpolation::default(), 0.2, -80.0),
        (Interpolation::Hq, 0.35, -100.0),
    ] {
        let found = worst_db(interpolation, band);
        assert!(found < limit, "{interpolation:?} up to {band} of the rate: {found:.1} dB, not {limit}");
    }
}

#[test]
fn the_measure_sees_what_is_there() {
    let signal = |other: f64| -> Vec<f32> {
        (0..4_000).map(|n| ((0.3 * f64::from(n)).sin() + other * (1.7 * f64::from(n)).cos()) as f32).collect()
    };
    assert!((rest_db(&signal(1e-4), 0.3001) + 80.0).abs() < 0.1);
    assert!(rest_db(&signal(0.0), 0.3001) < -130.0);
}
