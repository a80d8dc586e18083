//! A flash in lent memory: for boards without one, emulators and tests.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// A NOR flash of words of `WORD` bytes and sectors of `SECTOR` that lasts as long as its memory. It is strict: a word
/// is written once after each erase. Any.
#[derive(Debug)]
pub struct MemoryFlash<'a, const WORD: usize = 4, const SECTOR: usize = 4096> {
    memory: &'a mut [u8],
}

impl<'a, const WORD: usize, const SECTOR: usize> MemoryFlash<'a, WORD, SECTOR> {
    /// A flash as large as `memory`, which holds what that holds.
    pub fn new(memory: &'a mut [u8]) -> Self {
        Self { memory }
    }
}

impl<const WORD: usize, const SECTOR: usize> ErrorType for MemoryFlash<'_, WORD, SECTOR> {
    type Error = NorFlashErrorKind;
}

impl<const WORD: usize, const SECTOR: usize> ReadNorFlash for MemoryFlash<'_, WORD, SECTOR> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len())?;
        bytes.copy_from_slice(&self.memory[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.memory.len()
    }
}

impl<const WORD: usize, const SECTOR: usize> NorFlash for MemoryFlash<'_, WORD, SECTOR> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to)?;
        self.memory[from as usize..to as usize].fill(0xFF);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len())?;
        let words = &mut self.memory[offset as usize..][..bytes.len()];
        if words.iter().any(|byte| *byte != 0xFF) {
            return Err(NorFlashErrorKind::Other);
        }
        words.copy_from_slice(bytes);
        Ok(())
    }
}
