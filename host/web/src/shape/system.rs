//! The studio around panels and sound: MIDI, learning, settings, profiles, history, operations, telemetry, log.

use super::{EntryAddress, Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The MIDI inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MidiStatus {
    /// True if any is there.
    pub connected: bool,
    /// The first of those that are.
    pub port_name: Option<String>,
    /// The name that the studio waits for first.
    pub device_name: Option<String>,
    /// All that are there or awaited.
    pub devices: Vec<Device>,
}

/// A MIDI controller that the studio knows or that is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// The studio's id for it; null for one that it does not know.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// The layout of its controls.
    pub layout: Option<String>,
    /// True while it is there.
    pub connected: bool,
    /// Why it cannot be had, if that is known.
    pub trouble: Option<String>,
}

/// Learning as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Learn {
    /// True while the next control is waited for, or the next target.
    pub active: bool,
    /// The preset that learns.
    pub preset: Option<String>,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// Targets that wait for a control each, in order.
    pub targets: Vec<super::Action>,
    /// Controls that wait for a target, when they came first.
    pub heard: Vec<EntryAddress>,
    /// What was learned since it began.
    pub learned: Vec<super::Entry>,
    /// Controls that are mapped in this preset already and were left as they are.
    pub conflicts: Vec<Use>,
}

/// Begins to learn, or adds to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LearnChange {
    /// The preset, by name or id; needed to begin.
    pub preset: Option<String>,
    /// Its kind; needed to begin.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// Targets to learn controls for, in order; goes on for as long as it is not stopped.
    pub targets: Vec<super::Action>,
    /// Replaces what a control did instead of reporting a conflict.
    pub replace: bool,
}

/// Something that a control does somewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Use {
    /// The control.
    pub at: EntryAddress,
    /// The preset's id.
    pub preset: String,
    /// The preset's name.
    pub preset_name: String,
    /// What it does there.
    pub action: Option<super::Action>,
    /// Its label.
    pub label: String,
    /// The panels with that preset.
    pub panels: Vec<String>,
    /// True if one of them is active.
    pub active: bool,
}

/// Settings by name. Secrets are not among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// All values.
    pub values: BTreeMap<String, Value>,
    /// Names of the profiles.
    pub profiles: Vec<String>,
    /// The profile in use.
    pub active_profile: String,
}

/// Whole studios that can be put in each other's place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Profiles {
    /// Names.
    pub profiles: Vec<String>,
    /// The one in use.
    pub active: String,
}

/// How far one can go back and forth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// Steps back.
    pub undo: usize,
    /// Steps forth.
    pub redo: usize,
}

/// How an operation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum OperationStatus {
    #[default]
    Pending,
    Running,
    Done,
    Error,
    Cancelled,
}

/// Something that takes its time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// What it is.
    pub op_type: String,
    /// With what.
    pub params: Value,
    /// How it is.
    pub status: OperationStatus,
    /// 0 to 1, never less than before.
    pub progress: f32,
    /// What it is at, for people, where it says.
    pub message: Option<String>,
    /// Seconds to go, where that is known.
    pub eta_secs: Option<f64>,
    /// What came of it.
    pub result: Option<Value>,
    /// Why it failed.
    pub error: Option<String>,
    /// Seconds since 1970.
    pub created_at: f64,
    /// Seconds since 1970.
    pub updated_at: f64,
}

/// An operation to begin. One of the same kind with the same parameters that is not over is given back instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOperation {
    /// What: `load_instrument`, `check_studio`, `record`, `separate`, `slice`, ...
    pub op_type: String,
    /// With what.
    #[serde(default)]
    pub params: Value,
}

/// What has happened since the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Telemetry {
    /// Of this run.
    pub session_id: String,
    /// Seconds since 1970.
    pub started_at: f64,
    /// Seconds since 1970.
    pub last_event_at: Option<f64>,
    /// Seconds.
    pub duration_s: f64,
    /// MIDI messages from controllers.
    pub midi_events_total: u64,
    /// Presses by note.
    pub pad_presses: BTreeMap<String, u64>,
    /// Moves by controller.
    pub knob_moves: BTreeMap<String, u64>,
    /// Errors that nobody expected.
    pub errors: u64,
    /// The five pads pressed most: note and presses.
    pub top_pads: Vec<(u8, u64)>,
    /// Underruns, load and the like, as `ripieno play --json` says them.
    pub sound: Value,
}

/// A line of the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// What it is about.
    pub tag: String,
    /// What happened.
    pub message: String,
    /// `info`, `warning` or `error`.
    pub level: String,
    /// Seconds since 1970.
    pub ts: f64,
}
