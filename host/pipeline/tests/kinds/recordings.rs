//! Record and replay: what comes back is what went in.

use crate::harness::*;
use ripieno_pipeline::recording::Recording;
use ripieno_pipeline::{DType, Declared, Pipeline, Registry, Value};
use std::path::Path;

fn path(path: &Path) -> (&'static str, Value) {
    ("path", Value::Text(path.display().to_string()))
}

/// Three frames with odd times.
fn three(dtype: DType) -> Frames {
    let spec = at(dtype, &[5, 1], 1000.0);
    let numbers: Vec<f64> = (0..15 * if dtype == DType::Complex32 { 2 } else { 1 }).map(f64::from).collect();
    Frames::of(spec, &numbers).at_millis(&[17, 17, 999])
}

#[test]
fn a_replay_is_the_recorded_stream_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a place for files");
    for dtype in DType::ALL {
        let input = three(dtype);
        let file = folder.path().join(format!("{dtype}.rec"));
        run_many("record", &[path(&file)], &[("in", &input)], &[]);
        let output = make("replay", &[path(&file)], Declared::default());
        assert_eq!((output.spec, output.frames), (input.spec, input.frames), "{dtype}");
    }
    let file = folder.path().join("f32.rec");
    let part =
        make("replay", &[path(&file), ("skip", Value::Integer(1)), ("frames", Value::Integer(1))], Declared::default());
    assert_eq!((part.numbers(), part.millis()), ((5..10).map(f64::from).collect(), vec![17]));
    let now = make("replay", &[path(&file), ("times", word("now"))], Declared::default());
    assert!(now.millis().windows(2).all(|pair| pair[0] <= pair[1]) && now.millis() != [17, 17, 999]);
}

#[test]
fn a_recording_that_was_cut_off_is_played_to_the_cut() {
    let folder = tempfile::tempdir().expect("a place for files");
    let file = folder.path().join("cut.rec");
    run_many("record", &[path(&file)], &[("in", &three(DType::U8))], &[]);
    let whole = std::fs::metadata(&file).expect("it was made").len();
    let open = std::fs::OpenOptions::new().write(true).open(&file).expect("it is there");
    open.set_len(whole - 24 - 3).expect("it can be cut");

    let output = make("replay", &[path(&file), ("if_cut", word("end"))], Declared::default());
    assert_eq!(output.frames.len(), 2);
    let mut pipeline = Pipeline::new("cut").with_registry(Registry::standard());
    let spec = Recording::open(&file).expect("its header is whole").spec();
    pipeline.add_stream("out", spec.shape().dims(), spec.dtype(), 4).expect("a new name").spec = Some(spec);
    pipeline.add_kind("replay", "replay", [path(&file)], &[], &[("out", "out")], &[]).expect("a new name");
    pipeline.add_kind("null", "null", [], &[("in", "out")], &[], &[]).expect("a new name");
    let error = pipeline.run().expect_err("it was cut off").to_string();
    assert!(error.contains("cut off after 2 whole frames"), "{error}");
}

#[test]
fn a_paced_replay_keeps_the_distances() {
    let folder = tempfile::tempdir().expect("a place for files");
    let file = folder.path().join("paced.rec");
    let input = three(DType::U8).at_millis(&[1000, 1040, 1100]);
    run_many("record", &[path(&file)], &[("in", &input)], &[]);
    let begin = std::time::Instant::now();
    make("replay", &[path(&file), ("paced", Value::Bool(true))], Declared::default());
    assert!(begin.elapsed() >= std::time::Duration::from_millis(100));
}
