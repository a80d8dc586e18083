//! FLAC, MP4 and ADTS: packets as the container library finds them.

use super::block::{Block, Opened, Source};
use super::codec::{Codec, describe};
use super::input::Input;
use super::{AudioError, AudioSpec, comments, mp4, sampling};
use crate::Tags;
use ripieno_types::SampleRate;
use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, SeekMode, SeekTo, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, ReadBytes};
use symphonia::core::meta::RawValue;
use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;
use symphonia::default::formats::{AdtsReader, FlacReader, IsoMp4Reader};

type Reader = Box<dyn FormatReader>;
type Open = fn(MediaSourceStream<'static>) -> symphonia::core::errors::Result<Reader>;

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn flac(mut input: Input, start: u64) -> Result<Opened, AudioError> {
    let sampler = sampling::flac(&mut input, start)?;
    let open: Open = |stream| Ok(Box::new(FlacReader::try_new(stream, Default::default())?));
    let (reader, track, tags) = begin("FLAC", open, input, start)?;
    let frames = track.num_frames.filter(|frames| *frames > 0);
    let mut opened = finish(Framed::new("FLAC", open, reader, &track, Places::Stamped, 0)?, "FLAC", frames, tags)?;
    sampling::place(&mut opened.spec, sampler);
    Ok(opened)
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn adts(input: Input, start: u64) -> Result<Opened, AudioError> {
    let open: Open = |stream| Ok(Box::new(AdtsReader::try_new(stream, Default::default())?));
    let (reader, track, tags) = begin("ADTS", open, input, start)?;
    finish(Framed::new("ADTS", open, reader, &track, Places::Counted, 0)?, "AAC", None, tags)
}

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn mp4(mut input: Input) -> Result<Opened, AudioError> {
    let edits = mp4::edits(&mut input).map_err(AudioError::Read)?;
    let open: Open = |mut stream| {
        // The library looks for the first atom's name, which lies behind its length.
        stream.read_quad_bytes()?;
        Ok(Box::new(IsoMp4Reader::try_new(stream, Default::default())?))
    };
    let (mut reader, track, tags) = begin("MP4", open, input, 0)?;
    let (codec, params) = match &track.codec_params {
        Some(CodecParameters::Audio(params)) => (params.codec, params),
        _ => return Err(AudioError::unsupported("MP4", "sound of an unknown kind")),
    };
    let (name, places) = match codec {
        CODEC_ID_AAC => ("AAC", Places::Counted),
        CODEC_ID_ALAC => ("ALAC", Places::Stamped),
        other => return Err(AudioError::unsupported("MP4", format!("sound of the kind {other}"))),
    };
    // Stamps count frames only where the track's clock is its rate.
    let stamped =
        track.time_base.is_some_and(|base| base.numer.get() == 1 && Some(base.denom.get()) == params.sample_rate);
    let total = track.num_frames.filter(|frames| *frames > 0);
    let itunes = itunes_gapless(&mut reader);
    let (start, frames) = match (itunes, edits.iter().find(|edit| edit.track == track.id)) {
        (Some(gapless), _) => (gapless.delay, Some(gapless.frames)),
        (None, Some(edit)) => {
            let start = edit.start_frame(params.sample_rate.unwrap_or(0));
            (start, edit.shortened(total.map(|total| total.saturating_sub(start))))
        }
        _ => (0, total),
    };
    let places = if stamped { places } else { Places::Counted };
    // The depth stands in the sixth byte of what describes ALAC to its decoder.
    let cookie = params.extra_data.as_deref().filter(|_| codec == CODEC_ID_ALAC);
    let bits = cookie.and_then(|cookie| cookie.get(5)).map(|bits| u32::from(*bits));
    let mut opened = finish(Framed::new("MP4", open, reader, &track, places, start)?, name, frames, tags)?;
    opened.spec.bits = bits;
    Ok(opened)
}

/// What iTunes tells of the frames its encoder added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gapless {
    delay: u64,
    frames: u64,
}

impl Gapless {
    /// ` 00000000 00000840 000001CA 00000000003F31F6 ...`: nothing, frames before, frames after, frames between.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split_ascii_whitespace().map(|number| u64::from_str_radix(number, 16).ok());
        let (delay, _, frames) = (numbers.nth(1)??, numbers.next()??, numbers.next()??);
        (frames > 0 && delay < 1 << 16).then_some(Self { delay, frames })
    }
}

fn itunes_gapless(reader: &mut Reader) -> Option<Gapless> {
    let log = reader.metadata();
    let tags = &log.current()?.media.tags;
    let tag = tags.iter().find(|tag| tag.raw.key.to_ascii_lowercase().ends_with("itunsmpb"))?;
    match &tag.raw.value {
        RawValue::String(text) => Gapless::parse(text),
        _ => None,
    }
}

/// Opens a container and finds its sound.
fn begin(container: &'static str, open: Open, input: Input, start: u64) -> Result<(Reader, Track, Tags), AudioError> {
    let stream = input.into_stream(start).map_err(AudioError::Read)?;
    let mut reader = guarded(container, || open(stream))?;
    let track = reader.default_track(TrackType::Audio).cloned();
    let track = track.ok_or_else(|| AudioError::unsupported(container, "no sound"))?;
    let mut tags = Tags::default();
    let mut log = reader.metadata();
    if let Some(revision) = log.skip_to_latest() {
        comments::revision(revision, &mut tags);
    }
    Ok((reader, track, tags))
}

fn finish(source: Framed, codec: &str, frames: Option<u64>, tags: Tags) -> Result<Opened, AudioError> {
    let spec = AudioSpec {
        rate: SampleRate::new(source.codec.rate().unwrap_or(0))?,
        channels: source.channels,
        frames,
        container: source.container,
        codec: codec.into(),
        bits: if codec == "AAC" { None } else { source.codec.bits() },
        float: false,
        sampling: None,
    };
    Ok(Opened { source: Box::new(source), spec, tags, damage: None })
}

