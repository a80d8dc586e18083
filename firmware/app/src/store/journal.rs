//! Erases that are whole or begun anew, over any NOR flash.
//!
//! What an erase leaves that was cut off is undefined: some chips write zeros first. A log that lies in the flash and
//! reads its own marks there would be led astray. So each erase is announced in a sector set apart, and marked when it
//! is done; one that was announced but not marked is done again before anything is read. Two sectors take turns: the
//! one that is erased is never the one that counts.
//!
//! A record is [`RECORD`] bytes, padded to whole words, and a word that marks it done. The first of a sector says which
//! turn it is.

use super::align::Aligned;
use crate::protocol::crc32;
use core::ops::Range;
use embedded_storage::nor_flash::{ErrorType, NorFlash};
use embedded_storage_async::nor_flash as asynchronous;

/// Sectors that the journal takes of the region.
pub const SECTORS: u32 = 2;
const RECORD: usize = 16;
const MAGIC: u32 = u32::from_le_bytes(*b"RpJ1");
/// The longest word of a flash, in bytes, that is supported.
pub const LONGEST_WORD: usize = 32;
const DONE: u8 = 0;

/// What a flash can do in one go, in bytes.
pub const fn word<F: NorFlash>() -> usize {
    if F::WRITE_SIZE > F::READ_SIZE { F::WRITE_SIZE } else { F::READ_SIZE }
}

/// A region of a flash behind a journal. Its first two sectors are the journal's; to its user it begins behind them.
#[derive(Debug)]
pub struct Journal<F> {
    flash: F,
    region: Range<u32>,
    /// Which of the two sectors counts, its turn, and the place of the next record.
    sector: u32,
    turn: u32,
    next: u32,
    erased: u32,
}

/// Three numbers and their CRC.
type Record = [u32; 3];

impl<F: NorFlash> Journal<F> {
    const RECORD_BYTES: usize = RECORD.next_multiple_of(word::<F>());
    const STRIDE: u32 = (Self::RECORD_BYTES + word::<F>()) as u32;
    const SECTOR: u32 = F::ERASE_SIZE as u32;

    /// Opens the journal of a region, finishes the erase that was cut off, or formats a region that has none.
    pub fn open(flash: F, region: Range<u32>) -> Result<Self, F::Error> {
        let mut journal = Self { flash, region, sector: 0, turn: 0, next: 1, erased: 0 };
        let turns = [journal.turn_of(0)?, journal.turn_of(1)?];
        match turns {
            [None, None] => journal.format()?,
            [first, second] => {
                journal.sector = u32::from(second > first);
                journal.turn = first.max(second).unwrap_or(0);
                journal.finish()?;
            }
        }
        Ok(journal)
    }

    /// Sectors erased since it was opened.
    pub fn erased(&self) -> u32 {
        self.erased
    }

    /// Bytes behind the journal.
    pub fn length(&self) -> u32 {
        (self.region.end - self.region.start).saturating_sub(SECTORS * Self::SECTOR)
    }

    #[cfg(test)]
    pub fn flash_mut(&mut self) -> &mut F {
        &mut self.flash
    }

    pub fn into_inner(self) -> F {
        self.flash
    }

    fn base(&self) -> u32 {
        self.region.start + SECTORS * Self::SECTOR
    }

    fn place(&self, sector: u32, record: u32) -> u32 {
        self.region.start + sector * Self::SECTOR + record * Self::STRIDE
    }

    fn records() -> u32 {
        Self::SECTOR / Self::STRIDE
    }

    /// How long the region is belongs to the header: one of another length is formatted.
    fn header(&self, turn: u32) -> Record {
        [MAGIC, turn, self.length()]
    }

    fn turn_of(&mut self, sector: u32) -> Result<Option<u32>, F::Error> {
        let read = self.read_record(self.place(sector, 0))?;
        Ok(read.filter(|record| *record == self.header(record[1])).map(|record| record[1]))
    }

    fn read_record(&mut self, place: u32) -> Result<Option<Record>, F::Error> {
        let mut bytes = Aligned([0; RECORD.next_multiple_of(LONGEST_WORD)]);
        self.flash.read(place, &mut bytes.0[..Self::RECORD_BYTES])?;
        let (head, check) = bytes.0[..RECORD].split_at(RECORD - 4);
        if crc32(head).to_le_bytes() != check {
            return Ok(None);
        }
        let (numbers, _) = head.as_chunks();
        let &[first, second, third] = numbers else { return Ok(None) };
        Ok(Some([first, second, third].map(u32::from_le_bytes)))
    }

