//! Pages of an Ogg file and the packets that they carry (RFC 3533).

use crate::audio::input::Input;
use std::io;

/// Bytes before the table of lengths.
const HEADER: usize = 27;
/// The most bytes that a page can have.
const LONGEST: usize = HEADER + 255 + 255 * 255;
/// Bytes that a packet may have: a comment may hold a picture.
const LONGEST_PACKET: usize = 1 << 24;
/// Bytes that are searched at a time.
const STRIDE: usize = 4096;

/// What stands at the head of a page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) at: u64,
    /// Bytes in all.
    length: usize,
    /// The first packet goes on from the page before.
    continued: bool,
    /// The stream begins here.
    pub(super) first: bool,
    /// The stream ends here.
    pub(super) last: bool,
    /// The place after the last packet that ends here; negative where none does.
    pub(super) granule: i64,
    pub(super) serial: u32,
    sequence: u32,
    /// Lengths of the pieces: a packet ends with the first that is shorter than 255.
    table: Vec<u8>,
}

/// The checksum of a page: CRC-32 of polynomial 0x04C11DB7, neither inverted nor mirrored.
const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut value, mut bit) = ((index as u32) << 24, 0);
        while bit < 8 {
            value = if value >> 31 == 1 { value << 1 ^ 0x04C1_1DB7 } else { value << 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().enumerate().fold(0_u32, |crc, (index, byte)| {
        // The field itself counts as zero.
        let byte = if (22..26).contains(&index) { 0 } else { *byte };
        crc << 8 ^ CRC[(crc >> 24) as usize ^ usize::from(byte)]
    })
}

impl Page {
    /// The page that begins at a place, if one does and its checksum is right.
    fn at(input: &mut Input, at: u64) -> io::Result<Option<Self>> {
        let bytes = input.at(at, LONGEST)?;
        if !bytes.starts_with(b"OggS\0") || bytes.len() < HEADER {
            return Ok(None);
        }
        let Some(table) = bytes.get(HEADER..HEADER + usize::from(bytes[26])) else { return Ok(None) };
        let length = HEADER + table.len() + table.iter().map(|piece| usize::from(*piece)).sum::<usize>();
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let Some(whole) = bytes.get(..length) else { return Ok(None) };
        if checksum(whole) != word(22) {
            return Ok(None);
        }
        Ok(Some(Self {
            at,
            length,
            continued: bytes[5] & 1 != 0,
            first: bytes[5] & 2 != 0,
            last: bytes[5] & 4 != 0,
            granule: (u64::from(word(6)) | u64::from(word(10)) << 32) as i64,
            serial: word(14),
            sequence: word(18),
            table: table.to_vec(),
        }))
    }

    /// The first page that begins at a place or after it, and before `end`.
    pub(super) fn from(input: &mut Input, mut at: u64, end: u64) -> io::Result<Option<Self>> {
        while at < end {
            let bytes = input.at(at, STRIDE + 3)?;
            match bytes.windows(4).position(|four| four == b"OggS") {
                Some(offset) => {
                    at += offset as u64;
                    if at >= end {
                        break;
                    }
                    if let Some(page) = Self::at(input, at)? {
                        return Ok(Some(page));
                    }
                    at += 1;
                }
                None if bytes.len() < STRIDE => break,
                None => at += STRIDE as u64,
            }
        }
        Ok(None)
    }

    pub(super) fn end(&self) -> u64 {
        self.at + self.length as u64
    }
}

/// The pages of one stream in their order.
pub(super) struct Pages {
    pub(super) input: Input,
    serial: u32,
    /// Where the next page is expected.
    at: u64,
    /// The beginning of a packet that goes on.
    begun: Vec<u8>,
    sequence: Option<u32>,
    ended: bool,
}

/// A page with the packets that end in it.
pub(super) struct Packets {
    pub(super) page: Page,
    pub(super) packets: Vec<Vec<u8>>,
    /// Whether something is missing before it.
    pub(super) gap: bool,
}

impl Pages {
    pub(super) fn new(input: Input, first: &Page) -> Self {
        Self { input, serial: first.serial, at: first.at, begun: Vec::new(), sequence: None, ended: false }
    }

    /// The stream's number.
    pub(super) fn serial(&self) -> u32 {
        self.serial
    }

    /// Where the next page is expected.
    pub(super) fn place(&self) -> u64 {
        self.at
    }

    /// Goes on at a place, where a page begins.
    pub(super) fn go(&mut self, at: u64) {
        self.at = at;
        self.begun.clear();
        self.sequence = None;
        self.ended = false;
    }

    /// The next page; `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Packets>> {
        if self.ended {
            return Ok(None);
        }
        let page = loop {
            let end = self.input.length();
            let Some(page) = Page::from(&mut self.input, self.at, end)? else { return Ok(None) };
            self.at = page.end();
            if page.serial == self.serial {
                break page;
            }
        };
        let gap = self.sequence.is_some_and(|last| page.sequence != last.wrapping_add(1));
        self.sequence = Some(page.sequence);
        self.ended = page.last;
        if gap || !page.continued {
            self.begun.clear();
        }
        // Without its beginning the first packet is of no use.
        let mut lame = page.continued && self.begun.is_empty();
        let mut packets = Vec::new();
        let body = self.input.at(page.at + (HEADER + page.table.len()) as u64, page.length)?;
        let mut rest = body;
        for &piece in &page.table {
            let Some((bytes, after)) = rest.split_at_checked(piece.into()) else { break };
            rest = after;
            if !lame && self.begun.len() <= LONGEST_PACKET {
                self.begun.extend_from_slice(bytes);
            }
            if piece < 255 {
                let packet = std::mem::take(&mut self.begun);
                if !std::mem::take(&mut lame) && packet.len() <= LONGEST_PACKET {
                    packets.push(packet);
                }
            }
        }
        Ok(Some(Packets { page, packets, gap }))
    }
}
