//! What carries actions out: one small trait for each part of the computer, real or recording.

use crate::front::{Desktop, Front};
use crate::http::{Http, HttpClient};
use crate::keyboard::{Keyboard, Keys};
use crate::launch::{Programs, System};
use crate::midi::MidiOut;
use crate::obs::{Obs, ObsClient};
use crate::osc::{Osc, OscSocket};
use crate::recording::{Record, Recorder};
use crate::volume::{Mixer, Volume};
use std::fmt;
use std::sync::Arc;

/// Why an action was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It was tried in vain; a sentence for the log.
    #[error("{0}")]
    Failed(String),
    /// Its condition did not hold; a sentence for the log.
    #[error("{0}")]
    Skipped(String),
    /// Somebody stopped it.
    #[error("it was cancelled")]
    Cancelled,
}

impl From<String> for Fault {
    fn from(sentence: String) -> Self {
        Self::Failed(sentence)
    }
}

/// Everything a runner works with.
pub struct Backends {
    /// Keys and wheel.
    pub keys: Box<dyn Keys>,
    /// The application in front.
    pub front: Box<dyn Front>,
    /// Programs.
    pub programs: Box<dyn Programs>,
    /// HTTP.
    pub http: Arc<dyn Http>,
    /// OSC, for REAPER too.
    pub osc: Arc<dyn Osc>,
    /// MIDI outputs.
    pub midi: Box<dyn MidiOut>,
    /// Volumes.
    pub volume: Box<dyn Volume>,
    /// OBS Studio.
    pub obs: Box<dyn Obs>,
}

impl Backends {
    /// This computer. Nothing is connected or opened before it is needed.
    pub fn system(midi: Box<dyn MidiOut>) -> Self {
        Self {
            keys: Box::new(Keyboard::default()),
            front: Box::new(Desktop::default()),
            programs: Box::new(System),
            http: Arc::new(HttpClient),
            osc: Arc::new(OscSocket),
            midi,
            volume: Box::new(Mixer),
            obs: Box::new(ObsClient::default()),
        }
    }

    /// None of this computer: everything is written down and succeeds. For tests and rehearsals.
    pub fn recording() -> (Self, Record) {
        let record = Record::default();
        let recorder = Recorder(record.clone());
        let backends = Self {
            keys: Box::new(recorder.clone()),
            front: Box::new(recorder.clone()),
            programs: Box::new(recorder.clone()),
            http: Arc::new(recorder.clone()),
            osc: Arc::new(recorder.clone()),
            midi: Box::new(recorder.clone()),
            volume: Box::new(recorder.clone()),
            obs: Box::new(recorder),
        };
        (backends, record)
    }
}

impl fmt::Debug for Backends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backends").finish_non_exhaustive()
    }
}
