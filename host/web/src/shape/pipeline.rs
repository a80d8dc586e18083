//! The pipeline that runs beside the studio: what may be done with it, what flows in it, what is wrong with its file.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A pipeline in a word; the state's section `pipeline`, which is there while one runs beside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PipelineState {
    /// Its name.
    pub name: String,
    /// `running`, `stopping`, `ended` or `failed`.
    pub state: String,
}

/// A task as its graph declares it: what stays while its figures change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskShape {
    /// Its name.
    pub name: String,
    /// What its kind does, in a line; what the graph says of it, for a function.
    pub summary: String,
    /// How it is started.
    pub control: TaskControl,
    /// The events that it is bound to, by their names in the graph.
    pub events: Vec<String>,
    /// What its kind lets one set.
    pub params: Vec<ParamShape>,
}

/// How a task is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TaskControl {
    /// Once, at the start.
    #[default]
    Plain,
    /// It runs from its start until it is stopped.
    Switchable,
    /// It runs once a start.
    Toggleable,
    /// It never runs: it only lets go of what it reads.
    Terminator,
}

/// A parameter as its kind declares it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParamShape {
    /// Its name.
    pub name: String,
    /// What it may be.
    #[serde(rename = "type")]
    pub of: ParamKind,
    /// Its unit, empty for none.
    pub unit: String,
    /// Whether it may be set while the task runs.
    pub live: bool,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What a number is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<f64>,
    /// What it does, in a line.
    pub summary: String,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamKind {
    /// A truth.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    #[default]
    Number,
    /// One of some words.
    Choice,
    /// A text.
    Text,
    /// A list of numbers.
    Numbers,
}

/// What is wanted of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChange {
    /// What.
    #[serde(rename = "do")]
    pub deed: TaskDeed,
    /// The parameter that is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// What it is set to: a number, a text, true or false, or a list of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What may be wanted of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TaskDeed {
    /// A toggleable task runs once, a switchable one until it is stopped.
    Start,
    /// It waits until it is started again.
    Stop,
    /// One or the other.
    Toggle,
    /// A live parameter takes another value.
    Set,
}

/// The newest frame of a stream. Looking holds nobody back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StreamFrame {
    /// The stream.
    pub stream: String,
    /// The frame's number.
    pub frame: u64,
    /// Dimensions of a frame: rows of channels.
    pub shape: Vec<usize>,
    /// Type of its elements: `f32`, `complex32`, ...
    pub dtype: String,
    /// Rows a second, where that is stated.
    pub rate: Option<f64>,
    /// The first rows of each channel, as many as were asked for; of complex elements their magnitudes, and null where an
    /// element is no number.
    pub channels: Vec<Vec<Option<f32>>>,
}

/// A graph file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PipelineSource {
    /// The file's name, without its folder.
    pub name: String,
    /// What stands in it now, which is what `POST /api/pipeline/reload` would read.
    pub text: String,
}

/// What became of reading the graph file again. A refusal leaves what runs alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PipelineReloaded {
    /// True if what the file says runs now.
    pub applied: bool,
    /// What was replaced, where it was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Value>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Faults and warnings where they stand in the text, the most basic first.
    pub places: Vec<FaultPlace>,
}

/// A fault at its place in a graph file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FaultPlace {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Characters that it covers.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The rule's code, as `ripieno graph explain` takes it.
    pub code: String,
    /// `error`, or `warning`, which prevents nothing.
    pub severity: String,
    /// The task that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
}

/// A running pipeline of this user, in whatever process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundPipeline {
    /// Its name.
    pub name: String,
    /// Its process.
    pub pid: u32,
    /// True for the one that runs beside this studio; the others can only be looked at, with `ripieno top`.
    pub own: bool,
}
