//! The outputs of a long job: part files that grow in constant memory, survive the program's death and appear whole.
//!
//! A [`StemWriter`] writes `name.part`. [`StemWriter::state`] tells a place in it that, kept elsewhere, lets
//! [`StemWriter::resume`] go on later; what was written behind that place is cut off and written again, and the file ends
//! up with the same bytes as one written in one go. [`publish`] gives it its name.

pub(crate) mod flac;
#[cfg(test)]
mod played;
mod publish;
mod state;
pub(crate) mod tags;

pub use publish::{PublishError, publish, publish_all};
pub use state::WriterState;

use crate::Tags;
use crate::wav::{Encoding, Levels, WavSpec, WavWriter};
use flac::{FlacSpec, FlacWriter};
use ripieno_types::SampleRate;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The most channels of a WAV file: its numbers of bytes a frame and a second have room for no more.
const MAX_WAV_CHANNELS: u16 = 256;
/// Bytes read at once for the digest.
const PIECE: usize = 1 << 18;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StemFormat {
    /// WAV, RF64 beyond 4 GiB.
    Wav(Encoding),
    /// FLAC.
    Flac {
        /// Bits a sample, 16 (dithered) or 24 (rounded); clipped at full scale.
        bits: u32,
    },
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StemSpec {
    /// Frames a second.
    pub rate: SampleRate,
    /// Channels, 1 to 256 in WAV, 1 to 8 in FLAC.
    pub channels: u16,
    /// How they are stored.
    pub format: StemFormat,
}

impl StemSpec {
    fn check(&self) -> Result<(), StemError> {
        let most = match self.format {
            StemFormat::Wav(_) => MAX_WAV_CHANNELS,
            StemFormat::Flac { bits: 16 | 24 } => flac::MAX_CHANNELS,
            StemFormat::Flac { bits } => return Err(StemError::Bits { bits }),
        };
        let legal = (1..=most).contains(&self.channels);
        if legal { Ok(()) } else { Err(StemError::Channels { channels: self.channels, most }) }
    }
}

/// Why an output is not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StemError {
    /// The format has no such number of channels.
    #[error("cannot have {channels} channels: 1 to {most} are possible; WAV takes more than FLAC")]
    Channels {
        /// What was asked for.
        channels: u16,
        /// The most there may be.
        most: u16,
    },
    /// FLAC is not written with such samples.
    #[error("cannot have {bits} bits a sample: FLAC is written with 16 or 24")]
    Bits {
        /// What was asked for.
        bits: u32,
    },
    /// Another program, or this one, is writing the part file.
    #[error("is being written by another job: wait for it, or choose another name")]
    Busy,
    /// The part file's place is taken by a folder, a link, a device or a pipe.
    #[error("is not a regular file: move it away")]
    NotAFile,
    /// The part file was begun with other settings, or by another program.
    #[error("is no beginning of this output: remove it and start again")]
    Foreign,
    /// The part file has lost its end.
    #[error("has {found} bytes where {expected} were written: remove it and start again")]
    Short {
        /// Bytes it has.
        found: u64,
        /// Bytes that were written up to the place to go on from.
        expected: u64,
    },
    /// The state does not belong to the file, or is damaged.
    #[error("does not agree with what was noted of it: remove it and start again")]
    State,
    /// The caller had the end of the work broken off; the part file can be resumed.
    #[error("was broken off")]
    Stopped,
    /// Reading or writing fails; the part file can be resumed once that is mended.
    #[error("cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// A complete file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finished {
    /// Its length.
    pub frames: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// How loud it is.
    pub levels: Levels,
    /// The SHA-256 of all its bytes.
    pub sha256: [u8; 32],
}

