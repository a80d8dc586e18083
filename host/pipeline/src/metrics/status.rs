//! What a running pipeline says of itself: plain figures with a schema that is numbered, for terminals, pages and scripts.

use crate::frame::{DType, FrameSpec, Shape};
use crate::kind::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A running pipeline's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// [`Status::VERSION`] of the program that wrote it.
    pub version: u32,
    /// The pipeline's name.
    pub name: String,
    /// The process that runs it.
    pub pid: u32,
    /// Seconds since its start.
    pub uptime_secs: f64,
    /// What it is doing.
    pub state: State,
    /// Its streams in the order of their declaration.
    pub streams: Vec<StreamStatus>,
    /// Its tasks in the order of their declaration.
    pub tasks: Vec<TaskStatus>,
    /// Its events in the order of their declaration.
    pub events: Vec<EventStatus>,
    /// From coming in to arriving at each task that writes nothing.
    pub ends: Vec<EndStatus>,
}

impl Status {
    /// Number of this schema: a field that is added leaves it, one that goes or changes its meaning raises it.
    pub const VERSION: u32 = 1;
}

/// What a pipeline is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// It runs.
    Running,
    /// Its sources were asked to stop, and what they wrote flows to the sinks.
    Stopping,
    /// All its tasks have ended.
    Ended,
    /// A task failed, and it stopped for that.
    Failed,
}

/// A stream's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StreamStatus {
    /// Its name.
    pub name: String,
    /// What its frames are.
    pub spec: SpecStatus,
    /// The task that writes it; `None` if it is imported.
    pub writer: Option<String>,
    /// Frames that the ring holds.
    pub frames: usize,
    /// How full it is for the slowest lossless reader, or the slowest of all if none is lossless, 0 to 1: its pressure.
    pub fill: f64,
    /// Frames written so far.
    pub published: u64,
    /// Frames a second, of late.
    pub frames_per_sec: f64,
    /// Bytes a second, of late.
    pub bytes_per_sec: f64,
    /// Frames that its writer dropped for want of room.
    pub dropped: u64,
    /// Whether its writer has ended.
    pub ended: bool,
    /// Who reads it.
    pub readers: Vec<ReaderStatus>,
}

/// What a stream's frames are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpecStatus {
    /// Type of the elements.
    pub dtype: DType,
    /// Dimensions.
    pub shape: Shape,
    /// Rows a second, if stated.
    pub rate_hz: Option<f64>,
}

impl From<&FrameSpec> for SpecStatus {
    fn from(spec: &FrameSpec) -> Self {
        Self { dtype: spec.dtype(), shape: spec.shape(), rate_hz: spec.rate_hz() }
    }
}

/// A reader's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReaderStatus {
    /// The task that reads.
    pub task: String,
    /// Under which local name.
    pub port: String,
    /// `lossless`, `drop-oldest` or `latest`.
    pub policy: String,
    /// Frames that wait for it.
    pub behind: u64,
    /// Frames that it never saw.
    pub missed: u64,
    /// How old frames were when it passed them, since they came into the pipeline.
    pub latency: Latency,
}

/// How long frames took. Measured of each frame that was waited for, and of every 16th of those that lay ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Latency {
    /// Half of them took less, in microseconds.
    pub p50_us: f64,
    /// 99 of 100 took less.
    pub p99_us: f64,
    /// 999 of 1000 took less.
    pub p999_us: f64,
    /// The longest.
    pub max_us: f64,
    /// How many were measured.
    pub count: u64,
}

/// A task's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskStatus {
    /// Its name.
    pub name: String,
    /// The kind that made it; `None`: a function.
    pub kind: Option<String>,
    /// What it is doing.
    pub state: TaskState,
    /// `thread` or `process`.
    pub placement: String,
    /// The process it runs in.
    pub pid: u32,
    /// Frames it passed, of all its inputs.
    pub frames_in: u64,
    /// Frames it wrote, to all its outputs.
    pub frames_out: u64,
    /// Part of the time that it waited for frames or room, of late, 0 to 1.
    pub wait_share: f64,
    /// Cores it used, of late: 1 is a whole one.
    pub cpu: f64,
    /// Memory of its process in bytes; a thread's is that of the whole program.
    pub rss_bytes: u64,
    /// How often it was started again after a failure.
    pub restarts: u32,
    /// Why it failed last.
    pub error: Option<String>,
    /// What it was refused and does without: a core, real-time priority.
    pub notice: Option<String>,
    /// What it shows of itself, by name.
    pub gauges: BTreeMap<String, f64>,
    /// Its parameters as they are now.
    pub params: BTreeMap<String, Value>,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TaskState {
    /// It is being started.
    Starting,
    /// It waits for its event.
    Idle,
    /// It runs.
    Running,
    /// It failed and waits to be started again.
    Restarting,
    /// It has ended.
    Ended,
    /// It failed, and the pipeline stopped or went on without it.
    Failed,
}

impl TaskState {
    pub(crate) const ALL: [Self; 6] =
        [Self::Starting, Self::Idle, Self::Running, Self::Restarting, Self::Ended, Self::Failed];
}

/// An event's figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventStatus {
    /// Its name.
    pub name: String,
    /// Signals that nobody has consumed.
    pub pending: u64,
}

/// From coming in to arriving at a task that writes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EndStatus {
    /// The task.
    pub sink: String,
    /// The stream that it reads.
    pub stream: String,
    /// How long frames took.
    pub latency: Latency,
}
