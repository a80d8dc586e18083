//! A simulated flash that remembers what was done to it, so that power can be cut anywhere in it afterwards.

extern crate std;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use std::vec::Vec;

/// A small generator of numbers, the same everywhere.
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.roll() as usize % limit
    }
}

/// Something that was done.
#[derive(Clone, Debug)]
pub enum Deed {
    Write(usize, Vec<u8>),
    Erase(usize),
}

/// Words of four bytes, sectors of so many.
#[derive(Clone, Debug)]
pub struct Chip<const SECTOR: usize> {
    pub bytes: Vec<u8>,
    pub deeds: Vec<Deed>,
    pub erases: Vec<u32>,
}

const WORD: usize = 4;

impl<const SECTOR: usize> Chip<SECTOR> {
    pub fn new(sectors: usize) -> Self {
        Self { bytes: std::vec![0xFF; sectors * SECTOR], deeds: Vec::new(), erases: std::vec![0; sectors] }
    }

    pub fn with(bytes: Vec<u8>) -> Self {
        let sectors = bytes.len() / SECTOR;
        Self { bytes, deeds: Vec::new(), erases: std::vec![0; sectors] }
    }

    /// How many places there are to cut a deed at.
    pub fn cuts(deed: &Deed) -> usize {
        match deed {
            Deed::Write(_, bytes) => bytes.len(),
            Deed::Erase(_) => 4 * 8,
        }
    }

    /// The whole deed.
    pub fn redo(bytes: &mut [u8], deed: &Deed) {
        match deed {
            Deed::Write(start, written) => {
                for (byte, new) in bytes[*start..].iter_mut().zip(written) {
                    *byte &= new;
                }
            }
            Deed::Erase(start) => bytes[*start..*start + SECTOR].fill(0xFF),
        }
    }

    /// The deed, cut at a place. Of a write: the bytes before are written, of the others in the word some bits are
    /// perhaps. Of an erase: anything, as chips differ: from the front, from the back, zeros first, or each byte as it
    /// likes.
    pub fn cut(bytes: &mut [u8], deed: &Deed, place: usize, dice: &mut Dice) {
        match deed {
            Deed::Write(start, written) => {
                let word_end = (place / WORD + 1) * WORD;
                let is_ragged = dice.below(2) == 0;
                for (index, (byte, new)) in bytes[*start..].iter_mut().zip(written).enumerate().take(word_end) {
                    if index < place {
                        *byte &= new;
                    } else if is_ragged {
                        *byte &= new | dice.roll() as u8;
                    }
                }
            }
            Deed::Erase(start) => {
                let sector = &mut bytes[*start..*start + SECTOR];
                let edge = place / 4 * SECTOR / 8 + dice.below(SECTOR / 8);
                match place % 4 {
                    0 => sector[..edge].fill(0xFF),
                    1 => sector[SECTOR - edge..].fill(0xFF),
                    2 => sector[..edge].fill(0),
                    _ => sector.iter_mut().for_each(|byte| match dice.below(4) {
                        0 => *byte = 0xFF,
                        1 => *byte = 0,
                        2 => *byte |= dice.roll() as u8,
                        _ => {}
                    }),
                }
            }
        }
    }
}

impl<const SECTOR: usize> ErrorType for Chip<SECTOR> {
    type Error = NorFlashErrorKind;
}

impl<const SECTOR: usize> ReadNorFlash for Chip<SECTOR> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len())?;
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const SECTOR: usize> NorFlash for Chip<SECTOR> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to)?;
        for start in (from as usize..to as usize).step_by(SECTOR) {
            self.bytes[start..start + SECTOR].fill(0xFF);
            self.deeds.push(Deed::Erase(start));
            self.erases[start / SECTOR] += 1;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len())?;
        assert_eq!(bytes.as_ptr() as usize % WORD, 0, "drivers may want whole words of RAM");
        let words = &mut self.bytes[offset as usize..][..bytes.len()];
        // What a cut left in a word may be written over; what was written whole may not.
        for (old, new) in words.iter_mut().zip(bytes) {
            assert!(*old & new == *new, "a bit was to be set without an erase, at {offset}");
            *old = *new;
        }
        self.deeds.push(Deed::Write(offset as usize, bytes.to_vec()));
        Ok(())
    }
}
