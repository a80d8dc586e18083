//! Storage that needs no disk, and fails when told to.

use crate::{Fault, FaultKind, Storage};
use core::fmt;

/// Up to `N` bytes in memory. For tests and boards without flash.
///
/// ```
/// use ripieno_ports::{MemoryStorage, Storage};
/// let mut storage = MemoryStorage::<8>::default();
/// storage.store(b"state").unwrap();
/// storage.fail_at(2);
/// assert!(storage.store(b"first").is_ok());
/// assert!(storage.store(b"second").is_err());
/// let mut bytes = [0; 8];
/// assert_eq!(storage.load(&mut bytes), Ok(5));
/// assert_eq!(&bytes[..5], b"first");
/// ```
#[derive(Clone, Debug)]
pub struct MemoryStorage<const N: usize> {
    bytes: [u8; N],
    length: usize,
    fail_in: u32,
}

impl<const N: usize> Default for MemoryStorage<N> {
    fn default() -> Self {
        Self { bytes: [0; N], length: 0, fail_in: 0 }
    }
}

impl<const N: usize> MemoryStorage<N> {
    /// Lets the `step`-th store from now fail, counted from 1, as a full or broken disk would; 0 lets none.
    pub fn fail_at(&mut self, step: u32) {
        self.fail_in = step;
    }
}

impl<const N: usize> Storage for MemoryStorage<N> {
    type Error = StorageFull;

    fn load(&mut self, buffer: &mut [u8]) -> Result<usize, StorageFull> {
        let count = self.length.min(buffer.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        Ok(self.length)
    }

    fn store(&mut self, bytes: &[u8]) -> Result<(), StorageFull> {
        let fails = self.fail_in == 1;
        self.fail_in = self.fail_in.saturating_sub(1);
        if fails || bytes.len() > N {
            return Err(StorageFull { wanted: bytes.len(), capacity: N });
        }
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.length = bytes.len();
        Ok(())
    }
}

/// There is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageFull {
    /// Bytes to be stored.
    pub wanted: usize,
    /// Bytes that there is room for at best.
    pub capacity: usize,
}

impl fmt::Display for StorageFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no room for {} bytes in a storage of {}", self.wanted, self.capacity)
    }
}

impl core::error::Error for StorageFull {}

impl Fault for StorageFull {
    fn kind(&self) -> FaultKind {
        FaultKind::Failed
    }
}
