//! Where everything of a stream lies in its memory, version 1; STREAMS.md beside the manifest tells it to other languages.
//!
//! Every value that is read here may come from another program: sizes and places are computed again from what the frames are and
//! compared, never used as found.

use super::histogram::Histogram;
use crate::memory::{Memory, MemoryError};
use crate::{DType, FrameSpec, MAX_DIMS, Overflow, ReaderPolicy};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Words of a line: two of the processor's, as it fetches them in pairs.
pub(super) const LINE: usize = 16;

/// "RIPIENOS", native-endian, and "SONEIPIR" where the other endianness wrote it.
pub(super) const MAGIC: u64 = 0x5249_5049_454e_4f53;
pub(super) const VERSION: u64 = 1;

/// Words of the header.
pub(super) mod at {
    use super::{LINE, Range};

    pub const MAGIC: usize = 0;
    pub const VERSION: usize = 1;
    pub const BYTES: usize = 2;
    pub const DTYPE: usize = 3;
    pub const RANK: usize = 4;
    pub const DIMS: usize = 5;
    pub const RATE: usize = 9;
    pub const CAPACITY: usize = 10;
    pub const STRIDE: usize = 11;
    pub const PAYLOAD: usize = 12;
    pub const DECLARED: usize = 13;
    pub const SEATS: usize = 14;
    pub const RING: usize = 15;
    pub const CREATOR: usize = LINE;
    pub const OVERFLOW: usize = LINE + 1;
    pub const NAME: Range<usize> = LINE + 2..2 * LINE;
    /// Rung when a frame is published, or the stream ends.
    pub const DATA_BELL: usize = 2 * LINE;
    /// Rung when a frame is passed, or a reader changes its mind.
    pub const ROOM_BELL: usize = 3 * LINE;
    pub const STOPPED: usize = 4 * LINE;
    /// Grows when a reader asks something of the writer.
    pub const ATTENTION: usize = 4 * LINE + 1;
    pub const WRITER: usize = 5 * LINE;
    pub const WRITER_WAITING: usize = 5 * LINE + 1;
    pub const DROPPED: usize = 5 * LINE + 2;
    /// 1 if the writer is to be a guest, 0 if it is a task of the pipeline.
    pub const GUEST_WRITES: usize = 5 * LINE + 3;
    /// The first seat.
    pub const SEAT: usize = 6 * LINE;
}

/// Words of a seat.
pub(super) mod seat {
    use super::{Histogram, LINE, Range};

    pub const HOLDER: usize = 0;
    pub const POLICY: usize = 1;
    pub const MISSED: usize = 2;
    pub const READS: usize = 3;
    pub const WAITING: usize = 4;
    /// 1 if the seat waits for another reader when its own has died.
    pub const KEPT: usize = 5;
    pub const LATENCY: Range<usize> = LINE..LINE + Histogram::WORDS;
    /// All of them.
    pub const WORDS: usize = LATENCY.end.next_multiple_of(LINE);
}

/// Words before the elements of a frame: sequence, time, six of zero.
pub(super) const FRAME_HEADER: usize = 8;

/// Most frames of a ring.
pub(super) const MAX_FRAMES: usize = 1 << 30;

/// Most seats of a stream.
pub(super) const MAX_SEATS: usize = 1 << 12;

/// What a stream's memory is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub spec: FrameSpec,
    /// Frames of the ring; a power of two.
    pub capacity: usize,
    /// Seats with a task.
    pub declared: usize,
    /// All seats.
    pub seats: usize,
    pub overflow: Overflow,
}

impl Layout {
    /// Words of a slot: the frame's header, and its elements to the end of a line of 64 bytes.
    pub fn width(&self) -> usize {
        FRAME_HEADER + self.spec.bytes().next_multiple_of(64) / 8
    }

    /// Where the ring is, in bytes.
    pub fn ring_at(&self) -> usize {
        (at::SEAT + self.seats * seat::WORDS) * 8
    }

    /// The words of seat `index`.
    pub fn seat(&self, index: usize) -> Range<usize> {
        let start = at::SEAT + index * seat::WORDS;
        start..start + seat::WORDS
    }

    /// Writes all but the magic number into zeroed memory.
    pub fn store(&self, memory: &Memory, name: &str, me: u64) {
        let words = memory.words(0..at::SEAT);
        let store = |index: usize, value: u64| words[index].store(value, Ordering::Relaxed);
        store(at::VERSION, VERSION);
        store(at::BYTES, memory.bytes() as u64);
        store(at::DTYPE, self.spec.dtype().code().into());
        store(at::RANK, self.spec.shape().dims().len() as u64);
        for (index, dim) in self.spec.shape().dims().iter().enumerate() {
            store(at::DIMS + index, *dim as u64);
        }
        store(at::RATE, self.spec.rate_hz().unwrap_or(0.0).to_bits());
        store(at::CAPACITY, self.capacity as u64);
        store(at::STRIDE, self.width() as u64 * 8);
        store(at::PAYLOAD, self.spec.bytes() as u64);
        store(at::DECLARED, self.declared as u64);
        store(at::SEATS, self.seats as u64);
        store(at::RING, self.ring_at() as u64);
        store(at::CREATOR, me);
        store(at::OVERFLOW, u64::from(self.overflow == Overflow::DropNewest));
        put_text(&words[at::NAME], name);
    }

