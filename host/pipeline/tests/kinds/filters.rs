//! FIR and IIR filters: against sums, against the formulas of their designs, and in frames of any size.

use crate::harness::*;
use proptest::prelude::*;
use ripieno_pipeline::{DType, Value};
use std::f64::consts::{PI, TAU};

/// The output of `kind` for one long signal that comes in frames of `rows`.
fn in_frames(kind: &str, given: Given<'_>, dtype: DType, rows: usize, channels: usize, numbers: &[f64]) -> Vec<f64> {
    let input = Frames::of(at(dtype, &[rows, channels], 8000.0), numbers);
    run(kind, given, &input).numbers()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn fir_is_a_convolution_in_frames_of_any_size(
        taps in prop::collection::vec(-1.0..1.0_f64, 1..90),
        rows in 1_usize..50,
        channels in 1_usize..4,
        seed in any::<u64>(),
    ) {
        let total = 6 * rows;
        let numbers = random(seed, total * channels);
        let expected: Vec<Vec<f64>> =
            (0..channels).map(|c| convolve(&channel(&numbers, channels, c), &taps)[..total].to_vec()).collect();
        let expected = interleave(&expected);
        let given = |method: &str| [("taps", Value::Numbers(taps.clone())), ("method", word(method))];
        let direct = in_frames("fir", &given("direct"), DType::F64, rows, channels, &numbers);
        close(&direct, &expected, 1e-11, "direct form");
        let whole = in_frames("fir", &given("direct"), DType::F64, total, channels, &numbers);
        prop_assert_eq!(&direct, &whole, "the same bits in one frame");
        close(&in_frames("fir", &given("fft"), DType::F64, rows, channels, &numbers), &expected, 1e-11, "by FFT");
        close(&in_frames("fir", &given("fft"), DType::F64, total, channels, &numbers), &expected, 1e-11, "by FFT at once");
        let single = in_frames("fir", &given("auto"), DType::F32, rows, channels, &numbers);
        close(&single, &expected, 1e-4, "in f32");
    }

    #[test]
    fn iir_is_its_difference_equation_in_frames_of_any_size(
        poles in prop::collection::vec((0.0..0.95_f64, 0.0..PI), 1..4),
        zeros in prop::collection::vec(-1.0..1.0_f64, 9),
        rows in 1_usize..40,
        channels in 1_usize..4,
        seed in any::<u64>(),
    ) {
        let total = 60_usize.div_ceil(rows) * rows;
        let numbers = random(seed, total * channels);
        let section = |(index, (radius, angle)): (usize, &(f64, f64))| {
            let b = &zeros[3 * index..][..3];
            // Coefficients that are not divided by a0 are taken as well.
            [b[0], b[1], b[2], 2.0, -4.0 * radius * angle.cos(), 2.0 * radius * radius]
        };
        let sos: Vec<f64> = poles.iter().enumerate().flat_map(section).collect();
        let filter = |signal: Vec<f64>| sos.chunks_exact(6).fold(signal, |x, s| {
            let mut y: Vec<f64> = Vec::new();
            for n in 0..x.len() {
                let past = |of: &[f64], back: usize| if n >= back { of[n - back] } else { 0.0 };
                let sum = s[0] * past(&x, 0) + s[1] * past(&x, 1) + s[2] * past(&x, 2) - s[4] * past(&y, 1) - s[5] * past(&y, 2);
                y.push(sum / s[3]);
            }
            y
        });
        let expected: Vec<Vec<f64>> = (0..channels).map(|c| filter(channel(&numbers, channels, c))).collect();
        let given = [("sos", Value::Numbers(sos.clone()))];
        let split = in_frames("iir", &given, DType::F64, rows, channels, &numbers);
        close(&split, &interleave(&expected), 1e-9, "sections");
        prop_assert_eq!(split, in_frames("iir", &given, DType::F64, total, channels, &numbers), "the same bits in one frame");
    }
}

#[test]
fn a_complex_signal_is_filtered_in_both_parts() {
    let numbers = random(3, 2 * 64);
    let input = Frames::of(spec(DType::Complex32, &[16, 1]), &numbers);
    let taps = vec![0.5, -0.25, 0.125];
    let expected: Vec<Vec<f64>> =
        (0..2).map(|part| convolve(&channel(&numbers, 2, part), &taps)[..64].to_vec()).collect();
    let output = run("fir", &[("taps", Value::Numbers(taps))], &input);
    close(&output.numbers(), &interleave(&expected), 1e-6, "complex32");
}

/// The gain of a filter in dB at these frequencies, from its impulse response at 8000 Hz.
fn gains_db(kind: &str, given: Given<'_>, hz: &[f64]) -> Vec<f64> {
    let mut impulse = vec![0.0; 8192];
    impulse[0] = 1.0;
    let response = in_frames(kind, given, DType::F64, 1024, 1, &impulse);
    let at = |hz: &f64| {
        let turn = |n: usize| Complex64::from_polar(1.0, -TAU * hz / 8000.0 * n as f64);
        20.0 * response.iter().enumerate().map(|(n, value)| turn(n) * *value).sum::<Complex64>().norm().log10()
    };
    hz.iter().map(at).collect()
}

