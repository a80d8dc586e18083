//! What may go wrong from the start on, by task and cause.

use super::Summary;
use crate::kind::KindFault;
use crate::memory::MemoryError;
use crate::pipeline::{CompileError, Compiled, Kept};
use crate::rules::{Fault, ParamFault};
use std::fmt;

/// A task that ended as it should not have.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[error("task '{task}' {why}")]
#[non_exhaustive]
pub struct Failure {
    /// The task.
    pub task: String,
    /// What happened to it.
    pub why: Why,
}

/// What happened to a task.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Why {
    /// It returned an error.
    #[error("failed: {0}")]
    Failed(String),
    /// It panicked.
    #[error("panicked: {0}")]
    Panicked(String),
    /// Its process was killed by a signal of this number.
    #[error("was killed by signal {0}")]
    Killed(i32),
    /// Its process ended by itself with this code, before the task did.
    #[error("left its process with code {0}")]
    Exited(i32),
    /// It could not be started.
    #[error("did not start: {0}")]
    Refused(String),
    /// It did not end when all its waits had ended.
    #[error("does not end: it neither waits nor looks whether it shall stop")]
    Stuck,
}

/// Why a pipeline did not start. Nothing of it is left.
#[derive(Debug)]
pub struct StartError {
    cause: Box<StartCause>,
    compiled: Kept<Compiled>,
}

/// What could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartCause {
    /// Memory for a stream, an event or a task.
    #[error("{what}: {source}")]
    Memory {
        /// For what.
        what: String,
        /// Why not.
        source: MemoryError,
    },
    /// What a kind needs.
    #[error("task '{task}' cannot be made: {source}")]
    Make {
        /// The task.
        task: String,
        /// Why not.
        source: KindFault,
    },
    /// A thread or process.
    #[error("task '{task}' cannot be started: {source}")]
    Spawn {
        /// The task.
        task: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A task failed before all had started.
    #[error("{0}")]
    Failed(Failure),
}

impl StartError {
    pub(crate) fn new(cause: StartCause, compiled: Compiled) -> Self {
        Self { cause: Box::new(cause), compiled: Kept::new(compiled) }
    }

    /// What could not be had. Any.
    pub fn cause(&self) -> &StartCause {
        &self.cause
    }

    /// The pipeline, to be started again. Any.
    pub fn into_compiled(self) -> Compiled {
        self.compiled.into_inner()
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for StartError {}

/// Why a pipeline did not run to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It breaks rules.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Tasks failed.
    #[error(transparent)]
    Failed(#[from] Failed),
}

/// Tasks failed, and the pipeline stopped.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failed {
    /// Which tasks, the first to fail first.
    pub failures: Vec<Failure>,
    /// What was done until then.
    pub summary: Box<Summary>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, failure) in self.failures.iter().enumerate() {
            write!(f, "{}{failure}", if index == 0 { "" } else { "; then " })?;
        }
        Ok(())
    }
}

impl std::error::Error for Failed {}

/// Why a parameter was not set. It is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// No such task.
    #[error("there is no task '{0}'")]
    NoTask(String),
    /// No such parameter, or it can only be given at the start.
    #[error("task '{task}' has no parameter '{param}' that can be set while it runs: {there}")]
    NotLive {
        /// The task.
        task: String,
        /// The parameter.
        param: String,
        /// Those that it has.
        there: String,
    },
    /// It cannot have this value.
    #[error("task '{task}': {fault}")]
    Value {
        /// The task.
        task: String,
        /// What is wrong with it.
        fault: ParamFault,
    },
}

/// Why a pipeline was not changed. What ran goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The new one breaks rules.
    #[error("{}", first(.0))]
    Faults(Vec<Fault>),
    /// A new task is a function, which a declaration does not hold.
    #[error("task '{0}' is a function of the program: only tasks of a kind can be added while it runs")]
    Function(String),
    /// A stream has no seat left for one more reader.
    #[error("stream '{0}' has no seat left for one more reader: start the pipeline anew")]
    NoSeat(String),
    /// There is no memory that processes could share.
    #[error("the system has no memory that processes could share: place all tasks in threads")]
    Processes,
    /// An exported stream cannot be made anew under the same name while its readers are there.
    #[error("stream '{0}' is exported, and its ring would change: its readers would lose it; start the pipeline anew")]
    Exported(String),
    /// A task that is to be replaced does not come to the end of a frame.
    #[error("task '{0}' does not end: it neither waits nor looks whether it shall stop")]
    Stuck(String),
    /// A new part could not be made.
    #[error(transparent)]
    Start(#[from] StartCause),
    /// The pipeline is ending.
    #[error("the pipeline is ending")]
    Ending,
}

fn first(faults: &[Fault]) -> String {
    faults.first().map_or_else(String::new, ToString::to_string)
}
