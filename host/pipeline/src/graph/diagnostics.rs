//! Faults at their places in a file, in the form that `miette` prints.

use super::Source;
use crate::rules::{Code, Fault, Severity};
use std::fmt;
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes before it.
    pub offset: usize,
    /// Bytes that it covers.
    pub length: usize,
    /// What is there.
    pub label: String,
}

/// One fault at its place.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The rule.
    pub code: Code,
    /// Whether it prevents the start.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, first of all where it is to be mended.
    pub at: Vec<Place>,
    #[serde(skip)]
    source: Arc<Source>,
}

/// Everything that is wrong with a graph file, the most basic fault first.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    items: Vec<Diagnosis>,
}

impl Diagnostics {
    pub(super) fn new(source: &Arc<Source>, faults: &[Fault]) -> Self {
        let items = faults
            .iter()
            .map(|fault| Diagnosis {
                code: fault.code,
                severity: fault.severity,
                message: fault.message.clone(),
                help: fault.help.clone(),
                at: Vec::new(),
                source: Arc::clone(source),
            })
            .collect();
        Self { items }
    }

    /// All of them. Any.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnosis> {
        self.items.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults", self.items.len())
    }
}

impl std::error::Error for Diagnostics {}
