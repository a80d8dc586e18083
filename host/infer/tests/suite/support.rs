//! The committed models, copies of them that tests may spoil, and the ONNX Runtime beside which tract is tested.

use ripieno_infer::{EngineChoice, OpenOptions};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a committed model.
pub fn model(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models").join(name);
    assert!(folder.is_dir(), "there is no model {name}");
    folder
}

/// A copy of a committed model in a folder that goes with the value.
pub fn copy(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(model(name)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

/// Writes a file of a test.
pub fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

/// The ONNX Runtime of `ORT_DYLIB_PATH`, or that which `cargo xtask setup` puts below `target`.
pub fn onnx_runtime() -> PathBuf {
    if let Some(path) = std::env::var_os("ORT_DYLIB_PATH") {
        return path.into();
    }
    let capi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/onnxruntime/capi");
    let files =
        fs::read_dir(&capi).unwrap_or_else(|error| panic!("{}: {error}; run cargo xtask setup", capi.display()));
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("libonnxruntime.") && !name.contains("providers")
    };
    let library = files.flatten().map(|file| file.path()).find(is_library);
    library.unwrap_or_else(|| panic!("no library in {}; run cargo xtask setup", capi.display()))
}

/// An engine, with what it needs to be found.
pub fn engine(choice: EngineChoice) -> OpenOptions {
    let mut options = OpenOptions::default();
    options.engine = choice;
    options.threads = Some(1);
    options.ort_lib = Some(onnx_runtime());
    options
}
