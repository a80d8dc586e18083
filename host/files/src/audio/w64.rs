//! Sony Wave64: WAV with names of 16 bytes, lengths of 8 that count the header, and padding to 8.

use super::block::Opened;
use super::input::Input;
use super::riff::{Extent, Format};
use super::{AudioError, comments};
use crate::Tags;

const CONTAINER: &str = "W64";
/// Chunks that are looked at.
const MOST_CHUNKS: usize = 4096;
/// A chunk's name and length.
const HEADER: u64 = 24;
/// What follows the four letters of every name but that of the file and its list.
const SUFFIX: [u8; 12] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];
/// The first 16 bytes of every file.
pub(super) const MAGIC: [u8; 16] = *b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(mut input: Input) -> Result<Opened, AudioError> {
    let (mut format, mut data, mut fact) = (None, None, None);
    let mut tags = Tags::default();
    let mut at = HEADER + 16;
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = input.array::<{ HEADER as usize }>(at).map_err(AudioError::Read)? else { break };
        let length = u64::from_le_bytes(chunk[16..].try_into().unwrap_or_default());
        let body = at + HEADER;
        // A length of 0 was never written: all that follows belongs to the chunk.
        let claimed = length.checked_sub(HEADER);
        match (&chunk[..4], chunk[4..16] == SUFFIX) {
            (b"fmt ", true) => {
                let bytes = claimed.unwrap_or(0).min(40) as usize;
                format = Some(Format::parse(CONTAINER, input.at(body, bytes).map_err(AudioError::Read)?)?);
            }
            (b"fact", true) => {
                fact = input.array(body).map_err(AudioError::Read)?.map(u64::from_le_bytes).filter(|frames| *frames > 0)
            }
            (b"data", true) if data.is_none() => data = Some((body, claimed)),
            (b"list", _) => comments::info(&mut input, body, claimed.unwrap_or(0), &mut tags)?,
            _ => {}
        }
        let Some(end) = claimed.and_then(|claimed| body.checked_add(claimed)?.checked_next_multiple_of(8)) else {
            break;
        };
        at = end;
    }
    let format = format.ok_or_else(|| AudioError::damaged(CONTAINER, "it has no format chunk"))?;
    let (start, claimed) = data.ok_or_else(|| AudioError::damaged(CONTAINER, "it has no samples"))?;
    format.open(CONTAINER, input, Extent { start, claimed, fact }, tags)
}
