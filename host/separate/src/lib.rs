#![doc = include_str!("../README.md")]

pub mod anchors;
pub mod batch;
mod cancel;
mod error;
mod event;
mod file;
mod finish;
mod identity;
mod job;
mod journal;
mod json;
mod layout;
mod memory;
mod model;
mod names;
mod outputs;
mod prepare;
mod progress;
mod session;
mod settings;
pub mod span;
#[cfg(test)]
mod stand;
pub mod stream;
mod wanted;
mod words;
pub mod worker;

pub use cancel::Cancel;
pub use error::{ErrorCode, JobError};
pub use event::{Event, Observer, Outcome, Phase, PlanReport, SegmentReport, Stem, Warning, WarningCode};
pub use model::{About, JobModel};
pub use session::{Session, plan, run, run_with};
pub use settings::{
    AnchorMode, Compat, Container, Depth, Engine, JobSettings, OutputRate, Residual, SettingsError, WindowShape,
};
pub use words::WordError;
