//! Memory for rings and events: of this process alone, handed to child processes, or found by name.
//!
//! All of it is used as atomic words: what another process writes to it meanwhile is then no data race, and no value in it
//! is trusted. The one thing that another process can break is the mapping itself, by cutting the file short: what is handed to
//! children is sealed against that; a named segment is open to this user's processes only.

use memmap2::{MmapMut, MmapOptions, MmapRaw};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64};

/// Why there is no such memory, or it is not what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The system refuses.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// What the system says.
        error: io::Error,
    },
    /// Another living process has this name.
    #[error("'{0}' is exported by another running pipeline: stop it, or choose another name")]
    Taken(String),
    /// No such exported stream.
    #[error("nothing is exported as '{0}'")]
    Missing(String),
    /// A name that cannot be one.
    #[error(
        "'{0}' cannot be exported: a name has 1 to 64 letters, digits, '-', '_' or '.', and starts with none of these"
    )]
    Name(String),
    /// It is not a stream, or is damaged, or of another version.
    #[error("the memory holds nothing that can be used: {0}")]
    Layout(String),
    /// It would be too large.
    #[error("a stream of {0} frames of {1} bytes does not fit the address space")]
    TooLarge(usize, usize),
}

impl MemoryError {
    fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |error| Self::System { what, error }
    }
}

/// Zeroed memory, aligned to a page.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Invariant: mapped, readable and writable, for as long as `self` lives; never resized, and only accessed atomically, but
    /// for the slots of the ring in it, whose rules `stream::ring` upholds.
    map: MmapRaw,
    /// What others open; keeps the lock of a named segment.
    file: Option<File>,
    /// What to remove at the end.
    name: Option<PathBuf>,
}

impl Memory {
    /// Memory of this process alone. Control.
    pub fn heap(bytes: usize) -> Result<Self, MemoryError> {
        let map = MmapMut::map_anon(bytes).map_err(MemoryError::system("reserve memory"))?;
        Ok(Self { map: map.into(), file: None, name: None })
    }

