//! Samples that are stored as they are: integers and floating point numbers of any size, in either byte order.

use super::block::{Block, Opened, Source};
use super::input::Input;
use super::{AudioError, AudioSpec};
use crate::Tags;
use ripieno_types::SampleRate;

/// Bytes that are decoded at a time, unless one frame is longer.
const BLOCK_BYTES: usize = 1 << 15;

/// How one sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    /// An integer of so many bytes, 1 to 4, its value in the upper bits.
    Integer { bytes: usize, order: Order, signed: bool },
    /// A floating point number of 4 bytes.
    F32(Order),
    /// A floating point number of 8 bytes, rounded to 4.
    F64(Order),
    /// G.711 A-law: 13 bits in 8.
    ALaw,
    /// G.711 µ-law: 14 bits in 8.
    MuLaw,
}

/// Which byte comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The least significant one.
    Little,
    /// The most significant one.
    Big,
}

impl Sample {
    fn bytes(self) -> usize {
        match self {
            Self::Integer { bytes, .. } => bytes,
            Self::F32(_) => 4,
            Self::F64(_) => 8,
            Self::ALaw | Self::MuLaw => 1,
        }
    }

    /// Bits a sample takes in the file.
    pub(super) fn stored_bits(self) -> u32 {
        8 * self.bytes() as u32
    }

    fn codec(self) -> &'static str {
        match self {
            Self::Integer { .. } | Self::F32(_) | Self::F64(_) => "PCM",
            Self::ALaw => "A-law",
            Self::MuLaw => "µ-law",
        }
    }

    /// Appends the samples of one channel; full scale is 1. `bytes` are whole frames of `stride` bytes, of which the
    /// channel's begin with the one at `first`.
    fn decode(self, bytes: &[u8], stride: usize, first: usize, plane: &mut Vec<f32>) {
        use Order::{Big, Little};
        let channel = Channel { bytes, stride, first };
        match self {
            Self::Integer { bytes: 1, signed: false, .. } => {
                channel.each(plane, |[byte]| (f32::from(byte) - 128.0) / 128.0);
            }
            Self::Integer { bytes: 1, .. } => channel.each(plane, |byte| f32::from(i8::from_le_bytes(byte)) / 128.0),
            Self::Integer { bytes: 2, order: Little, .. } => {
                channel.each(plane, |word| i16_to_f32(i16::from_le_bytes(word)))
            }
            Self::Integer { bytes: 2, order: Big, .. } => {
                channel.each(plane, |word| i16_to_f32(i16::from_be_bytes(word)))
            }
            Self::Integer { bytes: 3, order: Little, .. } => {
                channel.each(plane, |[a, b, c]| i32_to_f32(i32::from_le_bytes([0, a, b, c])));
            }
            Self::Integer { bytes: 3, order: Big, .. } => {
                channel.each(plane, |[a, b, c]| i32_to_f32(i32::from_be_bytes([a, b, c, 0])));
            }
            Self::Integer { order: Little, .. } => channel.each(plane, |word| i32_to_f32(i32::from_le_bytes(word))),
            Self::Integer { order: Big, .. } => channel.each(plane, |word| i32_to_f32(i32::from_be_bytes(word))),
            Self::F32(Little) => channel.each(plane, f32::from_le_bytes),
            Self::F32(Big) => channel.each(plane, f32::from_be_bytes),
            Self::F64(Little) => channel.each(plane, |word| f64::from_le_bytes(word) as f32),
            Self::F64(Big) => channel.each(plane, |word| f64::from_be_bytes(word) as f32),
            Self::ALaw => channel.each(plane, |[code]| i16_to_f32(a_law(code))),
            Self::MuLaw => channel.each(plane, |[code]| i16_to_f32(mu_law(code))),
        }
    }
}

/// The samples of one channel among those of all.
struct Channel<'a> {
    bytes: &'a [u8],
    stride: usize,
    first: usize,
}

impl Channel<'_> {
    fn each<const N: usize>(&self, plane: &mut Vec<f32>, decode: impl Fn([u8; N]) -> f32) {
        let frames = self.bytes.chunks_exact(self.stride);
        plane.extend(frames.map(|frame| frame[self.first..].first_chunk().map_or(0.0, |sample| decode(*sample))));
    }
}

