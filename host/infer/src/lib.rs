#![doc = include_str!("../README.md")]

mod graph;
mod tensor;

pub use graph::{Graph, GraphError, Slot};
pub use tensor::{ElementKind, Elements, Tensor};
