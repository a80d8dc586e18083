//! WAV in all its sizes: RIFF, RF64 (EBU Tech 3306), BW64 (ITU-R BS.2088), and files that were cut off or streamed.
//!
//! A chunk is a name, a length and so many bytes, padded to an even number. The length of the samples may stand in
//! `ds64`, be left at 0 or at its greatest value by a program that could not go back, or have lost its upper bits.

use super::AudioError;
use super::adpcm::{self, Adpcm};
use super::block::Opened;
use super::comments;
use super::input::Input;
use super::pcm::{self, Layout, Order, Sample};
use super::sampling;
use crate::Tags;

/// Chunks that are looked at: more than any sound file has.
const MOST_CHUNKS: usize = 4096;
/// Bytes of a format chunk that are of use.
const FORMAT_BYTES: usize = 40;
/// Stands where a length is elsewhere or unknown.
const ELSEWHERE: u32 = u32::MAX;

/// The `fmt ` chunk, which W64 shares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    pub(super) tag: u16,
    pub(super) channels: u16,
    pub(super) rate: u32,
    pub(super) block_align: u16,
    pub(super) bits: u16,
    /// Bits that mean something, where the chunk tells them apart.
    valid_bits: u16,
}

/// Where the samples of a file lie, as it claims.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// The first byte.
    pub(super) start: u64,
    /// How many bytes; `None` for all that follow.
    pub(super) claimed: Option<u64>,
    /// How many frames, where bytes do not tell.
    pub(super) fact: Option<u64>,
}

impl Format {
    /// # Errors
    /// [`AudioError::Damaged`] when the chunk is too short.
    pub(super) fn parse(container: &'static str, bytes: &[u8]) -> Result<Self, AudioError> {
        if bytes.len() < 14 {
            return Err(AudioError::damaged(container, "its format chunk is too short"));
        }
        let word = |at: usize| bytes.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        let extensible = word(0) == 0xFFFE && bytes.len() >= 40;
        Ok(Self {
            tag: if extensible { word(24) } else { word(0) },
            channels: word(2),
            rate: u32::from(word(4)) | u32::from(word(6)) << 16,
            block_align: word(12),
            bits: word(14),
            valid_bits: if extensible { word(18) } else { 0 },
        })
    }

