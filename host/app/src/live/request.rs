//! What others ask of a session, and the handle that they ask through.

use super::settings::OutOfRange;
use super::{Change, Settings, SongPart, Status};
use crate::Instrument;
use ripieno_files::atomic::{AtomicError, Existing};
use ripieno_types::Command;
use std::path::PathBuf;
use std::sync::mpsc;

/// Why a session refuses. What was, stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// A value out of range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// No such device, or it does not agree.
    #[error("{0}")]
    Device(String),
    /// The settings could not be saved.
    #[error("the settings cannot be saved: {0}")]
    Save(String),
    /// The recording cannot begin or go on.
    #[error("the recording cannot be written: {0}")]
    Recording(#[from] AtomicError),
    /// A recording keeps its sample rate.
    #[error("a recording runs at {rate} Hz; stop it before changing the rate")]
    RecordingRate {
        /// The recording's rate in hertz.
        rate: u32,
    },
    /// The session is over, or will be before it could answer.
    #[error("the session is shutting down")]
    Closing,
}

/// Where an answer goes.
pub(super) type Reply<T> = mpsc::SyncSender<T>;

/// One request.
pub(super) enum Request {
    Command(Command),
    Instrument(Instrument, String),
    Song(Option<Box<SongPart>>),
    Record(PathBuf, Existing, Reply<Result<(), SessionError>>),
    StopRecording(Reply<Result<Option<u64>, SessionError>>),
    Reconfigure(Change, Reply<Result<Settings, SessionError>>),
    Status(Reply<Status>),
    Close(Reply<Result<Option<u64>, SessionError>>),
}

/// A session from outside. Clones speak to the same one. Control.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(super) requests: mpsc::Sender<Request>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request")
    }
}

impl Handle {
    /// Passes a command to the rig: in its next block, unless it is overrun with them.
    pub fn command(&self, command: Command) {
        // A session that is over has no use for it.
        let _ = self.requests.send(Request::Command(command));
    }

    /// Plays another instrument from the next note on; notes that sound finish on the old one. `name` is for people.
    pub fn instrument(&self, instrument: Instrument, name: String) {
        let _ = self.requests.send(Request::Instrument(instrument, name));
    }

    /// Plays a song from its start, in the place of one that plays; `None` stops it.
    pub fn song(&self, song: Option<Box<SongPart>>) {
        let _ = self.requests.send(Request::Song(song));
    }

    /// Starts to record. Blocks.
    ///
    /// # Errors
    /// [`SessionError::Recording`] when the file cannot be begun.
    pub fn record(&self, path: PathBuf, existing: Existing) -> Result<(), SessionError> {
        self.ask(|reply| Request::Record(path, existing, reply))?
    }

    /// Ends the recording, if there is one, and returns the frames in its file. Blocks until the file is there.
    ///
    /// # Errors
    /// [`SessionError::Recording`] when it could not be written.
    pub fn stop_recording(&self) -> Result<Option<u64>, SessionError> {
        self.ask(Request::StopRecording)?
    }

    /// Changes settings: checked, applied, then saved. Blocks; sound fades out and in where the stream is made anew.
    ///
    /// # Errors
    /// [`SessionError`]; everything is as before, sound included.
    pub fn reconfigure(&self, change: Change) -> Result<Settings, SessionError> {
        self.ask(|reply| Request::Reconfigure(change, reply))?
    }

    /// The session now. Blocks for as long as the request before it takes.
    ///
    /// # Errors
    /// [`SessionError::Closing`].
    pub fn status(&self) -> Result<Status, SessionError> {
        self.ask(Request::Status)
    }

    /// Fades out, stops, finishes a recording and returns its frames. Requests behind this one are answered with
    /// [`SessionError::Closing`]. Blocks.
    ///
    /// # Errors
    /// [`SessionError::Recording`] when the file could not be written; the session is over all the same.
    pub fn close(&self) -> Result<Option<u64>, SessionError> {
        self.ask(Request::Close)?
    }

    fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, SessionError> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.requests.send(request(reply)).map_err(|_| SessionError::Closing)?;
        // A request that is dropped unanswered drops its end.
        answer.recv().map_err(|_| SessionError::Closing)
    }
}
