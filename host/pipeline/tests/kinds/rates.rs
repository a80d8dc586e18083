//! Another rate, fewer frames, larger ones.

use crate::harness::*;
use proptest::prelude::*;
use ripieno_pipeline::{DType, Value};
use std::f64::consts::TAU;

fn sine(hz: f64, rate: f64, rows: usize) -> Vec<f64> {
    (0..rows).map(|row| (TAU * hz * row as f64 / rate).sin()).collect()
}

#[test]
fn a_sine_stays_a_sine_at_another_rate() {
    let check = |from: f64, to: f64, dtype: DType, tolerance: f64| {
        let rows = from as usize / 10;
        let input = Frames::of(at(dtype, &[rows / 30, 1], from), &sine(441.0, from, rows));
        let output = run("resample", &[("to_hz", Value::Number(to))], &input);
        let expected = sine(441.0, to, (input.frames.len() * (rows / 30)) * to as usize / from as usize);
        let numbers = output.numbers();
        assert!(numbers.len() >= expected.len() && numbers.len() < expected.len() + 1 + rows / 30, "{from} to {to}");
        // At the ends, the signal is one that starts and stops at once.
        let (begin, end) = (expected.len() / 4, expected.len() * 3 / 4);
        close(&numbers[begin..end], &expected[begin..end], tolerance, &format!("{from} to {to} in {dtype}"));
    };
    check(44_100.0, 48_000.0, DType::F32, 1e-4);
    check(48_000.0, 44_100.0, DType::F64, 1e-4);
    check(48_000.0, 16_000.0, DType::F32, 1e-4);
    check(8_000.0, 48_000.0, DType::F64, 1e-4);
    check(48_000.0, 48_000.0, DType::F64, 1e-4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn resampling_does_not_depend_on_the_frames_it_comes_in(
        rows in 1_usize..700,
        out_rows in 1_usize..700,
        channels in 1_usize..3,
        seed in any::<u64>(),
    ) {
        let total = 1500_usize.div_ceil(rows) * rows;
        let numbers = random(seed, total * channels);
        let resampled = |rows: usize, out_rows: usize| {
            let given = [
                ("to_hz", Value::Number(3000.0)),
                ("rows", Value::Integer(out_rows as i64)),
                ("filter_rows", Value::Integer(32)),
            ];
            run("resample", &given, &Frames::of(at(DType::F32, &[rows, channels], 2000.0), &numbers)).numbers()
        };
        let whole = resampled(total, 1);
        prop_assert_eq!(whole.len(), (total * 3).div_ceil(2) * channels, "as many rows as the time takes");
        let mut split = resampled(rows, out_rows);
        prop_assert!(split.len() < whole.len() + out_rows * channels);
        prop_assert!(split[whole.len()..].iter().all(|number| *number == 0.0), "the rest of the last frame is zero");
        split.truncate(whole.len());
        prop_assert_eq!(split, whole);
    }

    #[test]
    fn a_delay_is_one_of_rows_whatever_the_frames(
        delay in 0_usize..80,
        rows in 1_usize..40,
        channels in 1_usize..4,
        dtype in prop::sample::select(DType::ALL.to_vec()),
    ) {
        let frames = 120_usize.div_ceil(rows);
        let row = channels * if dtype == DType::Complex32 { 2 } else { 1 };
        let numbers: Vec<f64> = (0..frames * rows * row).map(|n| (n % 100 + 1) as f64).collect();
        let input = Frames::of(at(dtype, &[rows, channels], 1000.0), &numbers);
        let mut expected = vec![0.0; delay * row];
        expected.extend_from_slice(&numbers);
        expected.truncate(numbers.len());
        let by_rows = run("delay", &[("rows", Value::Integer(delay as i64))], &input);
        prop_assert_eq!(by_rows.numbers(), expected.clone());
        let by_time = run("delay", &[("ms", Value::Number(delay as f64))], &input);
        prop_assert_eq!(by_time.numbers(), expected);
    }

    #[test]
    fn batches_come_apart_again(
        count in 1_usize..6,
        frames in 0_usize..14,
        dims in prop::collection::vec(1_usize..4, 0..4),
        layout in prop::sample::select(vec!["concat", "stack"]),
    ) {
        let small = at(DType::I32, &dims, 50.0);
        let numbers: Vec<f64> = (0..frames * small.elements()).map(|n| n as f64).collect();
        let input = Frames::of(small, &numbers);
        let given = [("frames", Value::Integer(count as i64)), ("layout", word(layout))];
        let batches = run("batch", &given, &input);
        prop_assert_eq!(batches.frames.len(), frames.div_ceil(count));
        let secs = |frames: &Frames| frames.spec.secs().expect("a rate is stated");
        prop_assert!((secs(&batches) - secs(&input) * count as f64).abs() < 1e-9);
        let firsts: Vec<u64> = input.millis().into_iter().step_by(count).collect();
        prop_assert_eq!(batches.millis(), firsts, "a batch has the time of its first frame");

        let apart = run("unbatch", &given, &batches);
        prop_assert!((secs(&apart) - secs(&input)).abs() < 1e-9);
        if layout == "stack" || !dims.is_empty() {
            prop_assert_eq!(apart.spec.shape(), input.spec.shape());
        }
        let mut expected = numbers;
        expected.resize(batches.frames.len() * count * small.elements(), 0.0);
        prop_assert_eq!(apart.numbers(), expected, "a batch that is not full is filled up with zeros");
    }
}

#[test]
fn one_frame_of_so_many() {
    let numbers: Vec<f64> = (0..20).map(f64::from).collect();
    let output = run("decimate", &[("every", Value::Integer(3))], &Frames::of(at(DType::U8, &[2], 60.0), &numbers));
    assert_eq!(output.numbers(), [0.0, 1.0, 6.0, 7.0, 12.0, 13.0, 18.0, 19.0]);
    assert_eq!((output.millis(), output.spec.rate_hz()), (vec![1, 4, 7, 10], Some(20.0)));
}

#[test]
fn conversions_scale_round_and_keep_within_the_range() {
    let check = |from: DType, to: &str, scale: &str, numbers: &[f64], expected: &[f64]| {
        let input = Frames::of(spec(from, &[]), numbers);
        let output = run("convert", &[("to", word(to)), ("scale", word(scale))], &input);
        assert_eq!(output.numbers(), expected, "{from} to {to}, {scale}");
    };
    use DType::{Complex32, F32, F64, I16, I32, U8};
    let full = "full-scale";
    check(F64, "i16", full, &[0.0, 0.5, -1.0, 1.0, 2.0, -7.0], &[0.0, 16384.0, -32768.0, 32767.0, 32767.0, -32768.0]);
    check(F64, "i16", full, &[0.5 / 32768.0, 1.5 / 32768.0, -0.5 / 32768.0], &[0.0, 2.0, 0.0]);
    check(F64, "i16", full, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY], &[0.0, 32767.0, -32768.0]);
    check(F32, "u8", full, &[0.0, 0.5, -1.0, 1.0, -9.0], &[128.0, 192.0, 0.0, 255.0, 0.0]);
    check(U8, "f32", full, &[0.0, 128.0, 192.0], &[-1.0, 0.0, 0.5]);
    check(I16, "i32", full, &[-32768.0, 1.0], &[-2_147_483_648.0, 65536.0]);
    check(I32, "i16", full, &[65536.0, 32768.0, 98304.0, 2_147_483_647.0], &[1.0, 0.0, 2.0, 32767.0]);
    check(U8, "i16", full, &[0.0, 128.0, 255.0], &[-32768.0, 0.0, 32512.0]);
    check(I16, "f64", full, &[-32768.0, 16384.0], &[-1.0, 0.5]);
    check(I16, "f32", "value", &[-300.0, 7.0], &[-300.0, 7.0]);
    check(F64, "u8", "value", &[-1.0, 2.5, 3.5, 300.0], &[0.0, 2.0, 4.0, 255.0]);
    check(I32, "i16", "value", &[-40000.0, 12.0], &[-32768.0, 12.0]);
    check(F32, "complex32", full, &[0.25], &[0.25, 0.0]);
    check(Complex32, "f64", full, &[0.25, -3.0], &[0.25]);
    check(Complex32, "complex32", full, &[0.25, -3.0], &[0.25, -3.0]);
    for (part, expected) in [("real", 3.0), ("imaginary", -4.0), ("magnitude", 5.0)] {
        let input = Frames::of(spec(Complex32, &[]), &[3.0, -4.0]);
        let output = run("convert", &[("to", word("f32")), ("part", word(part))], &input);
        assert_eq!(output.numbers(), [expected], "{part}");
    }
}
