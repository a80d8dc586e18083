#![doc = include_str!("../README.md")]

mod bind;
pub mod builtin;
pub mod description;
mod engine;
mod error;
mod graph;
pub mod manifest;
mod model;
mod onnx;
mod open;
mod options;
mod policy;
mod probe;
mod reference;
mod tensor;
mod waveform;

pub use bind::Bound;
pub use error::{ModelError, ModelErrorKind};
pub use graph::{Graph, GraphError, Slot};
pub use model::{Choice, Model, ModelInfo, NoMatch, SCHEME};
pub use options::{EngineChoice, OpenOptions, Provider, Recording};
pub use reference::{Listed, MODELS_VARIABLE, list, models_folder};
pub use tensor::{ElementKind, Elements, Tensor};
