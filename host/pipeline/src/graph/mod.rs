//! Graph files: a pipeline as text, with every fault shown at its place.

mod diagnostics;

pub use diagnostics::{Diagnosis, Diagnostics, Place};

use crate::declare::Declaration;
use crate::kind::Registry;
use crate::rules::{self, Checked, Fault, Subject};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A graph file that was read: what it declares, and where each part of it stands.
#[derive(Clone, Debug)]
pub struct Graph {
    declaration: Declaration,
    source: Arc<Source>,
}

/// A text and the places of its parts.
#[derive(Debug, Default)]
struct Source {
    name: String,
    text: String,
    spans: BTreeMap<Subject, Vec<Range<usize>>>,
}

impl Graph {
    /// Reads a graph from text; `name` is what diagnostics call it. Any.
    ///
    /// # Errors
    /// It is no TOML, or not what a graph file may say.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let source = Source { name: name.into(), text: text.into(), spans: BTreeMap::new() };
        Ok(Self { declaration: Declaration::default(), source: Arc::new(source) })
    }

    /// Reads a graph from a file. Any; blocks.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or as for [`Graph::parse`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        let path = path.as_ref();
        Self::parse(&path.display().to_string(), "")
    }

    /// What the file declares. Any.
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// To change it, as command lines do. Places in the text stay those of the file. Any.
    pub fn declaration_mut(&mut self) -> &mut Declaration {
        &mut self.declaration
    }

    /// Checks it against all rules. The result may still hold warnings. Any.
    ///
    /// # Errors
    /// All rules that it breaks, warnings too.
    pub fn check(&self, registry: &Registry) -> Result<Checked, Diagnostics> {
        let checked = rules::check(&self.declaration, registry);
        if checked.is_ok() { Ok(checked) } else { Err(self.diagnose(&checked.faults)) }
    }

    /// Faults with their places in this file. Any.
    pub fn diagnose(&self, faults: &[Fault]) -> Diagnostics {
        Diagnostics::new(&self.source, faults)
    }
}
