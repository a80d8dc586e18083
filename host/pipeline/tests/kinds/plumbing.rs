//! What only moves frames: tee, hold, throttle, null, stats.

use crate::harness::*;
use ripieno_pipeline::{DType, Pipeline, Ports, Registry, TaskError, Value};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

#[test]
fn a_tee_copies_to_all() {
    let input = Frames::of(spec(DType::I16, &[3]), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    for (name, output) in run_many("tee", &[], &[("in", &input)], &["out", "left", "right"]) {
        assert_eq!((output.numbers(), output.millis()), (input.numbers(), input.millis()), "{name}");
    }
}

#[test]
fn a_throttle_keeps_the_pace() {
    let input = Frames::of(at(DType::U8, &[10], 400.0), &[7.0; 100]);
    for (given, secs) in [(vec![], 0.025), (vec![("rate", Value::Number(1000.0))], 0.01)] {
        let begin = Instant::now();
        let output = run("throttle", &given, &input);
        assert_eq!((output.frames.len(), output.millis()), (10, input.millis()));
        assert!(begin.elapsed() >= Duration::from_secs_f64(9.0 * secs), "ten frames are nine distances");
    }
}

#[test]
fn hold_gives_the_newest_at_the_pace_of_its_clock() {
    let mut pipeline = Pipeline::new("hold").with_registry(Registry::standard());
    pipeline.add_stream("values", &[], DType::I32, 8).expect("a new name");
    pipeline.add_stream("ticks", &[4], DType::U8, 2).expect("a new name");
    pipeline.add_stream("held", &[], DType::I32, 2).expect("a new name");
    let (ask, asked) = sync_channel::<i32>(0);
    let (done, written) = sync_channel::<()>(0);
    let (told, tell) = sync_channel::<i32>(0);
    let values = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut writer = ports.writer::<i32>("out")?;
        for value in asked.iter().take(4) {
            writer.write_at(1000 + value as u64, &[value])?;
            done.send(()).map_err(TaskError::failed)?;
        }
        Ok(())
    };
    // Step by step: some values, then a tick, then what is held.
    let clock = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut ticks = ports.writer::<u8>("ticks")?;
        for values in [&[][..], &[1], &[], &[2, 3, 4], &[]] {
            for value in values {
                ask.send(*value).map_err(TaskError::failed)?;
                written.recv().map_err(TaskError::failed)?;
            }
            ticks.write_at(5, &[0; 4])?;
            tell.recv().map_err(TaskError::failed)?;
        }
        Ok(())
    };
    let sink = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut reader = ports.reader::<i32>("in")?;
        let mut all = Vec::new();
        while let Some((stamp, value)) = reader.read()? {
            all.push((value[0], stamp.nanos));
            told.send(value[0]).map_err(TaskError::failed)?;
        }
        if all != [(0, 5), (1, 1001), (1, 1001), (4, 1004), (4, 1004)] {
            return Err(TaskError::failed(format!("{all:?} was held")));
        }
        Ok(())
    };
    pipeline.add_task("values", &[], &[("out", "values")], &[], values).expect("a new name");
    pipeline.add_task("clock", &[], &[("ticks", "ticks")], &[], clock).expect("a new name");
    let reads = [("in", "values"), ("clock", "ticks")];
    pipeline.add_kind("hold", "hold", [], &reads, &[("out", "held")], &[]).expect("a new name");
    pipeline.add_task("sink", &[("in", "held")], &[], &[], sink).expect("a new name");
    pipeline.run().expect("every value was as it should be");
}

/// The figures of a task after these frames.
fn gauges(kind: &str, given: Given<'_>, input: &Frames, names: &[&str]) -> Vec<f64> {
    let mut pipeline = Pipeline::new("figures").with_registry(Registry::standard());
    let stream = pipeline.add_stream("in", input.spec.shape().dims(), input.spec.dtype(), 4).expect("a new name");
    stream.spec = Some(input.spec);
    let frames = input.frames.clone();
    let feed = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut writer = ports.any_writer("out")?;
        frames.iter().try_for_each(|(stamp, frame)| Ok(writer.write_at(stamp.nanos, frame)?))
    };
    pipeline.add_task("feed", &[], &[("out", "in")], &[], feed).expect("a new name");
    let given = given.iter().map(|(name, value)| (*name, value.clone()));
    pipeline.add_kind("task", kind, given, &[("in", "in")], &[], &[]).expect("a new name");
    let running = pipeline.compile().expect("it goes together").start().expect("it starts");
    running.wait().expect("it ends");
    let status = running.status();
    let task = status.tasks.iter().find(|task| task.name == "task").expect("it is there");
    names.iter().map(|name| task.gauges[*name]).collect()
}

#[test]
fn stats_show_least_greatest_rms_and_frames() {
    let names = ["min", "max", "rms", "frames"];
    let check = |dtype: DType, given: Given<'_>, numbers: &[f64], expected: [f64; 4]| {
        let input = Frames::of(spec(dtype, &[2]), numbers);
        close(&gauges("stats", given, &input, &names), &expected, 1e-6, &format!("{given:?} of {dtype}"));
    };
    for dtype in [DType::F32, DType::F64, DType::I16, DType::I32] {
        check(dtype, &[], &[3.0, -4.0, 0.0, 0.0], [-4.0, 3.0, 2.5, 2.0]);
        check(dtype, &[("over", word("frame"))], &[3.0, -4.0, 6.0, 8.0], [6.0, 8.0, 50.0_f64.sqrt(), 2.0]);
    }
    check(DType::U8, &[], &[3.0, 4.0], [3.0, 4.0, 12.5_f64.sqrt(), 1.0]);
    check(DType::Complex32, &[], &[3.0, 4.0, 0.0, 2.0], [2.0, 5.0, 14.5_f64.sqrt(), 1.0]);
}
