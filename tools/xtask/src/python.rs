//! What comes from Python's package index: for the tests an ONNX Runtime, whose library lies in the wheel of that name, for
//! the benchmarks a rival.

use crate::run::program;
use crate::setup::{self, Package};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// What installing a wheel takes.
const PIP: &[Package] = &[
    Package { name: "python3", provides: "/usr/bin/python3" },
    Package { name: "python3-pip", provides: "/usr/bin/pip3" },
];

/// The wheel, in the version that the figures were measured with.
const ONNX_RUNTIME: &str = "onnxruntime==1.31.1";

/// The rival of the built-in separators, in the version that the figures were measured with.
const LIBROSA: &str = "librosa==0.11.0";

/// Makes sure that the workspace has an ONNX Runtime of its own below `target`, where the tests look for it; says where.
pub fn ensure_onnx_runtime(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/python");
    if let Some(library) = library(&folder) {
        return Ok(library);
    }
    install(&folder, &["--no-deps", ONNX_RUNTIME])?;
    match library(&folder) {
        Some(library) => Ok(library),
        None => bail!("{ONNX_RUNTIME} was installed, but {} holds no library of it", folder.display()),
    }
}

/// Makes sure that librosa lies below `target`, where the benchmarks look for it.
pub fn ensure_librosa(root: &Path) -> Result<()> {
    let folder = root.join("target/python-bench");
    if folder.join("librosa").is_dir() {
        return Ok(());
    }
    install(&folder, &[LIBROSA])
}

fn install(folder: &Path, packages: &[&str]) -> Result<()> {
    if !program("python3", &["-m", "pip", "--version"]).succeeds() {
        setup::ensure(PIP)?;
    }
    let target = folder.to_string_lossy();
    let install = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--upgrade", "--target", &target];
    program("python3", &[&install[..], packages].concat()).run()
}

/// The library of a wheel that was installed into this folder.
fn library(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder.join("onnxruntime/capi")).ok()?;
    let is_library = |name: &str| name.starts_with("libonnxruntime.") && !name.contains("providers");
    files
        .flatten()
        .map(|file| file.path())
        .find(|path| path.file_name().is_some_and(|n| is_library(&n.to_string_lossy())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_told_from_its_neighbours() {
        let folder = std::env::temp_dir().join(format!("xtask-wheel-{}", std::process::id()));
        let capi = folder.join("onnxruntime/capi");
        std::fs::create_dir_all(&capi).unwrap();
        for name in ["libonnxruntime_providers_shared.so", "onnxruntime_validation.py"] {
            std::fs::File::create(capi.join(name)).unwrap();
        }
        assert_eq!(library(&folder), None);
        std::fs::File::create(capi.join("libonnxruntime.so.1.31.1")).unwrap();
        assert_eq!(library(&folder), Some(capi.join("libonnxruntime.so.1.31.1")));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
