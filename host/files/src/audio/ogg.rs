//! Ogg with Vorbis or Opus: placed by the granule positions of its pages, which count frames.
//!
//! A page tells where its last packet ends, so a page's frames are set to end there; on the last page they begin where
//! the page before ended, and what is beyond the place it tells is the encoder's. A page that is lost leaves a hole of
//! the right length.

mod opus;
mod page;

use super::block::{Block, Opened, Source};
use super::codec::Codec;
use super::input::Input;
use super::{AudioError, AudioSpec, comments};
use crate::Tags;
use opus::{Head, Opus};
use page::{Page, Pages};
use ripieno_types::SampleRate;
use std::io;
use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;

const CONTAINER: &str = "Ogg";
/// Pages in which the headers must end.
const MOST_HEADER_PAGES: usize = 1024;
/// Bytes before the end of the file in which its last page is looked for.
const FARTHEST_END: u64 = 1 << 20;
/// Bytes within which a place is searched page by page.
const NEAR: u64 = 1 << 17;

enum Decoder {
    /// A packet depends on the one before it.
    Vorbis(Codec),
    /// A packet depends on all that went before.
    Opus(Box<Opus>),
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(mut input: Input, start: u64) -> Result<Opened, AudioError> {
    let first = first(&mut input, start).map_err(AudioError::Read)?;
    let first = first.ok_or_else(|| AudioError::damaged(CONTAINER, "it has no sound page"))?;
    let mut pages = Pages::new(input, &first);
    let mut headers: Vec<Vec<u8>> = Vec::new();
    let mut needed = 1;
    for _ in 0..MOST_HEADER_PAGES {
        if headers.len() >= needed {
            break;
        }
        let Some(mut next) = pages.next().map_err(AudioError::Read)? else { break };
        headers.append(&mut next.packets);
        needed = match headers.first() {
            Some(head) if head.starts_with(b"\x01vorbis") => 3,
            Some(head) if head.starts_with(b"OpusHead") => 2,
            Some(_) => return Err(AudioError::unsupported(CONTAINER, "sound other than Vorbis and Opus")),
            None => 1,
        };
    }
    if headers.len() < needed {
        return Err(AudioError::damaged(CONTAINER, "it ends in its headers"));
    }
    let mut tags = Tags::default();
    let (decoder, name, rate, channels, skip) = if needed == 3 {
        comments::vorbis(headers[1].strip_prefix(b"\x03vorbis").unwrap_or_default(), &mut tags);
        let (codec, rate, channels) = vorbis(&headers)?;
        (Decoder::Vorbis(codec), "Vorbis", rate, channels, 0)
    } else {
        comments::vorbis(headers[1].strip_prefix(b"OpusTags").unwrap_or_default(), &mut tags);
        let head = Head::parse(&headers[0])?;
        let (channels, skip) = (head.channels, head.pre_skip);
        (Decoder::Opus(Box::new(Opus::new(head)?)), "Opus", opus::RATE, channels, skip)
    };
    let audio_at = pages.place();
    let (last, chained) = last(&mut pages.input, &first, audio_at).map_err(AudioError::Read)?;
    let mut source = Ogg { pages, decoder, audio_at, begin: 0, base: 0, next: None };
    source.find_begin(channels)?;
    source.base = source.begin.max(0) + skip as i64;
    let spec = AudioSpec {
        rate: SampleRate::new(rate)?,
        channels,
        frames: last.as_ref().map(|page| u64::try_from(page.granule.saturating_sub(source.base)).unwrap_or(0)),
        container: CONTAINER,
        codec: name.into(),
        bits: None,
        float: false,
        sampling: None,
    };
    let damage = match last {
        None if chained => Some("other recordings follow, which are left out".into()),
        Some(page) if !page.last => Some("the file ends early: its last page is missing".into()),
        _ => None,
    };
    source.rewind();
    Ok(Opened { source: Box::new(source), spec, tags, damage })
}

/// The first page of the first stream that is sound.
fn first(input: &mut Input, start: u64) -> io::Result<Option<Page>> {
    let (mut at, end) = (start, input.length());
    while let Some(page) = Page::from(input, at, end)? {
        if !page.first {
            break;
        }
        at = page.end();
        let head = input.at(page.at + 28, 8)?;
        if head.starts_with(b"\x01vorbis") || head == b"OpusHead" {
            return Ok(Some(page));
        }
    }
    Page::from(input, start, end)
}

/// The last page that tells a place, and whether there are several recordings, one after the other. The length of the
/// first of those cannot be told in advance.
fn last(input: &mut Input, first: &Page, audio_at: u64) -> io::Result<(Option<Page>, bool)> {
    let end = input.length();
    let mut found = None;
    let mut back = NEAR.min(end);
    while found.is_none() {
        let mut at = end - back;
        while let Some(page) = Page::from(input, at, end)? {
            at = page.end();
            if page.first && page.at >= audio_at {
                return Ok((None, true));
            }
            if page.serial == first.serial && page.granule >= 0 {
                found = Some(page);
            }
        }
        if back >= FARTHEST_END.min(end) {
            break;
        }
        back = (back * 2).min(end);
    }
    Ok((found, false))
}

/// The decoder that the first and the third header describe, its rate and its channels.
fn vorbis(headers: &[Vec<u8>]) -> Result<(Codec, u32, usize), AudioError> {
    let ident = &headers[0];
    let Some(rate) = ident.get(12..16) else {
        return Err(AudioError::damaged(CONTAINER, "the head of its Vorbis stream breaks off"));
    };
    let (rate, channels) = (u32::from_le_bytes([rate[0], rate[1], rate[2], rate[3]]), ident[11]);
    if channels == 0 {
        return Err(AudioError::damaged(CONTAINER, "it has no channel"));
    }
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(CODEC_ID_VORBIS)
        .with_sample_rate(rate)
        .with_channels(Channels::Discrete(channels.into()))
        .with_extra_data([&ident[..], &headers[2]].concat().into());
    Ok((Codec::new(CONTAINER, params)?, rate, channels.into()))
}

struct Ogg {
    pages: Pages,
    decoder: Decoder,
    /// Where the pages with sound begin.
    audio_at: u64,
    /// The granule position at which the first frame that is decoded lies; negative where some are to be left out.
    begin: i64,
    /// The granule position of the recording's first frame.
    base: i64,
    /// The granule position after what was decoded last, where it is known.
    next: Option<i64>,
}

impl Ogg {
    /// Learns from the first page with sound where the stream begins: a recording of a broadcast does not begin at 0.
    fn find_begin(&mut self, channels: usize) -> Result<(), AudioError> {
        while let Some(packets) = self.pages.next().map_err(AudioError::Read)? {
            if packets.packets.is_empty() || packets.page.granule < 0 {
                continue;
            }
            let mut block = Block::default();
            block.extend_silence(channels, 0);
            self.decode(&packets.packets, &mut block);
            if !packets.page.last {
                self.begin = packets.page.granule.saturating_sub_unsigned(block.frames() as u64);
            }
            break;
        }
        Ok(())
    }

