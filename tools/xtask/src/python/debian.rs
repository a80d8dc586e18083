//! A Python that is newer than the system's: one that lies on the path, else Debian's own packages of a later release,
//! unpacked below `target` beside the libraries they were built with. Nothing of the system changes.

use crate::run::program;
use crate::setup::{self, Package};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The oldest that will do.
const OLDEST: (u32, u32) = (3, 12);

/// The release whose packages are taken, and the version of Python in it.
const RELEASE: &str = "trixie";
const VERSION: &str = "3.13";

/// The interpreter and the libraries that it, its standard library and NumPy's wheel load.
const PACKAGES: &[&str] = &[
    "libbz2-1.0",
    "libc6",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "liblzma5",
    "libpython3.13-minimal",
    "libpython3.13-stdlib",
    "libssl3t64",
    "libstdc++6",
    "libuuid1",
    "python3.13-minimal",
    "zlib1g",
];

/// What unpacking takes: keys that the release is signed with.
const KEYS: Package =
    Package { name: "debian-archive-keyring", provides: "/usr/share/keyrings/debian-archive-keyring.gpg" };

/// A program that is a Python of at least 3.12. `folder` is where one is unpacked if the system has none.
pub fn newer_python(folder: &Path) -> Result<PathBuf> {
    let unpacked = folder.join("python");
    let on_path = ["python3", "python3.14", "python3.13", "python3.12"].map(PathBuf::from);
    if let Some(found) = on_path.into_iter().chain([unpacked.clone()]).find(|python| is_new(python)) {
        return Ok(found);
    }
    unpack(folder).with_context(|| {
        format!("there is no Python of at least {}.{}, and Debian's cannot be unpacked", OLDEST.0, OLDEST.1)
    })?;
    if is_new(&unpacked) { Ok(unpacked) } else { bail!("{} was unpacked and does not run", unpacked.display()) }
}

fn is_new(python: &Path) -> bool {
    let question = format!("import sys, ctypes; sys.exit(sys.version_info < ({}, {}))", OLDEST.0, OLDEST.1);
    program(&python.to_string_lossy(), &["-c", &question]).succeeds()
}

/// Fetches the packages with lists of their own, so that the system's package lists stay as they are.
fn unpack(folder: &Path) -> Result<()> {
    if !program("apt-get", &["--version"]).succeeds() {
        bail!("there is no apt-get");
    }
    setup::ensure(&[KEYS])?;
    let state = folder.join("apt");
    let root = folder.join("root");
    let debs = folder.join("packages");
    for made in [&state.join("lists/partial"), &root, &debs] {
        std::fs::create_dir_all(made)?;
    }
    let sources = state.join("sources.list");
    write(&sources, &format!("deb [signed-by={}] {} {RELEASE} main\n", KEYS.provides, mirror()?))?;
    let options = [
        format!("-oDir::Etc::sourcelist={}", sources.display()),
        "-oDir::Etc::sourceparts=/dev/null".into(),
        format!("-oDir::State::lists={}", state.join("lists").display()),
        format!("-oDir::Cache={}", state.display()),
        "-oDir::State::status=/dev/null".into(),
        "-oDebug::NoLocking=1".into(),
        // Without it a user of its own downloads, who may not write here.
        "-oAPT::Sandbox::User=root".into(),
        "-q".into(),
    ];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    program("apt-get", &[&options[..], &["update"]].concat()).run()?;
    program("apt-get", &[&options[..], &["download"], PACKAGES].concat()).within(&debs).run()?;
    for deb in std::fs::read_dir(&debs)? {
        let deb = deb?.path();
        program("dpkg-deb", &["-x", &deb.to_string_lossy(), &root.to_string_lossy()]).run()?;
    }
    let libraries = libraries(&root).with_context(|| format!("no libc in {}", root.display()))?;
    let loader = loader(&libraries).with_context(|| format!("no loader in {}", libraries.display()))?;
    let wrapper = folder.join("python");
    write(&wrapper, &script(&root, &libraries, &loader))?;
    program("chmod", &["+x", &wrapper.to_string_lossy()]).run()
}

/// Where the system takes Debian's packages from.
fn mirror() -> Result<String> {
    let told = program("apt-get", &["indextargets", "--format", "$(REPO_URI)"]).output()?;
    let is_main = |uri: &&str| uri.trim_end_matches('/').ends_with("/debian");
    told.lines().find(is_main).map(str::to_owned).context("this system takes no packages from a mirror of Debian")
}

/// The folder that libc lies in, named after the machine.
fn libraries(root: &Path) -> Option<PathBuf> {
    let folders = std::fs::read_dir(root.join("usr/lib")).ok()?;
    folders.flatten().map(|folder| folder.path()).find(|folder| folder.join("libc.so.6").exists())
}

fn loader(libraries: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(libraries).ok()?;
    let is_loader =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-linux"));
    files.flatten().map(|file| file.path()).find(is_loader)
}

/// Runs the interpreter by its own loader. Python takes itself for this script, so its child processes start it too.
fn script(root: &Path, libraries: &Path, loader: &Path) -> String {
    let (root, libraries, loader) = (root.display(), libraries.display(), loader.display());
    format!(
        "#!/bin/sh\nexport PYTHONHOME='{root}/usr'\n\
         exec '{loader}' --library-path '{libraries}' --argv0 \"$0\" '{root}/usr/bin/python{VERSION}' \"$@\"\n"
    )
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::io::Write::write_all(&mut std::fs::File::create(path)?, text.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_quotes_paths_and_keeps_its_name() {
        let script = script(Path::new("/a b"), Path::new("/a b/usr/lib/x"), Path::new("/a b/usr/lib/x/ld-linux.so.2"));
        assert!(script.contains("exec '/a b/usr/lib/x/ld-linux.so.2' --library-path '/a b/usr/lib/x' --argv0 \"$0\""));
        assert!(script.ends_with("'/a b/usr/bin/python3.13' \"$@\"\n"));
    }
}
