//! PYTHUSA's kernels on frames of (rows, channels), as the crate's README says to write them.

use crate::harness::*;
use ripieno_pipeline::{DType, Value};

const ROWS: usize = 300;
const CHANNELS: usize = 2;

/// One frame after the other through `kind`; `kernel` maps a channel of one frame.
fn check(kind: &str, given: Given<'_>, kernel: impl Fn(&[f64]) -> Vec<f64>, complex: bool) {
    for dtype in [DType::F32, DType::F64] {
        let numbers = random(7, 3 * ROWS * CHANNELS);
        let input = Frames::of(spec(dtype, &[ROWS, CHANNELS]), &numbers);
        let width = if complex { 2 } else { 1 };
        let expected: Vec<f64> = input
            .numbers()
            .chunks_exact(ROWS * CHANNELS)
            .flat_map(|frame| {
                let channels: Vec<Vec<f64>> =
                    (0..CHANNELS).map(|index| kernel(&channel(frame, CHANNELS, index))).collect();
                let rows = channels[0].len() / width;
                (0..rows)
                    .flat_map(|row| channels.iter().flat_map(move |c| c[row * width..][..width].to_vec()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let output = run(kind, given, &input);
        // Bins are f32 whatever they were computed in.
        let tolerance = if dtype == DType::F64 && !complex { 1e-10 } else { 2e-3 };
        close(&output.numbers(), &expected, tolerance, &format!("{kind} {given:?} of {dtype}"));
        assert_eq!(output.millis(), input.millis(), "{kind}: each frame has the time of its input");
    }
}

/// What is in the middle of the convolution, as long as the signal.
fn same(signal: &[f64], taps: usize) -> Vec<f64> {
    let mut window = hanning(taps);
    let sum: f64 = window.iter().sum();
    window.iter_mut().for_each(|tap| *tap /= sum);
    convolve(signal, &window)[(taps - 1) / 2..][..signal.len()].to_vec()
}

#[test]
fn passthrough_gain_and_window() {
    check("passthrough", &[], <[f64]>::to_vec, false);
    check("gain", &[("factor", Value::Number(0.5))], |x| x.iter().map(|x| 0.5 * x).collect(), false);
    let faded = |x: &[f64]| x.iter().zip(hanning(x.len())).map(|(x, w)| x * w).collect();
    check("window", &[("symmetric", Value::Bool(true))], faded, false);
}

#[test]
fn fir32_and_fir128() {
    for (taps, method) in [(32, "direct"), (128, "fft"), (32, "auto"), (128, "auto")] {
        let given = [
            ("design", word("average")),
            ("count", Value::Integer(taps)),
            ("mode", word("same")),
            ("method", word(method)),
        ];
        check("fir", &given, |x| same(x, taps as usize), false);
    }
}

#[test]
fn rfft_power_spectrum_and_stft() {
    check("rfft", &[], |x| parts(&real_dft(x)), true);
    check("power-spectrum", &[], |x| real_dft(x).iter().map(Complex64::norm_sqr).collect(), false);
    let rows = Value::Integer(ROWS as i64);
    let given = [("size", rows.clone()), ("hop", rows), ("symmetric", Value::Bool(true))];
    let windowed = |x: &[f64]| -> Vec<f64> { x.iter().zip(hanning(x.len())).map(|(x, w)| x * w).collect() };
    check("stft", &given, |x| parts(&real_dft(&windowed(x))), true);
}
