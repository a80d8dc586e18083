//! Why a model cannot be opened, and what to do about it.

use crate::GraphError;
use ripieno_ports::FaultKind;

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelErrorKind {
    /// There is no such model.
    Missing,
    /// A file of the model, its manifest or the recording it should take is not what it must be.
    Invalid,
    /// Nothing here can run it: an engine, a library or an operator is missing.
    Unavailable,
    /// There is not enough memory to load it.
    OutOfMemory,
}

/// A model that cannot be opened. The text names the file, the cause and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    kind: ModelErrorKind,
    message: String,
}

impl ModelError {
    /// There is no such model. Any.
    pub fn missing(message: impl Into<String>) -> Self {
        Self { kind: ModelErrorKind::Missing, message: message.into() }
    }

    /// Something of it is not what it must be. Any.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { kind: ModelErrorKind::Invalid, message: message.into() }
    }

    /// Nothing here can run it. Any.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: ModelErrorKind::Unavailable, message: message.into() }
    }

    /// It does not fit into memory. Any.
    pub fn out_of_memory(message: impl Into<String>) -> Self {
        Self { kind: ModelErrorKind::OutOfMemory, message: message.into() }
    }

    /// What stands in the way. Any.
    pub fn kind(&self) -> ModelErrorKind {
        self.kind
    }

    /// The same, with the place it happened at in front of the text. Any.
    #[must_use]
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self { kind: self.kind, message: format!("{place}: {}", self.message) }
    }
}

impl From<GraphError> for ModelError {
    fn from(error: GraphError) -> Self {
        let kind = match error.kind {
            FaultKind::OutOfMemory => ModelErrorKind::OutOfMemory,
            FaultKind::Unsupported | FaultKind::Gone => ModelErrorKind::Unavailable,
            _ => ModelErrorKind::Invalid,
        };
        Self { kind, message: error.message }
    }
}