/// Writes one part file.
///
/// ```
/// use ripieno_files::stem::{self, StemFormat, StemSpec, StemWriter};
/// use ripieno_files::{Existing, Tags};
/// use ripieno_types::SampleRate;
/// # let folder = tempfile::tempdir()?;
/// let (part, name) = (folder.path().join("drums.flac.part"), folder.path().join("drums.flac"));
/// let spec = StemSpec { rate: SampleRate::CD, channels: 1, format: StemFormat::Flac { bits: 24 } };
/// let mut writer = StemWriter::create(&part, spec, &Tags::default())?;
/// writer.write(&[&[0.5; 64]])?;
/// let state = writer.state()?;
/// writer.write(&[&[0.1; 1000]])?;
/// drop(writer); // The program dies.
/// let mut writer = StemWriter::resume(&part, spec, &Tags::default(), &state)?;
/// writer.write(&[&[-0.5; 64]])?;
/// assert_eq!(writer.finish()?.frames, 128);
/// stem::publish(&part, &name, Existing::Refuse)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct StemWriter {
    body: Body,
}

#[derive(Debug)]
enum Body {
    Wav(WavWriter<File>),
    Flac(FlacWriter<File>),
}

impl StemWriter {
    /// Starts a part file over whatever an earlier job left there. Worker; blocks.
    ///
    /// # Errors
    /// [`StemError`]; nothing was changed then unless it is [`StemError::Write`].
    pub fn create(part: &Path, spec: StemSpec, tags: &Tags) -> Result<Self, StemError> {
        spec.check()?;
        let file = open(part, true)?;
        file.set_len(0)?;
        let mut writer = Self::prepared(file, spec, tags);
        match &mut writer.body {
            Body::Wav(body) => body.begin()?,
            Body::Flac(body) => body.begin()?,
        }
        Ok(writer)
    }

    /// Goes on with a part file at a place that [`state`](Self::state) told, with the same spec and tags; what the file
    /// holds behind that place is cut off. Worker; blocks.
    ///
    /// # Errors
    /// [`StemError`]; the file is as it was then unless it is [`StemError::Write`].
    pub fn resume(part: &Path, spec: StemSpec, tags: &Tags, state: &WriterState) -> Result<Self, StemError> {
        spec.check()?;
        let mut writer = Self::prepared(open(part, false)?, spec, tags);
        writer.go_on(state)?;
        Ok(writer)
    }

    fn prepared(file: File, spec: StemSpec, tags: &Tags) -> Self {
        let StemSpec { rate, channels, format } = spec;
        let body = match format {
            StemFormat::Wav(encoding) => {
                Body::Wav(WavWriter::prepared(file, WavSpec { rate, channels, encoding }, tags))
            }
            StemFormat::Flac { bits } => {
                Body::Flac(FlacWriter::prepared(file, FlacSpec { rate, channels, bits }, tags))
            }
        };
        Self { body }
    }

