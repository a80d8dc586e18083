//! The bytes of a recording.

use crate::frame::{DType, FrameSpec, MAX_DIMS};

pub(super) const HEADER_BYTES: usize = 64;
/// Of a frame before its payload, and of the end mark.
pub(super) const HEAD_BYTES: usize = 24;
const MAGIC: &[u8; 8] = b"RIPRECRD";
const VERSION: u16 = 1;
pub(super) const FRAME: [u8; 4] = *b"FRAM";
pub(super) const END: [u8; 4] = *b"DONE";

/// Where the checksum of a header lies.
const CRC: std::ops::Range<usize> = 12..16;

/// Bytes of a frame with its head and the zeros after it.
pub(super) fn record_bytes(spec: &FrameSpec) -> usize {
    HEAD_BYTES + spec.bytes().next_multiple_of(8)
}

pub(super) fn header(spec: &FrameSpec) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
    bytes[10] = spec.dtype().code() as u8;
    let shape = spec.shape();
    bytes[11] = shape.dims().len() as u8;
    for (place, dim) in bytes[16..48].chunks_exact_mut(8).zip(shape.dims()) {
        place.copy_from_slice(&(*dim as u64).to_le_bytes());
    }
    bytes[48..56].copy_from_slice(&spec.rate_hz().unwrap_or(0.0).to_le_bytes());
    let crc = crc32fast::hash(&bytes);
    bytes[CRC].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// What a header says, or what is wrong with it.
pub(super) fn parse_header(bytes: &[u8; HEADER_BYTES]) -> Result<FrameSpec, String> {
    if bytes[..8] != *MAGIC {
        return Err("it does not begin as a recording does".into());
    }
    let version = u16::from_le_bytes([bytes[8], bytes[9]]);
    if version != VERSION {
        return Err(format!("its format version is {version}, and only {VERSION} is known: take a newer program"));
    }
    let mut blank = *bytes;
    blank[CRC].fill(0);
    if bytes[CRC] != crc32fast::hash(&blank).to_le_bytes() {
        return Err("its header is damaged".into());
    }
    let dtype = DType::from_code(bytes[10].into()).ok_or_else(|| format!("type {} is not known", bytes[10]))?;
    let rank = usize::from(bytes[11]);
    if rank > MAX_DIMS {
        return Err(format!("{rank} dimensions are more than {MAX_DIMS}"));
    }
    let dims: Vec<usize> = bytes[16..48].chunks_exact(8).take(rank).map(|dim| word(dim) as usize).collect();
    let spec = FrameSpec::new(dtype, &dims).map_err(|error| error.to_string())?;
    let rate = f64::from_bits(word(&bytes[48..56]));
    if rate == 0.0 { Ok(spec) } else { spec.with_rate(rate).map_err(|error| error.to_string()) }
}

/// A head of this tag for a checksum of its two words and of `payload`.
pub(super) fn head(tag: [u8; 4], words: [u64; 2], payload: &[u8]) -> [u8; HEAD_BYTES] {
    let mut bytes = [0; HEAD_BYTES];
    bytes[..4].copy_from_slice(&tag);
    bytes[8..16].copy_from_slice(&words[0].to_le_bytes());
    bytes[16..].copy_from_slice(&words[1].to_le_bytes());
    let crc = checksum(&bytes, payload);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    bytes
}

pub(super) fn checksum(head: &[u8; HEAD_BYTES], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&head[8..]);
    hasher.update(payload);
    hasher.finalize()
}

/// The first eight bytes as a number.
pub(super) fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(word)
}
