#![doc = include_str!("../README.md")]

mod cancel;
mod event;
mod settings;

pub use cancel::Cancel;
pub use event::{Event, Observer, Outcome, Phase, PlanReport, SegmentReport, Stem, Warning, WarningCode};
pub use settings::{
    AnchorMode, Compat, Container, Depth, Engine, JobSettings, OutputRate, Residual, SettingsError, WindowShape,
};
