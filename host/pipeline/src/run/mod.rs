//! A pipeline that runs: its handle, and what became of it.

pub(crate) mod board;
mod error;
mod summary;

pub use error::{Failed, Failure, ReloadError, RunError, SetError, StartCause, StartError, Why};
pub use summary::{ReaderSummary, StreamSummary, Summary, TaskSummary};

use crate::control;
use crate::declare::Declaration;
use crate::event::Event;
use crate::kind::Value;
use crate::metrics::Status;
use crate::pipeline::Compiled;
use crate::stream::AnyReader;
use std::time::Duration;

/// A pipeline that runs. Shared by reference between threads; dropped, it is stopped at once.
#[derive(Debug)]
pub struct Running {}

impl Running {
    /// How long a pipeline that was asked to stop may take until its waits are ended.
    pub const STOP_BOUND: Duration = Duration::from_secs(2);

    pub(crate) fn start(compiled: Compiled) -> Result<Self, StartError> {
        let _ = compiled;
        unimplemented!("on its way")
    }

    /// The pipeline's name. Any.
    pub fn name(&self) -> &str {
        unimplemented!("on its way")
    }

    /// What runs now. Control.
    pub fn declaration(&self) -> Declaration {
        unimplemented!("on its way")
    }

    /// The event of this name. Any.
    pub fn event(&self, name: &str) -> Option<Event> {
        let _ = name;
        unimplemented!("on its way")
    }

    /// Sets a live parameter of a task, for all processes at once. Control.
    ///
    /// # Errors
    /// There is no such task or parameter, it cannot change while the task runs, or the value cannot be.
    pub fn set(&self, task: &str, param: &str, value: &Value) -> Result<(), SetError> {
        let _ = (task, param, value);
        unimplemented!("on its way")
    }

    /// Makes it the pipeline that `declaration` says. What is the same goes on; edges that are the same lose nothing. Control;
    /// waits until the tasks that are replaced have come to the end of a frame.
    ///
    /// # Errors
    /// It cannot be, and what ran goes on.
    pub fn reload(&self, declaration: &Declaration) -> Result<Changes, ReloadError> {
        let _ = declaration;
        unimplemented!("on its way")
    }

    /// Its figures now. Control.
    pub fn status(&self) -> Status {
        unimplemented!("on its way")
    }

    /// Reads a stream from the side, the newest frame only; holds nobody back. `None`: no such stream, or its spare seats are
    /// taken. Control.
    pub fn tap(&self, stream: &str) -> Option<AnyReader> {
        let _ = stream;
        unimplemented!("on its way")
    }

    /// Asks the sources to end; the rest ends behind them. After [`STOP_BOUND`](Self::STOP_BOUND) all waits are ended. Any.
    pub fn stop(&self) {
        self.stop_within(Self::STOP_BOUND);
    }

    /// As [`stop`](Self::stop), with another bound. Any.
    pub fn stop_within(&self, bound: Duration) {
        let _ = bound;
        unimplemented!("on its way")
    }

    /// Whether all its tasks have ended. Any.
    pub fn is_finished(&self) -> bool {
        unimplemented!("on its way")
    }

    /// Waits for its end. Control.
    ///
    /// # Errors
    /// Which tasks failed, and why.
    pub fn wait(&self) -> Result<Summary, RunError> {
        unimplemented!("on its way")
    }

    /// As [`wait`](Self::wait), for `time` at most; `None` if it still runs then. Control.
    ///
    /// # Errors
    /// Which tasks failed, and why.
    pub fn wait_for(&self, time: Duration) -> Option<Result<Summary, RunError>> {
        let _ = time;
        unimplemented!("on its way")
    }

    /// Answers on a socket from now on, until the pipeline has ended: what [`control::Client`] asks. Control.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn serve(&self) -> Result<(), control::ControlError> {
        unimplemented!("on its way")
    }

    /// The process it runs in. Any.
    pub fn pid(&self) -> u32 {
        std::process::id()
    }
}

/// What a reload did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Changes {
    /// Tasks that are new.
    pub added_tasks: Vec<String>,
    /// Tasks that are gone.
    pub removed_tasks: Vec<String>,
    /// Tasks that were ended and started anew.
    pub replaced_tasks: Vec<String>,
    /// Streams that are new.
    pub added_streams: Vec<String>,
    /// Streams that are gone.
    pub removed_streams: Vec<String>,
    /// Streams whose ring was made anew.
    pub replaced_streams: Vec<String>,
    /// Parameters that were set in running tasks, as `task.param`.
    pub set_params: Vec<String>,
}
