//! What a pipeline did, told at its end.

use crate::metrics::{EndStatus, TaskState};
use serde::{Deserialize, Serialize};

/// What a pipeline did from its start to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The pipeline's name.
    pub name: String,
    /// Seconds from start to end.
    pub secs: f64,
    /// By task, in the order of their declaration.
    pub tasks: Vec<TaskSummary>,
    /// By stream, in the order of their declaration.
    pub streams: Vec<StreamSummary>,
    /// From coming in to arriving at each task that writes nothing.
    pub ends: Vec<EndStatus>,
}

impl Summary {
    /// The stream of this name. Any.
    pub fn stream(&self, name: &str) -> Option<&StreamSummary> {
        self.streams.iter().find(|stream| stream.name == name)
    }

    /// The task of this name. Any.
    pub fn task(&self, name: &str) -> Option<&TaskSummary> {
        self.tasks.iter().find(|task| task.name == name)
    }
}

/// What a task did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskSummary {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub state: TaskState,
    /// Frames it passed, of all its inputs.
    pub frames_in: u64,
    /// Frames it wrote, to all its outputs.
    pub frames_out: u64,
    /// How often it was started again after a failure.
    pub restarts: u32,
    /// Why it failed last.
    pub error: Option<String>,
}

/// What went through a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StreamSummary {
    /// Its name.
    pub name: String,
    /// Frames written.
    pub published: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Frames that its writer dropped for want of room.
    pub dropped: u64,
    /// By reader.
    pub readers: Vec<ReaderSummary>,
}

/// What a reader saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReaderSummary {
    /// The task.
    pub task: String,
    /// The local name.
    pub port: String,
    /// Frames read.
    pub read: u64,
    /// Frames never seen.
    pub missed: u64,
}
