//! MP3 and its elder layers: frames found by their headers, counted once on opening.
//!
//! The file is a row of frames with no length or place of their own, so it is looked through when it is opened: that
//! gives its exact length, places to seek to, and how much is missing where frames cannot be found. What the encoder
//! added at either end is told by the tag of Xing and LAME in the first frame, and falls away.

mod header;

use super::block::{Block, Opened, Source};
use super::codec::Codec;
use super::input::Input;
use super::{AudioError, AudioSpec, comments};
use crate::Tags;
use header::{BYTES, Header, Info};
use ripieno_types::SampleRate;
use std::io;
use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::AudioCodecParameters;

const CONTAINER: &str = "MP3";
/// Bytes in which the first frame must be found.
const FARTHEST_START: u64 = 1 << 20;
/// Packets between two places that are remembered.
const INDEX_STEP: u64 = 256;
/// Packets that are decoded before the one sought. A frame of layer 3 may use up to 511 bytes of those before it,
/// which at the lowest rate are the last 22; its filters reach back by less than two.
const LEAD_IN: u64 = 32;

/// Where the sound starts when there is an ID3v2 tag, or several, before it.
pub(super) fn after_id3(input: &mut Input) -> io::Result<u64> {
    let mut at = 0;
    while let Some(length) = id3_bytes(input, at)? {
        at += length;
    }
    Ok(at)
}

/// Bytes of the ID3v2 tag at a place.
fn id3_bytes(input: &mut Input, at: u64) -> io::Result<Option<u64>> {
    let Some([b'I', b'D', b'3', major, _, flags, a, b, c, d]) = input.array::<10>(at)? else { return Ok(None) };
    if major == 0xFF || (a | b | c | d) & 0x80 != 0 {
        return Ok(None);
    }
    let body = [a, b, c, d].into_iter().fold(0, |length, byte| length << 7 | u64::from(byte));
    Ok(Some(body + if flags & 0x10 != 0 { 20 } else { 10 }))
}

/// Where the sound ends when there are tags of ID3v1 or APE after it.
fn before_tags(input: &mut Input) -> io::Result<u64> {
    let mut end = input.length();
    if end >= 128 && input.at(end - 128, 3)? == b"TAG" {
        end -= 128;
    }
    if end >= 32
        && let Some(footer) = input.array::<32>(end - 32)?
        && footer.starts_with(b"APETAGEX")
    {
        let header = if footer[23] & 0x80 != 0 { 32 } else { 0 };
        let body = u32::from_le_bytes([footer[12], footer[13], footer[14], footer[15]]);
        end = end.saturating_sub(u64::from(body) + header);
    }
    Ok(end)
}

/// A frame of MPEG audio in the file.
#[derive(Clone, Copy, Debug)]
struct Packet {
    /// Its first byte.
    at: u64,
    header: Header,
    /// Its number, counted from the first that holds sound.
    number: u64,
}

/// The row of frames.
struct Row {
    input: Input,
    /// The end of the sound.
    end: u64,
    /// Where the next frame is expected.
    next_at: u64,
    next_number: u64,
    /// The last one that was found.
    last: Header,
    /// A frame before which more or fewer are missing than bytes tell: its place, and how many.
    known_gap: Option<(u64, u64)>,
}

impl Row {
    /// The next frame, and how many are missing before it.
    fn next(&mut self) -> io::Result<Option<(Packet, u64)>> {
        let expected = self.next_at;
        let mut at = expected;
        let mut others = 0;
        loop {
            if at + BYTES as u64 > self.end {
                return Ok(None);
            }
            if let Some(header) = self.header(at)?
                && header.continues(&self.last)
                && at + header.length as u64 <= self.end
                && (at == expected || self.confirmed(at, &header)?)
            {
                // What was passed over held as many frames as fit by the length of the last.
                let lost = at - expected - others;
                let missing = match self.known_gap {
                    Some((place, missing)) if place == at => missing,
                    _ => (lost + self.last.length as u64 / 2) / self.last.length as u64,
                };
                self.next_number += missing;
                let packet = Packet { at, header, number: self.next_number };
                self.next_at = at + header.length as u64;
                self.next_number += 1;
                self.last = header;
                return Ok(Some((packet, missing)));
            }
            match id3_bytes(&mut self.input, at)? {
                Some(length) => {
                    others += length;
                    at += length;
                }
                None => at += 1,
            }
        }
    }

    fn header(&mut self, at: u64) -> io::Result<Option<Header>> {
        Ok(self.input.array(at)?.and_then(Header::parse))
    }

    /// Whether another frame, or the end, follows one that was found by chance.
    fn confirmed(&mut self, at: u64, header: &Header) -> io::Result<bool> {
        let next = at + header.length as u64;
        Ok(next == self.end || self.header(next)?.is_some_and(|other| other.continues(header)))
    }
}

