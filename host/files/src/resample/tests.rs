//! Quality against sines of exact frequency; length, alignment and bits against an uninterrupted run.

use super::*;
use proptest::prelude::*;
use std::f64::consts::TAU;

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// A sine at every instant of a rate, as f64 computes it.
fn sine(hz: f64, rate: SampleRate, frames: u64) -> Vec<f32> {
    (0..frames).map(|n| (TAU * hz * n as f64 / f64::from(rate.hz())).sin() as f32).collect()
}

/// One channel from one rate to another, whole.
fn whole(from: SampleRate, to: SampleRate, input: &[f32]) -> Vec<f32> {
    let mut output = vec![Vec::new()];
    let mut resampler = Resampler::new(from, to, 1);
    resampler.push(&[input], &mut output);
    resampler.finish(Resampler::frames(from, to, input.len() as u64), &mut output);
    output.remove(0)
}

/// The greatest magnitude in the middle third: at the ends the input's sudden start and end are heard.
fn peak(samples: &[f32]) -> f64 {
    let margin = samples.len() / 3;
    samples[margin..samples.len() - margin].iter().fold(0.0, |peak, sample| f64::from(sample.abs()).max(peak))
}

fn difference(one: &[f32], other: &[f32]) -> Vec<f32> {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| one - other).collect()
}

fn decibels(linear: f64) -> f64 {
    20.0 * linear.max(1e-12).log10()
}

/// Pairs as they are met, and some that are not.
const PAIRS: [(u32, u32); 12] = [
    (44_100, 48_000),
    (48_000, 44_100),
    (44_100, 16_000),
    (16_000, 44_100),
    (8_000, 48_000),
    (48_000, 8_000),
    (96_000, 44_100),
    (44_100, 192_000),
    (22_050, 24_000),
    (44_056, 48_000),
    (47_952, 48_000),
    (384_000, 8_000),
];

