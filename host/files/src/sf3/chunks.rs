//! A SoundFont's chunks, read as leniently as the player reads them, and written as a sound file has them.

use std::ops::Range;

/// More chunks than any writer makes; a flood of empty ones ends here.
const MOST_CHUNKS: usize = 4096;
/// Bytes of a chunk's name and length.
const HEADER: usize = 8;
/// Bytes of a sample's header.
pub(super) const RECORD: usize = 46;
/// The longest pool of frames whose length a chunk can state, with room for the rest of the file.
pub(super) const LONGEST: u64 = u32::MAX as u64 - (1 << 28);

/// The tables, as opposed to what a file says of itself.
const TABLES: [[u8; 4]; 9] = [*b"phdr", *b"pbag", *b"pmod", *b"pgen", *b"inst", *b"ibag", *b"imod", *b"igen", *b"shdr"];
/// Chunks that follow where a pad byte was forgotten.
const OTHERS: [[u8; 4]; 9] = [*b"LIST", *b"smpl", *b"sm24", *b"ifil", *b"INAM", *b"isng", *b"ISFT", *b"IENG", *b"ICOP"];

/// A chunk that is no list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    pub(super) id: [u8; 4],
    /// The part of it that the file holds.
    pub(super) body: &'a [u8],
}

impl Chunk<'_> {
    fn is_table(&self) -> bool {
        TABLES.contains(&self.id)
    }

    /// Bytes that it takes, pad byte included.
    fn written(&self) -> usize {
        HEADER + self.body.len().next_multiple_of(2)
    }
}

/// All chunks of a SoundFont in their order, lists opened; none of any other file.
pub(super) fn read(file: &[u8]) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    if !file.starts_with(b"RIFF") || file.get(8..12) != Some(b"sfbk") {
        return chunks;
    }
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        let Some((id, length)) = header(file, at) else { break };
        let start = at + HEADER;
        if id == *b"LIST" {
            at = start + 4;
            continue;
        }
        let end = start.saturating_add(length).min(file.len());
        chunks.push(Chunk { id, body: &file[start..end] });
        let known = header(file, end).is_some_and(|(id, _)| TABLES.contains(&id) || OTHERS.contains(&id));
        at = end + usize::from((end - start) % 2 == 1 && !known);
    }
    chunks
}

fn header(file: &[u8], at: usize) -> Option<([u8; 4], usize)> {
    let header = file.get(at..)?.first_chunk::<HEADER>()?;
    let [a, b, c, d, length @ ..] = *header;
    Some(([a, b, c, d], u32::from_le_bytes(length) as usize))
}

/// Where the parts of a file to be written lie.
#[derive(Debug)]
pub(super) struct Places {
    /// Bytes of the file.
    pub(super) length: usize,
    /// The body of `smpl`.
    pub(super) frames: Range<usize>,
    /// The body of `shdr`.
    pub(super) headers: Option<Range<usize>>,
}

/// Where everything goes: what the file says of itself, `frames` bytes of samples, the tables.
pub(super) fn places(chunks: &[Chunk<'_>], frames: usize) -> Places {
    let info: usize = chunks.iter().filter(|chunk| !chunk.is_table()).map(Chunk::written).sum();
    let frames_at = 12 + 12 + info + 12 + HEADER;
    let mut at = frames_at + frames + 12;
    let mut headers = None;
    for chunk in chunks.iter().filter(|chunk| chunk.is_table()) {
        if chunk.id == *b"shdr" {
            headers = Some(at + HEADER..at + HEADER + chunk.body.len());
        }
        at += chunk.written();
    }
    Places { length: at, frames: frames_at..frames_at + frames, headers }
}

/// Writes all but the samples into `bytes`, which are zeroes of the length that the places tell.
pub(super) fn write(chunks: &[Chunk<'_>], places: &Places, bytes: &mut [u8]) {
    let mut writer = Writer { bytes, at: 0 };
    let list = |writer: &mut Writer<'_>, kind: &[u8; 4], length: usize| {
        writer.header(*b"LIST", 4 + length);
        writer.put(kind);
    };
    writer.header(*b"RIFF", places.length - HEADER);
    writer.put(b"sfbk");
    list(&mut writer, b"INFO", places.frames.start - 12 - 12 - 12 - HEADER);
    chunks.iter().filter(|chunk| !chunk.is_table()).for_each(|chunk| writer.chunk(chunk));
    list(&mut writer, b"sdta", HEADER + places.frames.len());
    writer.header(*b"smpl", places.frames.len());
    writer.at = places.frames.end;
    list(&mut writer, b"pdta", places.length - places.frames.end - 12);
    chunks.iter().filter(|chunk| chunk.is_table()).for_each(|chunk| writer.chunk(chunk));
}

struct Writer<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    fn header(&mut self, id: [u8; 4], length: usize) {
        self.put(&id);
        self.put(&(length as u32).to_le_bytes());
    }

    fn chunk(&mut self, chunk: &Chunk<'_>) {
        self.header(chunk.id, chunk.body.len());
        self.put(chunk.body);
        self.at += chunk.body.len() % 2;
    }
}

/// A sample's header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header(pub(super) [u8; RECORD]);

impl Header {
    fn long(&self, at: usize) -> u32 {
        u32::from_le_bytes([self.0[at], self.0[at + 1], self.0[at + 2], self.0[at + 3]])
    }

    fn set_long(&mut self, at: usize, value: u32) {
        self.0[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// Its name as it may be shown.
    pub(super) fn name(&self) -> String {
        let name = self.0[..20].split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(name)
            .trim()
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect()
    }

    /// Start and end, in whatever they count.
    pub(super) fn range(&self) -> (u32, u32) {
        (self.long(20), self.long(24))
    }

    /// Start and end of the loop.
    pub(super) fn loop_range(&self) -> (u32, u32) {
        (self.long(28), self.long(32))
    }

    pub(super) fn kind(&self) -> u16 {
        u16::from_le_bytes([self.0[44], self.0[45]])
    }

    /// The same sample elsewhere.
    pub(super) fn moved(mut self, range: (u32, u32), loop_range: (u32, u32), kind: u16) -> Self {
        self.set_long(20, range.0);
        self.set_long(24, range.1);
        self.set_long(28, loop_range.0);
        self.set_long(32, loop_range.1);
        self.0[44..46].copy_from_slice(&kind.to_le_bytes());
        self
    }
}
