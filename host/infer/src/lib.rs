#![doc = include_str!("../README.md")]

pub mod builtin;
mod check;
pub mod conditioned;
pub mod description;
mod driver;
mod engine;
mod error;
#[cfg(test)]
mod fake;
mod graph;
mod kinds;
pub mod manifest;
mod model;
mod onnx;
mod open;
mod options;
mod policy;
mod probe;
mod reference;
mod scaled;
pub mod stft;
mod tensor;
mod waveform;

pub use check::{CheckReport, Finding, MOST_LOSS, check};
pub use driver::{BoundGraph, DriverError, DriverShape, ReadFile, WindowWish};
pub use error::{ModelError, ModelErrorKind};
pub use graph::{Graph, GraphError, Slot};
pub use model::{Choice, Model, ModelInfo, NoMatch};
pub use open::{ModelFiles, files};
pub use options::{EngineChoice, OpenOptions, Provider, Recording};
pub use reference::{Listed, MODELS_VARIABLE, list, models_folder};
pub use tensor::{ElementKind, Elements, Tensor};