fn i16_to_f32(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// Exact where the lower eight bits are 0.
fn i32_to_f32(sample: i32) -> f32 {
    (f64::from(sample) / 2_147_483_648.0) as f32
}

/// G.711, table 1a: sign, segment and step, even bits inverted.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let step = i16::from(code & 0x0F) << 4;
    let magnitude = match (code >> 4) & 7 {
        0 => step + 8,
        segment => (step + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// G.711, table 2a: sign, segment and step, all bits inverted.
fn mu_law(code: u8) -> i16 {
    let code = !code;
    let magnitude = (((i16::from(code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Where the samples of a file lie and what they are.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) container: &'static str,
    pub(super) rate: u32,
    pub(super) channels: usize,
    pub(super) sample: Sample,
    /// Bits of a sample that mean something.
    pub(super) bits: u32,
    /// The first byte of the first frame.
    pub(super) start: u64,
    /// Bytes of all frames as the file claims; `None` means all that follow.
    pub(super) claimed: Option<u64>,
}

/// Makes a stream of the samples.
///
/// # Errors
/// [`AudioError::Damaged`] without a channel, [`AudioError::Rate`].
pub(super) fn open(input: Input, layout: &Layout, tags: Tags) -> Result<Opened, AudioError> {
    let rate = SampleRate::new(layout.rate)?;
    if layout.channels == 0 {
        return Err(AudioError::damaged(layout.container, "it has no channel"));
    }
    let frame_bytes = layout.channels * layout.sample.bytes();
    let (bytes, damage) = present(&input, layout.start, layout.claimed, rate, frame_bytes as u64);
    let frames = bytes / frame_bytes as u64;
    let spec = AudioSpec {
        rate,
        channels: layout.channels,
        frames: Some(frames),
        container: layout.container,
        codec: layout.sample.codec().into(),
        bits: Some(layout.bits),
        float: matches!(layout.sample, Sample::F32(_) | Sample::F64(_)),
        sampling: None,
    };
    let block_frames = (BLOCK_BYTES / frame_bytes).max(1);
    let source = Pcm { input, start: layout.start, sample: layout.sample, frame_bytes, frames, block_frames, next: 0 };
    Ok(Opened { source: Box::new(source), spec, tags, damage })
}

/// How many of the bytes that a file claims are there, and what to say when some are not.
pub(super) fn present(
    input: &Input,
    start: u64,
    claimed: Option<u64>,
    rate: SampleRate,
    bytes_a_frame: u64,
) -> (u64, Option<String>) {
    let there = input.length().saturating_sub(start);
    match claimed {
        Some(claimed) if claimed > there => {
            let secs = |bytes: u64| bytes as f64 / bytes_a_frame as f64 / f64::from(rate.hz());
            let damage = format!("the file ends early: {:.1} of {:.1} s are there", secs(there), secs(claimed));
            (there, Some(damage))
        }
        Some(claimed) => (claimed, None),
        None => (there, None),
    }
}

/// The stream.
struct Pcm {
    input: Input,
    start: u64,
    sample: Sample,
    frame_bytes: usize,
    frames: u64,
    block_frames: usize,
    /// The frame that is decoded next.
    next: u64,
}

impl Source for Pcm {
    fn next(&mut self, block: &mut Block) -> Result<bool, AudioError> {
        let frames = self.block_frames.min(usize::try_from(self.frames - self.next).unwrap_or(usize::MAX));
        let offset = self.start + self.next * self.frame_bytes as u64;
        let bytes = self.input.at(offset, frames * self.frame_bytes).map_err(AudioError::Read)?;
        // A file that has shrunk since it was opened gives fewer.
        let frames = bytes.len() / self.frame_bytes;
        if frames == 0 {
            return Ok(false);
        }
        let size = self.sample.bytes();
        block.at = self.next as i64;
        for (channel, plane) in block.planes.iter_mut().enumerate() {
            self.sample.decode(bytes, self.frame_bytes, channel * size, plane);
        }
        self.next += frames as u64;
        Ok(true)
    }

    fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        self.next = frame.min(self.frames);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_divided_by_full_scale() {
        let integer = |bytes, order, signed| Sample::Integer { bytes, order, signed };
        for (sample, bytes, expected) in [
            (integer(1, Order::Little, false), &[0x80][..], 0.0),
            (integer(1, Order::Little, false), &[0], -1.0),
            (integer(1, Order::Big, true), &[0x40], 0.5),
            (integer(2, Order::Little, true), &[0xFF, 0x7F], 32_767.0 / 32_768.0),
            (integer(2, Order::Big, true), &[0x80, 0x00], -1.0),
            (integer(3, Order::Little, true), &[1, 0, 0], 1.0 / 8_388_608.0),
            (integer(3, Order::Big, true), &[0xFF, 0xFF, 0xFF], -1.0 / 8_388_608.0),
            (integer(4, Order::Little, true), &[0, 0, 0, 0xC0], -0.5),
            (Sample::F32(Order::Big), &[0x3F, 0, 0, 0], 0.5),
            (Sample::F64(Order::Little), &[0, 0, 0, 0, 0, 0, 0xF8, 0xBF], -1.5),
            (integer(1, Order::Little, false), &[0xFF], 127.0 / 128.0),
            (integer(4, Order::Big, true), &[0x80, 0, 0, 0], -1.0),
            (integer(4, Order::Big, true), &[0x7F, 0xFF, 0xFF, 0xFF], 1.0),
            (Sample::F32(Order::Little), &[0, 0, 0x80, 0x3E], 0.25),
            (Sample::F64(Order::Big), &[0x40, 0, 0, 0, 0, 0, 0, 0], 2.0),
            (Sample::ALaw, &[0xD5], 8.0 / 32_768.0),
            (Sample::ALaw, &[0x2A], -32_256.0 / 32_768.0),
            (Sample::MuLaw, &[0xFF], 0.0),
            (Sample::MuLaw, &[0x00], -32_124.0 / 32_768.0),
        ] {
            // The second channel of two frames.
            let frame = [&vec![0x11; bytes.len()], bytes].concat();
            let mut plane = Vec::new();
            sample.decode(&frame.repeat(2), frame.len(), bytes.len(), &mut plane);
            assert_eq!(plane, [expected; 2], "{sample:?} {bytes:?}");
        }
    }
}
