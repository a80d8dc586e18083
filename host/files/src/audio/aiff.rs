//! AIFF and AIFC: WAV's elder, most significant byte first, its rate a number of ten bytes.

use super::block::Opened;
use super::input::Input;
use super::pcm::{self, Layout, Order, Sample};
use super::sampling::{self, Instrument};
use super::{AudioError, comments};
use crate::Tags;

const CONTAINER: &str = "AIFF";
/// Chunks that are looked at.
const MOST_CHUNKS: usize = 4096;
/// Bytes of a text chunk that are kept.
const LONGEST_TEXT: usize = 4096;

/// The `COMM` chunk.
struct Common {
    channels: u16,
    frames: u32,
    bits: u16,
    rate: f64,
    compression: [u8; 4],
}

impl Common {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        Some(Self {
            channels: word(0)?,
            frames: u32::from_be_bytes(bytes.get(2..6)?.try_into().ok()?),
            bits: word(6)?,
            rate: extended(bytes.get(8..18)?.try_into().ok()?),
            compression: bytes.get(18..22).and_then(|bytes| bytes.try_into().ok()).unwrap_or(*b"NONE"),
        })
    }

    fn sample(&self) -> Result<Sample, AudioError> {
        let integer = |bytes: u16, order, signed| match bytes {
            1..=4 => Ok(Sample::Integer { bytes: bytes.into(), order, signed }),
            _ => Err(AudioError::unsupported(CONTAINER, format!("samples of {} bits", self.bits))),
        };
        match &self.compression {
            b"NONE" | b"twos" => integer(self.bits.div_ceil(8), Order::Big, true),
            b"sowt" => integer(self.bits.div_ceil(8), Order::Little, true),
            b"raw " => integer(1, Order::Big, false),
            b"in24" => integer(3, Order::Big, true),
            b"in32" => integer(4, Order::Big, true),
            b"fl32" | b"FL32" => Ok(Sample::F32(Order::Big)),
            b"fl64" | b"FL64" => Ok(Sample::F64(Order::Big)),
            b"alaw" | b"ALAW" => Ok(Sample::ALaw),
            b"ulaw" | b"ULAW" => Ok(Sample::MuLaw),
            other => {
                Err(AudioError::unsupported(CONTAINER, format!("compression {:?}", String::from_utf8_lossy(other))))
            }
        }
    }
}

/// An 80-bit number of IEEE 754: sign and exponent, then a mantissa whose first bit is the one before the point.
fn extended(bytes: [u8; 10]) -> f64 {
    let exponent = i32::from(u16::from_be_bytes([bytes[0] & 0x7F, bytes[1]])) - 16_383 - 63;
    let mantissa = u64::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9]]);
    mantissa as f64 * f64::from(exponent).exp2()
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(mut input: Input) -> Result<Opened, AudioError> {
    let (mut common, mut data) = (None, None);
    let mut tags = Tags::default();
    let mut instrument = Instrument::default();
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = input.array::<8>(at).map_err(AudioError::Read)? else { break };
        let length = u64::from(u32::from_be_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
        let body = at + 8;
        match &chunk[..4] {
            b"COMM" => common = Common::parse(input.at(body, 22.min(length as usize)).map_err(AudioError::Read)?),
            b"SSND" if data.is_none() => {
                let offset = input.array(body).map_err(AudioError::Read)?.map_or(0, u32::from_be_bytes);
                data = Some((body + 8 + u64::from(offset), length.saturating_sub(8 + u64::from(offset))));
            }
            b"NAME" | b"AUTH" | b"ANNO" | b"(c) " => {
                let bytes = input.at(body, (length as usize).min(LONGEST_TEXT)).map_err(AudioError::Read)?;
                let name = match chunk[0] {
                    b'N' => "TITLE",
                    b'(' => "COPYRIGHT",
                    _ if &chunk[..4] == b"AUTH" => "ARTIST",
                    _ => "COMMENT",
                };
                tags.push(name, String::from_utf8_lossy(bytes).trim_end_matches('\0').trim());
            }
            b"INST" => instrument.inst(&mut input, body)?,
            b"MARK" => instrument.mark(&mut input, body, length)?,
            b"ID3 " => comments::id3(&mut input, body, length, &mut tags)?,
            _ => {}
        }
        let end = body.saturating_add(length);
        at = end.saturating_add(end & 1);
    }
    let common = common.ok_or_else(|| AudioError::damaged(CONTAINER, "it has no common chunk"))?;
    let sample = common.sample()?;
    let (start, claimed) = data.ok_or_else(|| AudioError::damaged(CONTAINER, "it has no samples"))?;
    let layout = Layout {
        container: CONTAINER,
        // A number that is none becomes 0, which no rate is.
        rate: common.rate.round() as u32,
        channels: common.channels.into(),
        sample,
        bits: sample.stored_bits().min(common.bits.into()).max(1),
        start,
        claimed: Some(claimed),
    };
    let mut opened = pcm::open(input, &layout, tags)?;
    // The common chunk counts frames, the other one bytes, which may be padded.
    let counted = u64::from(common.frames);
    opened.spec.frames = opened.spec.frames.map(|frames| if counted == 0 { frames } else { frames.min(counted) });
    sampling::place(&mut opened.spec, instrument.sampling());
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_ten_bytes_are_read() {
        for (bytes, expected) in [
            ([0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0], 44_100.0),
            ([0x40, 0x0E, 0xBB, 0x80, 0, 0, 0, 0, 0, 0], 48_000.0),
            ([0x40, 0x0B, 0xFA, 0x00, 0, 0, 0, 0, 0, 0], 8_000.0),
            ([0; 10], 0.0),
        ] {
            assert_eq!(extended(bytes), expected);
        }
        assert!(extended([0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0]).is_infinite());
    }
}
