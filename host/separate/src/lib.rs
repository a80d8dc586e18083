#![doc = include_str!("../README.md")]

pub mod anchors;
pub mod batch;
mod cancel;
mod error;
mod event;
mod json;
mod names;
mod session;
mod settings;
pub mod stream;
mod words;
pub mod worker;

pub use cancel::Cancel;
pub use error::{ErrorCode, JobError};
pub use event::{Event, Observer, Outcome, Phase, PlanReport, SegmentReport, Stem, Warning, WarningCode};
pub use session::{Session, plan, run};
pub use settings::{
    AnchorMode, Compat, Container, Depth, Engine, JobSettings, OutputRate, Residual, SettingsError, WindowShape,
};
pub use words::WordError;