/// Calls into the container library; its panics are damage.
fn guarded<T>(
    container: &'static str,
    call: impl FnOnce() -> symphonia::core::errors::Result<T>,
) -> Result<T, AudioError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Error::Unsupported(what))) => Err(AudioError::unsupported(container, what)),
        Ok(Err(Error::IoError(error))) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(AudioError::Read(error))
        }
        Ok(Err(error)) => Err(AudioError::damaged(container, describe(&error))),
        Err(_) => Err(AudioError::damaged(container, "the reader fails at it")),
    }
}

/// How a packet's place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    /// From its time stamp; a packet stands for itself.
    Stamped,
    /// By counting what was decoded before it; the decoder remembers all that went before.
    Counted,
}

/// The packets of one track.
struct Framed {
    container: &'static str,
    open: Open,
    /// `None` once it has failed.
    reader: Option<Reader>,
    /// A packet that was looked at after a seek.
    pending: Option<Packet>,
    track: u32,
    codec: Codec,
    channels: usize,
    places: Places,
    /// Frames that the encoder added before the first.
    start: u64,
    /// The place after the packet that was decoded last, counted from the encoder's first frame.
    next: u64,
    /// Frames of the last packet that could be decoded.
    usual: u64,
}

impl Framed {
    fn new(
        container: &'static str,
        open: Open,
        reader: Reader,
        track: &Track,
        places: Places,
        start: u64,
    ) -> Result<Self, AudioError> {
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return Err(AudioError::unsupported(container, "sound of an unknown kind"));
        };
        let usual = params.max_frames_per_packet.unwrap_or(1024);
        let codec = Codec::new(container, params.clone()).map_err(|error| match params.codec {
            CODEC_ID_AAC => AudioError::unsupported(container, "AAC other than LC, or of more than two channels"),
            _ => error,
        })?;
        let channels = codec.channels().filter(|channels| *channels > 0);
        let channels = channels.ok_or_else(|| AudioError::damaged(container, "it has no channel"))?;
        let track = track.id;
        Ok(Self {
            container,
            open,
            reader: Some(reader),
            pending: None,
            track,
            codec,
            channels,
            places,
            start,
            next: 0,
            usual,
        })
    }

    /// The next packet of the track; `None` at the end, be it an early one.
    fn packet(&mut self) -> Result<Option<Packet>, AudioError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        loop {
            match guarded(self.container, || reader.next_packet()) {
                Ok(Some(packet)) if packet.track_id != self.track => {}
                Ok(packet) => return Ok(packet),
                Err(AudioError::Read(error)) => return Err(AudioError::Read(error)),
                Err(_) => {
                    self.reader = None;
                    return Ok(None);
                }
            }
        }
    }

    /// Begins again at the first packet.
    fn rewind(&mut self) -> Result<(), AudioError> {
        let (container, open) = (self.container, self.open);
        let Some(reader) = self.reader.take() else {
            return Err(AudioError::damaged(container, "it was given up after an error"));
        };
        let reader = guarded(container, || {
            let mut stream = reader.into_inner();
            std::io::Seek::seek(&mut stream, std::io::SeekFrom::Start(0))?;
            open(stream)
        })?;
        self.reader = Some(reader);
        self.pending = None;
        self.next = 0;
        self.codec.reset();
        Ok(())
    }
}

impl Source for Framed {
    fn next(&mut self, block: &mut Block) -> Result<bool, AudioError> {
        let packet = match self.pending.take() {
            Some(packet) => packet,
            None => match self.packet()? {
                Some(packet) => packet,
                None => return Ok(false),
            },
        };
        if self.places == Places::Stamped {
            self.next = u64::try_from(packet.pts.get()).unwrap_or(0);
        }
        block.at = (self.next as i64).saturating_sub_unsigned(self.start);
        match self.codec.decode(&packet.data, self.usual, &mut block.planes) {
            Ok(frames) => self.usual = frames as u64,
            Err(damage) => block.damage = Some(damage),
        }
        // What a packet should have held is its length even when nothing of it could be decoded.
        self.next = self.next.saturating_add(self.usual);
        Ok(true)
    }

    fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        let target = frame.saturating_add(self.start);
        if self.places == Places::Counted {
            return if target < self.next { self.rewind() } else { Ok(()) };
        }
        self.pending = None;
        let ts = i64::try_from(target).map_err(|_| AudioError::damaged(self.container, "it has no such place"))?;
        let (container, track_id) = (self.container, self.track);
        if let Some(reader) = &mut self.reader {
            let to = SeekTo::Timestamp { ts: Timestamp::new(ts), track_id };
            if let Ok(place) = guarded(container, || reader.seek(SeekMode::Accurate, to))
                && place.actual_ts.get() <= ts
            {
                // Bytes that only look like a frame may have been found: the packet itself is the proof.
                self.pending = self.packet()?;
                if self.pending.as_ref().is_some_and(|packet| packet.pts.get() <= ts) {
                    return Ok(());
                }
            }
        }
        self.rewind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_itunes_tells_is_read() {
        let text = " 00000000 00000840 000001CA 00000000003F31F6 00000000 00000000";
        assert_eq!(Gapless::parse(text), Some(Gapless { delay: 0x840, frames: 0x3F_31F6 }));
        for text in ["", "1 2 3", " 0 0 0 0", " 0 x 1CA 3F31F6", " 0 FFFFFFFF 0 1", " 0 840 1CA FFFFFFFFFFFFFFFFF"] {
            assert_eq!(Gapless::parse(text), None, "{text}");
        }
    }
}
