//! The bytes before the frames: STREAMINFO and VORBIS_COMMENT (RFC 9639, section 8).

use super::FlacSpec;
use super::frame::BLOCK;
use crate::stem::tags::Bounded;

/// Who made the file, in the comment's own field.
const VENDOR: &str = concat!("Ripieno ", env!("CARGO_PKG_VERSION"));
/// The mark, a block's header and STREAMINFO.
const INFO: usize = 4 + 4 + 34;

/// What is known of the frames once they are all there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub frames: u64,
    /// Bytes of the smallest and the largest coded block.
    pub smallest: u32,
    pub largest: u32,
    pub md5: [u8; 16],
}

/// The body of the comment block.
pub(super) fn comments(tags: &Bounded<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, &[VENDOR]);
    out.extend((tags.iter().len() as u32).to_le_bytes());
    for (name, value) in tags.iter() {
        text(&mut out, &[name, "=", value]);
    }
    out
}

fn text(out: &mut Vec<u8>, parts: &[&str]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend((length as u32).to_le_bytes());
    parts.iter().for_each(|part| out.extend(part.as_bytes()));
}

/// The whole header. Its length does not depend on the totals.
pub(super) fn bytes(spec: &FlacSpec, comments: &[u8], totals: &Totals) -> Vec<u8> {
    let mut out = b"fLaC".to_vec();
    out.extend([0, 0, 0, 34]);
    out.extend([BLOCK as u16; 2].into_iter().flat_map(u16::to_be_bytes));
    out.extend(&totals.smallest.to_be_bytes()[1..]);
    out.extend(&totals.largest.to_be_bytes()[1..]);
    // More frames than 36 bits count are as good as endless; 0 stands for that.
    let frames = if totals.frames >> 36 == 0 { totals.frames } else { 0 };
    let channels = u64::from(spec.channels) - 1;
    let word = u64::from(spec.rate.hz()) << 44 | channels << 41 | u64::from(spec.bits - 1) << 36 | frames;
    out.extend(word.to_be_bytes());
    out.extend(totals.md5);
    // The last block of metadata.
    out.extend((4 << 24 | 1 << 31 | comments.len() as u32).to_be_bytes());
    out.extend(comments);
    out
}

/// Whether these bytes are such a header, with whatever totals.
pub(super) fn is_ours(found: &[u8], spec: &FlacSpec, comments: &[u8]) -> bool {
    let Some(info) = found.first_chunk::<INFO>() else { return false };
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let totals = Totals {
        smallest: number(&info[12..15]) as u32,
        largest: number(&info[15..18]) as u32,
        frames: number(&info[18..26]) & ((1 << 36) - 1),
        md5: *info.last_chunk().expect("longer than a digest"),
    };
    bytes(spec, comments, &totals) == found
}
