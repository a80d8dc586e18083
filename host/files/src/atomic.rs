//! Files that appear whole or not at all: written beside their place under another name, flushed to the disk, renamed.
//!
//! Whatever ends the writing early (an error, a panic, an interrupt that unwinds) removes the unfinished file and
//! leaves what was there before. A program that is killed cannot remove its own: it holds a lock on each, which ends with
//! it, so that [`sweep`] tells what nobody writes any more.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// What to do when the place is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave the file that is there and fail.
    Refuse,
    /// Put the new file in its place.
    Replace,
}

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AtomicError {
    /// There is a file already; ask for [`Existing::Replace`] to have it replaced.
    #[error("exists already")]
    Exists,
    /// The place is taken by a folder, a device or a pipe, which a rename would destroy.
    #[error("is not a regular file")]
    NotAFile,
    /// The folder to write in does not exist.
    #[error("the folder {} does not exist", .0.display())]
    NoFolder(PathBuf),
    /// Writing fails.
    #[error("cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// A file being written; [`commit`](Self::commit) gives it its name, dropping it discards it.
#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    place: Place,
}

impl AtomicFile {
    /// Starts a file that is to become `path`. A symbolic link is followed: its target is replaced. Control; blocks.
    ///
    /// # Errors
    /// [`AtomicError`]; nothing was written then.
    pub fn create(path: &Path, existing: Existing) -> Result<Self, AtomicError> {
        // A file as anyone would create it: the process's umask applies.
        Self::create_with(path, existing, 0o666)
    }

    /// The same for a file that nobody but its owner may read, from its first byte on. Control; blocks.
    ///
    /// # Errors
    /// [`AtomicError`]; nothing was written then.
    pub fn create_private(path: &Path, existing: Existing) -> Result<Self, AtomicError> {
        Self::create_with(path, existing, 0o600)
    }

    #[cfg_attr(not(unix), expect(unused_variables, reason = "permissions are Unix's"))]
    fn create_with(path: &Path, existing: Existing, mode: u32) -> Result<Self, AtomicError> {
        let place = Place::find(path, existing)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        // Somebody may sweep it away before it is locked; once it is, it stays.
        let mut file = locked(builder.tempfile_in(&place.folder)?);
        while !file.path().exists() {
            file = locked(builder.tempfile_in(&place.folder)?);
        }
        Ok(Self { file, place })
    }

    /// Whether what was written so far is, byte for byte, what the file at `other` holds. Control; blocks.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn holds_the_same_as(&mut self, other: &Path) -> io::Result<bool> {
        let other = File::open(other)?;
        let length = self.file.seek(SeekFrom::End(0))?;
        if other.metadata()?.len() != length {
            return Ok(false);
        }
        self.file.rewind()?;
        let (mut ours, mut theirs) = (BufReader::new(self.file.as_file()), BufReader::new(other));
        loop {
            let (one, two) = (ours.fill_buf()?, theirs.fill_buf()?);
            let common = one.len().min(two.len());
            if one[..common] != two[..common] {
                return Ok(false);
            }
            if common == 0 {
                return Ok(one.len() == two.len());
            }
            ours.consume(common);
            theirs.consume(common);
        }
    }

    /// What was written so far, to be read from its start; nothing is to be written after that. Control; blocks.
    ///
    /// # Errors
    /// When the system has no second way to the file.
    pub fn read_back(&mut self) -> io::Result<File> {
        self.file.rewind()?;
        self.file.as_file().try_clone()
    }

    /// Flushes to the disk and gives the file the first of these names that nothing in its folder has; says which. What
    /// else the file was begun for does not matter any more. Control; blocks.
    ///
    /// # Errors
    /// [`AtomicError::Exists`] when all are taken, and whatever the system says; the unfinished file is gone then.
    pub fn commit_as(self, names: impl IntoIterator<Item = String>) -> Result<PathBuf, AtomicError> {
        self.file.as_file().sync_all()?;
        let (_locked, mut file) = self.file.into_parts();
        for name in names {
            let path = self.place.folder.join(name);
            match file.persist_noclobber(&path) {
                Ok(()) => {
                    settle(&self.place.folder);
                    return Ok(path);
                }
                Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => file = failed.path,
                Err(failed) => return Err(failed.error.into()),
            }
        }
        Err(AtomicError::Exists)
    }

    /// Flushes to the disk and gives the file its name. Control; blocks.
    ///
    /// # Errors
    /// [`AtomicError`]; the unfinished file is gone then, and what was there before is untouched.
    pub fn commit(self) -> Result<(), AtomicError> {
        self.file.as_file().sync_all()?;
        // The lock holds until the file has its name.
        let (_locked, path) = self.file.into_parts();
        self.place.give(path)
    }
}

/// Where a file is to appear.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    folder: PathBuf,
    existing: Existing,
}

impl Place {
    /// Looks whether a file may appear there. A symbolic link is followed.
    pub fn find(path: &Path, existing: Existing) -> Result<Self, AtomicError> {
        let path = match fs::symlink_metadata(path) {
            Ok(_) if existing == Existing::Refuse => return Err(AtomicError::Exists),
            Ok(found) if found.is_symlink() => fs::canonicalize(path)?,
            _ => path.to_path_buf(),
        };
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) || path.file_name().is_none() {
            return Err(AtomicError::NotAFile);
        }
        let folder = match path.parent() {
            Some(folder) => here(folder).to_path_buf(),
            None => PathBuf::from("."),
        };
        if !folder.is_dir() {
            return Err(AtomicError::NoFolder(folder));
        }
        Ok(Self { path, folder, existing })
    }

    /// Gives a file that is on the disk this place's name.
    pub fn give(self, file: TempPath) -> Result<(), AtomicError> {
        let renamed = match self.existing {
            Existing::Refuse => file.persist_noclobber(&self.path),
            Existing::Replace => file.persist(&self.path),
        };
        renamed.map_err(|failed| match failed.error.kind() {
            io::ErrorKind::AlreadyExists => AtomicError::Exists,
            _ => AtomicError::Write(failed.error),
        })?;
        settle(&self.folder);
        Ok(())
    }
}

