//! The bytes before the samples: RIFF, or RF64 once 32 bits no longer hold the length, and what is known of the recording.

use super::{Encoding, WavSpec};

/// Stands in a 32-bit field whose value is in `ds64`.
const ELSEWHERE: u32 = u32::MAX;
/// The body of `ds64`: three 64-bit numbers and an empty table.
const DS64_BYTES: u32 = 28;

/// Bytes of the samples, without padding.
pub(super) fn data_bytes(spec: &WavSpec, frames: u64) -> u64 {
    frames * u64::from(spec.channels) * u64::from(spec.encoding.bytes())
}

/// The whole header of a file of so many frames, with a chunk of tags (or nothing) before the samples. Its length does
/// not depend on the frames.
pub(super) fn bytes(spec: &WavSpec, info: &[u8], frames: u64) -> Vec<u8> {
    let data = data_bytes(spec, frames);
    let format = format(spec);
    let fact = if spec.encoding == Encoding::F32 { 12 } else { 0 };
    let header = 12 + 8 + u64::from(DS64_BYTES) + 8 + format.len() as u64 + fact + info.len() as u64 + 8;
    let riff = header - 8 + data + data % 2;
    let large = riff >= u64::from(ELSEWHERE);
    let short = |value: u64| if large { ELSEWHERE } else { value as u32 };

    let mut out = Vec::with_capacity(header as usize);
    out.extend(if large { b"RF64" } else { b"RIFF" });
    out.extend(short(riff).to_le_bytes());
    out.extend(b"WAVE");

    out.extend(if large { b"ds64" } else { b"JUNK" });
    out.extend(DS64_BYTES.to_le_bytes());
    let sizes = if large { [riff, data, frames] } else { [0; 3] };
    out.extend(sizes.into_iter().flat_map(u64::to_le_bytes));
    out.extend(0_u32.to_le_bytes());

    out.extend(b"fmt ");
    out.extend((format.len() as u32).to_le_bytes());
    out.extend(format);
    if spec.encoding == Encoding::F32 {
        out.extend(b"fact");
        out.extend(4_u32.to_le_bytes());
        out.extend(short(frames).to_le_bytes());
    }
    out.extend(info);
    out.extend(b"data");
    out.extend(short(data).to_le_bytes());
    out
}

/// Whether these bytes are such a header, of however many frames.
pub(super) fn is_ours(found: &[u8], spec: &WavSpec, info: &[u8]) -> bool {
    let (Some(rf64), Some(data)) = (found.get(36..44), found.last_chunk::<4>()) else { return false };
    let frames = match u32::from_le_bytes(*data) {
        ELSEWHERE => u64::from_le_bytes(rf64.try_into().expect("eight bytes")),
        data => u64::from(data) / data_bytes(spec, 1),
    };
    // More frames than that have no length in 64 bits.
    frames < u64::MAX / data_bytes(spec, 2) && bytes(spec, info, frames) == found
}

fn format(spec: &WavSpec) -> Vec<u8> {
    let (tag, extension): (u16, &[u8]) = match spec.encoding {
        Encoding::F32 => (3, &[0, 0]),
        Encoding::I24 | Encoding::I16 => (1, &[]),
    };
    let frame = spec.channels * spec.encoding.bytes();
    let mut out = Vec::with_capacity(18);
    out.extend(tag.to_le_bytes());
    out.extend(spec.channels.to_le_bytes());
    out.extend(spec.rate.hz().to_le_bytes());
    out.extend((spec.rate.hz() * u32::from(frame)).to_le_bytes());
    out.extend(frame.to_le_bytes());
    out.extend((spec.encoding.bytes() * 8).to_le_bytes());
    out.extend(extension);
    out
}
