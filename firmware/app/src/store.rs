//! Set-ups by slot number and the controller's settings, in a region of NOR flash, so that a power cut at any byte
//! leaves every slot as it was or as it was to be.
//!
//! The log is sequential-storage's map: records with checksums, appended, its sectors used in turn. A set-up is cut
//! into parts of `PART` bytes, as a record must lie within a sector. A slot has two halves: a set-up is written to the
//! one that is free, read back, and takes effect with the slot's head, one small record that is written last. What the
//! other half held is then emptied; what a cut left of that is emptied when the store is opened. Erases are made whole by
//! a journal.

mod align;
mod error;
mod journal;
mod memory;
mod presets;
mod table;
#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use memory::MemoryFlash;
pub use presets::Shelf;

use crate::protocol::{Entry, crc32};
use align::Aligned;
use core::ops::Range;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embedded_storage::nor_flash::NorFlash;
use journal::Journal;
use sequential_storage::cache::key_pointers::ArrayKeyPointers;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::map::{MapConfig, MapStorage};
use table::{Head, Row};

/// Bytes of a set-up in one record: eight records fill a sector of 4 KiB.
pub const PART: usize = 480;
/// Slots at most.
pub const SLOTS: usize = 64;

/// Slot and part; [`HEAD`] is no part. The top bit of a part is its half.
type Key = [u8; 2];
const KEY: usize = size_of::<Key>();
const HEAD: u8 = 0x7F;
const SETTINGS: Key = [u8::MAX, 0];
/// Records whose place is remembered: those of eight set-ups or so.
const PLACES: usize = 64;
/// A record as it is read and written.
const RECORD: usize = 1024;

type Places = Cache<Uncached, Uncached, ArrayKeyPointers<Key, PLACES>, Key>;
type Log<F> = MapStorage<Key, Journal<F>, Places>;

/// What is kept beside the set-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settings {
    /// The slot that plays; `None` plays the board's default.
    pub active: Option<u8>,
    /// How bright the lights are, 0..=127.
    pub brightness: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self { active: None, brightness: 96 }
    }
}

/// The store: `COUNT` slots in a flash `F`. All of its methods block as long as the flash does. Control.
pub struct Store<F: NorFlash, const COUNT: usize, const BYTES: usize = PART> {
    log: Log<F>,
    rows: [Row; COUNT],
    settings: Settings,
    buffer: Aligned<RECORD>,
}