    /// Memory that other processes open by [`path`](Self::path); gone when the last of them is. Control.
    #[cfg(target_os = "linux")]
    pub fn anonymous(bytes: usize) -> Result<Self, MemoryError> {
        use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
        let reserve = || {
            let file = File::from(memfd_create("ripieno", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
            file.set_len(bytes as u64)?;
            fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
            Ok(file)
        };
        let file = reserve().map_err(MemoryError::system("reserve shared memory"))?;
        Self::mapped(file, None)
    }

    /// Memory that this user's processes find under `name`; removed when dropped. What a killed process left under this or
    /// another name is removed first. Control.
    #[cfg(target_os = "linux")]
    pub fn named(name: &str, bytes: usize) -> Result<Self, MemoryError> {
        let path = named::path(name)?;
        named::sweep();
        let file = named::create(name, &path)?;
        let mapped = file.set_len(bytes as u64).map_err(MemoryError::system("reserve shared memory"));
        mapped.and_then(|()| Self::mapped(file, Some(path.clone()))).inspect_err(|_| _ = std::fs::remove_file(&path))
    }

    #[cfg(not(target_os = "linux"))]
    pub fn anonymous(_bytes: usize) -> Result<Self, MemoryError> {
        Err(MemoryError::system("share memory between processes")(io::ErrorKind::Unsupported.into()))
    }

    #[cfg(not(target_os = "linux"))]
    pub fn named(_name: &str, bytes: usize) -> Result<Self, MemoryError> {
        Self::anonymous(bytes)
    }

    /// The memory of another process. Control.
    pub fn open(path: &Path) -> Result<Self, MemoryError> {
        let what = || MemoryError::system(format!("open the memory at '{}'", path.display()));
        let file = File::options().read(true).write(true).open(path).map_err(what())?;
        Self::mapped(file, None)
    }

    /// The memory under `name`. Control.
    #[cfg(target_os = "linux")]
    pub fn open_named(name: &str) -> Result<Self, MemoryError> {
        Self::mapped(named::open(name, &named::path(name)?)?, None)
    }

    #[cfg(not(target_os = "linux"))]
    pub fn open_named(name: &str) -> Result<Self, MemoryError> {
        Err(MemoryError::Missing(name.into()))
    }

    fn mapped(file: File, name: Option<PathBuf>) -> Result<Self, MemoryError> {
        let found = file.metadata().map_err(MemoryError::system("look at shared memory"))?;
        if !found.is_file() || found.len() == 0 || usize::try_from(found.len()).is_err() {
            return Err(MemoryError::Layout("it is empty, or no memory at all".into()));
        }
        let map = MmapOptions::new().map_raw(&file).map_err(MemoryError::system("map shared memory"))?;
        Ok(Self { map, file: Some(file), name })
    }

    /// Where other processes open it while this one lives; `None` for a heap. Any.
    pub fn path(&self) -> Option<PathBuf> {
        #[cfg(target_os = "linux")]
        if let Some(file) = &self.file {
            use std::os::fd::AsRawFd;
            let own = || format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()).into();
            return Some(self.name.clone().unwrap_or_else(own));
        }
        None
    }

    /// Whether other processes may use it. Any.
    pub fn is_shared(&self) -> bool {
        self.file.is_some()
    }

    pub fn bytes(&self) -> usize {
        self.map.len()
    }

    /// The words of 64 bits of this range, counted from the start.
    ///
    /// # Panics
    /// If they are not all there.
    #[expect(unsafe_code, reason = "memory shared with other processes is a raw mapping")]
    #[inline]
    pub fn words(&self, range: Range<usize>) -> &[AtomicU64] {
        assert!(range.start <= range.end && range.end <= self.map.len() / 8, "words beyond the memory");
        // SAFETY: in range, as just checked; a mapping starts at a page, so all words are aligned. It lives as long as `self`
        // and is accessed atomically (invariant of `map`), and every pattern of bits is a word.
        unsafe {
            let first = self.map.as_mut_ptr().cast::<AtomicU64>().add(range.start);
            std::slice::from_raw_parts(first, range.end - range.start)
        }
    }

    /// The word of 32 bits where word `index` of 64 bits starts; who uses the one never uses the other.
    ///
    /// # Panics
    /// If it is not there.
    #[expect(unsafe_code, reason = "memory shared with other processes is a raw mapping")]
    #[inline]
    pub fn half(&self, index: usize) -> &AtomicU32 {
        assert!(index < self.map.len() / 8, "a word beyond the memory");
        // SAFETY: as for `words`.
        unsafe { &*self.map.as_mut_ptr().add(index * 8).cast::<AtomicU32>() }
    }

    /// All bytes from `at` on, for a ring.
    ///
    /// # Panics
    /// If `at` is beyond the end.
    pub fn region(&self, at: usize) -> *mut [u8] {
        assert!(at <= self.map.len(), "a region beyond the memory");
        std::ptr::slice_from_raw_parts_mut(self.map.as_mut_ptr().wrapping_add(at), self.map.len() - at)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // Still locked, so nobody else has taken the name meanwhile.
        if let Some(path) = &self.name {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) use named::{names as exported_names, path as named_path};

#[cfg(not(target_os = "linux"))]
pub(crate) fn exported_names() -> Vec<String> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn named_path(name: &str) -> Result<PathBuf, MemoryError> {
    Err(MemoryError::Missing(name.into()))
}

/// Segments under a name in /dev/shm. Whoever makes one holds its lock for as long as it lives: one without a lock is stale.
#[cfg(target_os = "linux")]
mod named {
    use super::MemoryError;
    use std::fs::{File, TryLockError};
    use std::io;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    use std::path::{Path, PathBuf};

    const FOLDER: &str = "/dev/shm";
    const LONGEST_NAME: usize = 64;
    /// Times that making a segment is tried again while others sweep.
    const ATTEMPTS: usize = 100;

    fn prefix() -> String {
        format!("ripieno-{}-", rustix::process::getuid().as_raw())
    }

    pub fn path(name: &str) -> Result<PathBuf, MemoryError> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.len() > LONGEST_NAME
            || !name.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !name.chars().all(legal)
        {
            return Err(MemoryError::Name(name.into()));
        }
        Ok(Path::new(FOLDER).join(prefix() + name))
    }

    /// Names that this user's segments have.
    pub fn names() -> Vec<String> {
        let prefix = prefix();
        let entries = std::fs::read_dir(FOLDER).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| Some(entry.file_name().to_string_lossy().strip_prefix(&prefix)?.to_owned()))
            .collect()
    }

    /// Opens what lies there, if it is a file of this user's.
    fn open_own(path: &Path) -> io::Result<File> {
        const NOFOLLOW: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        let file = File::options().read(true).write(true).custom_flags(NOFOLLOW).open(path)?;
        let found = file.metadata()?;
        if found.is_file() && found.uid() == rustix::process::getuid().as_raw() {
            Ok(file)
        } else {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"))
        }
    }

    /// Whether `file` is still what lies at `path`.
    fn is_at(file: &File, path: &Path) -> bool {
        let same =
            |file: std::fs::Metadata, path: std::fs::Metadata| file.ino() == path.ino() && file.dev() == path.dev();
        file.metadata().is_ok_and(|file| std::fs::symlink_metadata(path).is_ok_and(|path| same(file, path)))
    }

    /// Removes what lies at `path` if nobody holds its lock; whether it is gone.
    fn remove_stale(path: &Path) -> io::Result<bool> {
        let file = match open_own(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            file => file?,
        };
        match file.try_lock() {
            Ok(()) if is_at(&file, path) => std::fs::remove_file(path).map(|()| true),
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Removes all that killed processes of this user left.
    pub fn sweep() {
        let prefix = prefix();
        for entry in std::fs::read_dir(FOLDER).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                // What cannot be removed now is tried again by whoever wants its name.
                let _ = remove_stale(&entry.path());
            }
        }
    }

    /// A new file at `path`, locked.
    pub fn create(name: &str, path: &Path) -> Result<File, MemoryError> {
        let failed = |error| MemoryError::System { what: format!("export '{name}'"), error };
        for _ in 0..ATTEMPTS {
            match File::options().read(true).write(true).create_new(true).mode(0o600).open(path) {
                // Whoever sweeps may have found it before it was locked, and removed it.
                Ok(file) => match file.try_lock() {
                    Ok(()) if is_at(&file, path) => return Ok(file),
                    Ok(()) | Err(TryLockError::WouldBlock) => {}
                    Err(TryLockError::Error(error)) => return Err(failed(error)),
                },
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if !remove_stale(path).map_err(failed)? {
                        return Err(MemoryError::Taken(name.into()));
                    }
                }
                Err(error) => return Err(failed(error)),
            }
        }
        Err(MemoryError::Taken(name.into()))
    }

