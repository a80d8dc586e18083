//! Sources: what they make, how much of it, and at which pace.

use crate::harness::*;
use ripieno_pipeline::{DType, Declared, Value};
use std::f64::consts::TAU;
use std::time::{Duration, Instant};

fn count(frames: i64) -> (&'static str, Value) {
    ("frames", Value::Integer(frames))
}

#[test]
fn a_ramp_counts_in_every_type() {
    for dtype in DType::ALL {
        let declared = Declared { spec: Some(spec(dtype, &[50, 2])), rate_hz: Some(100.0) };
        let output = make("ramp", &[count(4)], declared);
        let wrapped = |n: u32| if dtype == DType::U8 { n % 256 } else { n };
        let expected: Vec<f64> = (0..400)
            .flat_map(|n| if dtype == DType::Complex32 { vec![f64::from(n), 0.0] } else { vec![f64::from(wrapped(n))] })
            .collect();
        assert_eq!(output.numbers(), expected, "{dtype}");
        assert_eq!(output.spec, at(dtype, &[50, 2], 100.0));
        assert!(
            output.frames.iter().enumerate().all(|(at, (stamp, _))| stamp.sequence == at as u64 && stamp.nanos > 0)
        );
    }
}

#[test]
fn frames_are_what_the_stream_says_or_the_parameters() {
    let check = |given: Given<'_>, declared: Declared, expected: ripieno_pipeline::FrameSpec| {
        let (produced, _) =
            ask("noise", given, &Default::default(), &[("out".to_owned(), declared)].into()).expect("it goes");
        assert_eq!(produced["out"], expected, "{given:?} into {declared:?}");
    };
    let nothing = Declared::default();
    let number = |value| Value::Integer(value);
    check(&[], nothing, at(DType::F32, &[256, 1], 48_000.0));
    check(&[("channels", number(2)), ("dtype", word("f64"))], nothing, at(DType::F64, &[256, 2], 48_000.0));
    let said = Declared { spec: Some(spec(DType::F64, &[8, 3])), rate_hz: Some(10.0) };
    check(&[], said, at(DType::F64, &[8, 3], 10.0));
    // What is said twice and differs shows as a fault of the graph.
    check(&[("rows", number(9)), ("rate", Value::Number(5.0))], said, at(DType::F64, &[9, 3], 5.0));
    // Channels first: time runs along the last dimension, and a frame of 8 samples at 4 Hz lasts 2 seconds.
    let last = [("axis", word("last")), ("rows", number(8)), ("channels", number(3)), ("rate", Value::Number(4.0))];
    check(&last, nothing, at(DType::F32, &[3, 8], 1.5));
}

#[test]
fn a_tone_is_a_sine_in_frames_of_any_size_along_either_axis() {
    let sine = |hz: f64, row: usize| 0.5 * (TAU * hz * row as f64 / 8000.0).sin();
    let expected: Vec<f64> =
        (0..120).flat_map(|row| [sine(440.0, row) + sine(1000.0, row), sine(540.0, row) + sine(1100.0, row)]).collect();
    for rows in [1_i64, 7, 120] {
        let given = [
            ("db", Value::Number(20.0 * 0.5_f64.log10())),
            ("spread_hz", Value::Number(100.0)),
            ("more_hz", Value::Numbers(vec![1000.0])),
            ("rows", Value::Integer(rows)),
            ("channels", Value::Integer(2)),
            ("rate", Value::Number(8000.0)),
            ("dtype", word("f64")),
            count((120 + rows - 1) / rows),
        ];
        let output = make("tone", &given, Declared::default()).numbers();
        close(&output[..240], &expected, 1e-9, &format!("frames of {rows}"));
        let mut last = given.to_vec();
        last.push(("axis", word("last")));
        let output = make("tone", &last, Declared::default()).numbers();
        let frames: Vec<f64> = output
            .chunks_exact(2 * rows as usize)
            .flat_map(|frame| interleave(&[frame[..rows as usize].to_vec(), frame[rows as usize..].to_vec()]))
            .collect();
        close(&frames[..240], &expected, 1e-9, &format!("channels first, frames of {rows}"));
    }
}

#[test]
fn noise_follows_from_its_seed_and_has_its_level() {
    let noise = |seed: i64, form: &str, rows: i64| {
        let given = [
            ("seed", Value::Integer(seed)),
            ("form", word(form)),
            ("db", Value::Number(-20.0)),
            ("rows", Value::Integer(rows)),
            ("dtype", word("f64")),
            count(40_000 / rows),
        ];
        make("noise", &given, Declared::default()).numbers()
    };
    for (form, rms) in [("uniform", 0.1 / 3.0_f64.sqrt()), ("gaussian", 0.1)] {
        let numbers = noise(3, form, 100);
        assert_eq!(numbers, noise(3, form, 1000), "{form}: whatever the frames");
        assert_ne!(numbers, noise(4, form, 100), "{form}: another seed");
        let mean = numbers.iter().sum::<f64>() / 40_000.0;
        let power = numbers.iter().map(|number| number * number).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.003 && (power.sqrt() / rms - 1.0).abs() < 0.02, "{form}: {mean}, {}", power.sqrt());
        let peak = numbers.iter().fold(0.0, |peak: f64, number| peak.max(number.abs()));
        assert!(if form == "uniform" { peak <= 0.1 } else { peak > 0.3 }, "{form}: {peak}");
    }
}

#[test]
fn a_bank_is_made_once_and_repeated() {
    let given = [("bank", Value::Integer(3)), ("rows", Value::Integer(4)), count(8)];
    let output = make("noise", &given, Declared::default()).numbers();
    let anew = make("noise", &given[1..], Declared::default()).numbers();
    assert_eq!(output[..12], anew[..12]);
    assert_eq!((&output[12..24], &output[24..]), (&output[..12], &output[..8]));
}

#[test]
fn paced_sources_take_their_time() {
    let given = [("rows", Value::Integer(10)), ("rate", Value::Number(400.0)), ("paced", Value::Bool(true)), count(9)];
    let begin = Instant::now();
    let output = make("ramp", &given, Declared::default());
    assert!(begin.elapsed() >= Duration::from_millis(200), "nine frames are eight distances of 25 ms");
    let born: Vec<u64> = output.frames.iter().map(|(stamp, _)| stamp.nanos).collect();
    assert!(born.windows(2).all(|pair| pair[0] < pair[1]) && born[8] - born[0] >= 199_000_000, "{born:?}");
}
