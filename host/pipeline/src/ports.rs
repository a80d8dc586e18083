//! What a task is, and what it is handed.

use crate::declare::Wait;
use crate::event::Event;
use crate::frame::Element;
use crate::kind::KindFault;
use crate::origin::{Origin, monotonic_nanos};
use crate::run::board::{Board, TaskBoard};
use crate::stream::{AnyReader, AnyWriter, Reader, Stream, StreamError, Writer};
use std::collections::BTreeMap;
use std::time::Duration;

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
#[derive(Debug)]
pub struct Ports {
    pub(crate) name: String,
    pub(crate) reads: BTreeMap<String, Seat>,
    pub(crate) writes: BTreeMap<String, Stream>,
    pub(crate) events: BTreeMap<String, Event>,
    pub(crate) origin: Origin,
    pub(crate) wait: Wait,
    pub(crate) board: Board,
    pub(crate) own: TaskBoard,
}

/// A place at a stream.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) stream: Stream,
    pub(crate) seat: usize,
}

impl Ports {
    /// The task's name. Any.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stream bound to `local`, to be read; once at a time. Dropped, it keeps its place until the task ends. Control.
    ///
    /// # Errors
    /// Nothing is bound to `local`, its frames are of another type, or it is already taken.
    pub fn reader<T: Element>(&mut self, local: &str) -> Result<Reader<T>, TaskError> {
        Ok(self.any_reader(local)?.typed()?)
    }

    /// As [`reader`](Self::reader), for frames of any type. Control.
    ///
    /// # Errors
    /// Nothing is bound to `local`, or it is already taken.
    pub fn any_reader(&mut self, local: &str) -> Result<AnyReader, TaskError> {
        let seat = self.reads.get(local).ok_or_else(|| unbound(&self.name, "input", local, self.reads.keys()))?;
        Ok(seat.stream.reader(seat.seat, &self.origin, self.wait)?.staying())
    }

    /// The stream bound to `local`, to be written; once at a time. The stream ends when the task does. Control.
    ///
    /// # Errors
    /// Nothing is bound to `local`, its frames are of another type, or it is already taken.
    pub fn writer<T: Element>(&mut self, local: &str) -> Result<Writer<T>, TaskError> {
        Ok(self.any_writer(local)?.typed()?)
    }

    /// As [`writer`](Self::writer), for frames of any type. Control.
    ///
    /// # Errors
    /// Nothing is bound to `local`, or it is already taken.
    pub fn any_writer(&mut self, local: &str) -> Result<AnyWriter, TaskError> {
        let stream = self.writes.get(local).ok_or_else(|| unbound(&self.name, "output", local, self.writes.keys()))?;
        Ok(stream.writer(&self.origin, self.wait)?.staying())
    }

    /// The event bound to `local`. Any.
    ///
    /// # Errors
    /// Nothing is bound to `local`.
    pub fn event(&self, local: &str) -> Result<Event, TaskError> {
        let event = self.events.get(local);
        event.cloned().ok_or_else(|| unbound(&self.name, "event", local, self.events.keys()))
    }

    /// Local names of the streams that it reads. Any.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        self.reads.keys().map(String::as_str)
    }

    /// Local names of the streams that it writes. Any.
    pub fn writes(&self) -> impl Iterator<Item = &str> {
        self.writes.keys().map(String::as_str)
    }

    /// The parameter `name` as it is at any moment; always 0 if there is no live parameter of that name. Any.
    pub fn live(&self, name: &str) -> Live {
        Live(self.own.live(name))
    }

    /// A figure to be shown to who watches. A task has room for so many; more are not shown. Any.
    pub fn gauge(&self, name: &str) -> GaugeHandle {
        GaugeHandle(self.own.gauge(name))
    }

    /// When the data was born that it works on: what is read sets it, what is written takes it. Any.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether it is asked to stop. A task that reads nothing ends then; one that reads goes on until its inputs end. Any.
    pub fn is_stopping(&self) -> bool {
        self.own.is_leaving() || self.board.is_stopping()
    }

    /// Waits for `time`. Worker.
    ///
    /// # Errors
    /// [`TaskError::Stopped`], as soon as the pipeline stops and nothing is left to do: at once in a task that reads nothing.
    pub fn pause(&self, time: Duration) -> Result<(), TaskError> {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.wait_until(monotonic_nanos().saturating_add(nanos))
    }

    /// Waits until [`monotonic_nanos`] is `nanos`. Worker.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    pub fn wait_until(&self, nanos: u64) -> Result<(), TaskError> {
        let over = self.board.wait_until(nanos, || {
            self.own.is_leaving() || self.board.is_stopped() || self.reads.is_empty() && self.board.is_stopping()
        });
        if over { Err(TaskError::Stopped) } else { Ok(()) }
    }
}

fn unbound<'a>(task: &str, what: &str, local: &str, names: impl Iterator<Item = &'a String>) -> TaskError {
    let names: Vec<_> = names.map(|name| format!("'{name}'")).collect();
    let there = if names.is_empty() { "none".into() } else { names.join(", ") };
    TaskError::Failed(format!("task '{task}' has no {what} '{local}': bound are {there}"))
}

/// A parameter that may change while the task runs. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Live(pub(crate) crate::run::board::Word);

impl Live {
    /// Its value now. Real-time.
    pub fn get(&self) -> f64 {
        self.0.load()
    }
}

/// A figure that a task shows. Clones are the same one.
#[derive(Clone, Debug)]
pub struct GaugeHandle(pub(crate) crate::run::board::Word);

impl GaugeHandle {
    /// Shows `value` from now on. Real-time.
    pub fn set(&self, value: f64) {
        self.0.store(value);
    }
}
