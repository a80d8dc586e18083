//! A worker's folder for what lasts as long as a job. It goes with the worker; that of one that was killed goes when the next
//! one starts.

use crate::FarmError;
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// What a worker's folder is called first.
const PREFIX: &str = "worker-";

/// The file in it that is locked for as long as the worker lives.
const LOCK: &str = "lock";

/// A folder that is younger may not be locked yet.
const MAKING: Duration = Duration::from_secs(60);

/// A folder of one worker's own.
#[derive(Debug)]
pub(crate) struct Scratch {
    own: TempDir,
    /// Locked while this lives.
    _lock: File,
}

impl Scratch {
    /// A folder within `home`, which is made. What dead workers left there is removed.
    pub(crate) fn new(home: &Path) -> Result<Self, FarmError> {
        let failed = |error: std::io::Error| FarmError::file(home, &error);
        fs::create_dir_all(home).map_err(failed)?;
        for entry in fs::read_dir(home).map_err(failed)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_left(&entry.path()) {
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let own = tempfile::Builder::new().prefix(PREFIX).tempdir_in(home).map_err(failed)?;
        let lock = File::create_new(own.path().join(LOCK)).map_err(failed)?;
        lock.lock().map_err(failed)?;
        Ok(Self { own, _lock: lock })
    }

    /// A folder within it that is gone when it is dropped.
    pub(crate) fn folder(&self) -> Result<TempDir, FarmError> {
        tempfile::tempdir_in(self.own.path()).map_err(|error| FarmError::file(self.own.path(), &error))
    }
}

/// Whether the worker of a folder is dead.
fn is_left(folder: &Path) -> bool {
    let changed = folder.metadata().and_then(|data| data.modified()).ok();
    let is_made = changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age > MAKING);
    let is_locked =
        File::open(folder.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    is_made && !is_locked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_left_is_removed_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let alive = Scratch::new(home.path()).unwrap();
        let job = alive.folder().unwrap();
        let old = |folder: &Path| {
            let long_ago = std::time::SystemTime::now() - 2 * MAKING;
            File::open(folder).and_then(|folder| folder.set_modified(long_ago)).unwrap();
        };
        let dead = home.path().join("worker-dead");
        fs::create_dir_all(dead.join("deep")).unwrap();
        File::create(dead.join(LOCK)).unwrap();
        old(&dead);
        old(alive.own.path());
        let making = home.path().join("worker-making");
        fs::create_dir(&making).unwrap();
        fs::create_dir(home.path().join("mine")).unwrap();
        let next = Scratch::new(home.path()).unwrap();
        assert!(!dead.exists() && making.exists() && home.path().join("mine").exists());
        assert!(job.path().exists());
        let gone = next.own.path().to_owned();
        drop(next);
        assert!(!gone.exists());
    }
}
