//! The low-pass: its poles within a hundredth of where they should be, its resonance as high as the profile has it.

use crate::support::{Case, RATE, Wave, decibels, frames, near};
use ripieno_synth::{Generator as G, Sf2Profile};
use std::f64::consts::{PI, TAU};

/// What a click after `at` seconds rings, so many frames of it.
pub fn response(case: &Case, at: f64, length: usize) -> Vec<f64> {
    let first = frames(at);
    let sound = case.play(at + length as f64 / RATE).left;
    sound[first..].iter().map(|x| f64::from(*x)).collect()
}

/// Gain and phase of a response at a frequency.
pub fn at(response: &[f64], hz: f64) -> (f64, f64) {
    // A pointer that turns by the frequency's step.
    let (sine, cosine) = (TAU * hz / RATE).sin_cos();
    let (mut x, mut y, mut real, mut imaginary) = (1.0, 0.0, 0.0, 0.0);
    for frame in response {
        real += frame * x;
        imaginary -= frame * y;
        (x, y) = (x * cosine - y * sine, x * sine + y * cosine);
    }
    (real.hypot(imaginary), imaginary.atan2(real))
}

/// Where a two-pole low-pass has turned the phase by a quarter: the frequency of its poles.
pub fn cutoff(response: &[f64]) -> f64 {
    let (mut low, mut high) = (10.0_f64, 0.49 * RATE);
    for _ in 0..30 {
        let middle = (low * high).sqrt();
        let phase = at(response, middle).1;
        // Past a half turn it comes round the other way.
        if phase > -0.5 * PI && phase < 0.5 * PI { low = middle } else { high = middle }
    }
    low
}

fn click() -> Case {
    Case::new(Wave::Click(4_800))
}

/// The click's own response, which is flat.
fn plain(case: &Case) -> f64 {
    at(&response(&Case { profile: case.profile, ..click() }, 0.1, 4_000), 100.0).0
}

fn hertz(cents: f64) -> f64 {
    8.175_798_9 * (cents / 1_200.0).exp2()
}

#[test]
fn poles_lie_at_the_cutoff() {
    for profile in Sf2Profile::ALL {
        for (cents, resonance) in [(4_500, 0), (6_000, 100), (8_000, 0), (9_500, 240), (11_000, 60), (12_500, 0)] {
            let case = click().profile(profile).set(G::FilterCutoff, cents).set(G::FilterQ, resonance);
            let found = cutoff(&response(&case, 0.1, 15_000));
            // By the letter even full velocity, 127 of 128, closes the filter a little.
            let closed = if profile == Sf2Profile::Strict { 2_400.0 / 128.0 } else { 0.0 };
            let expected = hertz(f64::from(cents) - closed);
            near("cutoff", found, expected, 0.001 * expected);
        }
    }
}

#[test]
fn the_whole_response_is_that_of_two_poles() {
    let (cents, q) = (9_000.0, 10_f64.powf((100.0 - 30.1) / 200.0));
    let case = click().set(G::FilterCutoff, 9_000).set(G::FilterQ, 100);
    let response = response(&case, 0.1, 15_000);
    let (dc, _) = at(&response, 0.0);
    let warp = |hz: f64| (PI * hz / RATE).tan();
    for ratio in [0.1, 0.5, 0.9, 1.0, 1.2, 2.0, 4.0] {
        let hz = hertz(cents) * ratio;
        let w = warp(hz) / warp(hertz(cents));
        let expected = -10.0 * ((1.0 - w * w).powi(2) + (w / q).powi(2)).log10();
        near("gain", decibels(at(&response, hz).0 / dc), expected, 0.05);
    }
}

/// Gain at DC against no filter, at the poles and at the peak against DC.
pub fn heights(case: &Case) -> [f64; 3] {
    let response = response(case, 0.1, 15_000);
    let (dc, _) = at(&response, 0.0);
    let centre = cutoff(&response);
    let around = (-60..=10).map(|step| at(&response, centre * (f64::from(step) / 120.0).exp2()).0);
    let peak = around.fold(dc, f64::max);
    [dc / plain(case), at(&response, centre).0 / dc, peak / dc].map(decibels)
}

#[test]
fn resonance_is_as_players_have_it() {
    for resonance in [0_i16, 30, 100, 200] {
        let case = click().set(G::FilterCutoff, 8_000).set(G::FilterQ, resonance);
        let [dc, poles, _] = heights(&case);
        let centibels = f64::from(resonance);
        near("DC", dc, -0.05 * centibels, 0.05);
        near("poles", poles, 0.1 * centibels - 3.01, 0.05);
    }
}

#[test]
fn resonance_is_the_peak_by_the_letter() {
    for resonance in [0_i16, 30, 100, 200] {
        let case = click().profile(Sf2Profile::Strict).set(G::FilterCutoff, 8_000).set(G::FilterQ, resonance);
        let [dc, _, peak] = heights(&case);
        near("DC", dc, -0.05 * f64::from(resonance), 0.05);
        near("peak", peak, 0.1 * f64::from(resonance), 0.05);
    }
}

#[test]
fn an_open_filter_leaves_the_sound_alone() {
    let response = response(&click(), 0.1, 1_000);
    assert!(response.iter().filter(|x| **x != 0.0).count() <= 3, "a click stays a click");
}

#[test]
fn the_envelope_moves_the_cutoff() {
    let case = click()
        .set(G::FilterCutoff, 7_000)
        .set(G::ModEnvToFilter, 2_000)
        .set(G::ModEnvSustain, 500)
        .set(G::ModEnvDecay, -12_000);
    let found = cutoff(&response(&case, 0.1, 10_000));
    near("sustained", found, hertz(8_000.0), 0.01 * hertz(8_000.0));
    let found = cutoff(&response(&case.preset(G::ModEnvSustain, -500).preset(G::ModEnvToFilter, -500), 0.1, 10_000));
    near("held", found, hertz(8_500.0), 0.01 * hertz(8_500.0));
}

#[test]
fn velocity_closes_the_filter_where_the_profile_says_so() {
    use Sf2Profile::{Strict, V2_01, V2_04};
    let (new, old) = ((2, 4), (2, 1));
    for (profile, version, velocity, cents) in [
        (V2_04, new, 32, 0.0),
        (V2_04, old, 32, 0.0),
        (V2_01, new, 32, -1_800.0),
        (V2_01, old, 32, -1_800.0),
        (V2_01, new, 64, 0.0),
        (Strict, new, 32, -1_800.0),
        (Strict, new, 96, -600.0),
        (Strict, old, 63, -1_218.75),
        (Strict, old, 64, 0.0),
    ] {
        let case = Case { version, velocity, ..click().profile(profile).set(G::FilterCutoff, 10_000) };
        let found = cutoff(&response(&case, 0.1, 10_000));
        let expected = hertz(10_000.0 + cents);
        near("cutoff", found, expected, 0.01 * expected);
    }
}
