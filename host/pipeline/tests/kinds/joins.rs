//! Joins: which frames belong together, and where they lie.

use crate::harness::*;
use ripieno_pipeline::{DType, Pipeline, Ports, ReaderPolicy, Registry, TaskError, Value};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

/// Frames of one number each, at these times.
fn ones(millis: &[u64], first: f64) -> Frames {
    let numbers: Vec<f64> = (0..millis.len()).map(|index| first + index as f64).collect();
    Frames::of(spec(DType::I32, &[1]), &numbers).at_millis(millis)
}

/// Joined frames of `a` and `b`, and their times.
fn joined(given: Given<'_>, a: &Frames, b: &Frames) -> (Vec<[f64; 2]>, Vec<u64>) {
    let output = run_many("join", given, &[("a", a), ("b", b)], &["out"])["out"].clone();
    let pairs = output.numbers().chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    (pairs, output.millis())
}

#[test]
fn lockstep_takes_one_of_each_until_one_ends() {
    let (pairs, millis) = joined(&[], &ones(&[5, 6, 7], 10.0), &ones(&[1, 9], 20.0));
    assert_eq!((pairs, millis), (vec![[10.0, 20.0], [11.0, 21.0]], vec![1, 6]));
}

#[test]
fn sequence_without_gaps_is_lockstep() {
    let (pairs, _) = joined(&[("mode", word("sequence"))], &ones(&[5, 6, 7], 10.0), &ones(&[1, 9], 20.0));
    assert_eq!(pairs, [[10.0, 20.0], [11.0, 21.0]]);
}

#[test]
fn nearest_joins_what_is_nearest_within_the_tolerance() {
    let check = |reference: &str, tolerance: f64, a: &[u64], b: &[u64], expected: &[[u64; 2]]| {
        let given =
            [("mode", word("nearest")), ("reference", word(reference)), ("tolerance_ms", Value::Number(tolerance))];
        // Each frame carries its own time, so that pairs tell which times met.
        let timed = |millis: &[u64]| {
            let numbers: Vec<f64> = millis.iter().map(|millis| *millis as f64).collect();
            Frames::of(spec(DType::I32, &[1]), &numbers).at_millis(millis)
        };
        let (pairs, millis) = joined(&given, &timed(a), &timed(b));
        let pairs: Vec<[u64; 2]> = pairs.iter().map(|pair| pair.map(|number| number as u64)).collect();
        assert_eq!(pairs, expected, "{a:?} and {b:?}, reference '{reference}'");
        let leader = usize::from(reference == "b");
        assert_eq!(millis, expected.iter().map(|pair| pair[leader]).collect::<Vec<_>>());
    };
    check("", 5.0, &[10, 20, 30], &[11, 19, 36], &[[10, 11], [20, 19]]);
    check("", 6.0, &[10, 20, 30], &[11, 19, 36], &[[10, 11], [20, 19], [30, 36]]);
    // One of b may meet several of a, and several of b go by.
    check("", 9.0, &[10, 12, 14, 40], &[12, 33, 38, 39, 41, 99], &[[10, 12], [12, 12], [14, 12], [40, 41]]);
    check("b", 2.0, &[10, 12, 14, 40], &[13, 39], &[[14, 13], [40, 39]]);
    check("", 50.0, &[10, 20], &[], &[]);
    check("", 0.0, &[10, 20], &[20], &[[20, 20]]);
}

#[test]
fn latest_waits_for_the_first_and_never_again() {
    // The only frame of b is there for all of a, whenever it comes.
    let (pairs, millis) = joined(&[("mode", word("latest"))], &ones(&[1, 2, 3], 10.0), &ones(&[77], 20.0));
    assert_eq!((pairs, millis), (vec![[10.0, 20.0], [11.0, 20.0], [12.0, 20.0]], vec![1, 2, 3]));
}

