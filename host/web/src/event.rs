//! The events of the socket: the catalogue that clients are promised.

use crate::shape::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One event. On the wire: `{"type":"event","seq":7,"event":"panel.created","payload":{...},"patch":{...},"ts":...}`, where
/// `patch` is the JSON merge patch (RFC 7396) that brings a copy of the whole state up to date.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "event", content = "payload")]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields carry the names of the shapes")]
pub enum Event {
    #[serde(rename = "panel.created")]
    PanelCreated { panel: Panel },
    #[serde(rename = "panel.updated")]
    PanelUpdated { panel: Panel },
    /// `instanceId` is null when the slot is empty now.
    #[serde(rename = "panel.activated")]
    PanelActivated {
        #[serde(rename = "instanceId")]
        panel: Option<String>,
        #[serde(rename = "previousId")]
        previous: Option<String>,
        #[serde(rename = "type")]
        kind: Kind,
        bank: String,
    },
    #[serde(rename = "panel.deleted")]
    PanelDeleted {
        #[serde(rename = "instanceId")]
        panel: String,
    },
    #[serde(rename = "panel.reconciled")]
    PanelsReconciled { fixed: Vec<String>, warnings: Vec<String> },
    /// A preset was made or changed.
    #[serde(rename = "preset.changed")]
    PresetChanged { preset: Preset },
    #[serde(rename = "preset.deleted")]
    PresetDeleted {
        id: String,
        #[serde(rename = "type")]
        kind: Kind,
    },
    #[serde(rename = "midi.status")]
    MidiStatus { status: MidiStatus },
    #[serde(rename = "midi.pad_press")]
    PadPress { note: u8, velocity: u8, channel: Option<u8>, bank: String, pressed: Pressed },
    #[serde(rename = "midi.pad_release")]
    PadRelease { note: u8, channel: Option<u8>, bank: String },
    #[serde(rename = "midi.key_press")]
    KeyPress { note: u8, velocity: u8, channel: Option<u8>, pressed: Pressed },
    #[serde(rename = "midi.key_release")]
    KeyRelease { note: u8, channel: Option<u8> },
    /// Any other control: `source` as in a preset's entry, `value` 0 to 1.
    #[serde(rename = "midi.knob")]
    Knob { source: String, channel: Option<u8>, bank: String, value: f32, pressed: Pressed },
    #[serde(rename = "midi.pitch_bend")]
    PitchBend { channel: Option<u8>, pitch: i16 },
    /// The bank that knobs belong to.
    #[serde(rename = "midi.bank")]
    Bank { bank: String },
    /// The value of an entry, 0 to 1, and how far its knob is from it.
    #[serde(rename = "knob.value")]
    KnobValue { preset: String, at: EntryAddress, value: f32, distance: Option<f32> },
    #[serde(rename = "learn.changed")]
    LearnChanged { learn: Learn },
    #[serde(rename = "fx.param_changed")]
    ParamChanged { target: String, value: f32 },
    /// The effects run in another order, first to last.
    #[serde(rename = "fx.order_changed")]
    OrderChanged { order: Vec<String> },
    #[serde(rename = "piano.note_on")]
    NoteOn { note: u8, velocity: u8 },
    #[serde(rename = "piano.note_off")]
    NoteOff { note: u8 },
    #[serde(rename = "piano.instrument_changed")]
    InstrumentChanged { name: String, success: bool, current: String, error: Option<String> },
    /// Peaks since the last, linear.
    #[serde(rename = "audio.level")]
    Level { target: String, level: [f32; 2] },
    #[serde(rename = "audio.status")]
    AudioStatus { status: Value },
    #[serde(rename = "settings.changed")]
    SettingChanged { key: String, value: Value },
    #[serde(rename = "settings.profile_changed")]
    ProfileChanged { name: String },
    #[serde(rename = "history.changed")]
    HistoryChanged { history: History },
    /// Recordings or stems came, went or changed; `patch` says which.
    #[serde(rename = "recordings.changed")]
    RecordingsChanged {},
    #[serde(rename = "ops.update")]
    Operation { op: Operation },
    /// The pipeline beside has another name, or runs no more.
    #[serde(rename = "pipeline.changed")]
    PipelineChanged { pipeline: PipelineState },
    #[serde(rename = "action.outcome")]
    ActionOutcome { kind: String, who: String, result: String, detail: String },
    #[serde(rename = "log.entry")]
    Log { entry: LogEntry },
    #[serde(rename = "error.unhandled")]
    Unhandled { path: String, error: String },
    /// The state is another as a whole: a profile, an undo, an edit by hand. `patch` brings a copy there as ever.
    #[serde(rename = "state.replaced")]
    Replaced {},
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