    /// Opens the memory to others.
    pub fn publish(memory: &Memory) {
        // Pairs with the acquire in `load`.
        memory.words(0..1)[0].store(MAGIC, Ordering::Release);
    }

    /// What is in memory that someone else laid out, and the stream's name.
    pub fn load(memory: &Memory) -> Result<(Self, String), MemoryError> {
        let wrong = |what: &str| MemoryError::Layout(what.into());
        if memory.bytes() < at::SEAT * 8 {
            return Err(wrong("it is too short"));
        }
        let words = memory.words(0..at::SEAT);
        // Pairs with the release in `publish`: all else was stored before.
        match words[at::MAGIC].load(Ordering::Acquire) {
            MAGIC => {}
            0 => return Err(wrong("it is still being made, try again")),
            found if found == MAGIC.swap_bytes() => {
                return Err(wrong("it was made on a machine of the other endianness"));
            }
            _ => return Err(wrong("it is no stream")),
        }
        let word = |index: usize| words[index].load(Ordering::Relaxed);
        if word(at::VERSION) != VERSION {
            return Err(wrong(&format!(
                "it is of version {}, this program knows version {VERSION}",
                word(at::VERSION)
            )));
        }
        let size = |index: usize, limit: usize, what: &str| {
            let value = usize::try_from(word(index)).ok().filter(|value| *value <= limit);
            value.ok_or_else(|| wrong(&format!("{what} is {}", word(index))))
        };
        let dtype = u32::try_from(word(at::DTYPE)).ok().and_then(DType::from_code);
        let dtype = dtype.ok_or_else(|| wrong("its element type is unknown"))?;
        let mut dims = Vec::new();
        for index in 0..size(at::RANK, MAX_DIMS, "its number of dimensions")? {
            dims.push(size(at::DIMS + index, crate::MAX_FRAME_BYTES, "a dimension")?);
        }
        let mut spec = FrameSpec::new(dtype, &dims).map_err(|error| MemoryError::Layout(error.to_string()))?;
        if word(at::RATE) != 0 {
            spec = spec
                .with_rate(f64::from_bits(word(at::RATE)))
                .map_err(|error| MemoryError::Layout(error.to_string()))?;
        }
        let capacity = size(at::CAPACITY, MAX_FRAMES, "its number of frames")?;
        let seats = size(at::SEATS, MAX_SEATS, "its number of seats")?;
        let declared = size(at::DECLARED, seats, "its number of declared seats")?;
        let overflow = if word(at::OVERFLOW) == 1 { Overflow::DropNewest } else { Overflow::Block };
        let layout = Self { spec, capacity, declared, seats, overflow };
        let found = [word(at::PAYLOAD), word(at::STRIDE), word(at::RING)];
        if found != [spec.bytes() as u64, layout.width() as u64 * 8, layout.ring_at() as u64] {
            return Err(wrong("its sizes contradict each other"));
        }
        if memory.bytes() < layout.ring_at() {
            return Err(wrong("it is shorter than its seats"));
        }
        Ok((layout, take_text(&words[at::NAME])))
    }
}

/// A policy as a word.
pub(super) fn policy_code(policy: ReaderPolicy) -> u64 {
    match policy {
        ReaderPolicy::Lossless => 0,
        ReaderPolicy::DropOldest => 1,
        ReaderPolicy::Latest => 2,
    }
}

/// The policy of a word; an unknown one holds nobody back.
pub(super) fn policy_of(code: u64) -> ReaderPolicy {
    match code {
        0 => ReaderPolicy::Lossless,
        1 => ReaderPolicy::DropOldest,
        _ => ReaderPolicy::Latest,
    }
}

/// Stores a text: its bytes' number, then the bytes; what has no room is cut off.
pub(crate) fn put_text(words: &[AtomicU64], text: &str) {
    let room = (words.len() - 1) * 8;
    let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    words[0].store(end as u64, Ordering::Relaxed);
    for (word, bytes) in words[1..].iter().zip(text.as_bytes()[..end].chunks(8)) {
        let mut padded = [0; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        word.store(u64::from_ne_bytes(padded), Ordering::Relaxed);
    }
}

/// The text of `put_text`, as far as it is one.
pub(crate) fn take_text(words: &[AtomicU64]) -> String {
    let bytes: Vec<u8> = words[1..].iter().flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes()).collect();
    let length = usize::try_from(words[0].load(Ordering::Relaxed)).unwrap_or(usize::MAX).min(bytes.len());
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}
