//! The frame of every message of ours: manufacturer, family, command, tag, then payload and CRC-16 packed to seven bits.

use super::BODY;
use super::bytes::{crc16, pack, raw_length, unpack};

/// The manufacturer's number for non-commercial and educational use.
pub const MANUFACTURER: u8 = 0x7D;
/// Our mark behind it, as others use that number too: "Rp".
pub const FAMILY: [u8; 2] = *b"Rp";

/// Manufacturer, family, command and tag.
const HEAD: usize = 5;
const CHECK: usize = 2;
const RAW: usize = raw_length(BODY - HEAD);
/// Bytes of a message behind command and tag at most.
pub const PAYLOAD: usize = RAW - CHECK;

/// A message's command, tag and payload. The tag is the asker's; an answer has that of what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What it is, 0..=127.
    pub command: u8,
    /// Whose it is, 0..=127.
    pub tag: u8,
    raw: [u8; RAW],
    length: usize,
}

/// Why a body is no message of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// Somebody else's.
    Foreign,
    /// Ours, but damaged or of a form that is never sent.
    Damaged,
}

impl Packet {
    /// An empty payload. Any.
    pub fn new(command: u8, tag: u8) -> Self {
        Self { command: command & 0x7F, tag: tag & 0x7F, raw: [0; RAW], length: 0 }
    }

    /// With these bytes behind the payload, as many as fit. Any.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        let room = self.raw.get_mut(self.length..PAYLOAD).unwrap_or(&mut []);
        for (slot, byte) in room.iter_mut().zip(bytes) {
            *slot = *byte;
            self.length += 1;
        }
        self
    }

    /// The payload. Any.
    pub fn payload(&self) -> &[u8] {
        self.raw.get(..self.length).unwrap_or(&[])
    }

    fn check(&self) -> u16 {
        crc16([self.command, self.tag].into_iter().chain(self.payload().iter().copied()))
    }

    /// Writes the SysEx body; returns its length. Any.
    pub fn write(&self, body: &mut [u8; BODY]) -> usize {
        let [first, second] = FAMILY;
        body[..HEAD].copy_from_slice(&[MANUFACTURER, first, second, self.command, self.tag]);
        let mut raw = self.raw;
        raw[self.length..self.length + CHECK].copy_from_slice(&self.check().to_le_bytes());
        HEAD + pack(&raw[..self.length + CHECK], &mut body[HEAD..])
    }

    /// Reads a SysEx body. Any; bounded by [`BODY`].
    ///
    /// # Errors
    /// [`Reject`]: leave alone what is foreign; what is damaged will be sent again.
    pub fn parse(body: &[u8]) -> Result<Self, Reject> {
        let &[MANUFACTURER, first, second, command, tag, ref packed @ ..] = body else { return Err(Reject::Foreign) };
        if [first, second] != FAMILY {
            return Err(Reject::Foreign);
        }
        if !body.is_ascii() || body.len() > BODY {
            return Err(Reject::Damaged);
        }
        let mut packet = Self::new(command, tag);
        let length = unpack(packed, &mut packet.raw).ok_or(Reject::Damaged)?;
        packet.length = length.checked_sub(CHECK).ok_or(Reject::Damaged)?;
        let check = packet.raw.get(packet.length..length).ok_or(Reject::Damaged)?;
        (check == packet.check().to_le_bytes()).then_some(packet).ok_or(Reject::Damaged)
    }
}
