//! Instrument files as memory: the system loads the pages that are touched, when they are touched.

use memmap2::{Mmap, MmapMut};
use std::fs::File;
use std::io;
use std::path::Path;

/// Why a file cannot be mapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// A folder, a device or a pipe.
    #[error("is not a regular file")]
    NotAFile,
    /// No byte in it.
    #[error("is empty")]
    Empty,
    /// Opening or mapping fails.
    #[error("cannot be opened: {0}")]
    Open(#[from] io::Error),
}

/// A file's bytes, read-only, mapped into memory; or bytes that were [made](Self::made) of them.
///
/// The file must not shrink or change while it is mapped. Ripieno reads it through bounds-checked slices only, so
/// changed bytes play as noise at worst; touching a page that a truncation took away ends the process (`SIGBUS` on
/// Unix). Whoever updates an instrument should write a new file and rename it into place, as package managers do: the
/// old file then lives on for as long as it is mapped.
#[derive(Debug)]
pub struct MappedFile {
    map: Mmap,
}

impl MappedFile {
    /// Maps a regular file. Control; blocks.
    ///
    /// # Errors
    /// [`MapError`]; choose another file.
    #[expect(unsafe_code, reason = "mapping a file is unsafe by nature; the block says why it is sound here")]
    pub fn open(path: &Path) -> Result<Self, MapError> {
        let file = File::open(path)?;
        let found = file.metadata()?;
        if !found.is_file() {
            return Err(MapError::NotAFile);
        }
        if found.len() == 0 {
            return Err(MapError::Empty);
        }
        // SAFETY: the map is read-only and lives as long as every slice lent from it, since `as_ref` borrows `self`.
        // What the compiler cannot see is that nobody else writes to the file meanwhile; that is this type's documented
        // demand. Should it be broken, no reader here can turn it into an access out of bounds: indices read from the
        // map are checked against slice lengths held outside it, every bit pattern is a valid `u8`, and a page lost to
        // a truncation raises a signal that ends the process instead of giving out other memory.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self { map })
    }

    /// Memory of so many zeroes, which `fill` writes and nobody after it: what was made of a file takes its place. Pages
    /// that stay zero cost nothing. Control.
    ///
    /// # Errors
    /// [`MapError::Open`] when the system has no room for it.
    pub fn made(length: usize, fill: impl FnOnce(&mut [u8])) -> Result<Self, MapError> {
        let mut map = MmapMut::map_anon(length)?;
        fill(&mut map);
        Ok(Self { map: map.make_read_only()? })
    }

    /// Reads the whole file into memory and, if the system allows it, has it stay there: afterwards no reader waits for a
    /// disk, which an audio thread must not. True if it is locked; without that it stays for as long as nobody needs the
    /// memory more. Control; blocks.
    pub fn make_resident(&self) -> bool {
        #[cfg(unix)]
        if self.map.lock().is_ok() {
            return true;
        }
        /// No system has smaller pages.
        const PAGE: usize = 4096;
        let touched = self.map.chunks(PAGE).fold(0, |sum, page| sum ^ page[0]);
        std::hint::black_box(touched);
        false
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AtomicFile, Existing};
    use std::io::Write;

    fn write(path: &Path, bytes: &[u8]) {
        let mut file = AtomicFile::create(path, Existing::Replace).unwrap();
        file.write_all(bytes).unwrap();
        file.commit().unwrap();
    }

    #[test]
    fn bytes_are_those_of_the_file_even_after_it_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank");
        write(&path, b"first");
        let map = MappedFile::open(&path).unwrap();
        write(&path, b"2");
        map.make_resident();
        assert_eq!(map.as_ref(), b"first");
        assert_eq!(MappedFile::open(&path).unwrap().as_ref(), b"2");
    }

    #[test]
    fn bytes_may_be_made() {
        let map = MappedFile::made(5, |bytes| bytes[1] = 7).unwrap();
        assert_eq!(map.as_ref(), [0, 7, 0, 0, 0]);
        map.make_resident();
        assert!(MappedFile::made(0, |_| ()).unwrap().as_ref().is_empty());
    }

    #[test]
    fn what_cannot_be_mapped_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank");
        assert!(matches!(MappedFile::open(&path), Err(MapError::Open(_))));
        assert!(matches!(MappedFile::open(folder.path()), Err(MapError::NotAFile)));
        write(&path, b"");
        assert!(matches!(MappedFile::open(&path), Err(MapError::Empty)));
    }

    #[test]
    fn a_map_may_move_to_another_thread() {
        fn send<T: Send + Sync>() {}
        send::<MappedFile>();
    }
}
