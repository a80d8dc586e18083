//! What travels: the shapes of the API's JSON. Names follow the system that people come from where they were sound.

mod controller;
mod effects;
mod panel;
mod pipeline;
mod preset;
mod recording;
mod sound;
mod system;

pub use controller::{Controller, ControllerSlot, HeardMidi};
pub use effects::{EffectParam, EffectUnit, ParamCurve};
pub use panel::{Kind, NewPanel, Panel, PanelChange, Panels, Pressed, Reconciled};
pub use pipeline::{
    FaultPlace, FoundPipeline, ParamKind, ParamShape, PipelineReloaded, PipelineSource, PipelineState, StreamFrame,
    TaskChange, TaskControl, TaskDeed, TaskShape,
};
pub use preset::{Action, Button, Coding, Encoder, Entry, EntryAddress, EntryChange, Fire, Preset, Press, Takeover};
pub use recording::{
    BuiltInModel, FoundModel, ModelSetting, Models, Peaks, PlanFigures, PlanSegment, PlanWarning, Recording,
    Separation, SeparationPlan, Slice, Stem, Ticket, TicketWish,
};
pub use sound::{AudioApplied, AudioDevice, AudioDevices, AudioSettings, Instruments};
pub use system::{
    Device, History, Learn, LearnChange, LogEntry, MidiStatus, NewOperation, Operation, OperationStatus, Profiles,
    Settings, Telemetry, Use,
};
