//! Asking a running pipeline of another process: a Unix socket, one JSON object a line each way.

use std::path::PathBuf;
use std::time::Duration;

/// Why a pipeline was not asked, or what it refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The socket fails.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// No pipeline of this process answers.
    #[error("no pipeline answers in process {0}: `ripieno top` lists those that do")]
    NotRunning(u32),
    /// It said no.
    #[error("{0}")]
    Refused(String),
    /// It said something that is no answer.
    #[error("the answer cannot be read: {0}")]
    Answer(String),
}

/// A pipeline that answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Found {
    /// Its process.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Where it answers.
    pub socket: PathBuf,
}

/// A connection to a running pipeline.
#[derive(Debug)]
pub struct Client {}

impl Client {
    /// The pipelines of this user that answer. Sockets of dead processes are removed. Control.
    pub fn find() -> Vec<Found> {
        unimplemented!("on its way")
    }

    /// Connects to the pipeline of this process. Control.
    ///
    /// # Errors
    /// There is none.
    pub fn connect(pid: u32) -> Result<Self, ControlError> {
        let _ = pid;
        unimplemented!("on its way")
    }

    /// The longest time an answer may take; 10 s at first. Any.
    pub fn set_timeout(&mut self, timeout: Duration) {
        let _ = timeout;
        unimplemented!("on its way")
    }

    /// Asks, and waits for the answer: `ask` is `status`, `graph`, `set`, `signal`, `reload`, `tap` or `stop`, with its fields
    /// in `with`. Control.
    ///
    /// # Errors
    /// The connection fails, or it refuses.
    pub fn ask(&mut self, ask: &str, with: serde_json::Value) -> Result<serde_json::Value, ControlError> {
        let _ = (ask, with);
        unimplemented!("on its way")
    }

    /// Its figures. Control.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn status(&mut self) -> Result<crate::metrics::Status, ControlError> {
        unimplemented!("on its way")
    }
}
