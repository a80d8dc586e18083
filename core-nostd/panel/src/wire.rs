//! A set-up as bytes, for boards and for keeping: magic, version, postcard body, CRC-32 (IEEE 802.3) of all before it.
//!
//! The body is what postcard makes of the set-up's parts in the order in which they are declared: layout rules, panels,
//! presets, mappings, patterns. Any change of a type in there is a new version.

use crate::setup::{Setup, SetupError};
use core::fmt;

/// What the bytes of a set-up begin with.
pub const MAGIC: [u8; 4] = *b"RPan";
/// The version that is written, and the only one that is read.
pub const VERSION: u8 = 1;

const HEAD: usize = MAGIC.len() + 1;
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
        let (head, rest) = bytes.split_at_mut_checked(HEAD).ok_or(WireError::Room)?;
        head[..MAGIC.len()].copy_from_slice(&MAGIC);
        head[MAGIC.len()] = VERSION;
        let body = postcard::to_slice(self, rest).map_err(|_| WireError::Room)?.len();
        let end = HEAD + body;
        let (whole, rest) = bytes.split_at_mut_checked(end).ok_or(WireError::Room)?;
        let check = crc(whole).to_le_bytes();
        rest.get_mut(..CRC).ok_or(WireError::Room)?.copy_from_slice(&check);
        Ok(end + CRC)
    }

    /// Reads a set-up from exactly the bytes that [`encode`](Self::encode) wrote, and checks everything that the builders
    /// check. Control; bounded by the length.
    ///
    /// # Errors
    /// [`WireError`], all but [`WireError::Room`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (rest, check) = bytes.split_last_chunk::<CRC>().ok_or(WireError::Magic)?;
        let (magic, versioned) = rest.split_first_chunk().ok_or(WireError::Magic)?;
        let (&version, body) = versioned.split_first().ok_or(WireError::Magic)?;
        if *magic != MAGIC {
            return Err(WireError::Magic);
        }
        if version != VERSION {
            return Err(WireError::Version(version));
        }
        if crc(rest) != u32::from_le_bytes(*check) {
            return Err(WireError::Crc);
        }
        let (setup, left) = postcard::take_from_bytes::<Self>(body).map_err(|_| WireError::Body)?;
        if !left.is_empty() {
            return Err(WireError::Body);
        }
        setup.check().map_err(WireError::Setup)?;
        Ok(setup)
    }
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
