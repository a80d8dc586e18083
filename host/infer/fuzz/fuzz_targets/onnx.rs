//! Any bytes as a lone ONNX file: looked through before an engine would see it; there is none in this build. Seed it with
//! those below `tests/models` in `corpus/onnx`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_infer::{Model, OpenOptions};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The file of this process, in a folder that outlives it.
static PLACE: OnceLock<PathBuf> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let path = PLACE.get_or_init(|| tempfile::tempdir().expect("a folder").keep().join("model.onnx"));
    File::create(path).and_then(|mut file| file.write_all(bytes)).expect("a file");
    let opened = Model::open(&path.to_string_lossy(), &OpenOptions::default());
    assert!(opened.is_err(), "nothing here can run a model");
});
