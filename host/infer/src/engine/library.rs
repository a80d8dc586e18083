//! Where an ONNX Runtime may lie on this machine: in the wheel of a Python, or among the system's libraries. Folders are
//! looked into; nothing is run.

use std::cmp::Reverse;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The variable that names the library, as in the `ort` crate and others.
pub(super) const VARIABLE: &str = "ORT_DYLIB_PATH";

/// All libraries in the order they should be tried; `variable` reads the environment. Control.
pub(super) fn candidates(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for prefix in prefixes(&variable) {
        for site in sites(&prefix) {
            add(&site.join("onnxruntime/capi"), &mut found);
        }
    }
    for folder in system(&variable) {
        add(&folder, &mut found);
    }
    found
}

/// Where Pythons live: virtual environments, the `python3` of the path, the user's own packages.
fn prefixes(variable: &impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let mut prefixes = Vec::new();
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        prefixes.extend(variable(name).filter(|value| !value.is_empty()).map(PathBuf::from));
    }
    let names = if cfg!(windows) { ["python.exe", "python3.exe"] } else { ["python3", "python"] };
    for folder in variable("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default() {
        for python in names.iter().map(|name| folder.join(name)).filter(|python| python.is_file()) {
            // A link leads from a folder of programs to where the Python really is; both may have packages.
            for real in [python.canonicalize().ok(), Some(python)].into_iter().flatten() {
                let parent = real.parent();
                let prefix = if cfg!(windows) { parent } else { parent.and_then(Path::parent) };
                prefixes.extend(prefix.map(Path::to_path_buf));
            }
        }
    }
    let home = variable("HOME").map(PathBuf::from);
    // With pyenv the path has scripts that look for the real ones when they are run.
    let pyenv = variable("PYENV_ROOT").map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".pyenv")));
    prefixes.extend(pyenv.into_iter().flat_map(|root| children(&root.join("versions"), "")));
    if let Some(home) = home {
        prefixes.push(home.join(".local"));
        prefixes.extend(children(&home.join("Library/Python"), ""));
    }
    if let Some(data) = variable("APPDATA").map(PathBuf::from) {
        prefixes.extend(children(&data.join("Python"), "Python"));
    }
    let mut unique: Vec<PathBuf> = Vec::new();
    for prefix in prefixes {
        if !unique.contains(&prefix) {
            unique.push(prefix);
        }
    }
    unique
}

/// The folders of packages below a prefix, newest Python first.
fn sites(prefix: &Path) -> Vec<PathBuf> {
    let mut sites =
        vec![prefix.join("Lib/site-packages"), prefix.join("site-packages"), prefix.join("lib/python/site-packages")];
    for lib in ["lib", "lib64", "local/lib"] {
        for python in children(&prefix.join(lib), "python3") {
            sites.push(python.join("site-packages"));
            sites.push(python.join("dist-packages"));
        }
    }
    sites
}

/// Where systems keep libraries.
fn system(variable: &impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        let paths = variable(name).map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>());
        folders.extend(paths.into_iter().flatten().filter(|path| path.is_absolute()));
    }
    if let Some(own) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.push(own.to_path_buf());
        folders.push(own.join("../lib"));
    }
    folders.extend(
        ["/usr/local/lib", "/usr/local/lib64", "/usr/lib", "/usr/lib64", "/opt/homebrew/lib"].map(PathBuf::from),
    );
    folders.extend(
        children(Path::new("/usr/lib"), "").into_iter().filter(|path| path.to_string_lossy().contains("-linux-gnu")),
    );
    folders
}

/// Folders whose name begins so, the greatest version first.
fn children(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<_> = entries.filter(|path| name_of(path).starts_with(start) && path.is_dir()).collect();
    folders.sort_by_key(|path| (Reverse(version(&name_of(path))), name_of(path)));
    folders
}

/// Adds the libraries of a folder, the newest first.
fn add(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut here: Vec<_> = entries.filter(|path| is_library(&name_of(path)) && path.is_file()).collect();
    here.sort_by_key(|path| (Reverse(version(&name_of(path))), name_of(path)));
    for path in here {
        if !found.contains(&path) {
            found.push(path);
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file is called as the library is on this system: with or without its version.
fn is_library(name: &str) -> bool {
    if cfg!(windows) {
        name.eq_ignore_ascii_case("onnxruntime.dll")
    } else if cfg!(target_os = "macos") {
        name.strip_prefix("libonnxruntime.").is_some_and(|rest| rest == "dylib" || rest.ends_with(".dylib"))
    } else {
        name.strip_prefix("libonnxruntime.so").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// The numbers in a name, for sorting: `python3.11` after `python3.9`.
pub(super) fn version(name: &str) -> Vec<u32> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[cfg(target_os = "linux")]
    #[test]
    fn wheels_come_before_the_system_and_new_before_old() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(&path).unwrap();
            path
        };
        let venv = put("venv/lib/python3.9/site-packages/onnxruntime/capi/libonnxruntime.so.1.19.2");
        let pyenv =
            put("home/.pyenv/versions/3.11.7/lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime.so.1.20.0");
        let user_new = put("home/.local/lib/python3.12/site-packages/onnxruntime/capi/libonnxruntime.so.1.23.0");
        let user_old = put("home/.local/lib/python3.9/site-packages/onnxruntime/capi/libonnxruntime.so.1.19.2");
        put("home/.local/lib/python3.9/site-packages/onnxruntime/capi/libonnxruntime_providers_shared.so");
        put("bin/python3");
        let path_python = put("lib/python3.11/dist-packages/onnxruntime/capi/libonnxruntime.so.1.31.1");
        let system_new = put("libs/libonnxruntime.so.1.22.0");
        let system_link = put("libs/libonnxruntime.so");
        let folder = |name: &str| root.path().join(name).into_os_string();
        let found = candidates(|name| match name {
            "VIRTUAL_ENV" => Some(folder("venv")),
            "HOME" => Some(folder("home")),
            "PATH" => Some(folder("bin")),
            "LD_LIBRARY_PATH" => Some(folder("libs")),
            _ => None,
        });
        let here: Vec<_> = found.into_iter().filter(|path| path.starts_with(root.path())).collect();
        assert_eq!(here, [venv, path_python, pyenv, user_new, user_old, system_new, system_link]);
    }

    #[test]
    fn versions_sort_as_numbers() {
        assert!(version("python3.11") > version("python3.9"));
        assert_eq!(version("libonnxruntime.so.1.31.1"), [1, 31, 1]);
    }
}
