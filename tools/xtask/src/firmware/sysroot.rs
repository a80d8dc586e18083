//! A compiler that knows a board's target: rustup's where the target is installed, else Debian's with a sysroot of our own.

use crate::run::{cargo, program};
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const DEBIAN: &str = "/usr/bin/rustc";
const HOST: &str = "x86_64-unknown-linux-gnu";

/// The compiler to name as `RUSTC`; nothing when the ordinary one has the target. What is missing is made below `folder`,
/// once for each compiler and target.
pub fn compiler(folder: &Path, triple: &str) -> Result<Option<PathBuf>> {
    let libraries = program("rustc", &["--print", "target-libdir", "--target", triple]).output()?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(None);
    }
    super::ensure().with_context(|| {
        format!("there is no `core` for {triple}: `rustup target add {triple}`, or on Debian install rustc-web and rust-web-src")
    })?;
    let version = program(DEBIAN, &["--version"]).output()?;
    let version: String =
        version.trim().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let folder = folder.join(version);
    let libraries = folder.join("lib/rustlib").join(triple).join("lib");
    let wrapper = folder.join("rustc");
    if !libraries.join(".done").exists() {
        make(&folder, &libraries, &wrapper, triple).with_context(|| format!("making a sysroot for {triple}"))?;
    }
    Ok(Some(wrapper))
}

/// Builds `core` and `alloc` from Debian's sources and puts them where its compiler looks for them.
fn make(folder: &Path, libraries: &Path, wrapper: &Path, triple: &str) -> Result<()> {
    let sources = program(DEBIAN, &["--print", "sysroot"]).output()?;
    let sources = Path::new(sources.trim()).join("lib/rustlib/src/rust/library");
    if !sources.is_dir() {
        bail!("{DEBIAN} has no library sources: `apt-get install rust-web-src`, or `rustup target add {triple}`");
    }
    let work = folder.join("build");
    fs::create_dir_all(work.join("src"))?;
    fs::create_dir_all(libraries)?;
    fs::write(
        work.join("Cargo.toml"),
        "[package]\nname = \"sysroot\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    let target = work.join("target");
    // Optimisation across crates reads the libraries as bitcode. Their own stack sizes come along for whoever asks.
    cargo(&["build", "--quiet", "--release", "-Zbuild-std=core,alloc", "--target", triple])
        .within(&work)
        .env("RUSTC", DEBIAN)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes -Zemit-stack-sizes")
        .env("CARGO_TARGET_DIR", &target.to_string_lossy())
        .run()?;
    for file in fs::read_dir(target.join(triple).join("release/deps"))? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if ["libcore-", "liballoc-", "libcompiler_builtins-"].iter().any(|start| name.starts_with(start))
            && name.ends_with(".rlib")
        {
            fs::copy(&file, libraries.join(name))?;
        }
    }
    fs::remove_dir_all(&target)?;
    // What build scripts and macros need of the host, and the linker, are there already.
    let rustlib = folder.join("lib/rustlib").join(HOST);
    fs::create_dir_all(rustlib.join("bin"))?;
    let ordinary = program("rustc", &["--print", "sysroot"]).output()?;
    let linker = Path::new(ordinary.trim()).join("lib/rustlib").join(HOST).join("bin/rust-lld");
    link(&Path::new("/usr/lib/rustlib").join(HOST).join("lib"), &rustlib.join("lib"))?;
    link(&linker, &rustlib.join("bin/rust-lld"))?;
    fs::write(wrapper, format!("#!/bin/sh\nexec {DEBIAN} --sysroot '{}' \"$@\"\n", folder.display()))?;
    fs::set_permissions(wrapper, fs::Permissions::from_mode(0o755))?;
    fs::write(libraries.join(".done"), "")?;
    Ok(())
}

fn link(to: &Path, at: &Path) -> Result<()> {
    if at.symlink_metadata().is_ok() {
        fs::remove_file(at)?;
    }
    symlink(to, at).with_context(|| format!("linking {}", at.display()))
}
