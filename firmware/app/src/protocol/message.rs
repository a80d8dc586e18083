//! What may be said, both ways. Numbers are little-endian.

use super::code::Code;
use super::identity::Identity;
use super::packet::Packet;

/// What a controller can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Capacities {
    /// Slots, numbered from 0.
    pub slots: u8,
    /// The slot that plays, if one does.
    pub active: Option<u8>,
    /// Bytes of the longest set-up that it takes.
    pub longest: u32,
    /// Bytes that one more set-up may have at present.
    pub free: u32,
}

/// A set-up that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Entry {
    /// Where.
    pub slot: u8,
    /// Its bytes.
    pub length: u32,
    /// Their CRC-32.
    pub crc: u32,
}

impl Entry {
    const BYTES: usize = 9;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let ([a, b, c, d], [e, f, g, h]) = (self.length.to_le_bytes(), self.crc.to_le_bytes());
        [self.slot, a, b, c, d, e, f, g, h]
    }

    fn from_bytes([slot, a, b, c, d, e, f, g, h]: [u8; Self::BYTES]) -> Self {
        Self { slot, length: u32::from_le_bytes([a, b, c, d]), crc: u32::from_le_bytes([e, f, g, h]) }
    }
}

/// Some of a list, as many as one message holds.
pub type Entries = heapless::Vec<Entry, { (super::packet::PAYLOAD - 1) / Entry::BYTES }>;

/// What a controller counted since it was switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Stats {
    /// Messages of ours that arrived.
    pub messages: u32,
    /// Those that were damaged.
    pub damaged: u32,
    /// Chunks that were not the one that was awaited.
    pub out_of_turn: u32,
    /// Set-ups that were stored.
    pub stored: u32,
    /// Set-ups that were refused, whole but not to be played.
    pub refused: u32,
    /// Sectors of the flash that were erased.
    pub erased: u32,
}

/// A message. `Chunk` is sent both ways; up to `Counts` the computer asks, from `Holds` on the controller answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message<'a> {
    /// What can you hold? With the oldest and newest version of the protocol that the asker speaks.
    Hello {
        /// Oldest version.
        oldest: u8,
        /// Newest version.
        newest: u8,
    },
    /// What is stored from this slot on?
    List {
        /// The first slot.
        first: u8,
    },
    /// Send `count` chunks of a slot, from this one on.
    Read {
        /// The slot.
        slot: u8,
        /// The first chunk.
        sequence: u16,
        /// How many.
        count: u8,
    },
    /// A set-up for a slot is to come, or to go on.
    Open(Entry),
    /// A part of a set-up.
    Chunk {
        /// Which: it begins at so many times [`CHUNK`](super::CHUNK).
        sequence: u16,
        /// Its bytes.
        data: &'a [u8],
    },
    /// Forget what a slot holds.
    Delete {
        /// The slot.
        slot: u8,
    },
    /// Play a slot, now and when switched on.
    Activate {
        /// The slot.
        slot: u8,
    },
    /// Forget the transfer that is under way.
    Abort,
    /// What did you count?
    Counts,
    /// Answers `Hello`. With the identity once more: the universal reply has no CRC.
    Holds(Identity, Capacities),
    /// Answers `List`: some entries, and where to ask on.
    Stored {
        /// The first slot of which nothing is said yet; `None` when all is said.
        next: Option<u8>,
        /// Entries in order of their slots.
        entries: Entries,
    },
    /// Answers `Open` and `Chunk`: the chunk to go on with.
    Want {
        /// The chunk.
        sequence: u16,
    },
    /// Answers the last `Chunk`, `Delete`, `Activate` and `Abort`: it is done, and what was to be kept is.
    Done,
    /// Answers `Counts`.
    Counted(Stats),
    /// Answers anything: it was not done.
    Error {
        /// Why.
        code: Code,
        /// More words, ASCII.
        detail: &'a str,
    },
}

const NONE: u8 = u8::MAX;

