//! What others ask of a session, and the handle that they ask through.

use super::panels::{Listener, Outcome};
use super::settings::OutOfRange;
use super::{Change, Samples, Settings, SongPart, Status};
use crate::Instrument;
use crate::panels::{HostScore, HostSetup};
use ripieno_files::atomic::{AtomicError, Existing};
use ripieno_midi::SLOTS;
use ripieno_panel::{DeviceId, PanelId};
use ripieno_rig::Input;
use ripieno_types::Command;
use ripieno_types::midi::MidiWord;
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
    Input(Input),
    Panels(Box<HostSetup>),
    Score(Box<HostScore>),
    Samples(Samples),
    Devices([DeviceId; SLOTS]),
    Outcomes(Listener),
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
    /// Passes a command to the rig, past the panels: in its next block, unless it is overrun with them. Knobs of what it sets
    /// have to take over again; [`Command::Panic`] ends what panels and sequencer have begun too.
    pub fn command(&self, command: Command) {
        self.input(Input::Direct(command));
    }

    /// Plays by these panels from the next block on, in the place of those before: what is down ends as it began, and values
    /// and knobs of the same preset and address stay. Before the first set-up every message goes to the synth as it is.
    pub fn panels(&self, setup: Box<HostSetup>) {
        let _ = self.requests.send(Request::Panels(setup));
    }

    /// Plays phrases and layers by this from the next block on. Layers that are on play on in time.
    pub fn score(&self, score: Box<HostScore>) {
        let _ = self.requests.send(Request::Score(score));
    }

    /// Plays these samples on pads from the next block on; what sounds from those before fades.
    pub fn samples(&self, samples: Samples) {
        let _ = self.requests.send(Request::Samples(samples));
    }

    /// Lets a message in as if that device had sent it: from a page, a socket or the keyboard.
    pub fn touch(&self, device: DeviceId, word: MidiWord) {
        self.input(Input::Midi { device, word });
    }

    /// Makes a panel active, or empties its slot.
    pub fn activate(&self, panel: PanelId, on: bool) {
        self.input(Input::Activate { panel, on });
    }

    /// Says which input slot is which device of the set-up, [`DeviceId::UNKNOWN`] at first. What a slot holds under another
    /// name ends.
    pub fn devices(&self, devices: [DeviceId; SLOTS]) {
        let _ = self.requests.send(Request::Devices(devices));
    }

    /// Sends the lights of a device anew, as after it was away.
    pub fn refresh(&self, device: DeviceId) {
        self.input(Input::Refresh(device));
    }

    /// Has what panels say told to `listener` from now on, within 5 ms, on the session's thread: it must not take long.
    /// False ends it.
    pub fn outcomes(&self, listener: impl FnMut(Outcome) -> bool + Send + 'static) {
        let _ = self.requests.send(Request::Outcomes(Box::new(listener)));
    }

    fn input(&self, input: Input) {
        // A session that is over has no use for it.
        let _ = self.requests.send(Request::Input(input));
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