    fn write_record(&mut self, place: u32, record: Record) -> Result<(), F::Error> {
        let mut bytes = Aligned([0; RECORD.next_multiple_of(LONGEST_WORD)]);
        for (out, number) in bytes.0.chunks_mut(4).zip(record) {
            out.copy_from_slice(&number.to_le_bytes());
        }
        let check = crc32(&bytes.0[..RECORD - 4]);
        bytes.0[RECORD - 4..RECORD].copy_from_slice(&check.to_le_bytes());
        self.flash.write(place, &bytes.0[..Self::RECORD_BYTES])
    }

    /// Both headers are written last, so that a format that was cut off is begun anew.
    fn format(&mut self) -> Result<(), F::Error> {
        for start in self.region.clone().step_by(F::ERASE_SIZE) {
            self.erase_now(start)?;
        }
        for sector in [1, 0] {
            self.write_record(self.place(sector, 0), self.header(1 - sector))?;
        }
        (self.sector, self.turn, self.next) = (0, 1, 1);
        Ok(())
    }

    /// Finds the place of the next record, and erases again what was announced but not marked. A record that was cut off
    /// itself says nothing: then the erase that it would have announced was not begun, but an earlier one may be due.
    fn finish(&mut self) -> Result<(), F::Error> {
        let mut due = None;
        self.next = Self::records();
        for record in 1..Self::records() {
            let mut bytes = Aligned([0; RECORD.next_multiple_of(LONGEST_WORD) + LONGEST_WORD]);
            let bytes = &mut bytes.0[..Self::STRIDE as usize];
            let place = self.place(self.sector, record);
            self.flash.read(place, bytes)?;
            if bytes.iter().all(|byte| *byte == 0xFF) {
                self.next = record;
                break;
            }
            if let Some([start, ..]) = self.read_record(place)?.filter(|found| found[1..] == [self.turn, record]) {
                let is_done = bytes[Self::RECORD_BYTES..].iter().all(|byte| *byte == DONE);
                due = (!is_done).then_some(start);
            }
        }
        match due {
            Some(start) if (self.base()..self.region.end).contains(&start) => self.erase_sector(start),
            _ => Ok(()),
        }
    }

    fn erase_now(&mut self, start: u32) -> Result<(), F::Error> {
        self.erased = self.erased.saturating_add(1);
        self.flash.erase(start, start + Self::SECTOR)
    }

    /// Announces, erases and marks one sector.
    fn erase_sector(&mut self, start: u32) -> Result<(), F::Error> {
        let place = if self.next < Self::records() { self.announce(start)? } else { self.turn_over(start)? };
        self.erase_now(start)?;
        let done = Aligned([DONE; LONGEST_WORD]);
        self.flash.write(place + Self::RECORD_BYTES as u32, &done.0[..word::<F>()])
    }

    /// Writes the next record; returns its place.
    fn announce(&mut self, start: u32) -> Result<u32, F::Error> {
        let (place, record) = (self.place(self.sector, self.next), [start, self.turn, self.next]);
        // Used from now on, whatever becomes of it.
        self.next += 1;
        self.write_record(place, record)?;
        Ok(place)
    }

    /// Goes on in the other sector. Its header is written behind its first record, so that what is to be erased is
    /// known from the moment that it counts.
    fn turn_over(&mut self, start: u32) -> Result<u32, F::Error> {
        let (other, turn) = (1 - self.sector, self.turn.wrapping_add(1));
        self.erase_now(self.place(other, 0))?;
        let place = self.place(other, 1);
        self.write_record(place, [start, turn, 1])?;
        self.write_record(self.place(other, 0), self.header(turn))?;
        (self.sector, self.turn, self.next) = (other, turn, 2);
        Ok(place)
    }
}

impl<F: NorFlash> ErrorType for Journal<F> {
    type Error = F::Error;
}

impl<F: NorFlash> asynchronous::ReadNorFlash for Journal<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.flash.read(self.base() + offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.length() as usize
    }
}

impl<F: NorFlash> asynchronous::NorFlash for Journal<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        for start in (from..to).step_by(F::ERASE_SIZE) {
            self.erase_sector(self.base() + start)?;
        }
        Ok(())
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.flash.write(self.base() + offset, bytes)
    }
}
