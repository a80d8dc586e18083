//! What headers say.

use super::parallel;
use crate::audio::SampleLoop;
use crate::{AudioError, AudioFile, WaveInfo};
use std::path::Path;

/// Frames that are read at a time of a recording whose header does not tell its length.
const COUNTED: usize = 1 << 12;
/// Channels of a recording at most: kits play two, and room for a piece of all of them is needed.
const MOST_CHANNELS: usize = 64;

/// Bytes of memory for each byte of a file: more than sound encoded for listeners comes to.
const TRUST: u64 = 28;
/// And so many more.
const TRUSTED_ANYWAY: u64 = 1 << 16;

/// What a recording's header says to those who play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What a kit is made of.
    pub info: WaveInfo,
    /// Bytes of the file.
    pub(super) bytes: u64,
    /// Its frames are integers of at most 16 bits.
    pub(crate) is_short: bool,
    /// Its frames must be decoded.
    pub(super) is_compressed: bool,
}

impl Header {
    /// Reads a file's header. A file that does not tell its length (ADTS) is decoded once. Control; blocks.
    ///
    /// # Errors
    /// [`AudioError`] by kind.
    pub fn probe(path: &Path) -> Result<Self, AudioError> {
        Self::of(&mut AudioFile::open(path)?)
    }

    /// The same of a recording that is open. Control; blocks.
    ///
    /// # Errors
    /// As [`Header::probe`].
    pub fn of(audio: &mut AudioFile) -> Result<Self, AudioError> {
        let channels = audio.spec().channels;
        if channels > MOST_CHANNELS {
            let what = format!("{channels} channels, where a recording of an instrument has at most {MOST_CHANNELS}");
            return Err(AudioError::Unsupported { container: audio.spec().container, what });
        }
        let frames = match audio.spec().frames {
            Some(frames) => frames,
            None => count(audio)?,
        };
        let spec = audio.spec();
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        let sampling = spec.sampling.as_ref();
        // Players of SFZ loop forwards, whatever kind of loop a file names.
        let place = |one: &SampleLoop| {
            let [start, end] = [one.start, one.end].map(|at| u32::try_from(at).unwrap_or(u32::MAX).min(frames));
            (start < end).then_some([start, end])
        };
        let info = WaveInfo {
            rate_hz: spec.rate.hz(),
            channels: channels as u16,
            frames,
            sustain_loop: sampling.and_then(|sampling| sampling.loops.first().and_then(place)),
            root_key: sampling.and_then(|sampling| sampling.root_key),
        };
        let is_compressed = !matches!(spec.codec.as_str(), "PCM" | "A-law" | "µ-law");
        // What is stored as integers without loss can be kept as such.
        let is_integer = !spec.float && (!is_compressed || spec.codec == "FLAC");
        let bytes = audio.bytes();
        Ok(Self { info, bytes, is_short: is_integer && spec.bits.is_some_and(|bits| bits <= 16), is_compressed })
    }

    /// Bytes that the recording takes in memory as a whole. Any.
    pub fn whole_bytes(&self) -> u64 {
        u64::from(self.info.frames) * self.frame_bytes()
    }

    /// Bytes of memory that are taken for a file on its word; what claims to be more must prove it first, by being read.
    pub(super) fn trusted_bytes(&self) -> u64 {
        TRUST * self.bytes + TRUSTED_ANYWAY
    }

    /// Bytes that a frame takes in memory.
    pub(super) fn frame_bytes(&self) -> u64 {
        u64::from(self.info.channels.min(2)) * if self.is_short { 2 } else { 4 }
    }
}

fn count(audio: &mut AudioFile) -> Result<u64, AudioError> {
    let mut planes = vec![vec![0.0; COUNTED]; audio.spec().channels];
    loop {
        let mut out: Vec<&mut [f32]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
        if audio.read(&mut out)? < COUNTED {
            break;
        }
    }
    let frames = audio.position();
    audio.seek(0)?;
    Ok(frames)
}

/// Reads the headers of many files at once; results in their order. Control; blocks.
pub fn probe_all<P: AsRef<Path> + Sync>(paths: &[P]) -> Vec<Result<Header, AudioError>> {
    parallel::each(paths.len(), |number| Header::probe(paths[number].as_ref()))
}