#[test]
fn layouts_put_channels_or_inputs_side_by_side() {
    let check = |layout: &str, dims: [&[usize]; 2], expected_dims: &[usize], expected: &[f64]| {
        let input = |dims: &[usize], first: f64| {
            let spec = at(DType::F64, dims, 10.0);
            Frames::of(spec, &(0..spec.elements()).map(|n| first + n as f64).collect::<Vec<_>>())
        };
        let (a, b) = (input(dims[0], 0.0), input(dims[1], 10.0));
        let output = run_many("join", &[("layout", word(layout))], &[("a", &a), ("b", &b)], &["out"])["out"].clone();
        assert_eq!((output.spec.shape().dims(), output.numbers().as_slice()), (expected_dims, expected), "{layout}");
        assert_eq!(output.spec.secs(), a.spec.secs(), "{layout}");
    };
    check("concat", [&[2, 1], &[2, 2]], &[2, 3], &[0.0, 10.0, 11.0, 1.0, 12.0, 13.0]);
    check("concat", [&[2], &[2]], &[2, 2], &[0.0, 10.0, 1.0, 11.0]);
    check("concat", [&[], &[]], &[2], &[0.0, 10.0]);
    check("stack-first", [&[2, 2], &[2, 2]], &[2, 2, 2], &[0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0]);
    check("stack-last", [&[2, 2], &[2, 2]], &[2, 2, 2], &[0.0, 10.0, 1.0, 11.0, 2.0, 12.0, 3.0, 13.0]);
}

/// One input loses frames before it is first looked at: what has no partner is dropped and counted, the rest meets its own.
#[test]
fn sequence_joins_over_gaps() {
    let mut pipeline = Pipeline::new("gaps").with_registry(Registry::standard());
    for name in ["a", "b"] {
        pipeline.add_stream(name, &[], DType::I32, 4).expect("a new name");
    }
    pipeline.add_stream("joined", &[2], DType::I32, 4).expect("a new name");
    let count = |ports: &mut Ports| -> Result<(), TaskError> {
        let mut writer = ports.writer::<i32>("out")?;
        (0..20).try_for_each(|number| Ok(writer.write(&[number])?))
    };
    let (done, all_written) = sync_channel::<()>(1);
    let lossy = move |ports: &mut Ports| -> Result<(), TaskError> {
        count(ports)?;
        done.send(()).map_err(TaskError::failed)
    };
    let lossless = move |ports: &mut Ports| -> Result<(), TaskError> {
        all_written.recv().map_err(TaskError::failed)?;
        count(ports)
    };
    pipeline.add_task("lossless", &[], &[("out", "a")], &[], lossless).expect("a new name");
    pipeline.add_task("lossy", &[], &[("out", "b")], &[], lossy).expect("a new name");
    let (reads, writes) = ([("a", "a"), ("b", "b")], [("out", "joined")]);
    let task =
        pipeline.add_kind("join", "join", [("mode", word("sequence"))], &reads, &writes, &[]).expect("a new name");
    task.reads.get_mut("b").expect("it is bound").policy = ReaderPolicy::DropOldest;
    let pairs = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&pairs);
    let keep = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut reader = ports.reader::<i32>("in")?;
        while let Some((_, pair)) = reader.read()? {
            kept.lock().expect("nobody panicked").push((pair[0], pair[1]));
        }
        Ok(())
    };
    pipeline.add_task("keep", &[("in", "joined")], &[], &[], keep).expect("a new name");
    let running = pipeline.compile().expect("it goes together").start().expect("it starts");
    running.wait().expect("it ends");
    let pairs = pairs.lock().expect("nobody panicked");
    assert!(!pairs.is_empty() && pairs.len() <= 4, "a ring of four holds no more: {pairs:?}");
    let first = 20 - pairs.len() as i32;
    assert_eq!(*pairs, (first..20).map(|number| (number, number)).collect::<Vec<_>>());
    let status = running.status();
    let gauges = &status.tasks.iter().find(|task| task.name == "join").expect("it is there").gauges;
    assert_eq!((gauges["dropped"], gauges["joined"]), (f64::from(first), pairs.len() as f64));
}
