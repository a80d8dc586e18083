//! A pipeline as plain data: what a program declares and what a graph file says, before anything is checked or started.

use crate::frame::FrameSpec;
use crate::kind::Value;
use std::collections::BTreeMap;

/// All of a pipeline but the functions of its tasks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declaration {
    /// The pipeline's name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The longest time in milliseconds that any source's data may take to any sink.
    pub max_latency_ms: Option<f64>,
    /// Streams in the order they were declared.
    pub streams: Vec<StreamDecl>,
    /// Events in the order they were declared.
    pub events: Vec<EventDecl>,
    /// Tasks in the order they were declared.
    pub tasks: Vec<TaskDecl>,
}

/// Before the name of a stream that a guest writes.
pub(crate) const GUEST: &str = "guest:";

/// A ring of frames.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamDecl {
    /// Its name, alone among the streams.
    pub name: String,
    /// What its frames are; `None`: what its writer makes.
    pub spec: Option<FrameSpec>,
    /// Rows a second, where type and shape are left to the writer.
    pub rate_hz: Option<f64>,
    /// Frames that the ring holds, rounded up to a power of two.
    pub frames: usize,
    /// What the writer does when a lossless reader has no room for it.
    pub overflow: Overflow,
    /// Frames that are there before the start, all zero: what allows a cycle.
    pub delay_frames: usize,
    /// The name under which others may read it, if any.
    pub export: Option<String>,
    /// The exported stream that it is filled from, if any: then no task writes it.
    pub import: Option<String>,
    /// What it carries.
    pub description: Option<String>,
}

impl StreamDecl {
    /// Frames of a ring when nothing is said.
    pub const FRAMES: usize = 32;

    /// A stream with everything left to its writer and to defaults. Any.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            spec: None,
            rate_hz: None,
            frames: Self::FRAMES,
            overflow: Overflow::Block,
            delay_frames: 0,
            export: None,
            import: None,
            description: None,
        }
    }

    /// The name under which a process beside the pipeline is to write it, if one is. Any.
    pub(crate) fn guest(&self) -> Option<&str> {
        self.import.as_deref()?.strip_prefix(GUEST)
    }
}

/// What a writer does while its ring is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// It waits.
    #[default]
    Block,
    /// It drops the frame it has, and that is counted.
    DropNewest,
}

/// What a reader does when it is slower than the writer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReaderPolicy {
    /// It holds the writer back and sees every frame.
    #[default]
    Lossless,
    /// It holds nobody back, reads oldest first, and is told how many frames were written over.
    DropOldest,
    /// It holds nobody back and always reads the newest frame; it is told how many it passed.
    Latest,
}

/// A count that tasks wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDecl {
    /// Its name, alone among the events.
    pub name: String,
    /// Signals that are pending at the start.
    pub initial: u32,
    /// What it means.
    pub description: Option<String>,
}

/// A task: what runs, and what it is bound to under which local name.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskDecl {
    /// Its name, alone among the tasks.
    pub name: String,
    /// The kind that makes it; `None`: a function of the program.
    pub kind: Option<String>,
    /// The kind's parameters.
    pub params: BTreeMap<String, Value>,
    /// Streams it reads, by local name.
    pub reads: BTreeMap<String, ReadDecl>,
    /// Streams it writes, by local name.
    pub writes: BTreeMap<String, String>,
    /// Events, by local name.
    pub events: BTreeMap<String, String>,
    /// How it is started.
    pub control: Control,
    /// Where it runs.
    pub placement: Placement,
    /// What becomes of the pipeline when it fails.
    pub on_crash: Crash,
    /// How it waits.
    pub wait: Wait,
    /// What it does.
    pub description: Option<String>,
}

impl TaskDecl {
    /// A task that is bound to nothing. Any.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: None,
            params: BTreeMap::new(),
            reads: BTreeMap::new(),
            writes: BTreeMap::new(),
            events: BTreeMap::new(),
            control: Control::Plain,
            placement: Placement::default(),
            on_crash: Crash::Stop,
            wait: Wait::Park,
            description: None,
        }
    }
}

/// A stream as one task reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDecl {
    /// The stream's name.
    pub stream: String,
    /// What happens when the task is slower than the writer.
    pub policy: ReaderPolicy,
}

/// How a task is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Control {
    /// Once, at the start.
    #[default]
    Plain,
    /// Again and again while the event of this local name is open; nothing resets it.
    Switchable(String),
    /// Once a signal of the event of this local name, which consumes the signal.
    Toggleable(String),
    /// Never: it only stops reading, so that a stream has a reader and is not held back.
    Terminator,
}

/// Where a task runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// On a thread of the program.
    Thread {
        /// The core it is pinned to, from 0.
        core: Option<usize>,
        /// Whether it asks for real-time priority; without the right to it, it runs on and says so.
        realtime: bool,
    },
    /// In a process of its own: this program, started again for this task.
    Process {
        /// The core it is pinned to, from 0.
        core: Option<usize>,
    },
}

impl Default for Placement {
    fn default() -> Self {
        Self::Thread { core: None, realtime: false }
    }
}

/// What happens when a task fails: returns an error, panics, or its process dies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crash {
    /// The pipeline stops and reports it.
    #[default]
    Stop,
    /// The task is started again, at most so many times, after a pause that doubles; then the pipeline stops.
    Restart {
        /// Restarts in all.
        limit: u32,
    },
    /// The task ends: who reads from it sees the end of the stream, who writes to it is no longer held back.
    Isolate,
}

/// How a task waits for frames, room and events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Looks for a moment, then sleeps until it is woken.
    #[default]
    Park,
    /// Looks again and again: the least latency, for a whole core.
    Spin,
}
