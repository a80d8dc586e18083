//! Responses of every kind against sfizz's, and against the designs they are named after.

extern crate std;
use super::*;
use crate::lanes::Ramp;
use crate::sampler::aim::EqAim;
use crate::sampler::equaliser;
use crate::sampler::part::EqKind;
use core::f64::consts::TAU;

const RATE: f32 = 48_000.0;

/// Gain in decibels of a section at a frequency: the steady state of its two integrators, solved.
fn gain(terms: &Terms, hertz: f64) -> f64 {
    let [a, b, c, d, e, f] = terms.map(f64::from);
    // z·low = low + b·band + c·(x − low), z·band = a·band + b·(x − low), with x = 1.
    let (cos, sin) = ((TAU * hertz / 48_000.0).cos(), (TAU * hertz / 48_000.0).sin());
    let mul = |x: (f64, f64), y: (f64, f64)| (x.0 * y.0 - x.1 * y.1, x.0 * y.1 + x.1 * y.0);
    let div = |x: (f64, f64), y: (f64, f64)| {
        let square = y.0 * y.0 + y.1 * y.1;
        ((x.0 * y.0 + x.1 * y.1) / square, (x.1 * y.0 - x.0 * y.1) / square)
    };
    let (p, q) = ((cos - 1.0 + c, sin), (cos - a, sin));
    // p·low − b·band = c; b·low + q·band = b.
    let pq = mul(p, q);
    let determinant = (pq.0 + b * b, pq.1);
    let low = div((c * q.0 + b * b, c * q.1), determinant);
    let band = div((b * p.0 - b * c, b * p.1), determinant);
    let both = (1.0 + cos, sin);
    let (low, band) = (mul(low, both), mul(band, both));
    let (re, im) = (d + e * band.0 + f * low.0, e * band.1 + f * low.1);
    10.0 * (re * re + im * im).log10()
}

fn check(kind: FilterKind, resonance_db: f32, expected: [f64; 8]) {
    let aim = FilterAim { cutoff_hz: 1_000.0, resonance_db, gain_db: 6.0 };
    let mut terms = [[0.0; 6]; MOST_SECTIONS];
    let count = sections(kind, &aim, RATE, &mut terms);
    let bins = [9.0, 43.0, 119.0, 171.0, 213.0, 341.0, 683.0, 1365.0];
    for (bin, expected) in bins.into_iter().zip(expected) {
        let hertz = bin / 8192.0 * 48_000.0;
        let found: f64 = terms[..count].iter().map(|terms| gain(terms, hertz)).sum();
        // A notch is as deep as its frequency is near, and sfizz's figures end at a hundredth.
        let allowed = if expected < -40.0 { 0.5 } else { 0.03 };
        assert!((found - expected).abs() < allowed, "{kind:?} {resonance_db} at {hertz}: {found} {expected}");
    }
}

#[test]
fn responses_are_sfizz_s() {
    use FilterKind as K;
    // Rendered by sfizz at 48 kHz: an impulse through `cutoff=1000 fil_gain=6`, decibels at 53, 252, 697, 1002, 1248, 1998,
    // 4002 and 7998 Hz.
    check(K::Lpf1, 6.0, [-0.01, -0.27, -1.72, -3.01, -4.07, -6.96, -12.21, -17.73]);
    check(K::Hpf1, 6.0, [-25.56, -12.23, -4.84, -2.99, -2.14, -0.96, -0.25, -0.06]);
    check(K::Bpf1, 6.0, [-25.57, -12.50, -6.56, -6.00, -6.21, -7.92, -12.46, -17.78]);
    check(K::Brf1, 6.0, [0.00, -0.08, -1.65, -42.15, -3.52, -0.45, -0.07, -0.01]);
    check(K::Lpf2, 0.0, [0.01, 0.27, 1.25, -0.02, -2.73, -11.20, -24.22, -37.74]);
    check(K::Lpf2, 12.0, [0.02, 0.55, 5.30, 11.98, 3.85, -9.74, -23.95, -37.68]);
    check(K::Lpf2Sv, 6.0, [0.02, 0.49, 4.13, 5.98, 1.51, -10.07, -24.01, -37.69]);
    check(K::Hpf2, 6.0, [-51.12, -23.48, -2.15, 6.02, 5.38, 2.02, 0.46, 0.10]);
    check(K::Hpf2Sv, 12.0, [-51.12, -23.42, -0.98, 12.02, 7.71, 2.36, 0.52, 0.11]);
    check(K::Bpf2, 6.0, [-31.55, -17.50, -5.01, 0.00, -2.55, -10.02, -17.77, -24.80]);
    check(K::Bpf2Sv, 6.0, [-25.55, -11.50, 0.99, 6.00, 3.45, -4.02, -11.77, -18.80]);
    check(K::Brf2, 12.0, [0.00, -0.02, -0.48, -36.15, -1.19, -0.12, -0.02, 0.00]);
    check(K::Brf2Sv, 0.0, [-0.01, -0.30, -4.52, -48.15, -7.76, -1.58, -0.28, -0.06]);
    check(K::Pkf2, 6.0, [0.00, 0.12, 1.93, 6.00, 3.32, 0.63, 0.11, 0.02]);
    check(K::Lpf4, 6.0, [0.04, 0.98, 8.25, 11.97, 3.03, -20.15, -48.02, -75.39]);
    check(K::Hpf4, 6.0, [-102.24, -46.96, -4.30, 12.03, 10.75, 4.05, 0.92, 0.20]);
    check(K::Lpf6, 0.0, [0.04, 0.80, 3.74, -0.05, -8.18, -33.60, -72.66, -113.17]);
    // (Of the first figure sfizz shows its own rounding, -149.8.)
    check(K::Hpf6, 0.0, [-153.4, -71.11, -15.09, 0.05, 3.41, 2.69, 0.75, 0.17]);
    check(K::LowShelf, 6.0, [6.01, 6.35, 8.81, 2.94, -2.42, -1.52, -0.33, -0.07]);
    check(K::HighShelf, 6.0, [-0.01, -0.35, -2.81, 3.06, 8.42, 7.52, 6.33, 6.07]);
    check(K::Peak, 0.0, [0.02, 0.43, 3.85, 6.00, 4.95, 1.87, 0.40, 0.08]);
    check(K::Pink, 0.0, [-3.45, -10.61, -14.96, -16.76, -17.79, -19.74, -22.40, -25.71]);
    // Ours: passes all, as the name says; sfizz leaves it out. The comb is left out by both.
    check(K::Apf1, 0.0, [0.0; 8]);
    check(K::Comb, 0.0, [0.0; 8]);
    check(K::None, 0.0, [0.0; 8]);
}

