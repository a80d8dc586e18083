//! WAV files, streamed: a header with room to grow, blocks as they come, levels measured on the way.
//!
//! 16- and 24-bit files are PCM (format tag 1), 16 bits with triangular dither; 32-bit float files carry format tag 3 and a
//! fact chunk, as the standard asks. Every header reserves a `JUNK` chunk, which becomes `ds64` when the file outgrows the
//! 4 GiB of RIFF and turns into RF64 (EBU Tech 3306). The header is written here because the usual library writes
//! neither of the two; the tests read the files back with that library.

pub(crate) mod dither;
mod header;
mod info;
mod levels;

pub use levels::Levels;

use crate::Tags;
use crate::stem::tags::Bounded;
use dither::quantise;
use ripieno_types::SampleRate;
use std::io::{self, Seek, SeekFrom, Write};

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 32-bit float, kept as it is; values beyond ±1 survive.
    F32,
    /// 24-bit integer, rounded, clipped at full scale.
    I24,
    /// 16-bit integer, dithered, clipped at full scale.
    I16,
}

impl Encoding {
    /// Bytes a sample.
    pub const fn bytes(self) -> u16 {
        match self {
            Self::F32 => 4,
            Self::I24 => 3,
            Self::I16 => 2,
        }
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavSpec {
    /// Frames a second.
    pub rate: SampleRate,
    /// Channels, at least 1.
    pub channels: u16,
    /// How a sample is stored.
    pub encoding: Encoding,
}

/// Bytes gathered before they are handed on.
const BUFFER: usize = 1 << 16;

/// Writes one WAV file to anything that can seek back to its header.
///
/// ```
/// use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
/// use ripieno_types::SampleRate;
/// let spec = WavSpec { rate: SampleRate::CD, channels: 2, encoding: Encoding::I16 };
/// let mut writer = WavWriter::new(std::io::Cursor::new(Vec::new()), spec)?;
/// writer.write(&[&[0.5; 64], &[-0.25; 64]])?;
/// let (file, levels) = writer.finish()?;
/// assert_eq!(levels.peak, 0.5);
/// assert_eq!(&file.into_inner()[..4], b"RIFF");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct WavWriter<W> {
    out: W,
    spec: WavSpec,
    info: Vec<u8>,
    left_out: Vec<String>,
    buffer: Vec<u8>,
    frames: u64,
    levels: Levels,
}

impl<W: Write + Seek> WavWriter<W> {
    /// Starts a file at the place where `out` stands. Control; blocks.
    ///
    /// # Errors
    /// What `out` says.
    ///
    /// # Panics
    /// When the spec has no channel.
    pub fn new(out: W, spec: WavSpec) -> io::Result<Self> {
        let mut writer = Self::prepared(out, spec, &Tags::default());
        writer.begin()?;
        Ok(writer)
    }

    /// A writer that has written nothing yet.
    ///
    /// # Panics
    /// When the spec has no channel.
    pub(crate) fn prepared(out: W, spec: WavSpec, tags: &Tags) -> Self {
        assert!(spec.channels > 0, "a WAV file has at least one channel");
        let mut tags = Bounded::new(tags);
        let info = info::chunk(&mut tags);
        let buffer = Vec::with_capacity(BUFFER + 64);
        Self { out, spec, info, left_out: tags.left_out(), buffer, frames: 0, levels: Levels::default() }
    }

    /// Writes the header of an empty file.
    pub(crate) fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(&self.header(0))
    }

    /// Goes on after so many frames, whose levels were measured; `out` stands behind them.
    pub(crate) fn go_on(&mut self, frames: u64, levels: Levels) {
        (self.frames, self.levels) = (frames, levels);
    }

    fn header(&self, frames: u64) -> Vec<u8> {
        header::bytes(&self.spec, &self.info, frames)
    }

    /// Bytes before the samples, which is the same for every length of the file.
    pub(crate) fn header_bytes(&self) -> u64 {
        self.header(0).len() as u64
    }

    /// The length of a file of so many frames that is not complete yet; `None` when there is no such file.
    pub(crate) fn bytes_at(&self, frames: u64) -> Option<u64> {
        frames.checked_mul(header::data_bytes(&self.spec, 1))?.checked_add(self.header_bytes())
    }

    /// Whether these first bytes of a file are what this writer would have written.
    pub(crate) fn wrote(&self, header: &[u8]) -> bool {
        header::is_ours(header, &self.spec, &self.info)
    }

    /// Names of tags that the file cannot hold.
    pub(crate) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The levels so far.
    pub(crate) fn levels(&self) -> Levels {
        self.levels
    }

    /// What is written to; what was gathered is handed on to it first.
    pub(crate) fn flushed(&mut self) -> io::Result<&mut W> {
        self.hand_on()?;
        Ok(&mut self.out)
    }

    /// Adds frames, one slice a channel, all of one length. A sample that is no number is written as 0 and counted.
    ///
    /// # Errors
    /// What `out` says; the file is of no use then.
    ///
    /// # Panics
    /// When the number of slices is not the spec's number of channels, or they differ in length.
    pub fn write(&mut self, channels: &[&[f32]]) -> io::Result<()> {
        assert_eq!(channels.len(), usize::from(self.spec.channels), "one slice a channel");
        let frames = channels[0].len();
        assert!(channels.iter().all(|channel| channel.len() == frames), "channels of one block have one length");
        for frame in 0..frames {
            let at = self.frames + frame as u64;
            for (number, channel) in channels.iter().enumerate() {
                let sample = self.levels.take(channel[frame]);
                match self.spec.encoding {
                    Encoding::F32 => self.buffer.extend(sample.to_le_bytes()),
                    Encoding::I24 => self.buffer.extend(&quantise(sample, 24, at, number).to_le_bytes()[..3]),
                    Encoding::I16 => self.buffer.extend(&quantise(sample, 16, at, number).to_le_bytes()[..2]),
                }
            }
            if self.buffer.len() >= BUFFER {
                self.hand_on()?;
            }
        }
        self.frames += frames as u64;
        Ok(())
    }

    /// Frames written so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Completes the file and gives it back with the levels measured. Control; blocks.
    ///
    /// # Errors
    /// What `out` says; the file is of no use then.
    pub fn finish(mut self) -> io::Result<(W, Levels)> {
        let end = header::data_bytes(&self.spec, self.frames);
        if end % 2 == 1 {
            self.buffer.push(0);
        }
        self.hand_on()?;
        let header = self.header(self.frames);
        let written = header.len() as u64 + end + end % 2;
        self.out.seek(SeekFrom::Current(-i64::try_from(written).map_err(io::Error::other)?))?;
        self.out.write_all(&header)?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok((self.out, self.levels))
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
