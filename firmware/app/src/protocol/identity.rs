//! The universal identity request and reply, by which a controller is found at an unknown port (MIDI 1.0, page 40).

use super::PROTOCOL;
use super::packet::{FAMILY, MANUFACTURER};

/// Non-real-time universal messages.
const UNIVERSAL: u8 = 0x7E;
/// All devices at a port.
const ALL: u8 = 0x7F;
/// The number that our controllers have at their port.
const DEVICE: u8 = 0;
const GENERAL: u8 = 6;
const REQUEST: u8 = 1;
const REPLY: u8 = 2;

/// What a controller says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Identity {
    /// Which board it is, 0..=16383: a place in [`BOARDS`](Self::BOARDS).
    pub board: u16,
    /// The version of the protocol, 0..=127.
    pub protocol: u8,
    /// The version of the set-up's bytes that it plays, 0..=127.
    pub wire: u8,
    /// The version of its firmware, major and minor, each 0..=127.
    pub firmware: [u8; 2],
}

impl Identity {
    /// What boards are called, by their numbers. Any.
    pub const BOARDS: [&str; 4] = ["own", "qemu-mps2", "pico2", "daisy"];

    /// What the board is called; `None` if this version does not know it. Any.
    pub fn board_name(&self) -> Option<&'static str> {
        Self::BOARDS.get(usize::from(self.board)).copied()
    }

    /// The body that asks everybody at a port. Any.
    pub const REQUEST: [u8; 4] = [UNIVERSAL, ALL, GENERAL, REQUEST];

    /// A controller's identity: board, version of the set-up's bytes and firmware. Any.
    pub const fn new(board: u16, wire: u8, firmware: [u8; 2]) -> Self {
        Self { board, protocol: PROTOCOL, wire, firmware }
    }

    /// Whether a body asks for our identity. Any.
    pub fn is_asked(body: &[u8]) -> bool {
        matches!(body, [UNIVERSAL, ALL | DEVICE, GENERAL, REQUEST])
    }

    /// The body of the reply. Any.
    pub fn reply(&self) -> [u8; 13] {
        let [low, high] = [self.board & 0x7F, self.board >> 7 & 0x7F].map(|part| part as u8);
        let [protocol, wire, major, minor] =
            [self.protocol, self.wire, self.firmware[0], self.firmware[1]].map(|part| part & 0x7F);
        let [first, second] = FAMILY;
        [UNIVERSAL, DEVICE, GENERAL, REPLY, MANUFACTURER, first, second, low, high, protocol, wire, major, minor]
    }

    /// Reads a reply; `None` if it is none, or somebody else's. Any.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let &[UNIVERSAL, _, GENERAL, REPLY, MANUFACTURER, first, second, low, high, protocol, wire, major, minor] =
            body
        else {
            return None;
        };
        let board = u16::from(low) | u16::from(high) << 7;
        ([first, second] == FAMILY).then_some(Self { board, protocol, wire, firmware: [major, minor] })
    }
}