    fn rewind(&mut self) {
        self.pages.go(self.audio_at);
        self.next = Some(self.begin);
        self.reset();
    }

    fn reset(&mut self) {
        match &mut self.decoder {
            Decoder::Vorbis(codec) => codec.reset(),
            Decoder::Opus(opus) => opus.reset(),
        }
    }

    fn decode(&mut self, packets: &[Vec<u8>], block: &mut Block) {
        for packet in packets {
            let decoded = match &mut self.decoder {
                Decoder::Vorbis(codec) => codec.decode(packet, 0, &mut block.planes).map(|_| ()),
                Decoder::Opus(opus) => opus.decode(packet, &mut block.planes),
            };
            if let Err(damage) = decoded {
                block.damage.get_or_insert(damage);
            }
        }
    }

    /// The page from which on all that follows `granule` can be decoded: the last but one that ends before it.
    fn landing(&mut self, granule: i64) -> io::Result<Option<u64>> {
        let (mut low, mut high) = (self.audio_at, self.pages.input.length());
        let serial = self.pages.serial();
        while high - low > NEAR {
            let middle = low + (high - low) / 2;
            let mut at = middle;
            let page = loop {
                match Page::from(&mut self.pages.input, at, high)? {
                    Some(page) if page.serial != serial || page.granule < 0 => at = page.end(),
                    other => break other,
                }
            };
            match page {
                Some(page) if page.granule < granule => low = page.at,
                _ => high = middle,
            }
        }
        // The search ends behind the last page before the place, whose predecessor may lie before `low`.
        let mut at = low.saturating_sub(NEAR).max(self.audio_at);
        let (mut before, end) = ([None; 2], self.pages.input.length());
        while let Some(page) = Page::from(&mut self.pages.input, at, end)? {
            at = page.end();
            if page.serial == serial && page.granule >= 0 {
                if page.granule >= granule {
                    break;
                }
                before = [before[1], Some(page.at)];
            }
        }
        Ok(before[0])
    }
}

impl Source for Ogg {
    fn next(&mut self, block: &mut Block) -> Result<bool, AudioError> {
        let Some(packets) = self.pages.next().map_err(AudioError::Read)? else { return Ok(false) };
        if packets.gap {
            self.next = None;
            // What would overlap with it is gone.
            if let Decoder::Vorbis(codec) = &mut self.decoder {
                codec.reset();
            }
        }
        self.decode(&packets.packets, block);
        if packets.gap {
            block.damage.get_or_insert_with(|| "pages are missing".into());
        }
        let (frames, end) = (block.frames() as i64, packets.page.granule);
        let place = match self.next {
            // Without a place of its own a page goes on where the last one ended.
            next if end < 0 => next.unwrap_or(self.begin),
            // More than the page admits: the rest is the encoder's.
            Some(next) if next.saturating_add(frames) >= end => {
                block.truncate(usize::try_from(end.saturating_sub(next)).unwrap_or(0));
                next
            }
            _ => end.saturating_sub(frames),
        };
        self.next = Some(if end < 0 { place.saturating_add(frames) } else { end });
        block.at = place.saturating_sub(self.base);
        Ok(true)
    }

    fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        let target = self.base.saturating_add_unsigned(frame);
        match self.decoder {
            Decoder::Opus(_) => {
                if self.next.is_none_or(|next| target < next) {
                    self.rewind();
                }
            }
            Decoder::Vorbis(_) => match self.landing(target).map_err(AudioError::Read)? {
                Some(at) => {
                    self.pages.go(at);
                    self.next = None;
                    self.reset();
                }
                None => self.rewind(),
            },
        }
        Ok(())
    }
}
