#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod action;
mod decoder;
mod flash;
pub mod glue;
mod layout;
mod mapper;
mod panels;
mod score;
mod setup;
mod source;
pub mod value;
pub mod wire;

pub use action::{Action, CHORD_NOTES};
pub use decoder::{Decoder, Event, PAIR_WAIT_MICROS, READINGS, Reading};
pub use flash::FlashSetup;
pub use layout::{Role, Run, Zone};
pub use mapper::{DEVICES, HELD, KNOBS, LIGHTS_PER_SECOND, Mapper, MapperStats, MappingId, Output, Phase, RARE};
pub use panels::{BANKS, BankId, Edit, Finding, Panel, PanelId, PanelKind, Panels, PresetId, TextId};
pub use score::{LAYERS, Layer, PHRASES, Phrase, SHORTEST_MS, STEPS, Score, ScoreNote, TEMPI, TEMPO};
pub use setup::{
    CHORDS, GROUP, Light, Mapping, PATTERN_BYTES, PATTERNS, Pattern, Preset, Setup, SetupError, SetupRead, ZONES,
};
pub use source::{Address, Control, DeviceId, Source};