    /// Opens the samples.
    ///
    /// # Errors
    /// [`AudioError`] by kind.
    pub(super) fn open(
        self,
        container: &'static str,
        input: Input,
        extent: Extent,
        tags: Tags,
    ) -> Result<Opened, AudioError> {
        let unsupported = |what: String| Err(AudioError::unsupported(container, what));
        let (channels, bits) = (usize::from(self.channels), u32::from(self.bits));
        if channels == 0 {
            return Err(AudioError::damaged(container, "it has no channel"));
        }
        // A sample may be stored in more bytes than its bits need.
        let stored = usize::from(self.block_align) / channels;
        let needed = bits.div_ceil(8) as usize;
        let bytes =
            if stored * channels == usize::from(self.block_align) && stored >= needed { stored } else { needed };
        let sample = match (self.tag, bytes) {
            (1, 1..=4) => Sample::Integer { bytes, order: Order::Little, signed: bytes > 1 },
            (3, 4) => Sample::F32(Order::Little),
            (3, 8) => Sample::F64(Order::Little),
            (6, 1) => Sample::ALaw,
            (7, 1) => Sample::MuLaw,
            (1 | 3, _) => return unsupported(format!("samples of {bits} bits")),
            (2 | 0x11, _) => {
                let kind = if self.tag == 2 { Adpcm::Microsoft } else { Adpcm::Ima };
                return adpcm::open(container, input, kind, &self, extent, tags);
            }
            (0x55, _) => return unsupported("MP3 inside".into()),
            (tag, _) => return unsupported(format!("format tag {tag:#06x}")),
        };
        let valid = u32::from(self.valid_bits);
        let bits = if (1..=bits).contains(&valid) { valid } else { bits };
        let Extent { start, claimed, .. } = extent;
        pcm::open(input, &Layout { container, rate: self.rate, channels, sample, bits, start, claimed }, tags)
    }
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(mut input: Input) -> Result<Opened, AudioError> {
    let header: [u8; 12] = input.array(0).map_err(AudioError::Read)?.unwrap_or_default();
    let container = match &header[..4] {
        b"RF64" => "RF64",
        b"BW64" => "BW64",
        _ => "WAV",
    };
    let riff_end = 8 + u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
    let (mut format, mut data, mut fact, mut long) = (None, None, None, None);
    let mut sampler = None;
    let mut tags = Tags::default();
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = input.array::<8>(at).map_err(AudioError::Read)? else { break };
        let length = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        let body = at + 8;
        let mut end = Some(body.saturating_add(u64::from(length)));
        match &chunk[..4] {
            b"ds64" => {
                let sizes: Option<[u8; 24]> = input.array(body).map_err(AudioError::Read)?;
                long = sizes.map(|sizes| {
                    let number = |at: usize| u64::from_le_bytes(sizes[at..at + 8].try_into().unwrap_or_default());
                    (number(8), number(16))
                });
            }
            b"fmt " => {
                let bytes = (length as usize).min(FORMAT_BYTES);
                format = Some(Format::parse(container, input.at(body, bytes).map_err(AudioError::Read)?)?);
            }
            b"fact" => {
                let frames = input.array(body).map_err(AudioError::Read)?.map(u32::from_le_bytes);
                fact = frames.filter(|frames| *frames != ELSEWHERE).map(u64::from);
            }
            b"data" if data.is_none() => {
                let elsewhere = long.filter(|_| length == ELSEWHERE).map(|(data, _)| data);
                let claimed = elsewhere.or_else(|| claimed(length, body, riff_end, input.length()));
                data = Some((body, claimed));
                end = claimed.map(|claimed| body.saturating_add(claimed));
            }
            b"smpl" => sampler = sampling::smpl(&mut input, body, length.into())?,
            b"LIST" => comments::info(&mut input, body, u64::from(length), &mut tags)?,
            b"id3 " | b"ID3 " => comments::id3(&mut input, body, u64::from(length), &mut tags)?,
            _ => {}
        }
        let Some(end) = end else { break };
        at = end.saturating_add(end & 1);
    }
    let fact = long.map(|(_, frames)| frames).or(fact).filter(|frames| *frames > 0);
    let format = format.ok_or_else(|| AudioError::damaged(container, "it has no format chunk"))?;
    let (start, claimed) = data.ok_or_else(|| AudioError::damaged(container, "it has no samples"))?;
    let mut opened = format.open(container, input, Extent { start, claimed, fact }, tags)?;
    sampling::place(&mut opened.spec, sampler);
    Ok(opened)
}

/// How many bytes of samples a 32-bit length means; `None` for all that follow.
fn claimed(length: u32, start: u64, riff_end: u64, file: u64) -> Option<u64> {
    let there = file.saturating_sub(start);
    let unfinished = riff_end <= start || riff_end == 8 + u64::from(ELSEWHERE);
    match length {
        ELSEWHERE => None,
        0 if unfinished => None,
        // The upper bits are lost: the longest length that fits has the same lower ones.
        length if there > u64::from(ELSEWHERE) => {
            let low = u64::from(length);
            Some(low + ((there - low) & !u64::from(ELSEWHERE)))
        }
        length => Some(u64::from(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_means_what_its_writer_could_know() {
        let far = 1_u64 << 32;
        for (length, riff_end, file, expected) in [
            (100, 144, 144, Some(100)),
            (100, 160, 160, Some(100)),
            (100, 144, 60, Some(100)),
            (0, 60, 60, Some(0)),
            (0, 44, 1_000, None),
            (0, 8, 1_000, None),
            (0, 8 + u64::from(u32::MAX), 1_000, None),
            (u32::MAX, 8 + u64::from(u32::MAX), 1_000, None),
            (100, 144, far + 144, Some(far + 100)),
            (100, 144, 3 * far + 2_000, Some(3 * far + 100)),
            (3_000, 144, far + 1_044, Some(3_000)),
        ] {
            assert_eq!(claimed(length, 44, riff_end, file), expected, "{length} {riff_end} {file}");
        }
    }
}