#[test]
fn bands_are_sfizz_s() {
    // Frequency, octaves, decibels, then decibels at 100, 252, 500, 697, 1002, 1400, 2000, 4000 and 8000 Hz.
    let check = |kind: EqKind, bandwidth: f32, expected: [f64; 9]| {
        let terms = equaliser::section(kind, &EqAim { frequency_hz: 1_000.0, bandwidth, gain_db: 12.0 }, RATE);
        let bins = [17.0, 43.0, 85.0, 119.0, 171.0, 239.0, 341.0, 683.0, 1365.0];
        for (bin, expected) in bins.into_iter().zip(expected) {
            let found = gain(&terms, bin / 8192.0 * 48_000.0);
            assert!((found - expected).abs() < 0.03, "{kind:?} {bandwidth} at {bin}: {found} {expected}");
        }
    };
    check(EqKind::LowShelf, 0.5, [12.12, 12.82, 15.93, 19.04, 5.92, -6.75, -3.95, -0.78, -0.16]);
    check(EqKind::LowShelf, 1.0, [12.10, 12.62, 14.16, 13.53, 5.95, -1.27, -2.16, -0.58, -0.13]);
    check(EqKind::LowShelf, 2.0, [11.98, 11.83, 10.82, 9.09, 5.98, 3.07, 1.18, 0.16, 0.02]);
    check(EqKind::HighShelf, 1.0, [-0.10, -0.62, -2.16, -1.53, 6.05, 13.27, 14.16, 12.58, 12.13]);
    check(EqKind::HighShelf, 2.0, [0.02, 0.17, 1.18, 2.91, 6.02, 8.93, 10.82, 11.84, 11.98]);
    // The bell is as wide as asked also near half the sample rate: half its decibels an octave apart.
    for hertz in [1_000.0, 8_000.0] {
        let aim = EqAim { frequency_hz: hertz, bandwidth: 1.0, gain_db: 12.0 };
        let terms = equaliser::section(EqKind::Peak, &aim, RATE);
        let at = |octaves: f64| gain(&terms, f64::from(hertz) * octaves.exp2());
        assert!((at(0.0) - 12.0).abs() < 1e-3);
        let edges = [-0.5, 0.5].map(at);
        assert!(edges.iter().all(|edge| (edge - 6.0).abs() < 0.6), "{edges:?}");
    }
}

#[test]
fn sections_lose_energy_whatever_they_are_and_wherever_between() {
    let kinds = (1..24_u8).map(FilterKind::from_number);
    let mut all: std::vec::Vec<Terms> = std::vec::Vec::new();
    for kind in kinds {
        for (cutoff_hz, resonance_db, gain_db) in [
            (0.0, 0.0, 0.0),
            (20.0, 96.0, 96.0),
            (1e9, 0.0, -96.0),
            (20_000.0, 40.0, 24.0),
            (f32::NAN, f32::NAN, f32::NAN),
        ] {
            for rate in [8_000.0, 48_000.0, 192_000.0] {
                let mut terms = [[0.0; 6]; MOST_SECTIONS];
                let count = sections(kind, &FilterAim { cutoff_hz, resonance_db, gain_db }, rate, &mut terms);
                all.extend(&terms[..count]);
            }
        }
    }
    let check = |[a, b, c, ..]: Terms| {
        // The greatest singular value of [[1 − c, b], [−b, a]].
        let [a, b, c] = [a, b, c].map(f64::from);
        let (trace, determinant) = ((1.0 - c).powi(2) + 2.0 * b * b + a * a, ((1.0 - c) * a + b * b).powi(2));
        let greatest = 0.5 * (trace + (trace * trace - 4.0 * determinant).max(0.0).sqrt());
        assert!(greatest <= 1.0 + 1e-6, "{a} {b} {c}: {greatest}");
    };
    for (n, terms) in all.iter().enumerate() {
        assert!(terms.iter().all(|term| term.is_finite()));
        check(*terms);
        let other = all[(n * 37 + 11) % all.len()];
        check(core::array::from_fn(|k| Ramp { base: terms[k], slope: (other[k] - terms[k]) / 64.0 }.at(23)));
    }
}
