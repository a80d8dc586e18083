//! What travels: the shapes of the API's JSON. Names follow the system that people come from where they were sound.

mod panel;
mod preset;
mod sound;
mod system;

pub use panel::{Kind, NewPanel, Panel, PanelChange, Panels, Pressed, Reconciled};
pub use preset::{Action, Button, Coding, Encoder, Entry, EntryAddress, EntryChange, Fire, Preset, Press, Takeover};
pub use sound::{AudioApplied, AudioDevice, AudioDevices, AudioSettings, Instruments};
pub use system::{
    Device, History, Learn, LearnChange, LogEntry, MidiStatus, NewOperation, Operation, OperationStatus, Profiles,
    Settings, Telemetry, Use,
};
