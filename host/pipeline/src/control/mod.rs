//! Asking a running pipeline of another process: a Unix socket, one JSON object a line each way.
//!
//! | ask | fields | answer |
//! |---|---|---|
//! | `name` | | the pipeline's name |
//! | `status` | | [`Status`](crate::Status) |
//! | `prometheus` | | the same as text |
//! | `graph` | | `text`: the graph file, null if a task is a function |
//! | `set` | `task`, `param`, `value` | null |
//! | `signal` | `event` | null |
//! | `reload` | `text`: a graph file | [`Changes`](crate::Changes) |
//! | `tap` | `stream`, `elements` (256) | the next frame: `sequence`, `nanos`, `dtype`, `shape`, `values`; null if none comes within a second |
//! | `stop` | | null |
//!
//! What is asked is answered with `{"ok": ...}`, or with `{"error": "..."}`.

mod client;
#[cfg(unix)]
mod folder;
mod request;
mod server;

pub use client::{Client, Found};
pub(crate) use server::Server;

use std::io;

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
        source: io::Error,
    },
    /// The folder of sockets cannot be trusted.
    #[error("'{0}' is not a folder that only this user can use: remove it")]
    Folder(std::path::PathBuf),
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

impl ControlError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        |source| Self::Io { what, source }
    }
}
