//! What a task is, and what it is handed.

use crate::kind::KindFault;
use crate::stream::StreamError;

/// A task. Any `FnMut(&mut Ports) -> Result<(), TaskError> + Send` is one.
pub trait Task: Send {
    /// Runs until its inputs end, or until a wait says [`StreamError::Stopped`]. Called again for every signal if the task is
    /// toggleable, and after a failure if it is restarted.
    ///
    /// # Errors
    /// Why it cannot go on. What a wait says when the pipeline stops is passed on as it is, and is no failure.
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError>;
}

impl<F: FnMut(&mut Ports) -> Result<(), TaskError> + Send> Task for F {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        self(ports)
    }
}

/// Why a task ended before its inputs did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The pipeline stops: a regular end.
    #[error("stopped")]
    Stopped,
    /// It cannot go on.
    #[error("{0}")]
    Failed(String),
}

impl TaskError {
    /// A failure with this message. Any.
    pub fn failed(message: impl std::fmt::Display) -> Self {
        Self::Failed(message.to_string())
    }
}

impl From<StreamError> for TaskError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Stopped => Self::Stopped,
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<KindFault> for TaskError {
    fn from(fault: KindFault) -> Self {
        Self::Failed(fault.to_string())
    }
}

/// What a task is handed: its streams and events by their local names, its live parameters, and whether it shall stop.
#[derive(Debug, Default)]
pub struct Ports {}
