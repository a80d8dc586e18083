//! ADPCM in WAV files, Microsoft's and IMA's: blocks of one length that stand for themselves.

use super::block::{Block, Opened, Source};
use super::codec::Codec;
use super::input::Input;
use super::riff::{Extent, Format};
use super::{AudioError, AudioSpec, pcm};
use crate::Tags;
use ripieno_types::SampleRate;
use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS};

/// Which of the two.
#[derive(Clone, Copy, Debug)]
pub(super) enum Adpcm {
    /// Format tag 2.
    Microsoft,
    /// Format tag 0x11.
    Ima,
}

impl Adpcm {
    /// Frames of a block: those in its header, and one in four bits a channel after it.
    fn frames(self, block_bytes: usize, channels: usize) -> usize {
        let (header, first) = match self {
            Self::Microsoft => (7 * channels, 2),
            Self::Ima => (4 * channels, 1),
        };
        block_bytes.checked_sub(header).map_or(0, |body| body * 2 / channels + first)
    }
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(
    container: &'static str,
    input: Input,
    kind: Adpcm,
    format: &Format,
    extent: Extent,
    tags: Tags,
) -> Result<Opened, AudioError> {
    let Extent { start, claimed, fact } = extent;
    let rate = SampleRate::new(format.rate)?;
    let (channels, block_bytes) = (usize::from(format.channels), usize::from(format.block_align));
    let block_frames = kind.frames(block_bytes, channels);
    if format.bits != 4 || !(1..=2).contains(&channels) || block_frames == 0 {
        let what = format!("ADPCM of {} bits, {channels} channels, blocks of {block_bytes} bytes", format.bits);
        return Err(AudioError::unsupported(container, what));
    }
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(if matches!(kind, Adpcm::Microsoft) { CODEC_ID_ADPCM_MS } else { CODEC_ID_ADPCM_IMA_WAV })
        .with_sample_rate(rate.hz())
        .with_channels(Channels::Discrete(format.channels))
        .with_max_frames_per_packet(block_frames as u64)
        .with_frames_per_block(block_frames as u64);
    let codec = Codec::new(container, params)?;
    let (bytes, damage) = pcm::present(&input, start, claimed, rate, (block_bytes / block_frames).max(1) as u64);
    let frames = bytes / block_bytes as u64 * block_frames as u64;
    let spec = AudioSpec {
        rate,
        channels,
        frames: Some(fact.map_or(frames, |fact| fact.min(frames))),
        container,
        codec: "ADPCM".into(),
        bits: Some(4),
        float: false,
        sampling: None,
    };
    let blocks = bytes / block_bytes as u64;
    let source = Blocks { input, codec, start, block_bytes, block_frames, blocks, next: 0 };
    Ok(Opened { source: Box::new(source), spec, tags, damage })
}

struct Blocks {
    input: Input,
    codec: Codec,
    start: u64,
    block_bytes: usize,
    block_frames: usize,
    blocks: u64,
    /// The block that is decoded next.
    next: u64,
}

impl Source for Blocks {
    fn next(&mut self, block: &mut Block) -> Result<bool, AudioError> {
        let offset = self.start + self.next * self.block_bytes as u64;
        let bytes = self.input.at(offset, self.block_bytes).map_err(AudioError::Read)?;
        if self.next == self.blocks || bytes.len() < self.block_bytes {
            return Ok(false);
        }
        block.at = (self.next * self.block_frames as u64) as i64;
        block.damage = self.codec.decode(bytes, self.block_frames as u64, &mut block.planes).err();
        self.next += 1;
        Ok(true)
    }

    fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        self.next = (frame / self.block_frames as u64).min(self.blocks);
        Ok(())
    }
}
