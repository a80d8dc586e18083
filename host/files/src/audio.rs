//! Recordings in: opened by what is in them, decoded as a stream in constant memory, aligned to the sample.
//!
//! Every format becomes a stream of blocks, each with its place in the recording. [`AudioFile`] puts them where they
//! belong: what an encoder added before the first and after the last frame falls away, what cannot be decoded is silence
//! of the same length.

mod adpcm;
mod aiff;
mod block;
mod codec;
mod comments;
mod container;
mod detect;
mod error;
mod input;
mod mp4;
mod mpeg;
mod ogg;
mod pcm;
mod riff;
mod sampling;
mod w64;

pub use error::AudioError;
pub use input::Bytes;

use block::{Block, Opened, Source};
use input::Input;
use ripieno_ports::Statistics;
use ripieno_types::SampleRate;
use std::fmt;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use crate::Tags;

/// What a recording is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AudioSpec {
    /// Frames a second.
    pub rate: SampleRate,
    /// Channels, at least 1.
    pub channels: usize,
    /// Its length, without what an encoder added; `None` where the file does not tell. A file that turns out to be
    /// shorter says so by [`AudioFile::damage`].
    pub frames: Option<u64>,
    /// The kind of file: `WAV`, `RF64`, `BW64`, `W64`, `AIFF`, `FLAC`, `MP3`, `Ogg`, `MP4` or `ADTS`.
    pub container: &'static str,
    /// What encodes the samples, in words: `PCM`, `MP3`, `AAC`, ...
    pub codec: String,
    /// Bits a sample as stored, where samples are stored as numbers.
    pub bits: Option<u32>,
    /// Whether samples are stored as floating point numbers.
    pub float: bool,
    /// What it says to a sampler, where it does.
    pub sampling: Option<Sampling>,
}

/// What a recording says to a sampler: the chunk `smpl` of WAV (in FLAC too), `INST` and `MARK` of AIFF.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Sampling {
    /// The key at which it sounds as recorded, 0..=127.
    pub root_key: Option<u8>,
    /// How far above that key it was recorded, in cents.
    pub cents: f64,
    /// Its loops in the order of the file, each within the recording.
    pub loops: Vec<SampleLoop>,
}

/// A stretch of a recording that repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleLoop {
    /// The first frame.
    pub start: u64,
    /// One past the last frame.
    pub end: u64,
    /// Whether it is to be played forwards, again and again. Other kinds go back and forth, or only back.
    pub forward: bool,
}

/// What one pass over a whole recording finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// How many frames could be read.
    pub frames: u64,
    /// Of the mean of the channels.
    pub statistics: Statistics,
    /// The greatest magnitude of any channel; linear, full scale is 1.
    pub peak: f32,
}

/// Frames that a hole in a file may last, as seconds: silence takes its place. What follows a longer one is given up.
const LONGEST_HOLE_SECS: u64 = 60;

/// Samples that [`AudioFile::measure`] reads at a time, unless one frame has more.
const MEASURED_SAMPLES: usize = 1 << 15;

/// A recording that is read from its start to its end, or from any frame on.
///
/// ```
/// use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
/// use ripieno_files::AudioFile;
/// use ripieno_types::SampleRate;
/// let spec = WavSpec { rate: SampleRate::CD, channels: 1, encoding: Encoding::F32 };
/// let mut writer = WavWriter::new(std::io::Cursor::new(Vec::new()), spec)?;
/// writer.write(&[&[0.5, -0.25, 0.125]])?;
///
/// let mut audio = AudioFile::new(writer.finish()?.0)?;
/// assert_eq!((audio.spec().channels, audio.spec().frames), (1, Some(3)));
/// audio.seek(1)?;
/// let mut left = [0.0; 8];
/// assert_eq!(audio.read(&mut [&mut left])?, 2);
/// assert_eq!(left[..2], [-0.25, 0.125]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AudioFile {
    source: Box<dyn Source>,
    spec: AudioSpec,
    bytes: u64,
    tags: Tags,
    damage: Option<String>,
    /// The block that was decoded last, and the frame of the recording that is read next.
    block: Block,
    position: u64,
    ended: bool,
}

impl fmt::Debug for AudioFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioFile").field("spec", &self.spec).field("position", &self.position).finish_non_exhaustive()
    }
}

