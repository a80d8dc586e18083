//! Standard MIDI Files (RP-001): types 0, 1 and 2, tempo maps and timecode, as one list of words timed in frames.
//!
//! Tracks of type 1 are merged by tick; events of one tick keep the order of the tracks and, within a track, of the
//! file. Songs of type 2 are played one after the other, each with its own tempo map. The tempo counts wherever in a
//! type 1 file it stands. Meta events other than tempo, title and end of track are passed over and counted.
//! Notes and pedals still held at the end of a song are released there.
//!
//! Work and memory are bounded by the bytes present, never by a length that a file claims.

mod chunks;
mod error;
mod time;
mod track;

pub use chunks::Format;
pub use error::{Damage, Reason, SmfError, Warning};

use ripieno_types::midi::{Held, MidiWord, SysExPart};
use ripieno_types::{Command, SampleRate, Timed};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use time::Clock;
use track::{Event, Kind, Track};

/// How to read a file.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Keep everything before a damaged place and warn, rather than refuse the file.
    pub lenient: bool,
    /// Refuse a song that lasts longer than this, in seconds. A file of forty bytes can claim years.
    pub max_secs: f64,
}

impl Options {
    /// The limit on a song's duration unless another is asked for, in minutes.
    pub const DEFAULT_MAX_MINUTES: f64 = 60.0;
}

impl Default for Options {
    fn default() -> Self {
        Self { lenient: false, max_secs: Self::DEFAULT_MAX_MINUTES * 60.0 }
    }
}

/// A song, ready to be played at one sample rate.
#[derive(Clone, Debug)]
pub struct Song {
    /// The first track's name, without control characters, at most [`Song::MAX_TITLE`] characters.
    pub title: Option<String>,
    /// How the tracks belong together.
    pub format: Format,
    /// How many tracks were read.
    pub tracks: usize,
    /// The words to play, in order of time; [`Song::commands`] gives SysEx as well.
    pub events: Vec<Timed<MidiWord>>,
    /// SysEx, each part with the number of events that come before it.
    exclusive: Vec<(usize, Timed<SysExPart>)>,
    /// Note-ons among the events.
    pub notes: usize,
    /// Meta events, and bytes of no known message, that were passed over.
    pub skipped: u64,
    /// The song's length in frames.
    pub frames: u64,
    /// What was odd; empty for a clean file.
    pub warnings: Vec<Warning>,
}

impl Song {
    /// The longest title kept, in characters.
    pub const MAX_TITLE: usize = 200;
    /// The largest file that [`Song::open`] reads, in bytes.
    pub const MAX_BYTES: u64 = 1 << 29;

    /// Reads a file. Control; blocks.
    ///
    /// # Errors
    /// [`SmfError`]; no variant is worth a retry with the same file and options.
    pub fn open(path: &Path, rate: SampleRate, options: &Options) -> Result<Self, SmfError> {
        let mut file = File::open(path)?;
        let mut bytes = Vec::new();
        // A folder, a device or some other kind of file is known by its first bytes; only then is the rest read.
        file.by_ref().take(12).read_to_end(&mut bytes)?;
        if bytes.starts_with(b"MThd") || bytes.starts_with(b"RIFF") {
            file.take(Self::MAX_BYTES).read_to_end(&mut bytes)?;
        }
        if bytes.len() as u64 > Self::MAX_BYTES {
            return Err(SmfError::TooBig { limit: Self::MAX_BYTES });
        }
        Self::parse(&bytes, rate, options)
    }

