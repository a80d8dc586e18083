//! What is stored, kept in RAM: each slot's head, and how much of the log is taken.

use crate::protocol::crc32;

/// A slot's set-up as its head says: which of the two halves holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 0 or 1.
    pub half: u8,
    /// Bytes.
    pub length: u32,
    /// CRC-32 of the bytes.
    pub crc: u32,
}

impl Head {
    pub const BYTES: usize = 13;

    /// Half, length, CRC, and a CRC of these.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[0] = self.half;
        bytes[1..5].copy_from_slice(&self.length.to_le_bytes());
        bytes[5..9].copy_from_slice(&self.crc.to_le_bytes());
        let check = crc32(&bytes[..9]);
        bytes[9..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[half, a, b, c, d, e, f, g, h], check) = bytes.split_first_chunk()?;
        let head = Self { half, length: u32::from_le_bytes([a, b, c, d]), crc: u32::from_le_bytes([e, f, g, h]) };
        (half < 2 && check == crc32(bytes.get(..9)?).to_le_bytes()).then_some(head)
    }
}

/// One slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    pub head: Option<Head>,
    /// Parts of each half that the log has keys of, empty or not: all below this number.
    pub known: [u8; 2],
}
