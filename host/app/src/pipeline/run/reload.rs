//! The file of a running graph: whether it changed, and what becomes of it then.

use crate::Failure;
use crate::cli::RunOptions;
use crate::pipeline::load::{faulty, load};
use ripieno_pipeline::{Changes, Graph, Registry, ReloadError, Running};
use std::path::PathBuf;
use std::time::SystemTime;

/// A graph file that may change.
pub struct File {
    path: PathBuf,
    settings: Vec<String>,
    registry: Registry,
    /// The text that was read last, sound or not.
    text: String,
    /// When it was written and how long it was, by then.
    seen: Option<(SystemTime, u64)>,
}

impl File {
    /// The file that `graph` was read from just now.
    pub fn new(options: &RunOptions, registry: Registry, graph: Graph) -> Self {
        let (path, settings) = (options.graph.clone(), options.settings.clone());
        let mut file = Self { path, settings, registry, text: graph.text().to_owned(), seen: None };
        // A change between reading and now is seen by its text.
        file.seen = file.look();
        file
    }

    fn look(&self) -> Option<(SystemTime, u64)> {
        let metadata = self.path.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Whether there is another text. A file that is not there has not changed: editors take it away for a moment.
    pub fn is_changed(&mut self) -> bool {
        let now = self.look();
        if now.is_none() || now == self.seen {
            return false;
        }
        self.seen = now;
        std::fs::read_to_string(&self.path).is_ok_and(|text| text != self.text)
    }

    /// Makes the pipeline what the file says now. Whatever is wrong, it goes on as it was.
    pub fn reload(&mut self, running: &Running) -> Result<Changes, Failure> {
        // What was read is not read again, sound or not.
        if let Ok(text) = std::fs::read_to_string(&self.path) {
            self.text = text;
        }
        let graph = load(&self.path, &self.settings, &self.registry)?;
        graph.check(&self.registry).map_err(faulty)?;
        running.reload(graph.declaration()).map_err(|error| match error {
            ReloadError::Faults(faults) => faulty(graph.diagnose(&faults)),
            error => Failure::Session(error.to_string()),
        })
    }
}
