//! A set-up as bytes, for boards and for keeping: made so that a mapper can play them where they lie, in flash, through a
//! [`FlashSetup`]. Numbers are little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | [`MAGIC`] |
//! | 1 | [`VERSION`] |
//! | 1 | 0 |
//! | 6 × 2 | how many mappings, presets, panels, layout rules, chords and SysEx patterns |
//! | 2 | 0 |
//! | 52 each | mappings: preset by preset, each in order of address |
//! | 8 each | presets, in order of id |
//! | 10 each | panels |
//! | 12 each | layout rules |
//! | 2 each | chords: the mappings that fire with two buttons, by their place |
//! | 37 each | SysEx patterns |
//! | 4 | CRC-32 (IEEE 802.3) of all before it |
//!
//! The records are written in `wire/record.rs`. Any change there is a new version. Version 1 was a body of postcard's, which
//! had to be read into memory; nothing reads it any more.

pub(crate) mod record;

use crate::flash::FlashSetup;
use crate::panels::Panels;
use crate::setup::{Setup, SetupError};
use core::fmt;
use heapless::Vec;

/// What the bytes of a set-up begin with.
pub const MAGIC: [u8; 4] = *b"RPan";
/// The version that is written, and the only one that is read.
pub const VERSION: u8 = 2;

/// Tables, each with its count in the head.
const TABLES: usize = 6;
const HEAD: usize = MAGIC.len() + 2 + 2 * TABLES + 2;
const CRC: usize = 4;

/// Why bytes are no set-up, or a set-up finds no room as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// The buffer is too short for what is to be written.
    Room,
    /// Not a set-up's bytes, or cut short.
    Magic,
    /// Of this version, which is not read here.
    Version(u8),
    /// Damaged on the way.
    Crc,
    /// Whole, but no set-up of this size: it has more of something than there is room for, or was made by something else.
    Body,
    /// A set-up that the builders would not have made.
    Setup(SetupError),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room => write!(f, "the buffer is too short for the set-up"),
            Self::Magic => write!(f, "these bytes are not a set-up, or are cut short"),
            Self::Version(version) => {
                write!(f, "the set-up is of version {version}, this reads version {VERSION}; export it anew")
            }
            Self::Crc => write!(f, "the set-up's bytes are damaged; send or export them anew"),
            Self::Body => write!(f, "the set-up is larger than there is room for, or not one at all"),
            Self::Setup(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for WireError {}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> Setup<PANELS, PRESETS, MAPPINGS> {
    /// Writes the set-up to the front of a buffer; returns how many bytes it takes. Control.
    ///
    /// # Errors
    /// [`WireError::Room`]: try again with more.
    pub fn encode(&self, bytes: &mut [u8]) -> Result<usize, WireError> {
        const {
            assert!(MAPPINGS < u16::MAX as usize && PRESETS < u16::MAX as usize, "counted in 16 bits");
            assert!(PANELS <= crate::flash::PANELS, "more panels would be refused when they are read");
        }
        let mut writer = Writer { bytes, length: 0 };
        writer.put(&MAGIC)?;
        writer.put(&[VERSION, 0])?;
        let counts: [usize; TABLES] = [
            self.mappings().len(),
            self.presets().len(),
            self.panels().len(),
            self.zones().len(),
            self.chords.len(),
            self.patterns().len(),
        ];
        for count in counts.into_iter().chain([0]) {
            writer.put(&(count as u16).to_le_bytes())?;
        }
        self.mappings().iter().try_for_each(|mapping| writer.put(&record::mapping(mapping)))?;
        self.presets().iter().try_for_each(|preset| writer.put(&record::preset(preset)))?;
        self.panels().iter().try_for_each(|panel| writer.put(&record::panel(panel)))?;
        self.zones().iter().try_for_each(|zone| writer.put(&record::zone(zone)))?;
        self.chords.iter().try_for_each(|(_, place)| writer.put(&place.to_le_bytes()))?;
        self.patterns().iter().try_for_each(|pattern| writer.put(&record::pattern(pattern)))?;
        let check = crc(writer.bytes.get(..writer.length).unwrap_or_default());
        writer.put(&check.to_le_bytes())?;
        Ok(writer.length)
    }

    /// Reads a set-up from exactly the bytes that [`encode`](Self::encode) wrote, and checks everything that the builders
    /// check. Control; bounded by the length.
    ///
    /// # Errors
    /// [`WireError`], all but [`WireError::Room`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let flash = FlashSetup::<MAPPINGS>::new(bytes).map_err(|error| match error {
            WireError::Setup(SetupError::Full("mappings", _)) => WireError::Body,
            error => error,
        })?;
        let mut setup = Self::new();
        setup.patterns = all(flash.patterns.iter().map(record::read_pattern))?;
        setup.zones = all(flash.zones.iter().map(record::read_zone))?;
        setup.panels = Panels::of(all(flash.panels.iter().map(record::read_panel))?);
        setup.presets = all(flash.presets.iter().map(record::read_preset))?;
        setup.mappings = all(flash.mappings.iter().map(record::read_mapping))?;
        setup.find_chords();
        Ok(setup)
    }
}

/// All of some records, if each is one and there is room for them.
fn all<T, const N: usize>(records: impl Iterator<Item = Option<T>>) -> Result<Vec<T, N>, WireError> {
    let mut list = Vec::new();
    for record in records {
        list.push(record.ok_or(WireError::Body)?).map_err(|_| WireError::Body)?;
    }
    Ok(list)
}

struct Writer<'a> {
    bytes: &'a mut [u8],
    length: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        let end = self.length + bytes.len();
        self.bytes.get_mut(self.length..end).ok_or(WireError::Room)?.copy_from_slice(bytes);
        self.length = end;
        Ok(())
    }
}

/// The tables of bytes that are whole, by their counts, and how many records each has.
pub(crate) fn open(bytes: &[u8]) -> Result<([usize; TABLES], &[u8]), WireError> {
    let (whole, check) = bytes.split_last_chunk::<CRC>().ok_or(WireError::Magic)?;
    let (&magic, versioned) = whole.split_first_chunk().ok_or(WireError::Magic)?;
    let &version = versioned.first().ok_or(WireError::Magic)?;
    if magic != MAGIC {
        return Err(WireError::Magic);
    }
    if version != VERSION {
        return Err(WireError::Version(version));
    }
    if crc(whole) != u32::from_le_bytes(*check) {
        return Err(WireError::Crc);
    }
    let (head, tables) = whole.split_first_chunk::<HEAD>().ok_or(WireError::Body)?;
    let [_, _, _, _, _, zero, a, b, c, d, e, f, g, h, i, j, k, l, m, n] = *head;
    if [zero, m, n] != [0; 3] {
        return Err(WireError::Body);
    }
    let counts = [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l]];
    Ok((counts.map(|count| usize::from(u16::from_le_bytes(count))), tables))
}

/// CRC-32, bit by bit: a set-up is read once, and a table would be a kilobyte of flash.
fn crc(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_crc_is_the_usual_one() {
        assert_eq!(super::crc(b"123456789"), 0xCBF4_3926);
    }
}