/// A place in the row.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    number: u64,
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(mut input: Input, start: u64) -> Result<Opened, AudioError> {
    let mut tags = Tags::default();
    let mut at = 0;
    while let Some(length) = id3_bytes(&mut input, at).map_err(AudioError::Read)? {
        comments::id3(&mut input, at, length, &mut tags)?;
        at += length;
    }
    let end = before_tags(&mut input).map_err(AudioError::Read)?;
    let first = first(&mut input, start, end).map_err(AudioError::Read)?;
    let Some((first_at, header)) = first else { return Err(AudioError::Unknown) };
    let bytes = input.at(first_at, header.length).map_err(AudioError::Read)?;
    let info = Info::parse(&header, bytes);
    // The frame with the tag is not one of sound.
    let sound_at = if info.is_some() { first_at + header.length as u64 } else { first_at };
    let info = info.unwrap_or_default();

    let mut row = Row { input, end, next_at: sound_at, next_number: 0, last: header, known_gap: None };
    let (index, packets) = survey(&mut row, info.packets).map_err(AudioError::Read)?;
    let announced = info.packets.unwrap_or(packets);
    let damage = (packets < announced).then(|| {
        let secs = (announced - packets) as f64 * header.frames() as f64 / f64::from(header.rate);
        format!("the file ends early, {secs:.1} s before its end")
    });
    // Where the end is missing, so is what was added there.
    let padding = if packets < announced { 0 } else { info.padding };
    let frames = (packets * header.frames()).saturating_sub(info.delay + padding);

    let (codec, name) = header.codec();
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(codec)
        .with_sample_rate(header.rate)
        .with_channels(Channels::Discrete(header.channels.into()))
        .with_max_frames_per_packet(header.frames());
    let spec = AudioSpec {
        rate: SampleRate::new(header.rate)?,
        channels: header.channels.into(),
        frames: Some(frames),
        container: CONTAINER,
        codec: name.into(),
        bits: None,
        float: false,
        sampling: None,
    };
    let codec = Codec::new(CONTAINER, params)?;
    let source = Mpeg { row, codec, index, first: header, delay: info.delay, quiet_until: 0 };
    Ok(Opened { source: Box::new(source), spec, tags, damage })
}

/// The first frame: a header that others follow, one at the very start of the file, two further on.
fn first(input: &mut Input, start: u64, end: u64) -> io::Result<Option<(u64, Header)>> {
    for at in start..end.min(start.saturating_add(FARTHEST_START)) {
        let Some(header) = input.array(at)?.and_then(Header::parse) else { continue };
        let (mut next, mut needed) = (at + header.length as u64, if at == start { 1 } else { 2 });
        while needed > 0 && next < end {
            match input.array(next)?.and_then(Header::parse) {
                Some(other) if other.continues(&header) => next += other.length as u64,
                _ => break,
            }
            needed -= 1;
        }
        if needed == 0 || next == end {
            return Ok(Some((at, header)));
        }
    }
    Ok(None)
}

/// Looks through the row and goes back to its start: places in it, and how many frames it has with those that are
/// missing. The tag's count, where there is one, decides how many those are.
fn survey(row: &mut Row, announced: Option<u64>) -> io::Result<(Vec<Place>, u64)> {
    let (start, first) = (row.next_at, row.last);
    let mut index = vec![Place { at: start, number: 0 }];
    let (mut packets, mut largest) = (0, None);
    while let Some((packet, missing)) = row.next()? {
        packets = packet.number + 1;
        if packet.number >= index.last().map_or(0, |place| place.number) + INDEX_STEP {
            index.push(Place { at: packet.at, number: packet.number });
        }
        if missing > largest.map_or(0, |(_, missing)| missing) {
            largest = Some((packet.at, missing));
        }
    }
    // Frames differ in length, so the length of a gap tells only about how many it held.
    if let (Some((place, missing)), Some(announced)) = (largest, announced)
        && announced.abs_diff(packets) <= missing
    {
        row.known_gap = Some((place, missing + announced - packets));
        for later in index.iter_mut().filter(|later| later.at >= place) {
            later.number = later.number + announced - packets;
        }
        packets = announced;
    }
    (row.next_at, row.next_number, row.last) = (start, 0, first);
    Ok((index, packets))
}

struct Mpeg {
    row: Row,
    codec: Codec,
    index: Vec<Place>,
    /// The header of the first frame.
    first: Header,
    /// Audio frames that come before the recording.
    delay: u64,
    /// The packet before which nothing is said of damage: what is decoded there is not heard.
    quiet_until: u64,
}

impl Source for Mpeg {
    fn next(&mut self, block: &mut Block) -> Result<bool, AudioError> {
        let Some((packet, missing)) = self.row.next().map_err(AudioError::Read)? else { return Ok(false) };
        let frames = self.first.frames();
        block.at = (packet.number * frames) as i64 - self.delay as i64;
        let bytes = self.row.input.at(packet.at, packet.header.length).map_err(AudioError::Read)?;
        let decoded = self.codec.decode(bytes, frames, &mut block.planes);
        if packet.number >= self.quiet_until {
            block.damage = decoded.err();
            if missing > 0 {
                block.damage = Some(format!("{missing} frames cannot be found"));
            }
        }
        Ok(true)
    }

    fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        let packet = (frame + self.delay) / self.first.frames();
        let target = packet.saturating_sub(LEAD_IN);
        let place = self.index[self.index.partition_point(|place| place.number <= target).saturating_sub(1)];
        (self.row.next_at, self.row.next_number, self.row.last) = (place.at, place.number, self.first);
        while self.row.next_number < target && self.row.next().map_err(AudioError::Read)?.is_some() {}
        self.quiet_until = packet.saturating_sub(1);
        self.codec.reset();
        Ok(())
    }
}
