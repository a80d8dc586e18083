//! A loaded network, whatever runs it: named tensors in, named tensors out.

use crate::tensor::{ElementKind, Tensor};
use ripieno_ports::{Fault, FaultKind};

/// One input or output of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name in the file.
    pub name: String,
    /// Of what kind its elements are in the file. Floats of 16 bits are converted at the edge.
    pub kind: ElementKind,
    /// Length of each axis; `None` where it may be anything.
    pub shape: Vec<Option<usize>>,
}

/// A network that can be run. The lengths of its free axes are those of the tensors it gets; an engine may prepare itself
/// for them, so that runs with the same lengths are the cheapest.
pub trait Graph: Send {
    /// What it takes, in the file's order. Any.
    fn inputs(&self) -> &[Slot];

    /// What it gives, in the file's order. Any.
    fn outputs(&self) -> &[Slot];

    /// Runs it once. All inputs must be there, each by its name; all outputs come, in their order. Floats are 32-bit either
    /// way. Worker; blocks for as long as it takes.
    ///
    /// # Errors
    /// [`GraphError`] by kind.
    fn run(&mut self, inputs: Vec<(&str, Tensor)>) -> Result<Vec<Tensor>, GraphError>;
}

/// Why a graph does not run. The text names the graph, the cause and, where there is one, the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GraphError {
    /// What to do next.
    pub kind: FaultKind,
    /// What went wrong.
    pub message: String,
}

impl Fault for GraphError {
    fn kind(&self) -> FaultKind {
        self.kind
    }
}
