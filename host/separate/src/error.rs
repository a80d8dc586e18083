//! Why a job ends without its outputs.

use crate::settings::SettingsError;
use crate::words::words;

words! {
    /// What kind of end it was; decides what a program does next.
    ErrorCode {
        /// Somebody asked to stop.
        Cancelled = "cancelled",
        /// The recording, the model's files or a file of anchors are missing, damaged or of a wrong kind.
        BadInput = "bad_input",
        /// The settings make no job.
        BadSettings = "bad_settings",
        /// The model, or what runs it, is not there.
        ModelUnavailable = "model_unavailable",
        /// Memory is short even for the smallest window.
        OutOfMemory = "out_of_memory",
        /// An output is there already, or is being written by another job.
        OutputExists = "output_exists",
        /// An output cannot be written.
        WriteFailed = "write_failed",
        /// The process that did the work ended.
        WorkerDied = "worker_died",
        /// Anything else.
        Failed = "failed",
    }
}

/// A job's end without outputs. The same record comes from a job in this process and from one in a worker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct JobError {
    /// For programs.
    pub code: ErrorCode,
    /// For people: names cause and fix, in lower case.
    pub message: String,
}

impl JobError {
    /// An end of this kind. Any.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Somebody asked to stop. Any.
    pub(crate) fn cancelled() -> Self {
        Self::new(ErrorCode::Cancelled, "cancelled")
    }

    /// What kind of end it was. Any.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }
}

impl From<SettingsError> for JobError {
    fn from(error: SettingsError) -> Self {
        Self::new(ErrorCode::BadSettings, error.to_string())
    }
}
