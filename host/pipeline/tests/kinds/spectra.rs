//! Transforms: against sums, of any length, along either axis, and back again.

use crate::harness::*;
use proptest::prelude::*;
use ripieno_pipeline::{DType, Value};

fn complex(numbers: &[f64]) -> Vec<Complex64> {
    numbers.chunks_exact(2).map(|pair| Complex64::new(pair[0], pair[1])).collect()
}

#[test]
fn transforms_are_sums_for_any_length_and_axis() {
    for length in [1, 2, 3, 7, 8, 30, 97] {
        for channels in [1, 2, 5] {
            let numbers = random(length as u64, 2 * length * channels);
            let lines: Vec<&[f64]> = numbers.chunks_exact(length).collect();
            let spectra: Vec<Vec<f64>> = lines.iter().map(|line| parts(&real_dft(line))).collect();
            let what = format!("{channels} lines of {length}");
            let last = [("axis", word("last"))];

            // Channels first: lines lie one after the other.
            let rows = Frames::of(spec(DType::F64, &[channels, length]), &numbers);
            close(&run("rfft", &last, &rows).numbers(), &spectra.concat(), 1e-4, &what);

            // Rows first: lines are interleaved, here two frames of them.
            let interleaved: Vec<f64> = lines
                .chunks_exact(channels)
                .flat_map(|lines| interleave(&lines.iter().map(|line| line.to_vec()).collect::<Vec<_>>()))
                .collect();
            let columns = Frames::of(spec(DType::F32, &[length, channels]), &interleaved);
            let expected: Vec<f64> = spectra
                .chunks_exact(channels)
                .flat_map(|spectra| {
                    (0..length / 2 + 1)
                        .flat_map(|bin| spectra.iter().flat_map(move |s| s[2 * bin..][..2].to_vec()))
                        .collect::<Vec<_>>()
                })
                .collect();
            close(&run("rfft", &[], &columns).numbers(), &expected, 1e-4, &what);

            // Complex, by the same numbers as pairs.
            let pairs = Frames::of(spec(DType::Complex32, &[channels, length]), &numbers);
            let expected: Vec<f64> =
                numbers.chunks_exact(2 * length).flat_map(|line| parts(&dft(&complex(line), -1.0))).collect();
            close(&run("fft", &last, &pairs).numbers(), &expected, 1e-3, &what);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn inverses_give_back_what_was_transformed(
        length in 1_usize..70,
        channels in 1_usize..4,
        norm in prop::sample::select(vec!["backward", "ortho", "forward"]),
        axis in prop::sample::select(vec!["first", "last"]),
        dtype in prop::sample::select(vec!["f32", "f64"]),
        seed in any::<u64>(),
    ) {
        let dims = if axis == "first" { [length, channels] } else { [channels, length] };
        let given = [("norm", word(norm)), ("axis", word(axis))];
        let numbers = random(seed, 2 * length * channels);
        let input = Frames::of(at(DType::F64, &dims, 100.0), &numbers);
        let spectra = run("rfft", &given, &input);
        let secs = |frames: &Frames| frames.spec.secs().expect("a rate is stated");
        prop_assert!((secs(&spectra) - secs(&input)).abs() < 1e-9, "a frame lasts as long");
        let mut back = given.to_vec();
        back.extend([("length", Value::Integer(length as i64)), ("dtype", word(dtype))]);
        let signal = run("irfft", &back, &spectra);
        prop_assert_eq!(signal.spec.shape(), input.spec.shape());
        close(&signal.numbers(), &numbers, 1e-5, "irfft of rfft");

        let input = Frames::of(spec(DType::Complex32, &dims), &numbers);
        close(&run("ifft", &given, &run("fft", &given, &input)).numbers(), &input.numbers(), 1e-5, "ifft of fft");
    }

    #[test]
    fn stft_does_not_depend_on_the_frames_it_comes_in(
        size in 1_usize..40,
        hop in 1_usize..60,
        rows in 1_usize..50,
        channels in 1_usize..4,
        seed in any::<u64>(),
    ) {
        let frames = 180_usize.div_ceil(rows);
        let total = frames * rows;
        let numbers = random(seed, total * channels);
        let given = [("size", Value::Integer(size as i64)), ("hop", Value::Integer(hop as i64)), ("scale", word("amplitude"))];
        let input = Frames::of(at(DType::F64, &[rows, channels], 1000.0), &numbers);
        let output = run("stft", &given, &input);

        let mut window = hanning(size + 1);
        window.truncate(size);
        if size == 1 {
            window = vec![1.0];
        }
        let sum: f64 = window.iter().sum();
        let starts: Vec<usize> = (0..total).step_by(hop).filter(|start| start + size <= total).collect();
        let mut expected = Vec::new();
        for start in &starts {
            let spectrum = |c: usize| {
                let line = channel(&numbers, channels, c);
                real_dft(&line[*start..start + size].iter().zip(&window).map(|(x, w)| x * w / sum).collect::<Vec<_>>())
            };
            let spectra: Vec<_> = (0..channels).map(spectrum).collect();
            for bin in 0..size / 2 + 1 {
                spectra.iter().for_each(|spectrum| expected.extend([spectrum[bin].re, spectrum[bin].im]));
            }
        }
        close(&output.numbers(), &expected, 1e-5, "stretches");
        let born: Vec<u64> = starts.iter().map(|start| (start / rows) as u64 + 1).collect();
        prop_assert_eq!(output.millis(), born, "a stretch has the time of its first row");
        let secs = output.spec.secs().expect("a rate is stated");
        prop_assert!((secs - hop as f64 / 1000.0).abs() < 1e-9, "a frame a hop");
    }
}

#[test]
fn power_is_scaled_as_the_transform() {
    let numbers = random(5, 16);
    let input = Frames::of(spec(DType::F64, &[16]), &numbers);
    let expected: Vec<f64> = real_dft(&numbers).iter().map(|bin| bin.norm_sqr() / 16.0).collect();
    close(&run("power-spectrum", &[("norm", word("ortho"))], &input).numbers(), &expected, 1e-12, "ortho");
}