    /// Reads a file's bytes. Control.
    ///
    /// # Errors
    /// [`SmfError`], as [`open`](Self::open), but for reading.
    pub fn parse(bytes: &[u8], rate: SampleRate, options: &Options) -> Result<Self, SmfError> {
        let chunks = chunks::read(bytes)?;
        let mut tracks: Vec<Track<'_>> =
            chunks.tracks.iter().zip(1..).map(|(chunk, number)| track::read(*chunk, number)).collect();
        if tracks.is_empty() {
            return Err(chunks.damage.map_or(SmfError::NoTracks, SmfError::Damaged));
        }
        let mut song = Song {
            title: tracks[0].title.and_then(title),
            format: chunks.format,
            tracks: tracks.len(),
            events: Vec::new(),
            exclusive: Vec::new(),
            notes: 0,
            skipped: tracks.iter().map(|track| track.skipped).sum(),
            frames: 0,
            warnings: Vec::new(),
        };
        for track in &mut tracks {
            song.warnings.append(&mut track.warnings);
        }
        song.warnings.extend(chunks.trailing);
        // A track that is cut short has no end, which needs no saying twice.
        let cut = chunks.damage.and_then(|damage| damage.track);
        song.warnings.retain(|warning| !matches!(warning, Warning::NoEnd { track } if Some(*track) == cut));
        for damage in tracks.iter().filter_map(|track| track.damage).chain(chunks.damage) {
            if !options.lenient {
                return Err(SmfError::Damaged(damage));
            }
            song.warnings.push(Warning::Dropped(damage));
        }
        song.lay_out(tracks, chunks.division, rate);
        let secs = song.frames as f64 / f64::from(rate.hz());
        if secs > options.max_secs {
            return Err(SmfError::TooLong { secs, limit: options.max_secs });
        }
        Ok(song)
    }

    /// Everything to play, in order of time: words, and SysEx in its parts. Any.
    pub fn commands(&self) -> impl Iterator<Item = Timed<Command>> {
        let (mut played, mut exclusive) = (0, self.exclusive.iter().peekable());
        std::iter::from_fn(move || {
            if let Some((_, part)) = exclusive.next_if(|(before, _)| *before <= played) {
                return Some(Timed { at: part.at, value: Command::SysEx(part.value) });
            }
            let event = self.events.get(played)?;
            played += 1;
            Some(Timed { at: event.at, value: Command::Midi(event.value) })
        })
    }

    /// The song's length in seconds at the rate it was read for.
    pub fn secs(&self, rate: SampleRate) -> f64 {
        self.frames as f64 / f64::from(rate.hz())
    }

    fn lay_out(&mut self, tracks: Vec<Track<'_>>, division: chunks::Division, rate: SampleRate) {
        let mut hanging = 0;
        if self.format == Format::Sequential {
            for track in tracks {
                hanging += self.append(&track.events, track.end, Clock::new(division), rate);
            }
        } else {
            let end = tracks.iter().map(|track| track.end).max().unwrap_or(0);
            let mut events: Vec<Event<'_>> = tracks.into_iter().flat_map(|track| track.events).collect();
            events.sort_by_key(|event| event.tick);
            hanging = self.append(&events, end, Clock::new(division), rate);
        }
        if hanging > 0 {
            self.warnings.push(Warning::Hanging { notes: hanging });
        }
        if self.notes == 0 {
            self.warnings.push(Warning::Silent);
        }
    }

    /// Adds one sequence after what is there; returns how many notes it left hanging.
    fn append(&mut self, events: &[Event<'_>], end: u64, mut clock: Clock, rate: SampleRate) -> u32 {
        let start = self.frames;
        let mut held = Held::default();
        for event in events {
            clock.advance(event.tick);
            match event.kind {
                Kind::Tempo(micros) => clock.set_tempo(micros),
                Kind::Word(word) => {
                    self.notes += usize::from(held.follow(word));
                    self.events.push(Timed { at: start.saturating_add(clock.frame(rate)), value: word });
                }
                Kind::SysEx { begins, bytes } => {
                    let (before, at) = (self.events.len(), start.saturating_add(clock.frame(rate)));
                    let bytes = begins.then_some(0xF0).into_iter().chain(bytes.iter().copied());
                    self.exclusive.extend(SysExPart::cut(bytes).map(|value| (before, Timed { at, value })));
                }
            }
        }
        clock.advance(end);
        self.frames = start.saturating_add(clock.frame(rate));
        let at = self.frames;
        held.lift(|word| self.events.push(Timed { at, value: word }))
    }
}

/// A name as people may see it: UTF-8 if it is that, else Latin-1; nothing that moves a terminal's cursor.
fn title(bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(Song::MAX_TITLE * 4)];
    let text: String = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        // Cut in the middle of a character by the limit above.
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let clean: String = text.chars().filter(|c| !c.is_control()).take(Song::MAX_TITLE).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.into())
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