    pub fn open(name: &str, path: &Path) -> Result<File, MemoryError> {
        open_own(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => MemoryError::Missing(name.into()),
            _ => MemoryError::System { what: format!("open '{name}'"), error },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn what_one_writes_the_other_reads() {
        let memory = Memory::anonymous(4096).unwrap();
        let other = Memory::open(&memory.path().unwrap()).unwrap();
        memory.words(3..4)[0].store(7, Ordering::Relaxed);
        assert_eq!(other.words(0..512)[3].load(Ordering::Relaxed), 7);
        assert!(File::options().write(true).open(memory.path().unwrap()).unwrap().set_len(1).is_err(), "sealed");
    }

    #[test]
    fn heaps_are_nobody_elses() {
        let memory = Memory::heap(100).unwrap();
        assert_eq!((memory.path(), memory.is_shared(), memory.bytes()), (None, false, 100));
        assert!(std::panic::catch_unwind(|| memory.words(0..13).len()).is_err());
    }

    #[test]
    fn names_are_one_process_at_a_time_and_leave_nothing() {
        let name = format!("memory-test-{}", std::process::id());
        let path = named::path(&name).unwrap();
        assert!(matches!(Memory::open_named(&name), Err(MemoryError::Missing(_))));
        let memory = Memory::named(&name, 4096).unwrap();
        assert!(matches!(Memory::named(&name, 4096), Err(MemoryError::Taken(_))));
        named::sweep();
        assert_eq!(Memory::open_named(&name).unwrap().bytes(), 4096);
        drop(memory);
        assert!(!path.exists());
        // As a killed process leaves it: there, and without a lock.
        let stale = File::create_new(&path).unwrap();
        drop(stale);
        let memory = Memory::named(&name, 8192).unwrap();
        assert_eq!(Memory::open_named(&name).unwrap().bytes(), 8192);
        drop(memory);
        File::create_new(&path).unwrap();
        named::sweep();
        assert!(!path.exists());
    }

    #[test]
    fn names_stay_in_their_folder() {
        for name in ["", "../x", ".x", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert!(matches!(Memory::named(name, 64), Err(MemoryError::Name(_))), "{name}");
        }
    }

    #[test]
    fn what_is_no_memory_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Memory::open(folder.path()).is_err());
        assert!(Memory::open(&folder.path().join("none")).is_err());
        File::create_new(folder.path().join("empty")).unwrap();
        assert!(matches!(Memory::open(&folder.path().join("empty")), Err(MemoryError::Layout(_))));
    }
}
