//! The tests' ONNX models, and the ONNX Runtime that runs them beside tract.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a model that is committed below `tests/models`.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
    assert!(folder.is_dir(), "there is no model {name}");
    folder
}

/// The ONNX Runtime that `cargo xtask setup` puts below `target`, or that of `ORT_DYLIB_PATH`.
///
/// # Panics
/// When there is none: the tests need it.
pub fn onnx_runtime() -> PathBuf {
    if let Some(path) = std::env::var_os("ORT_DYLIB_PATH") {
        return path.into();
    }
    let capi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/onnxruntime/capi");
    let files =
        fs::read_dir(&capi).unwrap_or_else(|error| panic!("{}: {error}; run cargo xtask setup", capi.display()));
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("libonnxruntime.") && !name.contains("providers")
    };
    let library = files.flatten().map(|file| file.path()).find(is_library);
    library.unwrap_or_else(|| panic!("no library in {}; run cargo xtask setup", capi.display()))
}
