//! Bytes on their way, counted and digested.

use crate::FarmError;
use ripieno_separate::Cancel;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 18;

/// SHA-256 of a file and its length. Worker; blocks until all is read, or somebody asks to stop.
pub(crate) fn of_file(path: &Path, cancel: &Cancel) -> Result<(String, u64), FarmError> {
    let failed = |error: io::Error| FarmError::file(path, &error);
    let mut reader = Watched { inner: File::open(path).map_err(failed)?, cancel };
    let mut digest = Sha256::new();
    let mut buffer = vec![0; BLOCK];
    let mut bytes = 0;
    loop {
        match reader.read(&mut buffer).map_err(failed)? {
            0 => return Ok((hexadecimal(&digest.finalize()), bytes)),
            read => {
                digest.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// What reading and writing say when somebody asked to stop. Not the system's own word for that, which readers go on after.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
struct Stopped;

/// Whether an error is somebody's wish to stop.
pub(crate) fn was_stopped(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Stopped>())
}

/// Stops when somebody asks to.
pub(crate) struct Watched<'a, T> {
    pub inner: T,
    pub cancel: &'a Cancel,
}

impl<T> Watched<'_, T> {
    fn check(&self) -> io::Result<()> {
        if self.cancel.is_requested() { Err(io::Error::other(Stopped)) } else { Ok(()) }
    }
}

impl<T: Read> Read for Watched<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.read(buffer)
    }
}

impl<T: Write> Write for Watched<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes on, and digests what it writes.
pub(crate) struct Digesting<T> {
    inner: T,
    digest: Sha256,
}

impl<T> Digesting<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, digest: Sha256::new() }
    }

    /// The digest of all that was written.
    pub(crate) fn finish(self) -> (T, String) {
        (self.inner, hexadecimal(&self.digest.finalize()))
    }
}

impl<T: Write> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