/// A name is safe only once its folder is; some file systems cannot flush one, and the file is whole anyway.
fn settle(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Unfinished files are called so.
const PREFIX: &str = ".ripieno-";
const SUFFIX: &str = ".part";

/// A folder by its path, which is empty for a file's name alone.
fn here(folder: &Path) -> &Path {
    if folder == Path::new("") { Path::new(".") } else { folder }
}

fn locked(file: NamedTempFile) -> NamedTempFile {
    // Some network file systems have no locks. Nothing is swept there, which harms nobody.
    let _ = file.as_file().lock();
    file
}

/// Removes the files that programs left unfinished in this folder when they were killed; says how many. What is being
/// written stays, and so does what cannot be removed. Control; blocks.
pub fn sweep(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(here(folder)) else { return 0 };
    let is_unfinished = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    let removed = |path: PathBuf| {
        let Ok(file) = File::open(&path) else { return false };
        // The lock is held until the file is gone, for whoever has just made it and waits for it.
        file.try_lock().is_ok() && fs::remove_file(&path).is_ok()
    };
    entries.flatten().filter(is_unfinished).filter(|entry| removed(entry.path())).count()
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, existing: Existing, text: &str) -> Result<(), AtomicError> {
        let mut file = AtomicFile::create(path, existing)?;
        file.write_all(text.as_bytes())?;
        file.commit()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_shows_before_commit_and_nothing_stays_after_drop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut file = AtomicFile::create(&path, Existing::Refuse).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(names(folder.path()), [""; 0]);
        write(&path, Existing::Refuse, "whole").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_a_killed_program_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut ours = AtomicFile::create(&path, Existing::Refuse).unwrap();
        ours.write_all(b"still being written").unwrap();
        for name in [".ripieno-dead.part", ".ripieno-other", "mine.part"] {
            File::create(folder.path().join(name)).unwrap();
        }
        fs::create_dir(folder.path().join(".ripieno-folder.part")).unwrap();
        assert_eq!(sweep(folder.path()), 1);
        assert_eq!(sweep(folder.path()), 0);
        ours.commit().unwrap();
        assert_eq!(names(folder.path()), [".ripieno-folder.part", ".ripieno-other", "a", "mine.part"]);
        assert_eq!(sweep(&folder.path().join("nowhere")), 0);
    }

    #[test]
    fn whoever_writes_while_others_sweep_is_not_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::thread::scope(|scope| {
            let writer =
                scope.spawn(|| (0..200).for_each(|n| write(&path, Existing::Replace, &n.to_string()).unwrap()));
            while !writer.is_finished() {
                sweep(folder.path());
            }
        });
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_exists_is_refused_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        // The file appears while ours is being written: the race is lost without harm.
        let late = AtomicFile::create(&path, Existing::Refuse).unwrap();
        write(&path, Existing::Refuse, "one").unwrap();
        assert!(matches!(late.commit(), Err(AtomicError::Exists)));
        assert!(matches!(write(&path, Existing::Refuse, "two"), Err(AtomicError::Exists)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write(&path, Existing::Replace, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn places_that_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(write(folder.path(), Existing::Replace, ""), Err(AtomicError::NotAFile)));
        let lost = folder.path().join("no/such");
        assert!(matches!(write(&lost, Existing::Replace, ""), Err(AtomicError::NoFolder(_))));
        if cfg!(unix) {
            assert!(matches!(write(Path::new("/dev/null"), Existing::Replace, ""), Err(AtomicError::NotAFile)));
        }
    }

    #[test]
    fn the_first_free_name_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let names = || ["a", "b", "c"].map(String::from);
        let check = |text: &str, expected: Option<&str>| {
            let mut file = AtomicFile::create(&folder.path().join("other"), Existing::Refuse).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert_eq!(io::read_to_string(file.read_back().unwrap()).unwrap(), text);
            let given = file.commit_as(names()).ok();
            assert_eq!(given, expected.map(|name| folder.path().join(name)));
        };
        write(&path, Existing::Refuse, "one").unwrap();
        check("two", Some("b"));
        fs::create_dir(folder.path().join("c")).unwrap();
        check("three", None);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(self::names(folder.path()), ["a", "b", "c"]);
    }

    #[test]
    fn equal_contents_are_recognised() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let check = |there: &str, ours: &str| {
            write(&path, Existing::Replace, there).unwrap();
            let mut file = AtomicFile::create(&path, Existing::Replace).unwrap();
            file.write_all(ours.as_bytes()).unwrap();
            assert_eq!(file.holds_the_same_as(&path).unwrap(), there == ours, "{} {}", there.len(), ours.len());
        };
        let long = "0123456789".repeat(5_000);
        for (there, ours) in [("", ""), ("a", "a"), ("a", "b"), ("a", "ab"), (&*long, &*long)] {
            check(there, ours);
        }
        check(&long, &format!("{}x", &long[1..]));
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_their_targets_are_replaced() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        write(&target, Existing::Refuse, "old").unwrap();
        symlink(&target, &link).unwrap();
        write(&link, Existing::Replace, "new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        // As any new file: readable by its owner at least, executable by nobody.
        let mode = fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0);
        assert_eq!(mode & 0o600, 0o600);
    }
}