fn hz(name: &'static str, value: f64) -> (&'static str, Value) {
    (name, Value::Number(value))
}

#[test]
fn butterworth_has_butterworths_gain() {
    let hz_points: Vec<f64> = (1..40).map(|step| 100.0 * f64::from(step)).collect();
    let warp = |hz: f64| (PI * hz / 8000.0).tan();
    let (low, high) = (700.0, 1900.0);
    for order in [1_i32, 2, 3, 4, 5, 8] {
        let check = |design: &str, place: &dyn Fn(f64) -> f64| {
            let given = [
                ("design", word(design)),
                ("order", Value::Integer(order.into())),
                hz("low_hz", low),
                hz("high_hz", high),
            ];
            // The gain of the analogue prototype at the frequency that the transforms map there.
            let gain = |hz: &f64| -10.0 * (1.0 + place(*hz).powi(2 * order)).log10();
            let expected: Vec<f64> = hz_points.iter().map(gain).map(|db| db.max(-120.0)).collect();
            let actual: Vec<f64> = gains_db("iir", &given, &hz_points).iter().map(|db| db.max(-120.0)).collect();
            close(&actual, &expected, 1e-3, &format!("{design} of order {order}"));
        };
        check("lowpass", &|hz| warp(hz) / warp(high));
        check("highpass", &|hz| warp(low) / warp(hz));
        let band = |hz: f64| (warp(hz).powi(2) - warp(low) * warp(high)) / (warp(hz) * (warp(high) - warp(low)));
        check("bandpass", &band);
        check("bandstop", &|hz| 1.0 / band(hz));
    }
}

#[test]
fn biquads_do_what_they_are_called() {
    let check = |design: &str, points: &[(f64, f64)]| {
        let given = [("design", word(design)), hz("hz", 1000.0), hz("db", 9.0), hz("q", 1.5)];
        let (at, expected): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        let actual: Vec<f64> = gains_db("iir", &given, &at).iter().map(|db| db.max(-60.0)).collect();
        close(&actual, &expected, 1e-3, design);
    };
    check("notch", &[(0.0, 0.0), (1000.0, -60.0), (4000.0, 0.0)]);
    check("peak", &[(0.0, 0.0), (1000.0, 9.0), (4000.0, 0.0)]);
    check("low-shelf", &[(0.0, 9.0), (1000.0, 4.5), (4000.0, 0.0)]);
    check("high-shelf", &[(0.0, 0.0), (1000.0, 4.5), (4000.0, 9.0)]);
}

#[test]
fn fir_designs_pass_their_band() {
    let check = |given: Given<'_>, passed: &[f64], stopped: &[f64]| {
        close(&gains_db("fir", given, passed), &vec![0.0; passed.len()], 0.03, &format!("{given:?} passes"));
        let worst = gains_db("fir", given, stopped).into_iter().fold(f64::MIN, f64::max);
        assert!(worst < -50.0, "{given:?} lets {worst} dB through");
    };
    let window = ("window", word("hamming"));
    check(
        &[("design", word("lowpass")), hz("high_hz", 1000.0), window.clone()],
        &[0.0, 500.0, 800.0],
        &[1200.0, 2000.0, 4000.0],
    );
    check(
        &[("design", word("highpass")), hz("low_hz", 1000.0), window.clone()],
        &[1200.0, 3000.0, 4000.0],
        &[0.0, 400.0, 800.0],
    );
    let band = [("design", word("bandpass")), hz("low_hz", 1000.0), hz("high_hz", 2000.0), window];
    check(&band, &[1200.0, 1500.0, 1800.0], &[0.0, 800.0, 2200.0, 4000.0]);
    close(&gains_db("fir", &[("design", word("average"))], &[0.0]), &[0.0], 1e-9, "average");
}

#[test]
fn windows_are_those_of_numpy_and_scipy() {
    // numpy.hanning(5), numpy.hamming(5), numpy.blackman(5), scipy.signal.windows.*(5), numpy.kaiser(5, 8.6).
    let check = |window: &str, symmetric: bool, expected: &[f64]| {
        let input = Frames::of(spec(DType::F64, &[expected.len()]), &vec![1.0; expected.len()]);
        let output = run("window", &[("window", word(window)), ("symmetric", Value::Bool(symmetric))], &input);
        close(&output.numbers(), expected, 1e-6, window);
    };
    check("hann", true, &[0.0, 0.5, 1.0, 0.5, 0.0]);
    check("hann", false, &[0.0, 0.5, 1.0, 0.5]);
    check("hamming", true, &[0.08, 0.54, 1.0, 0.54, 0.08]);
    check("blackman", true, &[0.0, 0.34, 1.0, 0.34, 0.0]);
    check("blackman-harris", true, &[6e-5, 0.21747, 1.0, 0.21747, 6e-5]);
    check("flat-top", true, &[-4.210_51e-4, -0.054_736_840_5, 1.000_000_003, -0.054_736_840_5, -4.210_51e-4]);
    check("kaiser", true, &[0.001_332_514, 0.340_393_622, 1.0, 0.340_393_622, 0.001_332_514]);
    check("rectangular", true, &[1.0; 5]);
    check("hann", true, &[1.0]);
}
