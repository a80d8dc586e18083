//! What is kept of a writer to go on with its file after the program died.

use super::flac::FlacState;
use crate::wav::Levels;
use serde::{Deserialize, Serialize};

/// A place in a file that is being written, for [`StemWriter::resume`](super::StemWriter::resume). Small: at most one
/// block of FLAC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WriterState {
    pub(super) frames: u64,
    pub(super) bytes: u64,
    pub(super) levels: Levels,
    pub(super) flac: Option<FlacState>,
}

impl WriterState {
    /// Frames written up to this place. Any.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The length that the file has at this place, in bytes. Any.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Bytes as text of two digits each, for formats that are text.
pub(super) mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        to.serialize_str(&digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect::<String>())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
        match digits {
            Some(digits) if digits.len() % 2 == 0 => Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()),
            _ => Err(D::Error::custom("not pairs of hexadecimal digits")),
        }
    }
}
