//! What may be wrong with a pipeline before it starts.

use super::Pipeline;
use crate::frame::FrameSpecError;
use crate::rules::{Fault, Severity};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Why something cannot be declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeclareError {
    /// The name is taken.
    #[error("there is already a {what} of the name '{name}'")]
    Twice {
        /// Stream, event or task.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A task uses one local name for two bindings.
    #[error("task '{task}' binds the local name '{local}' twice")]
    LocalTwice {
        /// The task.
        task: String,
        /// The local name.
        local: String,
    },
    /// There can be no such frame.
    #[error("stream '{stream}': {source}")]
    Frame {
        /// The stream.
        stream: String,
        /// Why not.
        source: FrameSpecError,
    },
    /// A ring of no frames.
    #[error("stream '{stream}' would hold no frame: give it one or more")]
    NoFrames {
        /// The stream.
        stream: String,
    },
    /// A controlled task without its event.
    #[error("task '{task}' is to be started by '{local}', which is none of its events: bind an event to that name")]
    NoControl {
        /// The task.
        task: String,
        /// The local name of the event.
        local: String,
    },
    /// A terminator of nothing.
    #[error("terminator '{task}' reads nothing: bind it to the streams that it shall end")]
    NoReads {
        /// The task.
        task: String,
    },
}

/// What comes back with an error. Behind a lock only so that the error may be shared between threads.
pub(crate) struct Kept<T>(Mutex<Box<T>>);

impl<T> Kept<T> {
    pub(crate) fn new(kept: T) -> Self {
        Self(Mutex::new(Box::new(kept)))
    }

    pub(crate) fn into_inner(self) -> T {
        *self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Why a pipeline cannot run: all that is wrong with it.
#[derive(Debug)]
pub struct CompileError {
    faults: Vec<Fault>,
    pipeline: Kept<Pipeline>,
}

impl CompileError {
    pub(crate) fn new(faults: Vec<Fault>, pipeline: Pipeline) -> Self {
        Self { faults, pipeline: Kept::new(pipeline) }
    }

    /// What is wrong, the most basic first, warnings among them. Any.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The pipeline, as it was. Any.
    pub fn into_pipeline(self) -> Pipeline {
        self.pipeline.into_inner()
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.faults.iter().filter(|fault| fault.severity == Severity::Error);
        if let Some(first) = errors.next() {
            write!(f, "{first}")?;
        }
        match errors.count() {
            0 => Ok(()),
            1 => write!(f, " (and one more fault)"),
            more => write!(f, " (and {more} more faults)"),
        }
    }
}

impl std::error::Error for CompileError {}
