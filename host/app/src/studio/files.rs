//! Where a studio lies: the document, its older versions and its history, as files in a folder or in memory.

use ripieno_files::atomic::{AtomicError, AtomicFile, Existing, sweep};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Older versions that are kept.
pub const VERSIONS: u8 = 5;

/// One of a studio's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The document: `studio.toml`.
    Document,
    /// An older version of it, 1 (the newest) to [`VERSIONS`]: `studio.toml.1`.
    Version(u8),
    /// What can be undone and redone: `studio.history`.
    History,
}

/// A studio's files. Errors are texts that name the cause; whatever fails, a file is as it was or as it was to be.
pub trait Files {
    /// Reads a file, at most one byte more than `most`; nothing if it is not there. Control; blocks.
    ///
    /// # Errors
    /// When it cannot be read.
    fn load(&mut self, part: Part, most: usize) -> Result<Option<Vec<u8>>, String>;

    /// Replaces a file as a whole; it is on the disk afterwards. Control; blocks.
    ///
    /// # Errors
    /// When it cannot be written; what was there is there.
    fn store(&mut self, part: Part, bytes: &[u8]) -> Result<(), String>;

    /// Adds to the history, behind its first `length` bytes: what is there beyond them goes. Control; blocks.
    ///
    /// # Errors
    /// When it cannot be written; a part of `bytes` may be there then.
    fn append(&mut self, length: u64, bytes: &[u8]) -> Result<(), String>;

    /// Makes the document version 1, version 1 version 2, and so on; the last goes. The document stays where it is as
    /// well. Control; blocks.
    ///
    /// # Errors
    /// When that cannot be done; no version but the last is lost.
    fn rotate(&mut self) -> Result<(), String>;

    /// Removes what programs that were killed left half-written. Control; blocks.
    fn sweep(&mut self) {}
}

/// Files beside each other.
#[derive(Clone, Debug)]
pub struct Folder {
    document: PathBuf,
}

impl Folder {
    /// The studio whose document is at `path`, which need not be there yet. Any.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { document: path.into() }
    }

    /// Where a file is. Any.
    pub fn path(&self, part: Part) -> PathBuf {
        match part {
            Part::Document => self.document.clone(),
            Part::Version(n) => {
                let mut name = self.document.clone().into_os_string();
                name.push(format!(".{n}"));
                name.into()
            }
            Part::History => self.document.with_extension("history"),
        }
    }
}

impl Files for Folder {
    fn load(&mut self, part: Part, most: usize) -> Result<Option<Vec<u8>>, String> {
        let file = match File::open(self.path(part)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("cannot be read: {error}")),
        };
        let mut bytes = Vec::new();
        let read = file.take(most as u64 + 1).read_to_end(&mut bytes);
        read.map(|_| Some(bytes)).map_err(|error| format!("cannot be read: {error}"))
    }

    fn store(&mut self, part: Part, bytes: &[u8]) -> Result<(), String> {
        let path = self.path(part);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("cannot be written: {error}"))?;
        }
        let write = || -> Result<(), AtomicError> {
            let mut file = AtomicFile::create(&path, Existing::Replace)?;
            file.write_all(bytes)?;
            file.commit()
        };
        write().map_err(|error| error.to_string())
    }

    fn append(&mut self, length: u64, bytes: &[u8]) -> Result<(), String> {
        let write = |path: &Path| {
            let mut file = OpenOptions::new().append(true).open(path)?;
            // A tail that a crash tore off is not to stand between what is whole and what comes now.
            file.set_len(length)?;
            file.write_all(bytes)
        };
        write(&self.path(Part::History)).map_err(|error| format!("cannot be written: {error}"))
    }

    fn rotate(&mut self) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("its versions cannot be kept: {error}");
        if !self.document.exists() {
            return Ok(());
        }
        for n in (1..VERSIONS).rev() {
            match fs::rename(self.path(Part::Version(n)), self.path(Part::Version(n + 1))) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        let newest = self.path(Part::Version(1));
        // A second name costs nothing, and the document is replaced by a rename, which leaves this one alone.
        if fs::symlink_metadata(&self.document).is_ok_and(|found| found.is_file())
            && fs::hard_link(&self.document, &newest).is_ok()
        {
            return Ok(());
        }
        let bytes = fs::read(&self.document).map_err(failed)?;
        self.store(Part::Version(1), &bytes)
    }

    fn sweep(&mut self) {
        if let Some(folder) = self.document.parent() {
            sweep(folder);
        }
    }
}

/// Files in memory, which fail when told to. For tests.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    files: std::collections::BTreeMap<Part, Vec<u8>>,
    fail_in: u32,
}

impl InMemory {
    /// A studio of a text. Any.
    pub fn of(text: impl Into<Vec<u8>>) -> Self {
        Self { files: [(Part::Document, text.into())].into(), fail_in: 0 }
    }

    /// Lets the `step`-th writing call from now fail, counted from 1; 0 lets none. Any.
    pub fn fail_at(&mut self, step: u32) {
        self.fail_in = step;
    }

    /// What a file holds. Any.
    pub fn bytes(&self, part: Part) -> Option<&[u8]> {
        self.files.get(&part).map(Vec::as_slice)
    }

    /// Puts a file there, as somebody else would. Any.
    pub fn put(&mut self, part: Part, bytes: impl Into<Vec<u8>>) {
        self.files.insert(part, bytes.into());
    }

    fn step(&mut self) -> Result<(), String> {
        let fails = self.fail_in == 1;
        self.fail_in = self.fail_in.saturating_sub(1);
        if fails { Err("cannot be written: the disk is full".into()) } else { Ok(()) }
    }
}

impl Files for InMemory {
    fn load(&mut self, part: Part, most: usize) -> Result<Option<Vec<u8>>, String> {
        Ok(self.files.get(&part).map(|bytes| bytes.iter().copied().take(most + 1).collect()))
    }

    fn store(&mut self, part: Part, bytes: &[u8]) -> Result<(), String> {
        self.step()?;
        self.files.insert(part, bytes.to_vec());
        Ok(())
    }

    fn append(&mut self, length: u64, bytes: &[u8]) -> Result<(), String> {
        let failed = self.step();
        let file = self.files.entry(Part::History).or_default();
        file.truncate(length as usize);
        // A disk that fills up takes some of it.
        let taken = if failed.is_err() { bytes.len() / 2 } else { bytes.len() };
        file.extend_from_slice(&bytes[..taken]);
        failed
    }

    fn rotate(&mut self) -> Result<(), String> {
        self.step()?;
        for n in (1..VERSIONS).rev() {
            if let Some(bytes) = self.files.remove(&Part::Version(n)) {
                self.files.insert(Part::Version(n + 1), bytes);
            }
        }
        if let Some(bytes) = self.files.get(&Part::Document).cloned() {
            self.files.insert(Part::Version(1), bytes);
        }
        Ok(())
    }
}