impl AudioFile {
    /// Opens a file by what is in it, whatever its name. An MP3 file is looked through once, to know its length.
    /// Worker; blocks.
    ///
    /// # Errors
    /// [`AudioError`] by kind: nothing that is known, nothing that can be decoded here, or unreadable.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        if !path.metadata().map_err(AudioError::Read)?.is_file() {
            return Err(AudioError::NotAFile);
        }
        Self::new(File::open(path).map_err(AudioError::Read)?)
    }

    /// Opens a recording in anything that can be read and sought. Worker; blocks.
    ///
    /// # Errors
    /// As [`AudioFile::open`].
    pub fn new(bytes: impl Bytes + 'static) -> Result<Self, AudioError> {
        let input = Input::new(Box::new(bytes)).map_err(AudioError::Read)?;
        let bytes = input.length();
        let Opened { source, spec, tags, damage } = detect::open(input)?;
        let mut block = Block::default();
        block.extend_silence(spec.channels, 0);
        Ok(Self { source, spec, bytes, tags, damage, block, position: 0, ended: false })
    }

    /// What the recording is. Any.
    pub fn spec(&self) -> &AudioSpec {
        &self.spec
    }

    /// Bytes of the file as a whole. Any.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it says of itself. Any.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// What was wrong with the file as far as it was read: the first place at which something could not be decoded
    /// and is silence, or that it ends early. `None` while all is well. Any.
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// The frame that is read next. Any.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Reads on: as many frames as the slices hold, one slice a channel. Fewer come only at the end of the recording,
    /// 0 after it. Integers of up to 24 bits are exact: the number divided by full scale. Worker; blocks.
    ///
    /// # Errors
    /// [`AudioError::Read`] when the system says so; what was read before is lost.
    ///
    /// # Panics
    /// When the number of slices is not that of the channels, or they differ in length.
    pub fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize, AudioError> {
        assert_eq!(out.len(), self.spec.channels, "one slice a channel");
        let wanted = out[0].len();
        assert!(out.iter().all(|channel| channel.len() == wanted), "channels of one block have one length");
        let mut filled = 0;
        while filled < wanted && self.position < self.spec.frames.unwrap_or(u64::MAX) {
            let left = self.spec.frames.map_or(u64::MAX, |frames| frames - self.position);
            let room = usize::try_from(left).map_or(wanted - filled, |left| left.min(wanted - filled));
            let taken = match self.block.covers(self.position) {
                Some(at) => self.block.copy(at, room, out, filled),
                None => match self.next_place()? {
                    Some(place) if place > self.position => self.silence(place, room, out, filled),
                    Some(_) => continue,
                    None => break,
                },
            };
            filled += taken;
            self.position += taken as u64;
        }
        Ok(filled)
    }

    /// Goes to a frame; what is read there is what an uninterrupted reading finds, to the last bit. A place beyond the
    /// end is the end. Where the codec remembers all that went before (AAC, Opus) this decodes from the start of the
    /// file. Worker; blocks.
    ///
    /// # Errors
    /// [`AudioError`] when the file can no longer be read.
    pub fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        let frame = frame.min(self.spec.frames.unwrap_or(u64::MAX));
        // Nothing is read at the end, so nothing needs to be found there.
        if self.block.covers(frame).is_none() && Some(frame) != self.spec.frames && frame != self.position {
            self.source.seek(frame)?;
            self.block.clear();
            self.ended = false;
        }
        self.position = frame;
        Ok(())
    }

    /// Reads all of the recording, tells `on_progress` the frames that were read, and goes back to the start. A sample
    /// that is no number counts as 0. Worker; blocks.
    ///
    /// # Errors
    /// As [`AudioFile::read`]; [`AudioError::Interrupted`] when `on_progress` says to break off.
    pub fn measure(&mut self, on_progress: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<Measured, AudioError> {
        self.seek(0)?;
        let block = (MEASURED_SAMPLES / self.spec.channels).max(1);
        let mut planes = vec![vec![0.0_f32; block]; self.spec.channels];
        let mut mixed = vec![0.0_f64; block];
        let (mut frames, mut sum, mut squares, mut peak) = (0_u64, 0.0_f64, 0.0_f64, 0.0_f32);
        loop {
            let mut out: Vec<&mut [f32]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
            let read = self.read(&mut out)?;
            mixed[..read].fill(0.0);
            for plane in &planes {
                for (mixed, sample) in mixed.iter_mut().zip(&plane[..read]) {
                    let sample = if sample.is_finite() { *sample } else { 0.0 };
                    peak = if sample.abs() > peak { sample.abs() } else { peak };
                    *mixed += f64::from(sample);
                }
            }
            for mixed in &mixed[..read] {
                let mean = mixed / planes.len() as f64;
                sum += mean;
                squares += mean * mean;
            }
            frames += read as u64;
            if on_progress(frames).is_break() {
                return Err(AudioError::Interrupted);
            }
            if read < block {
                break;
            }
        }
        self.seek(0)?;
        let count = frames.max(1) as f64;
        let mean = sum / count;
        let deviation = (squares / count - mean * mean).max(0.0).sqrt();
        Ok(Measured { frames, statistics: Statistics { mean: mean as f32, deviation: deviation as f32 }, peak })
    }

    /// Where the next block that is not wholly behind begins; `None` at the end.
    fn next_place(&mut self) -> Result<Option<u64>, AudioError> {
        loop {
            if let Some(place) = self.block.ahead_of(self.position) {
                let hole = place - self.position;
                if hole > LONGEST_HOLE_SECS * u64::from(self.spec.rate.hz()) {
                    self.note(format!("a hole of {:.1} s: what follows is left out", self.secs(hole)));
                    self.ended = true;
                    return Ok(None);
                }
                return Ok(Some(place));
            }
            self.block.clear();
            if self.ended || !self.source.next(&mut self.block)? {
                self.ended = true;
                if let Some(frames) = self.spec.frames {
                    self.note(format!(
                        "the file ends early, {:.1} s before its end",
                        self.secs(frames - self.position)
                    ));
                }
                return Ok(None);
            }
            if let Some(damage) = self.block.damage.take() {
                self.note(damage);
            }
        }
    }

    fn silence(&mut self, place: u64, room: usize, out: &mut [&mut [f32]], filled: usize) -> usize {
        self.note("a part cannot be decoded and is silent".into());
        let frames = usize::try_from(place - self.position).map_or(room, |gap| gap.min(room));
        out.iter_mut().for_each(|channel| channel[filled..filled + frames].fill(0.0));
        frames
    }

    fn secs(&self, frames: u64) -> f64 {
        frames as f64 / f64::from(self.spec.rate.hz())
    }

    /// Keeps the first damage: what follows is often its consequence.
    fn note(&mut self, what: String) {
        if self.damage.is_none() {
            self.damage = Some(format!("at {:.3} s: {what}", self.secs(self.position)));
        }
    }
}