    fn go_on(&mut self, state: &WriterState) -> Result<(), StemError> {
        let header_bytes = match &self.body {
            Body::Wav(body) => body.header_bytes(),
            Body::Flac(body) => body.header_bytes(),
        };
        let file = self.file()?;
        let found = file.metadata()?.len();
        let mut header = Vec::new();
        file.take(header_bytes).read_to_end(&mut header)?;
        let ours = match &self.body {
            Body::Wav(body) => body.wrote(&header),
            Body::Flac(body) => body.wrote(&header),
        };
        if !ours {
            return Err(StemError::Foreign);
        }
        if found < state.bytes {
            return Err(StemError::Short { found, expected: state.bytes });
        }
        let sound = match (&mut self.body, &state.flac) {
            (Body::Wav(body), None) => {
                body.go_on(state.frames, state.levels);
                body.bytes_at(state.frames) == Some(state.bytes)
            }
            (Body::Flac(body), Some(flac)) => body.go_on(state.frames, state.bytes, state.levels, flac),
            _ => false,
        };
        if !sound {
            return Err(StemError::State);
        }
        let file = self.file()?;
        file.set_len(state.bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// The file, which holds all that was written but for what waits for its block of FLAC to be full.
    fn file(&mut self) -> io::Result<&mut File> {
        match &mut self.body {
            Body::Wav(body) => body.flushed(),
            Body::Flac(body) => Ok(body.out()),
        }
    }

    /// Adds frames, one slice a channel, all of one length. A sample that is no number is written as 0 and counted.
    /// Worker; blocks.
    ///
    /// # Errors
    /// [`StemError::Write`]; the writer is of no use then, and its file can be resumed from the latest state.
    ///
    /// # Panics
    /// When the number of slices is not the spec's number of channels, or they differ in length.
    pub fn write(&mut self, channels: &[&[f32]]) -> Result<(), StemError> {
        match &mut self.body {
            Body::Wav(body) => body.write(channels)?,
            Body::Flac(body) => body.write(channels)?,
        }
        Ok(())
    }

    /// Frames written so far. Any.
    pub fn frames(&self) -> u64 {
        match &self.body {
            Body::Wav(body) => body.frames(),
            Body::Flac(body) => body.frames(),
        }
    }

    /// Names of tags that this file cannot hold: too long (64 KiB each, 1 MiB in all), or unknown to WAV. Any.
    pub fn left_out(&self) -> &[String] {
        match &self.body {
            Body::Wav(body) => body.left_out(),
            Body::Flac(body) => body.left_out(),
        }
    }

    /// The present place, for [`resume`](Self::resume): all up to it is in the file or in the state, so that a killed
    /// program loses none of it. To survive the machine's death as well, [`sync`](Self::sync) first. Worker; blocks.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn state(&mut self) -> Result<WriterState, StemError> {
        self.file()?;
        let frames = self.frames();
        Ok(match &self.body {
            Body::Wav(body) => {
                let bytes = body.bytes_at(frames).ok_or(StemError::State)?;
                WriterState { frames, bytes, levels: body.levels(), flac: None }
            }
            Body::Flac(body) => {
                WriterState { frames, bytes: body.bytes(), levels: body.levels(), flac: Some(body.state()) }
            }
        })
    }

    /// Brings what was written to the disk itself. Worker; blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn sync(&mut self) -> Result<(), StemError> {
        Ok(self.file()?.sync_data()?)
    }

    /// Completes the file, brings it to the disk and reads it once for its digest; it keeps its name. Worker; blocks.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(self) -> Result<Finished, StemError> {
        self.finish_while(|| true)
    }

    /// The same, as long as `keep_on` says so, which is asked every few hundred kilobytes of the last reading.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`StemError::Stopped`] when told to stop, the file can be resumed then.
    pub fn finish_while(self, mut keep_on: impl FnMut() -> bool) -> Result<Finished, StemError> {
        let frames = self.frames();
        let (mut file, levels) = match self.body {
            Body::Wav(body) => body.finish()?,
            Body::Flac(body) => body.finish()?,
        };
        file.sync_all()?;
        // The header, which comes first, is known last: a digest taken while writing would be that of another file.
        file.rewind()?;
        let mut digest = Sha256::new();
        let mut piece = vec![0; PIECE];
        let mut bytes = 0;
        loop {
            if !keep_on() {
                return Err(StemError::Stopped);
            }
            match file.read(&mut piece)? {
                0 => return Ok(Finished { frames, bytes, levels, sha256: digest.finalize().into() }),
                count => {
                    digest.update(&piece[..count]);
                    bytes += count as u64;
                }
            }
        }
    }
}

/// Opens a part file for this writer alone.
fn open(part: &Path, create: bool) -> Result<File, StemError> {
    if fs::symlink_metadata(part).is_ok_and(|found| !found.is_file()) {
        return Err(StemError::NotAFile);
    }
    let file = OpenOptions::new().read(true).write(true).create(create).truncate(false).open(part)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StemError::Busy),
        // Some network file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

#[cfg(test)]
mod tests;
