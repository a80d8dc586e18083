#![doc = include_str!("../README.md")]

mod bind;
mod error;
mod graph;
pub mod manifest;
mod model;
mod onnx;
mod options;
mod tensor;

pub use bind::Bound;
pub use error::{ModelError, ModelErrorKind};
pub use graph::{Graph, GraphError, Slot};
pub use model::{Choice, Model, ModelInfo, NoMatch};
pub use options::{EngineChoice, OpenOptions, Provider, Recording};
pub use tensor::{ElementKind, Elements, Tensor};