#[test]
fn a_sine_below_the_band_edge_is_the_same_sine() {
    for (from, to) in PAIRS {
        let (from, to) = (rate(from), rate(to));
        let lower = f64::from(from.min(to).hz());
        for part in [0.01, 0.1, 0.3, 0.45] {
            let frames = u64::from(from.hz()) / 2;
            let output = whole(from, to, &sine(part * lower, from, frames));
            let expected = sine(part * lower, to, Resampler::frames(from, to, frames));
            // Level and time at once: 0.05 dB would be an error of -45 dB.
            let error = decibels(peak(&difference(&output, &expected)));
            assert!(error < -100.0, "{from:?} to {to:?} at {part}: {error:.1} dB");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_hold_is_gone() {
    for (from, to) in [(48_000, 44_100), (96_000, 44_100), (48_000, 16_000), (44_100, 22_050)] {
        let (from, to) = (rate(from), rate(to));
        for part in [0.502, 0.51, 0.6] {
            let hz = part * f64::from(to.hz());
            if hz < 0.499 * f64::from(from.hz()) {
                let output = whole(from, to, &sine(hz, from, u64::from(from.hz()) / 2));
                let alias = decibels(peak(&output));
                assert!(alias < -100.0, "{from:?} to {to:?} at {part}: {alias:.1} dB");
            }
        }
    }
}

#[test]
fn there_and_back_again_is_the_same() {
    for (from, to) in PAIRS {
        let (from, to) = (rate(from), rate(to));
        let lower = f64::from(from.min(to).hz());
        let frames = u64::from(from.hz()) / 10 * 9 + 1;
        let parts = [0.02, 0.11, 0.23, 0.41].map(|part| sine(part * lower, from, frames));
        let input: Vec<f32> = (0..frames as usize).map(|n| parts.iter().map(|part| part[n] / 4.0).sum()).collect();
        let mut back = vec![Vec::new()];
        let mut resampler = Resampler::new(to, from, 1);
        resampler.push(&[&whole(from, to, &input)], &mut back);
        resampler.finish(frames, &mut back);
        let error = decibels(peak(&difference(&back[0], &input)));
        assert!(error < -100.0, "{from:?} and {to:?}: {error:.1} dB");
    }
}

#[test]
fn a_click_stays_where_it_is() {
    for (from, to, at) in
        [(44_100, 48_000, 4_410), (48_000, 44_100, 4_800), (16_000, 48_000, 1_600), (48_000, 8_000, 4_800)]
    {
        let (from, to) = (rate(from), rate(to));
        let mut input = vec![0.0; 2 * at];
        input[at] = 1.0;
        let output = whole(from, to, &input);
        let expected = at as u64 * u64::from(to.hz()) / u64::from(from.hz());
        let loudest = (0..output.len()).max_by(|a, b| output[*a].abs().total_cmp(&output[*b].abs()));
        assert_eq!(loudest, Some(expected as usize), "{from:?} to {to:?}");
        // A filter that is symmetrical about the click has no delay left.
        let at = expected as usize;
        for n in 1..100 {
            assert!((output[at - n] - output[at + n]).abs() < 1e-6, "{from:?} to {to:?}, {n} from the click");
        }
    }
}

#[test]
fn lengths_are_the_instants_before_the_end() {
    for (from, to, total, expected) in [
        (44_100, 48_000, 0, 0),
        (44_100, 48_000, 1, 2),
        (48_000, 44_100, 1, 1),
        (48_000, 44_100, 160, 147),
        (48_000, 44_100, 161, 148),
        (8_000, 384_000, 3, 144),
        (48_000, 48_000, 77, 77),
        (8_000, 384_000, u64::MAX, u64::MAX),
    ] {
        assert_eq!(Resampler::frames(rate(from), rate(to), total), expected, "{from} {to} {total}");
    }
    for (from, to) in PAIRS {
        for total in [0, 1, 2, 1023, 1024, 5000] {
            let expected = Resampler::frames(rate(from), rate(to), total);
            assert_eq!(whole(rate(from), rate(to), &vec![0.5; total as usize]).len() as u64, expected);
        }
    }
}

#[test]
fn the_same_rate_changes_nothing() {
    let input: Vec<f32> = (0..1000).map(|n| (n as f32 * 0.37).sin()).collect();
    assert_eq!(whole(SampleRate::CD, SampleRate::CD, &input), input);
    let (mut resampler, from) = Resampler::restart(SampleRate::CD, SampleRate::CD, 1, 700);
    let mut output = vec![Vec::new()];
    resampler.push(&[&input[from as usize..]], &mut output);
    resampler.finish(1010, &mut output);
    assert_eq!(output[0][..300], input[700..]);
    assert_eq!(output[0][300..], [0.0; 10]);
}

#[test]
fn rates_without_a_common_divisor_work_within_bounds() {
    // 44,101 and 48,000 share none: the smallest block is a second.
    let (from, to) = (rate(44_101), rate(48_000));
    let input = sine(1_000.0, from, 100_000);
    let output = whole(from, to, &input);
    let expected = sine(1_000.0, to, Resampler::frames(from, to, 100_000));
    assert!(decibels(peak(&difference(&output, &expected))) < -100.0);
}

fn noise(frames: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..frames)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_split_gives_the_same_bits(
        pair in 0..PAIRS.len() - 1,
        cuts in proptest::collection::vec(0..12_000_usize, 0..12),
        frames in 1..12_000_usize,
    ) {
        let (from, to) = (rate(PAIRS[pair].0), rate(PAIRS[pair].1));
        let channels = [noise(frames, 1), noise(frames, 2)];
        let total = Resampler::frames(from, to, frames as u64);
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < frames).chain([0, frames]).collect();
        cuts.sort_unstable();
        let mut output = vec![Vec::new(); 2];
        let mut resampler = Resampler::new(from, to, 2);
        for pair in cuts.windows(2) {
            resampler.push(&[&channels[0][pair[0]..pair[1]], &channels[1][pair[0]..pair[1]]], &mut output);
        }
        resampler.finish(total, &mut output);
        for (output, input) in output.iter().zip(&channels) {
            prop_assert!(bits(output) == bits(&whole(from, to, input)));
        }
    }

    #[test]
    fn a_restart_gives_the_same_bits(pair in 0..PAIRS.len() - 1, at in 0.0..1.0_f64, frames in 1..20_000_usize) {
        let (from, to) = (rate(PAIRS[pair].0), rate(PAIRS[pair].1));
        let input = noise(frames, 3);
        let expected = whole(from, to, &input);
        let place = (at * expected.len() as f64) as usize;
        let (mut resampler, feed) = Resampler::restart(from, to, 1, place as u64);
        let mut output = vec![Vec::new()];
        if let Some(rest) = input.get(feed as usize..) {
            resampler.push(&[rest], &mut output);
        }
        resampler.finish(expected.len() as u64, &mut output);
        prop_assert!(bits(&output[0]) == bits(&expected[place..]));
    }
}
