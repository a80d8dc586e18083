//! State in a file: the port's promise kept by temporary file, fsync and rename.

use crate::atomic::{AtomicError, AtomicFile, Existing};
use ripieno_ports::{Fault, FaultKind, Storage};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// One file, replaced as a whole. Folders that lead to it are made when it is first stored.
#[derive(Clone, Debug)]
pub struct FileStorage {
    path: PathBuf,
}

impl FileStorage {
    /// The file at `path`, which need not be there yet. Any.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is. Any.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// State that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// Reading fails.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// Writing fails.
    #[error(transparent)]
    Write(#[from] AtomicError),
}

impl Fault for StorageError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Read(error) | Self::Write(AtomicError::Write(error)) => match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => FaultKind::Denied,
                io::ErrorKind::ResourceBusy => FaultKind::Busy,
                _ => FaultKind::Failed,
            },
            Self::Write(_) => FaultKind::Failed,
        }
    }
}

impl Storage for FileStorage {
    type Error = StorageError;

    fn load(&mut self, buffer: &mut [u8]) -> Result<usize, StorageError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(StorageError::Read(error)),
        };
        let length = file.metadata().map_err(StorageError::Read)?.len();
        let mut count = 0;
        while count < buffer.len() {
            match file.read(&mut buffer[count..]) {
                Ok(0) => break,
                Ok(more) => count += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StorageError::Read(error)),
            }
        }
        Ok(usize::try_from(length).unwrap_or(usize::MAX).max(count))
    }

    fn store(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(AtomicError::Write)?;
        }
        let mut file = AtomicFile::create(&self.path, Existing::Replace)?;
        file.write_all(bytes).map_err(AtomicError::Write)?;
        Ok(file.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_loaded_and_nothing_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = FileStorage::new(folder.path().join("new/state.toml"));
        let mut bytes = [0; 4];
        assert_eq!(storage.load(&mut bytes).unwrap(), 0);
        storage.store(b"a state").unwrap();
        assert_eq!((storage.load(&mut bytes).unwrap(), &bytes), (7, b"a st"));
        storage.store(b"b").unwrap();
        assert_eq!((storage.load(&mut bytes).unwrap(), bytes[0]), (1, b'b'));
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_in_the_way_is_told_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = FileStorage::new(folder.path());
        assert!(matches!(storage.load(&mut [0; 4]), Err(StorageError::Read(_))));
        assert!(matches!(storage.store(b"x"), Err(StorageError::Write(AtomicError::NotAFile))));
    }
}
