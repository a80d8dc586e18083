//! How well mixes come apart whose parts are known, as scale-invariant signal-to-distortion ratio (J. Le Roux et al.,
//! "SDR – half-baked or well done?", ICASSP 2019). `tools/bench` measures the same on instruments, beside others; here
//! floors keep a change from making it worse unseen.

use super::tests::{noise, opened, separated};
use std::f32::consts::TAU;

const RATE: f32 = 44_100.0;
const LENGTH: usize = 4 * 44_100;

/// Notes of a few partials, two a second, with a little vibrato: amplitude over time by `shape(seconds since the note)`.
fn notes(hz: &[f32], shape: impl Fn(f32) -> f32) -> Vec<f32> {
    let mut phase = 0.0_f32;
    let sample = |at: usize| {
        let secs = at as f32 / RATE;
        let note = (2.0 * secs) as usize;
        phase = (phase + hz[note % hz.len()] * (1.0 + 0.003 * (TAU * 5.0 * secs).sin()) / RATE).fract();
        let partials = (1..=6).map(|k| (TAU * phase * k as f32).sin() / k as f32).sum::<f32>();
        partials * shape(secs - note as f32 / 2.0)
    };
    (0..LENGTH).map(sample).collect()
}

fn held(hz: &[f32]) -> Vec<f32> {
    notes(hz, |secs| (secs / 0.02).min(1.0) * (1.0 - secs))
}

/// Bursts of noise, four a second.
fn strikes() -> Vec<f32> {
    let decay = |at: usize| (-((at % 11_025) as f32) / 900.0).exp();
    noise(LENGTH).iter().enumerate().map(|(at, x)| x * decay(at)).collect()
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

/// As loud as another.
fn matched(samples: &[f32], to: &[f32]) -> Vec<f32> {
    let gain = (energy(to) / energy(samples)).sqrt() as f32;
    samples.iter().map(|x| x * gain).collect()
}

fn si_sdr_db(estimate: &[f32], truth: &[f32]) -> f64 {
    let both: f64 = estimate.iter().zip(truth).map(|(e, t)| f64::from(*e) * f64::from(*t)).sum();
    let gain = both / energy(truth);
    let off: f64 = estimate.iter().zip(truth).map(|(e, t)| (f64::from(*e) - gain * f64::from(*t)).powi(2)).sum();
    10.0 * (gain * gain * energy(truth) / off).log10()
}

/// Separates the sum of two stereo parts and asks for at least so many decibels of each.
fn check(reference: &str, parts: [&[f32]; 2], floors_db: [f64; 2]) {
    let mix: Vec<f32> = parts[0].iter().zip(parts[1]).map(|(a, b)| a + b).collect();
    let stems = separated(&mut opened(reference, 2), &mix, 0);
    for ((stem, part), floor) in stems.chunks_exact(mix.len()).zip(parts).zip(floors_db) {
        let reached = si_sdr_db(stem, part);
        assert!(reached >= floor, "{reference}: {reached:.2} dB, at least {floor} wanted");
    }
}

#[test]
fn pitched_and_struck_come_apart() {
    let harmonic = held(&[220.0, 277.2, 329.6, 440.0, 246.9]);
    let percussive = matched(&strikes(), &harmonic);
    check("hpss", [&harmonic.repeat(2), &percussive.repeat(2)], [13.0, 13.0]);
}

#[test]
fn the_middle_and_the_sides_come_apart() {
    let voice = held(&[440.0, 493.9, 554.4, 523.3]);
    let (left, right) = (held(&[220.0, 329.6]), matched(&strikes(), &voice));
    let pan = |near: &[f32], far: &[f32]| near.iter().zip(far).map(|(near, far)| near + 0.1 * far).collect::<Vec<_>>();
    let sides = [pan(&left, &right), pan(&right, &left)].concat();
    check("center,low=0", [&voice.repeat(2), &sides], [6.0, 6.0]);
}
