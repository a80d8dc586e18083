//! Reading a recording, frame by frame, in the memory of one frame.

use super::format::{self, END, FRAME, HEAD_BYTES, HEADER_BYTES};
use crate::frame::{FrameSpec, Stamp};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a recording could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file could not be opened or read.
    #[error("the recording cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is no recording, or one of a kind that is not known.
    #[error("this is no recording that can be read: {0}")]
    Header(String),
    /// It ends without its end mark. Ask again if it still grows.
    #[error(
        "the recording was cut off after {frames} whole frames: it has no end mark, and {bytes} bytes of a further frame"
    )]
    CutOff {
        /// Frames that were whole, and have been read.
        frames: u64,
        /// Bytes that follow them.
        bytes: usize,
    },
    /// A part of it is not as it was written. What follows cannot be trusted.
    #[error("the recording is damaged after {frames} frames: {what}")]
    Damaged {
        /// Frames that were read before.
        frames: u64,
        /// What is wrong.
        what: String,
    },
    /// The slice has not the bytes of a frame.
    #[error("frames of this recording have {expected} bytes, not {given}")]
    WrongLength {
        /// Bytes of a frame.
        expected: usize,
        /// Bytes of the slice.
        given: usize,
    },
}

/// Most bytes that are asked for at a time: memory grows with what is there, not with what a header claims.
const MOST_BYTES: usize = 1 << 20;

/// A recording that is being read.
///
/// ```
/// use ripieno_pipeline::recording::{Recorder, Recording};
/// use ripieno_pipeline::{DType, FrameSpec, Stamp};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("two.rec");
/// let mut recorder = Recorder::create(&path, FrameSpec::new(DType::U8, &[2])?, false)?;
/// recorder.write(Stamp { sequence: 7, nanos: 1_000 }, &[1, 2])?;
/// recorder.finish()?;
///
/// let mut recording = Recording::open(&path)?;
/// let mut frame = [0; 2];
/// assert_eq!(recording.read_into(&mut frame)?, Some(Stamp { sequence: 7, nanos: 1_000 }));
/// assert_eq!((frame, recording.read_into(&mut frame)?), ([1, 2], None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Recording<R = File> {
    source: R,
    spec: FrameSpec,
    frames: u64,
    ended: bool,
    /// What there is of the next record.
    record: Vec<u8>,
}

impl Recording<File> {
    /// The recording at `path`. Worker.
    ///
    /// # Errors
    /// There is no such file, or it does not begin as a recording.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        Self::new(File::open(path)?)
    }
}

impl<R: Read> Recording<R> {
    /// The recording that these bytes are. Worker.
    ///
    /// # Errors
    /// They do not begin as a recording does.
    pub fn new(mut source: R) -> Result<Self, RecordingError> {
        let mut header = [0; HEADER_BYTES];
        source.read_exact(&mut header).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => RecordingError::Header("it is shorter than a header".into()),
            _ => error.into(),
        })?;
        let spec = format::parse_header(&header).map_err(RecordingError::Header)?;
        Ok(Self { source, spec, frames: 0, ended: false, record: Vec::new() })
    }

    /// What its frames are. Any.
    pub fn spec(&self) -> FrameSpec {
        self.spec
    }

    /// Frames that were read. Any.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The next frame; `None` at the end. Worker.
    ///
    /// # Errors
    /// `frame` has not the bytes of a frame; the recording was cut off, which is final unless the file still grows; or it is
    /// damaged, which is final.
    pub fn read_into(&mut self, frame: &mut [u8]) -> Result<Option<Stamp>, RecordingError> {
        if frame.len() != self.spec.bytes() {
            return Err(RecordingError::WrongLength { expected: self.spec.bytes(), given: frame.len() });
        }
        let stamp = self.advance()?;
        if stamp.is_some() {
            frame.copy_from_slice(&self.record[HEAD_BYTES..][..self.spec.bytes()]);
            self.record.clear();
        }
        Ok(stamp)
    }

    /// Passes over so many frames, or as many as there are. Worker.
    ///
    /// # Errors
    /// As for [`read_into`](Self::read_into).
    pub fn skip(&mut self, frames: u64) -> Result<(), RecordingError> {
        for _ in 0..frames {
            if self.advance()?.is_none() {
                break;
            }
            self.record.clear();
        }
        Ok(())
    }

    /// Brings the next record into `record`, and checks it.
    fn advance(&mut self) -> Result<Option<Stamp>, RecordingError> {
        if self.ended {
            return Ok(None);
        }
        self.fill(HEAD_BYTES)?;
        let mut head = [0; HEAD_BYTES];
        head.copy_from_slice(&self.record[..HEAD_BYTES]);
        let crc = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let words = [format::word(&head[8..]), format::word(&head[16..])];
        if head[..4] == END {
            if crc != format::checksum(&head, &[]) || words != [self.frames, 0] {
                return Err(self.damaged("its end mark does not match".into()));
            }
            self.ended = true;
            return Ok(None);
        }
        if head[..4] != FRAME {
            return Err(self.damaged(format!("no frame begins with {:02x?}", &head[..4])));
        }
        self.fill(format::record_bytes(&self.spec))?;
        let (payload, padding) = self.record[HEAD_BYTES..].split_at(self.spec.bytes());
        if crc != format::checksum(&head, payload) || padding.iter().any(|byte| *byte != 0) {
            return Err(self.damaged("the checksum of the next frame does not match".into()));
        }
        self.frames += 1;
        Ok(Some(Stamp { sequence: words[0], nanos: words[1] }))
    }

    /// Reads on until `record` has so many bytes.
    fn fill(&mut self, bytes: usize) -> Result<(), RecordingError> {
        while self.record.len() < bytes {
            let missing = (bytes - self.record.len()).min(MOST_BYTES);
            let before = self.record.len();
            // What came before an error is kept, too.
            self.source.by_ref().take(missing as u64).read_to_end(&mut self.record)?;
            if self.record.len() == before {
                return Err(RecordingError::CutOff { frames: self.frames, bytes: before });
            }
        }
        Ok(())
    }

    fn damaged(&self, what: String) -> RecordingError {
        RecordingError::Damaged { frames: self.frames, what }
    }
}