impl<F: NorFlash, const COUNT: usize, const BYTES: usize> core::fmt::Debug for Store<F, COUNT, BYTES> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Store").field("rows", &self.rows).field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<F: NorFlash, const COUNT: usize, const BYTES: usize> Store<F, COUNT, BYTES> {
    const WORD: usize = journal::word::<F>();
    const OVERHEAD: usize = Log::<F>::item_overhead_size() as usize;
    /// Sectors that a region needs: the journal's, one that is written, one that is free, and one more.
    const SECTORS: u32 = journal::SECTORS + 3;
    const SIZES: () = assert!(COUNT <= SLOTS && BYTES > 0 && KEY + BYTES + journal::LONGEST_WORD <= RECORD);

    /// Opens the store in a region of a flash, and finishes what a power cut left. A region that never was a store is
    /// erased and made one.
    ///
    /// # Errors
    /// [`StoreError::Region`], [`StoreError::Flash`] or [`StoreError::Log`].
    pub fn open(flash: F, region: Range<u32>) -> Result<Self, StoreError<F::Error>> {
        let () = Self::SIZES;
        let sector = F::ERASE_SIZE as u32;
        let is_whole = region.start.is_multiple_of(sector) && region.end.is_multiple_of(sector);
        let length = region.end.saturating_sub(region.start);
        let is_roomy = F::ERASE_SIZE >= 2 * Self::WORD + Self::record(BYTES);
        if !is_whole || length < Self::SECTORS * sector || !is_roomy || Self::WORD > journal::LONGEST_WORD {
            return Err(StoreError::Region(Self::SECTORS));
        }
        let journal = Journal::open(flash, region).map_err(StoreError::Flash)?;
        let config = MapConfig::try_new(0..journal.length()).map_err(|_| StoreError::Region(Self::SECTORS))?;
        let log = MapStorage::new(journal, config, Cache::new(Uncached, Uncached, ArrayKeyPointers::new()));
        let mut store =
            Self { log, rows: [Row::default(); COUNT], settings: Settings::default(), buffer: Aligned([0; RECORD]) };
        store.look()?;
        Ok(store)
    }

    /// Goes through the log once, oldest first, then empties the parts that no head names.
    fn look(&mut self) -> Result<(), StoreError<F::Error>> {
        let mut filled = [[0_u128; 2]; COUNT];
        let mut records =
            ready(self.log.fetch_all_items(&mut self.buffer.0)).map_err(|error| StoreError::of(error, 0))?;
        loop {
            let next = ready(records.next::<&[u8]>(&mut self.buffer.0)).map_err(|error| StoreError::of(error, 0))?;
            let Some(([slot, part], value)) = next else { break };
            if [slot, part] == SETTINGS {
                self.settings = settings(value);
                continue;
            }
            let Some((row, filled)) = self.rows.get_mut(usize::from(slot)).zip(filled.get_mut(usize::from(slot)))
            else {
                continue;
            };
            if part == HEAD {
                row.head = Head::from_bytes(value);
                continue;
            }
            let (half, part) = (usize::from(part >> 7), part & 0x7F);
            row.known[half] = row.known[half].max(part + 1);
            let bit = 1 << part;
            filled[half] = if value.is_empty() { filled[half] & !bit } else { filled[half] | bit };
        }
        for (slot, filled) in filled.iter().enumerate() {
            for half in 0..2_u8 {
                let head = self.rows[slot].head.filter(|head| head.half == half);
                let live = head.map_or(0, |head| parts::<BYTES>(head.length as usize));
                for part in (live..128).filter(|part| filled[usize::from(half)] >> part & 1 == 1) {
                    self.put([slot as u8, half << 7 | part as u8], &[])?;
                }
            }
        }
        Ok(())
    }

    /// What a slot holds, if anything.
    ///
    /// # Errors
    /// [`StoreError::Slot`].
    pub fn entry(&self, slot: u8) -> Result<Option<Entry>, StoreError<F::Error>> {
        let row = self.rows.get(usize::from(slot)).ok_or(StoreError::Slot(slot))?;
        Ok(row.head.map(|head| Entry { slot, length: head.length, crc: head.crc }))
    }

    /// The longest set-up that a slot takes, in bytes.
    pub const fn longest() -> usize {
        BYTES * HEAD as usize
    }

    /// The bytes that one more set-up may have.
    pub fn free(&self) -> usize {
        let room = self.capacity().saturating_sub(self.taken()).saturating_sub(Self::record(Head::BYTES));
        // Each part is emptied one day, which takes a record too.
        (room / Self::record(BYTES) * BYTES).min(Self::longest())
    }

    /// Reads a slot into a buffer and checks it; returns how many bytes it has.
    ///
    /// # Errors
    /// [`StoreError`]; `Err(TooLong)` with the buffer's length when it is longer than that.
    pub fn load(&mut self, slot: u8, into: &mut [u8]) -> Result<usize, StoreError<F::Error>> {
        let head = self.head(slot)?;
        let length = head.length as usize;
        let room = into.len();
        let into = into.get_mut(..length).ok_or(StoreError::TooLong(room))?;
        if self.read(slot, 0, into)? != length || crc32(into) != head.crc {
            return Err(StoreError::Damaged(slot));
        }
        Ok(length)
    }

    /// Reads the bytes of a slot that begin at `offset`; returns how many there were, up to the length of `into`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(&mut self, slot: u8, offset: usize, into: &mut [u8]) -> Result<usize, StoreError<F::Error>> {
        let head = self.head(slot)?;
        let wanted = (head.length as usize).saturating_sub(offset).min(into.len());
        let mut done = 0;
        while done < wanted {
            let at = offset + done;
            let key = [slot, head.half << 7 | (at / BYTES) as u8];
            let part = ready(self.log.fetch_item::<&[u8]>(&mut self.buffer.0, &key));
            let part = part.map_err(|error| StoreError::of(error, 0))?.ok_or(StoreError::Damaged(slot))?;
            let part = part.get(at % BYTES..).filter(|part| !part.is_empty()).ok_or(StoreError::Damaged(slot))?;
            let count = part.len().min(wanted - done);
            into[done..done + count].copy_from_slice(&part[..count]);
            done += count;
        }
        Ok(done)
    }

    /// Replaces what a slot holds: afterwards it holds all of `bytes`, or what it held.
    ///
    /// # Errors
    /// [`StoreError`]; the slot holds what it held.
    pub fn save(&mut self, slot: u8, bytes: &[u8]) -> Result<(), StoreError<F::Error>> {
        let row = *self.rows.get(usize::from(slot)).ok_or(StoreError::Slot(slot))?;
        if bytes.is_empty() || bytes.len() > Self::longest() {
            return Err(StoreError::TooLong(Self::longest()));
        }
        if bytes.len() > self.free() {
            return Err(StoreError::NoRoom(self.free()));
        }
        let half = row.head.map_or(0, |head| 1 - head.half);
        let head = Head { half, length: bytes.len() as u32, crc: crc32(bytes) };
        let written = self.write(slot, head, bytes);
        if written.is_err() {
            // What was written of it is no set-up's. If that fails too, it is emptied when the store is opened.
            let _ = self.empty(slot, half, 0);
            return written;
        }
        self.rows[usize::from(slot)].head = Some(head);
        // It is stored, whatever becomes of the old one: what is left of that is emptied when the store is opened.
        let _ = self.empty(slot, half, parts::<BYTES>(bytes.len()));
        let _ = self.empty(slot, 1 - half, 0);
        Ok(())
    }

    /// Writes the parts, reads them back, then writes the head.
    fn write(&mut self, slot: u8, head: Head, bytes: &[u8]) -> Result<(), StoreError<F::Error>> {
        for (part, bytes) in bytes.chunks(BYTES).enumerate() {
            self.put([slot, head.half << 7 | part as u8], bytes)?;
        }
        for (part, bytes) in bytes.chunks(BYTES).enumerate() {
            let key = [slot, head.half << 7 | part as u8];
            let read = ready(self.log.fetch_item::<&[u8]>(&mut self.buffer.0, &key));
            if read.map_err(|error| StoreError::of(error, 0))? != Some(bytes) {
                return Err(StoreError::Log);
            }
        }
        self.put([slot, HEAD], &head.to_bytes())
    }

    /// Empties a slot.
    ///
    /// # Errors
    /// [`StoreError`]; the slot holds what it held.
    pub fn delete(&mut self, slot: u8) -> Result<(), StoreError<F::Error>> {
        let row = self.rows.get(usize::from(slot)).ok_or(StoreError::Slot(slot))?;
        if row.head.is_none() {
            return Ok(());
        }
        self.put([slot, HEAD], &[])?;
        self.rows[usize::from(slot)].head = None;
        // The head is gone: what is left is emptied when the store is opened.
        let _ = self.empty(slot, 0, 0);
        let _ = self.empty(slot, 1, 0);
        Ok(())
    }

    /// What is kept beside the set-ups.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Keeps other settings.
    ///
    /// # Errors
    /// [`StoreError`]; the settings are as they were.
    pub fn keep(&mut self, settings: Settings) -> Result<(), StoreError<F::Error>> {
        if settings == self.settings {
            return Ok(());
        }
        self.put(SETTINGS, &[settings.active.unwrap_or(u8::MAX), settings.brightness])?;
        self.settings = settings;
        Ok(())
    }

    /// Sectors erased since the store was opened.
    pub fn erased(&mut self) -> u32 {
        self.log.flash().erased()
    }

    /// The flash, to be used for something else.
    pub fn into_flash(self) -> F {
        self.log.destroy().0.into_inner()
    }

    fn head(&self, slot: u8) -> Result<Head, StoreError<F::Error>> {
        let row = self.rows.get(usize::from(slot)).ok_or(StoreError::Slot(slot))?;
        row.head.ok_or(StoreError::Empty(slot))
    }

    /// Appends a record.
    fn put(&mut self, key: Key, value: &[u8]) -> Result<(), StoreError<F::Error>> {
        if let (Some(row), [_, part]) = (self.rows.get_mut(usize::from(key[0])), key)
            && part != HEAD
        {
            let known = &mut row.known[usize::from(part >> 7)];
            *known = (*known).max((part & 0x7F) + 1);
        }
        let free = self.free();
        ready(self.log.store_item(&mut self.buffer.0, &key, &value)).map_err(|error| StoreError::of(error, free))
    }

    /// Empties a half's parts from one on, those that are not empty.
    fn empty(&mut self, slot: u8, half: u8, first: usize) -> Result<(), StoreError<F::Error>> {
        let known = usize::from(self.rows[usize::from(slot)].known[usize::from(half)]);
        for part in first..known {
            let key = [slot, half << 7 | part as u8];
            let found = ready(self.log.fetch_item::<&[u8]>(&mut self.buffer.0, &key));
            if found.map_err(|error| StoreError::of(error, 0))?.is_some_and(|value| !value.is_empty()) {
                self.put(key, &[])?;
            }
        }
        Ok(())
    }

    /// The bytes of the log that a record of so many takes.
    const fn record(bytes: usize) -> usize {
        Self::OVERHEAD + (KEY + bytes).next_multiple_of(Self::WORD)
    }

    /// Bytes of the log that records may take so that one more always finds room: of each sector but the free one and
    /// the one that is written, all but the end, where a part did not fit.
    fn capacity(&self) -> usize {
        let sectors = self.log.flash_range().len() / F::ERASE_SIZE;
        let usable = (F::ERASE_SIZE - 2 * Self::WORD).saturating_sub(Self::record(BYTES));
        sectors.saturating_sub(2) * usable
    }

    /// Bytes of the log that are in use; every key that it ever had has a record, if an empty one.
    fn taken(&self) -> usize {
        let row = |row: &Row| {
            let live = row.head.map_or(0, |head| parts::<BYTES>(head.length as usize));
            let known = row.known.iter().map(|known| usize::from(*known)).sum::<usize>();
            Self::record(Head::BYTES) + live * Self::record(BYTES) + known.saturating_sub(live) * Self::record(0)
        };
        self.rows.iter().map(row).sum::<usize>() + Self::record(2)
    }
}

const fn parts<const BYTES: usize>(length: usize) -> usize {
    length.div_ceil(BYTES)
}

fn settings(bytes: &[u8]) -> Settings {
    match bytes {
        &[active, brightness, ..] => {
            Settings { active: (active != u8::MAX).then_some(active), brightness: brightness.min(127) }
        }
        _ => Settings::default(),
    }
}

/// The flash blocks, so a future over it never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
