//! Why the farm cannot do something.

use ripieno_separate::JobError;
use std::io;

/// What kind of fault it is; decides what a program does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FarmErrorKind {
    /// The server is not there, or went away for longer than is waited.
    Unreachable,
    /// The server does not let us in, or not do that.
    Refused,
    /// The bucket has no room.
    Full,
    /// What is stored is not what was put there, or not what its name says.
    Corrupt,
    /// What is asked for is not there.
    Missing,
    /// What was asked for makes no sense.
    Invalid,
    /// Somebody asked to stop.
    Interrupted,
    /// A file of this machine cannot be read or written, or anything else.
    Failed,
    /// A recording or a model that gives no job.
    Job,
}

/// An error of the farm.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct FarmError {
    /// For programs.
    pub kind: FarmErrorKind,
    /// For people: names cause and fix, in lower case. Never a password or a key.
    pub message: String,
    /// The job's own error, where it is one.
    pub job: Option<JobError>,
}

impl FarmError {
    /// An error of this kind. Any.
    pub fn new(kind: FarmErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), job: None }
    }

    /// Somebody asked to stop. Any.
    pub fn interrupted() -> Self {
        Self::new(FarmErrorKind::Interrupted, "interrupted")
    }

    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(FarmErrorKind::Missing, message)
    }

    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self::new(FarmErrorKind::Corrupt, message)
    }

    /// A file of this machine that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &io::Error) -> Self {
        if crate::digest::was_stopped(error) {
            return Self::interrupted();
        }
        Self::new(FarmErrorKind::Failed, format!("{}: {error}", path.display()))
    }

    /// Whether trying again, here or elsewhere, may help.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(self.kind, FarmErrorKind::Invalid | FarmErrorKind::Job)
    }
}

impl From<JobError> for FarmError {
    fn from(error: JobError) -> Self {
        Self { kind: FarmErrorKind::Job, message: error.message.clone(), job: Some(error) }
    }
}
