//! Recordings and outputs that are files.

use crate::stream::{Reader, Recording, Sink};
use crate::{ErrorCode, JobError};
use ripieno_files::AudioFile;
use ripieno_files::Tags;
use ripieno_files::audio::AudioError;
use ripieno_files::stem::{Finished, StemError, StemSpec, StemWriter, WriterState};
use ripieno_types::SampleRate;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How long a part file may still be held by a process that was killed: the system takes its time to clear away a large one.
const LINGER: Duration = Duration::from_secs(3);

/// A recording in a file, of which the length is known.
#[derive(Debug)]
pub(crate) struct FileRecording {
    path: PathBuf,
    rate: SampleRate,
    channels: usize,
    frames: u64,
    /// The first damage that any reader met.
    damage: Mutex<Option<String>>,
}

impl FileRecording {
    /// A recording that was opened once already, and has so many frames.
    pub(crate) fn new(path: &Path, file: &AudioFile, frames: u64) -> Self {
        let spec = file.spec();
        Self { path: path.to_owned(), rate: spec.rate, channels: spec.channels, frames, damage: Mutex::new(None) }
    }

    /// What was wrong with the file, as far as it was read.
    pub(crate) fn damage(&self) -> Option<String> {
        self.damage.lock().map_or(None, |damage| damage.clone())
    }

    fn refuse(&self, error: &AudioError) -> JobError {
        unreadable(&self.path, error)
    }
}

/// A file that gives no recording.
pub(crate) fn unreadable(path: &Path, error: &AudioError) -> JobError {
    match error {
        AudioError::Interrupted => JobError::cancelled(),
        error => JobError::new(ErrorCode::BadInput, format!("{} {error}", path.display())),
    }
}

/// Reads a [`FileRecording`].
pub(crate) struct FileReader<'a> {
    recording: &'a FileRecording,
    file: AudioFile,
}

impl<'a> Recording for &'a FileRecording {
    type Reader = FileReader<'a>;

    fn rate(&self) -> SampleRate {
        self.rate
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn frames(&self) -> u64 {
        self.frames
    }

    fn reader(&self) -> Result<FileReader<'a>, JobError> {
        let file = AudioFile::open(&self.path).map_err(|error| self.refuse(&error))?;
        if (file.spec().rate, file.spec().channels) != (self.rate, self.channels) {
            let message = format!("{} was changed while it was read: start again", self.path.display());
            return Err(JobError::new(ErrorCode::BadInput, message));
        }
        Ok(FileReader { recording: self, file })
    }
}

impl Reader for FileReader<'_> {
    fn seek(&mut self, frame: u64) -> Result<(), JobError> {
        self.file.seek(frame).map_err(|error| self.recording.refuse(&error))
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize, JobError> {
        let read = self.file.read(out).map_err(|error| self.recording.refuse(&error))?;
        if let Some(damage) = self.file.damage()
            && let Ok(mut known) = self.recording.damage.lock()
        {
            known.get_or_insert_with(|| damage.to_owned());
        }
        Ok(read)
    }
}

/// An output that is a file, under the name of its part until all are complete.
#[derive(Debug)]
pub(crate) struct FileSink {
    writer: StemWriter,
    part: PathBuf,
}

impl FileSink {
    /// Starts a part file over what an earlier job left of it.
    pub(crate) fn create(part: &Path, spec: StemSpec, tags: &Tags) -> Result<Self, JobError> {
        let writer = patiently(|| StemWriter::create(part, spec, tags)).map_err(|error| unwritable(part, &error))?;
        Ok(Self { writer, part: part.to_owned() })
    }

    /// Goes on with a part file from a state that its sink gave.
    pub(crate) fn resume(part: &Path, spec: StemSpec, tags: &Tags, state: &[u8]) -> Result<Self, JobError> {
        let state: WriterState = postcard::from_bytes(state).map_err(|error| {
            JobError::new(ErrorCode::Failed, format!("{}: its state cannot be read: {error}", part.display()))
        })?;
        let writer =
            patiently(|| StemWriter::resume(part, spec, tags, &state)).map_err(|error| unwritable(part, &error))?;
        Ok(Self { writer, part: part.to_owned() })
    }

    /// Completes the file, which keeps the name of its part.
    pub(crate) fn finish(self, keep_on: impl FnMut() -> bool) -> Result<Finished, JobError> {
        let Self { writer, part } = self;
        writer.finish_while(keep_on).map_err(|error| unwritable(&part, &error))
    }
}

impl Sink for FileSink {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), JobError> {
        self.writer.write(channels).map_err(|error| unwritable(&self.part, &error))
    }

    fn state(&mut self) -> Result<Vec<u8>, JobError> {
        let state = self.writer.state().map_err(|error| unwritable(&self.part, &error))?;
        postcard::to_allocvec(&state).map_err(|error| {
            JobError::new(ErrorCode::Failed, format!("{}: its state cannot be kept: {error}", self.part.display()))
        })
    }

    fn sync(&mut self) -> Result<(), JobError> {
        self.writer.sync().map_err(|error| unwritable(&self.part, &error))
    }
}

/// Tries to open a part file until nobody holds it, for a while.
fn patiently(mut open: impl FnMut() -> Result<StemWriter, StemError>) -> Result<StemWriter, StemError> {
    let start = Instant::now();
    loop {
        match open() {
            Err(StemError::Busy) if start.elapsed() < LINGER => thread::sleep(Duration::from_millis(20)),
            end => return end,
        }
    }
}

/// A part file that cannot be written.
pub(crate) fn unwritable(part: &Path, error: &StemError) -> JobError {
    let code = match error {
        StemError::Stopped => return JobError::cancelled(),
        StemError::Busy => ErrorCode::OutputExists,
        StemError::Channels { .. } | StemError::Bits { .. } => ErrorCode::BadSettings,
        _ => ErrorCode::WriteFailed,
    };
    JobError::new(code, format!("{} {error}", part.display()))
}
