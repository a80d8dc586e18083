#![doc = include_str!("../README.md")]

pub mod conditioned;
mod driver;
mod graph;
pub mod stft;
mod tensor;

pub use driver::{BoundGraph, DriverError, DriverShape, ReadFile};
pub use graph::{Graph, GraphError, Slot};
pub use tensor::{ElementKind, Elements, Tensor};
