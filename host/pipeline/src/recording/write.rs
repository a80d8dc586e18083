//! Making a recording. It has its name only when it is whole.

use super::format::{self, END, FRAME};
use crate::frame::{FrameSpec, Stamp};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Why a recording could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// There is a file of this name.
    #[error("'{}' exists: record to another file, or allow it to be overwritten", .0.display())]
    Exists(PathBuf),
    /// Another recording is being made there.
    #[error("'{}' is being written by another recording", .0.display())]
    Busy(PathBuf),
    /// A recording was left unfinished there.
    #[error("'{}' was left by a recording that did not finish: replay it, move it or remove it", .0.display())]
    Unfinished(PathBuf),
    /// The file could not be made or written.
    #[error("'{}' cannot be written: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The slice has not the bytes of a frame.
    #[error("frames of this recording have {expected} bytes, not {given}")]
    WrongLength {
        /// Bytes of a frame.
        expected: usize,
        /// Bytes of the slice.
        given: usize,
    },
}

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 16;

/// A recording that is being made. Dropped without [`finish`](Self::finish), it stays behind as a `.part`, with all its frames.
#[derive(Debug)]
pub struct Recorder {
    file: BufWriter<File>,
    path: PathBuf,
    part: PathBuf,
    overwrite: bool,
    frame_bytes: usize,
    padding: usize,
    frames: u64,
}

/// The name of a recording until it is whole.
fn part_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".part");
    name.into()
}

impl Recorder {
    /// Whether a recording may be made at `path`, as far as can be told beforehand. Control.
    ///
    /// # Errors
    /// There is a file of this name that may not be overwritten.
    pub fn check(path: &Path, overwrite: bool) -> Result<(), RecordError> {
        if !overwrite && path.symlink_metadata().is_ok() { Err(RecordError::Exists(path.into())) } else { Ok(()) }
    }

    /// Begins a recording of such frames that will be at `path`. Control; blocks.
    ///
    /// # Errors
    /// Something is there that may not be overwritten, or the file cannot be made.
    pub fn create(path: impl AsRef<Path>, spec: FrameSpec, overwrite: bool) -> Result<Self, RecordError> {
        let path = path.as_ref().to_path_buf();
        Self::check(&path, overwrite)?;
        let part = part_of(&path);
        let failed = |error: io::Error| RecordError::Io { path: part.clone(), error };
        let opened = OpenOptions::new().write(true).create_new(true).open(&part);
        let is_new = opened.is_ok();
        let file = match opened {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                OpenOptions::new().write(true).open(&part).map_err(failed)?
            }
            opened => opened.map_err(failed)?,
        };
        // Some file systems have no locks: there, two recordings to one file go unnoticed.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(RecordError::Busy(part));
        }
        if !is_new && !overwrite {
            return Err(RecordError::Unfinished(part));
        }
        file.set_len(0).map_err(failed)?;
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, file);
        file.write_all(&format::header(&spec)).map_err(failed)?;
        let frame_bytes = spec.bytes();
        let padding = frame_bytes.next_multiple_of(8) - frame_bytes;
        Ok(Self { file, path, part, overwrite, frame_bytes, padding, frames: 0 })
    }

    /// Frames that were written. Any.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Adds a frame. Worker; blocks.
    ///
    /// # Errors
    /// `frame` has not the bytes of a frame, or it cannot be written.
    pub fn write(&mut self, stamp: Stamp, frame: &[u8]) -> Result<(), RecordError> {
        if frame.len() != self.frame_bytes {
            return Err(RecordError::WrongLength { expected: self.frame_bytes, given: frame.len() });
        }
        let head = format::head(FRAME, [stamp.sequence, stamp.nanos], frame);
        let written = self.file.write_all(&head).and_then(|()| self.file.write_all(frame));
        written.and_then(|()| self.file.write_all(&[0; 8][..self.padding])).map_err(|error| self.failed(error))?;
        self.frames += 1;
        Ok(())
    }

    /// Ends the recording, brings it to the disk and gives it its name. Returns how many frames it has. Worker; blocks.
    ///
    /// # Errors
    /// It cannot be written, or a file of its name has appeared meanwhile. It stays behind as a `.part`.
    pub fn finish(mut self) -> Result<u64, RecordError> {
        let end = format::head(END, [self.frames, 0], &[]);
        let flushed = self.file.write_all(&end).and_then(|()| self.file.flush());
        flushed.and_then(|()| self.file.get_ref().sync_all()).map_err(|error| self.failed(error))?;
        let part = TempPath::try_from_path(self.part.clone()).map_err(|error| self.failed(error))?;
        let renamed = if self.overwrite { part.persist(&self.path) } else { part.persist_noclobber(&self.path) };
        if let Err(refused) = renamed {
            let (error, part) = (refused.error, refused.path.keep());
            return Err(match (error.kind(), part) {
                (io::ErrorKind::AlreadyExists, _) => RecordError::Exists(self.path),
                _ => RecordError::Io { path: self.path, error },
            });
        }
        // The name is safe only once the folder is; some file systems cannot flush one, and the file is whole anyway.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(self.frames)
    }

    fn failed(&self, error: io::Error) -> RecordError {
        RecordError::Io { path: self.part.clone(), error }
    }
}
