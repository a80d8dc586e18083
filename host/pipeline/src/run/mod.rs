//! A pipeline that runs: its handle, and what became of it.
//!
//! Every task has a thread here: it runs the task, or watches its process. One more thread watches over all of them. What tasks and
//! watch tell each other are words of a [`board`](board::Board) that processes share.

mod attempt;
pub(crate) mod board;
mod cell;
mod changes;
mod child;
mod error;
mod place;
mod plan;
mod process;
mod reload;
mod runner;
mod shared;
mod start;
mod summary;

pub(crate) use cell::lock;
pub use changes::Changes;
pub use child::serve_task;
pub use error::{Failed, Failure, ReloadError, RunError, SetError, StartCause, StartError, Why};
#[cfg(test)]
pub(crate) use place::thread_id;
pub(crate) use plan::{Edge, Plan};
pub(crate) use shared::Shared;
pub use summary::{ReaderSummary, StreamSummary, Summary, TaskSummary};

use crate::control::{ControlError, Server};
use crate::declare::{Declaration, ReaderPolicy};
use crate::event::Event;
use crate::kind::{Param, Value};
use crate::metrics::Status;
use crate::pipeline::Compiled;
use crate::share;
use crate::stream::AnyReader;
use std::borrow::Borrow;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A pipeline that runs. Shared by reference between threads; dropped, it is stopped at once.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    watch: Option<JoinHandle<()>>,
    server: Mutex<Option<Server>>,
}

impl Running {
    /// How long a pipeline that was asked to stop may take until its waits are ended.
    pub const STOP_BOUND: Duration = Duration::from_secs(2);

    pub(crate) fn start(compiled: Compiled) -> Result<Self, StartError> {
        let (shared, watch) = start::start(compiled)?;
        Ok(Self { shared, watch: Some(watch), server: Mutex::default() })
    }

    /// The pipeline's name. Any.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// What runs now. Control.
    pub fn declaration(&self) -> Declaration {
        let mut declaration = lock(&self.shared.plan).declaration.clone();
        share::collapse(&mut declaration);
        declaration
    }

    /// The event of this name. Any.
    pub fn event(&self, name: &str) -> Option<Event> {
        self.shared.event(name)
    }

    /// Sets a live parameter of a task, for all processes at once. Control.
    ///
    /// # Errors
    /// There is no such task or parameter, it cannot change while the task runs, or the value cannot be.
    pub fn set(&self, task: &str, param: &str, value: impl Borrow<Value>) -> Result<(), SetError> {
        self.shared.set(task, param, value.borrow())
    }

    /// Makes it the pipeline that `declaration` says. What is the same goes on; edges that are the same lose nothing, as far as
    /// their tasks pass a frame only when they have written what comes of it. Control; waits until the tasks that are replaced
    /// have come to the end of a frame.
    ///
    /// # Errors
    /// It cannot be, and what ran goes on.
    pub fn reload(&self, declaration: &Declaration) -> Result<Changes, ReloadError> {
        self.shared.reload(declaration)
    }

    /// Its figures now. Control.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Reads a stream from the side, the newest frame only; holds nobody back. `None`: no such stream, or its spare seats are
    /// taken. Control.
    pub fn tap(&self, stream: &str) -> Option<AnyReader> {
        self.shared.tap(stream)
    }

    /// Asks the sources to end; the rest ends behind them. After [`STOP_BOUND`](Self::STOP_BOUND) all waits are ended. Any.
    pub fn stop(&self) {
        self.stop_within(Self::STOP_BOUND);
    }

    /// As [`stop`](Self::stop), with another bound. Any.
    pub fn stop_within(&self, bound: Duration) {
        self.shared.stop_within(bound);
    }

    /// Whether all its tasks have ended. Any.
    pub fn is_finished(&self) -> bool {
        self.shared.is_finished()
    }

    /// Waits for its end. Control.
    ///
    /// # Errors
    /// Which tasks failed, and why.
    pub fn wait(&self) -> Result<Summary, RunError> {
        loop {
            if let Some(end) = self.shared.wait_until(None) {
                return end;
            }
        }
    }

    /// As [`wait`](Self::wait), for `time` at most; `None` if it still runs then. Control.
    ///
    /// # Errors
    /// Which tasks failed, and why.
    pub fn wait_for(&self, time: Duration) -> Option<Result<Summary, RunError>> {
        self.shared.wait_until(Instant::now().checked_add(time))
    }

    /// Answers on a socket from now on, until it is dropped: what [`Client`](crate::control::Client) asks. Control.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn serve(&self) -> Result<(), ControlError> {
        let mut server = lock(&self.server);
        if server.is_none() {
            *server = Some(Server::start(&self.shared)?);
        }
        Ok(())
    }

    /// The process it runs in. Any.
    pub fn pid(&self) -> u32 {
        std::process::id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop_within(Duration::ZERO);
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
    }
}

impl Shared {
    /// The event of this name.
    pub fn event(&self, name: &str) -> Option<Event> {
        lock(&self.plan).events.get(name).cloned()
    }

    /// A reader from the side.
    pub fn tap(&self, stream: &str) -> Option<AnyReader> {
        let stream = lock(&self.plan).streams.get(stream)?.stream.clone();
        stream.spare_reader(ReaderPolicy::Latest)
    }

    /// Sets a live parameter.
    pub fn set(&self, task: &str, param: &str, value: &Value) -> Result<(), SetError> {
        let mut plan = lock(&self.plan);
        let cell = plan.tasks.get(task).map(|entry| entry.cell.clone());
        let cell = cell.ok_or_else(|| SetError::NoTask(task.into()))?;
        let kind = cell.decl.kind.as_deref().and_then(|kind| self.registry.kind(kind));
        let live: Vec<&Param> = kind.map_or(&[][..], |kind| kind.params()).iter().filter(|param| param.live).collect();
        if !live.iter().any(|live| live.name == param) {
            let names: Vec<_> = live.iter().map(|live| live.name).collect();
            let there = if names.is_empty() { "it has none".into() } else { format!("it has {}", names.join(", ")) };
            return Err(SetError::NotLive { task: task.into(), param: param.into(), there });
        }
        let mut params = lock(&cell.params);
        let before = params.insert(param.into(), value.clone());
        match self.registry.params(cell.decl.kind.as_deref().unwrap_or_default(), &params) {
            Ok(whole) => {
                cell.own.live(param).store(whole.f64(param));
                let decl = plan.declaration.tasks.iter_mut().find(|decl| decl.name == task);
                decl.into_iter().for_each(|decl| decl.params.clone_from(&params));
                Ok(())
            }
            Err(faults) => {
                match before {
                    Some(before) => params.insert(param.into(), before),
                    None => params.remove(param),
                };
                let fault = faults.into_iter().next();
                Err(fault.map_or_else(
                    || SetError::NoTask(task.into()),
                    |fault| SetError::Value { task: task.into(), fault },
                ))
            }
        }
    }
}
