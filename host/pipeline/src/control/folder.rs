//! Where the sockets of this user's pipelines are.

use super::ControlError;
use rustix::process::{Pid, getuid, test_kill_process};
use std::fs::{DirBuilder, symlink_metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The folder, made if it is not there.
pub(super) fn folder() -> Result<PathBuf, ControlError> {
    let uid = getuid().as_raw();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    folder_in(runtime.as_deref(), uid)
}

fn folder_in(runtime: Option<&Path>, uid: u32) -> Result<PathBuf, ControlError> {
    let folder = match runtime {
        Some(runtime) => runtime.join("ripieno"),
        None => std::env::temp_dir().join(format!("ripieno-{uid}")),
    };
    let made = DirBuilder::new().mode(0o700).create(&folder);
    if let Err(error) = made
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(ControlError::io(format!("make '{}'", folder.display()))(error));
    }
    // In a folder that others write too, it may be theirs, or lead elsewhere.
    let found = symlink_metadata(&folder).map_err(ControlError::io(format!("look at '{}'", folder.display())))?;
    if !found.is_dir() || found.uid() != uid || found.mode() & 0o077 != 0 {
        return Err(ControlError::Folder(folder));
    }
    Ok(folder)
}

/// The sockets there, with the number of their process and which of its pipelines it is.
pub(super) fn sockets() -> Vec<(u32, u32, PathBuf)> {
    let Some(files) = folder().ok().and_then(|folder| folder.read_dir().ok()) else {
        return Vec::new();
    };
    let known = |path: PathBuf| {
        let (pid, index) = numbers(path.file_name()?.to_str()?)?;
        Some((pid, index, path))
    };
    let mut sockets: Vec<_> = files.flatten().filter_map(|file| known(file.path())).collect();
    sockets.sort();
    sockets
}

/// Removes sockets whose process is gone; returns the others.
pub(super) fn sweep() -> Vec<(u32, u32, PathBuf)> {
    let mut sockets = sockets();
    sockets.retain(|(pid, _, path)| {
        let lives = is_alive(*pid);
        if !lives {
            let _ = std::fs::remove_file(path);
        }
        lives
    });
    sockets
}

fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

/// The name of a process's socket.
pub(super) fn socket(folder: &Path, pid: u32, index: u32) -> PathBuf {
    folder.join(if index == 0 { format!("pipeline-{pid}.sock") } else { format!("pipeline-{pid}-{index}.sock") })
}

fn numbers(name: &str) -> Option<(u32, u32)> {
    let middle = name.strip_prefix("pipeline-")?.strip_suffix(".sock")?;
    let (pid, index) = middle.split_once('-').unwrap_or((middle, "0"));
    Some((pid.parse().ok()?, index.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn names_lead_back() {
        for (pid, index) in [(1, 0), (4_194_304, 0), (77, 3)] {
            let path = socket(Path::new("/x"), pid, index);
            assert_eq!(
                numbers(path.file_name().and_then(|name| name.to_str()).unwrap_or_default()),
                Some((pid, index))
            );
        }
        for name in ["pipeline-.sock", "pipeline-1-x.sock", "other", "pipeline-99999999999.sock"] {
            assert_eq!(numbers(name), None, "{name}");
        }
    }

    #[test]
    fn a_folder_of_others_is_refused() {
        let uid = getuid().as_raw();
        let runtime = tempfile::tempdir().expect("a folder");
        let folder = folder_in(Some(runtime.path()), uid).expect("made");
        assert_eq!(folder.metadata().expect("there").mode() & 0o777, 0o700);
        assert_eq!(folder_in(Some(runtime.path()), uid).expect("found"), folder);
        assert!(matches!(folder_in(Some(runtime.path()), uid + 1), Err(ControlError::Folder(_))));
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).expect("ours");
        assert!(matches!(folder_in(Some(runtime.path()), uid), Err(ControlError::Folder(_))));
        std::fs::remove_dir(&folder).expect("empty");
        std::os::unix::fs::symlink(runtime.path(), &folder).expect("free");
        assert!(matches!(folder_in(Some(runtime.path()), uid), Err(ControlError::Folder(_))));
    }
}