impl Message<'_> {
    /// The message with a tag. Any.
    pub fn packet(&self, tag: u8) -> Packet {
        let packet = |command| Packet::new(command, tag);
        match self {
            Self::Hello { oldest, newest } => packet(0x01).with(&[*oldest, *newest]),
            Self::List { first } => packet(0x02).with(&[*first]),
            Self::Read { slot, sequence, count } => {
                packet(0x03).with(&[*slot]).with(&sequence.to_le_bytes()).with(&[*count])
            }
            Self::Open(entry) => packet(0x04).with(&entry.to_bytes()),
            Self::Chunk { sequence, data } => packet(0x05).with(&sequence.to_le_bytes()).with(data),
            Self::Delete { slot } => packet(0x06).with(&[*slot]),
            Self::Activate { slot } => packet(0x07).with(&[*slot]),
            Self::Abort => packet(0x08),
            Self::Counts => packet(0x09),
            Self::Holds(identity, holds) => packet(0x41)
                .with(&[identity.protocol, identity.wire])
                .with(&identity.board.to_le_bytes())
                .with(&identity.firmware)
                .with(&[holds.slots, holds.active.unwrap_or(NONE)])
                .with(&holds.longest.to_le_bytes())
                .with(&holds.free.to_le_bytes()),
            Self::Stored { next, entries } => {
                let head = packet(0x42).with(&[next.unwrap_or(NONE)]);
                entries.iter().fold(head, |packet, entry| packet.with(&entry.to_bytes()))
            }
            Self::Want { sequence } => packet(0x44).with(&sequence.to_le_bytes()),
            Self::Done => packet(0x46),
            Self::Counted(stats) => {
                let Stats { messages, damaged, out_of_turn, stored, refused, erased } = *stats;
                let counts = [messages, damaged, out_of_turn, stored, refused, erased];
                counts.iter().fold(packet(0x49), |packet, count| packet.with(&count.to_le_bytes()))
            }
            Self::Error { code, detail } => packet(0x7F).with(&[*code as u8]).with(detail.as_bytes()),
        }
    }
}

impl<'a> Message<'a> {
    /// What a packet says; `None` if this version does not know it, or it has another form. Any.
    pub fn read(packet: &'a Packet) -> Option<Self> {
        let payload = packet.payload();
        Some(match (packet.command, payload) {
            (0x01, &[oldest, newest]) => Self::Hello { oldest, newest },
            (0x02, &[first]) => Self::List { first },
            (0x03, &[slot, low, high, count]) => Self::Read { slot, sequence: u16::from_le_bytes([low, high]), count },
            (0x04, bytes) => Self::Open(Entry::from_bytes(bytes.try_into().ok()?)),
            (0x05, &[low, high, ref data @ ..]) => Self::Chunk { sequence: u16::from_le_bytes([low, high]), data },
            (0x06, &[slot]) => Self::Delete { slot },
            (0x07, &[slot]) => Self::Activate { slot },
            (0x08, []) => Self::Abort,
            (0x09, []) => Self::Counts,
            (0x41, &[protocol, wire, low, high, major, minor, slots, active, a, b, c, d, e, f, g, h]) => Self::Holds(
                Identity { board: u16::from_le_bytes([low, high]), protocol, wire, firmware: [major, minor] },
                Capacities {
                    slots,
                    active: (active != NONE).then_some(active),
                    longest: u32::from_le_bytes([a, b, c, d]),
                    free: u32::from_le_bytes([e, f, g, h]),
                },
            ),
            (0x42, &[next, ref list @ ..]) => {
                let (entries, rest) = list.as_chunks();
                if !rest.is_empty() {
                    return None;
                }
                let entries = entries.iter().copied().map(Entry::from_bytes).collect();
                Self::Stored { next: (next != NONE).then_some(next), entries }
            }
            (0x44, &[low, high]) => Self::Want { sequence: u16::from_le_bytes([low, high]) },
            (0x46, []) => Self::Done,
            (0x49, bytes) => {
                let (counts, []) = bytes.as_chunks() else { return None };
                let &[messages, damaged, out_of_turn, stored, refused, erased] = counts else { return None };
                let [messages, damaged, out_of_turn, stored, refused, erased] =
                    [messages, damaged, out_of_turn, stored, refused, erased].map(u32::from_le_bytes);
                Self::Counted(Stats { messages, damaged, out_of_turn, stored, refused, erased })
            }
            (0x7F, &[code, ref detail @ ..]) => {
                let detail = core::str::from_utf8(detail).ok().filter(|detail| detail.is_ascii())?;
                Self::Error { code: Code::new(code)?, detail }
            }
            _ => return None,
        })
    }
}
