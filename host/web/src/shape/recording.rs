//! Recordings, their stems, and how they are separated. No path of the computer is in any of it: a recording is called by its
//! id, a stem by its name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A recording: a take of this studio, or a file that somebody has brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recording {
    /// Stable for as long as the file has its name.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// Its length.
    pub seconds: f64,
    /// Frames a second.
    pub rate: u32,
    /// Channels.
    pub channels: usize,
    /// Bytes of the file.
    pub bytes: u64,
    /// Seconds since 1970.
    pub created_at: f64,
    /// What it was separated into, by name.
    pub stems: Vec<Stem>,
}

/// A part of a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stem {
    /// What it is called; no two of a recording are called the same.
    pub name: String,
    /// The file's name.
    pub file: String,
    /// Its length.
    pub seconds: f64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The outline of a sound: what its channels' mean reaches in each of so many parts of equal length, -1 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Peaks {
    /// Parts; fewer than asked for where the sound has no more to tell.
    pub buckets: usize,
    /// The sound's length.
    pub seconds: f64,
    /// The lowest in each part, to three decimals.
    pub min: Vec<f32>,
    /// The highest in each part, to three decimals.
    pub max: Vec<f32>,
}

/// What a ticket is wanted for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TicketWish {
    /// A stem's name; the recording itself if nothing is said.
    pub stem: Option<String>,
}

/// An address of one file that needs no token, for media elements and downloads, which cannot show one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    /// A path of this server: `/files/...`. It is good for an hour after its last use; `?download` saves to a file.
    pub url: String,
}

/// What there is to separate with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Models {
    /// Those that need no files.
    pub built_in: Vec<BuiltInModel>,
    /// Those in the folder of models, by name.
    pub models: Vec<FoundModel>,
}

/// A model that is built in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BuiltInModel {
    /// What `model` of a separation takes: this, or this with settings, as in `builtin:bands,low=100`.
    pub reference: String,
    /// What it does.
    pub about: String,
    /// The stems it gives.
    pub stems: Vec<String>,
    /// What can be set.
    pub settings: Vec<ModelSetting>,
}

/// A setting of a built-in model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelSetting {
    /// Its name.
    pub name: String,
    /// What it is if nothing is said.
    pub default: f32,
    /// The least.
    pub least: f32,
    /// The greatest.
    pub greatest: f32,
}

/// A model in the folder of models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundModel {
    /// What `model` of a separation takes.
    pub reference: String,
    /// What it is called in reports.
    pub id: String,
    /// The stems it gives.
    pub stems: Vec<String>,
    /// The name of what is left when they are taken away, if it has one.
    pub complement: Option<String>,
    /// True if it separates what a description says, and needs one.
    pub described: bool,
    /// Why it cannot be used, if it cannot.
    pub problem: Option<String>,
}

/// A recording to be separated, and how. What is not said is the model's own, or usual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Separation {
    /// The recording's id.
    pub recording: String,
    /// As `GET /api/models` refers to it; the built-in one that fits the description if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What to separate, in words; all that the model can if it is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it is heard (`+`) and where not (`-`): sign, start and end in seconds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<(String, f64, f64)>,
    /// `strict`, `append`, `strict_or_append`, `append_nearest`, `append_previous` or `prepend_nearest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor_mode: Option<String>,
    /// The most sections sent along by a mode that takes the nearest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor_count: Option<usize>,
    /// Silence between such a section and the window, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor_gap_s: Option<f64>,
    /// The longest window, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_len_s: Option<f64>,
    /// How far windows overlap, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap_s: Option<f64>,
    /// `linear`, `triangle`, `hann`, `trapezoid` or `raised_cosine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// `auto`, `tract` or `ort`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Threads of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// `mix-minus-target` or `model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual: Option<String>,
    /// `wav` or `flac`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// `f32`, `i24` or `i16`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<String>,
    /// `native` or `model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// What noise is drawn from, in models that need some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What the operation `slice` takes: a piece of a recording that goes onto a pad.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The recording's id.
    pub recording: String,
    /// A stem's name; the recording itself if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stem: Option<String>,
    /// From where, in seconds.
    pub start_s: f64,
    /// To where, in seconds: up to a minute later.
    pub end_s: f64,
    /// What the pad is called; as the recording if it is empty.
    #[serde(default)]
    pub label: String,
    /// A preset of pads, by name or id.
    pub preset: String,
    /// The pad, 0 to 127.
    pub note: u8,
}

/// What a separation would do, and what it takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeparationPlan {
    /// The windows.
    pub plan: PlanFigures,
    /// Each of them; the first 50,000 of more.
    pub segments: Vec<PlanSegment>,
    /// The most memory that buffers and model are expected to take.
    pub memory_bytes: u64,
    /// How long it is expected to take, in seconds; null where nothing was measured.
    pub estimate_s: Option<f64>,
    /// What is not as asked.
    pub warnings: Vec<PlanWarning>,
}

/// How a recording is cut, in frames at the model's rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanFigures {
    /// Frames of a window.
    pub chunk_frames: u64,
    /// Frames that neighbouring windows share.
    pub overlap_frames: u64,
    /// Frames from a window to the next.
    pub step_frames: u64,
    /// Windows: passes of the model.
    pub chunks: u64,
}

/// One window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanSegment {
    /// From 0.
    pub index: u64,
    /// Its first frame.
    pub start_frame: u64,
    /// The frame after its last.
    pub end_frame: u64,
    /// Frames that the model gets, sections sent along included.
    pub sent_frames: u64,
    /// Sign, start and end, in seconds from the first frame sent.
    pub anchors: Vec<(String, f64, f64)>,
}

/// Something that is not as asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanWarning {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
}
