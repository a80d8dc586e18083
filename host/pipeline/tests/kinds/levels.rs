//! Gain and mix: what is set at the start holds at once, what is changed glides.

use crate::harness::*;
use ripieno_pipeline::{DType, Pipeline, Ports, Registry, TaskError, Value};
use std::sync::mpsc::sync_channel;

#[test]
fn gains_multiply() {
    let check = |given: Given<'_>, factor: f64| {
        let numbers = random(1, 40);
        for dtype in [DType::F32, DType::F64, DType::Complex32] {
            let input = Frames::of(spec(dtype, &[2]), &numbers);
            let expected: Vec<f64> = numbers.iter().map(|number| number * factor).collect();
            close(&run("gain", given, &input).numbers(), &expected, 1e-6, &format!("{given:?} of {dtype}"));
        }
    };
    check(&[], 1.0);
    check(&[("db", Value::Number(20.0))], 10.0);
    check(&[("db", Value::Number(-40.0)), ("factor", Value::Number(-2.0))], -0.02);
    check(&[("factor", Value::Number(0.0))], 0.0);
}

#[test]
fn a_mix_is_a_weighted_sum_until_all_have_ended() {
    let spec = at(DType::F64, &[4, 2], 100.0);
    let (a, b) = (Frames::of(spec, &random(1, 16)), Frames::of(spec, &random(2, 40)).at_millis(&[9, 1, 2, 3, 4]));
    let given = [("gains", Value::Numbers(vec![0.5])), ("db_2", Value::Number(20.0)), ("db", Value::Number(-20.0))];
    let output = run_many("mix", &given, &[("a", &a), ("b", &b)], &["out"])["out"].clone();
    let mut expected: Vec<f64> = b.numbers();
    expected.iter_mut().zip(a.numbers()).for_each(|(sum, a)| *sum += 0.05 * a);
    close(&output.numbers(), &expected, 1e-12, "the sum");
    assert_eq!(output.millis(), [1, 1, 2, 3, 4], "the time of the oldest");
}

/// Sets `param` of a task of this kind between two frames of ones; gives the rows that followed.
fn after_a_change(kind: &str, param: &str, value: f64) -> Vec<f64> {
    let mut pipeline = Pipeline::new("live").with_registry(Registry::standard());
    let spec = at(DType::F32, &[100, 1], 10_000.0);
    for name in ["from", "to"] {
        let stream = pipeline.add_stream(name, &[100, 1], DType::F32, 4).expect("a new name");
        stream.spec = Some(spec);
    }
    let (go, gone) = sync_channel::<()>(0);
    let feed = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut writer = ports.writer::<f32>("out")?;
        writer.write(&[1.0; 100])?;
        gone.recv().map_err(TaskError::failed)?;
        (0..3).try_for_each(|_| Ok(writer.write(&[1.0; 100])?))
    };
    let (came, frames) = sync_channel::<Vec<f32>>(8);
    let keep = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut reader = ports.reader::<f32>("in")?;
        while let Some((_, frame)) = reader.read()? {
            came.send(frame).map_err(TaskError::failed)?;
        }
        Ok(())
    };
    pipeline.add_task("feed", &[], &[("out", "from")], &[], feed).expect("a new name");
    pipeline.add_kind("task", kind, [], &[("in", "from")], &[("out", "to")], &[]).expect("a new name");
    pipeline.add_task("keep", &[("in", "to")], &[], &[], keep).expect("a new name");
    let running = pipeline.compile().expect("it goes together").start().expect("it starts");
    assert_eq!(frames.recv().expect("the first frame comes"), vec![1.0; 100], "nothing glides at the start");
    running.set("task", param, Value::Number(value)).expect("it is live");
    go.send(()).expect("the feed waits for it");
    let rows: Vec<f64> = frames.iter().take(3).flatten().map(f64::from).collect();
    running.wait().expect("it ends");
    rows
}

#[test]
fn a_change_glides_within_a_hundredth_of_a_second() {
    for (kind, param, value, end) in
        [("gain", "db", -20.0, 0.1), ("gain", "factor", 3.0, 3.0), ("mix", "db_1", 20.0, 10.0)]
    {
        let rows = after_a_change(kind, param, value);
        assert_eq!(rows.len(), 300);
        // 100 rows at 10 kHz, in equal steps.
        let expected: Vec<f64> = (1..=300).map(|row| 1.0 + (end - 1.0) * (f64::from(row) / 100.0).min(1.0)).collect();
        close(&rows, &expected, 1e-5, &format!("{param} of {kind}"));
    }
}
