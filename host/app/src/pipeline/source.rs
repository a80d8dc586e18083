//! The graph file of a hosted pipeline: its text, and what becomes of it when it is read again.

use super::registry;
use ripieno_pipeline::graph::MAX_FILE_BYTES;
use ripieno_pipeline::{Diagnostics, Graph, ReloadError, Running};
use ripieno_web::shape::{FaultPlace, PipelineReloaded, PipelineSource};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A graph file.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
}

impl Source {
    /// The file at this path; it is read when it is asked for.
    pub fn new(path: &Path) -> Self {
        Self { path: path.into() }
    }

    /// Its name, without its folder.
    fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// What stands in it now. Control; blocks.
    ///
    /// # Errors
    /// It cannot be read, or is too large: a sentence without its folder.
    pub fn read(&self) -> Result<PipelineSource, String> {
        let name = self.name();
        let mut text = String::new();
        let failed = |error: std::io::Error| format!("{name} cannot be read: {error}");
        let file = std::fs::File::open(&self.path).map_err(failed)?;
        // One more than is possible tells that there is more.
        file.take(MAX_FILE_BYTES as u64 + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() > MAX_FILE_BYTES {
            return Err(format!("{name} is larger than {MAX_FILE_BYTES} bytes; split the graph by export and import"));
        }
        Ok(PipelineSource { name, text })
    }

    /// Makes the pipeline what the file says now. Whatever is wrong, it goes on as it was. Control; blocks.
    pub fn reload(&self, running: &Running) -> PipelineReloaded {
        let refused = |error: String| PipelineReloaded { error: Some(error), ..PipelineReloaded::default() };
        let PipelineSource { name, text } = match self.read() {
            Ok(source) => source,
            Err(error) => return refused(error),
        };
        let faulty = |diagnostics: &Diagnostics| PipelineReloaded {
            places: places(diagnostics, &text),
            ..refused(diagnostics.to_string())
        };
        let graph = match Graph::parse(&name, &text) {
            Ok(graph) => graph,
            Err(diagnostics) => return faulty(&diagnostics),
        };
        let checked = match graph.check(&registry()) {
            Ok(checked) => checked,
            Err(diagnostics) => return faulty(&diagnostics),
        };
        match running.reload(graph.declaration()) {
            Ok(changes) => PipelineReloaded {
                applied: true,
                changes: serde_json::to_value(changes).ok(),
                places: places(&graph.diagnose(&checked.faults), &text),
                error: None,
            },
            Err(ReloadError::Faults(faults)) => faulty(&graph.diagnose(&faults)),
            Err(error) => refused(error.to_string()),
        }
    }
}

/// Each fault where it is to be mended first.
fn places(diagnostics: &Diagnostics, text: &str) -> Vec<FaultPlace> {
    let place = |fault: &ripieno_pipeline::graph::Diagnosis| {
        let at = fault.at.first();
        let covered = at.and_then(|at| text.get(at.offset..at.offset + at.length)).unwrap_or_default();
        FaultPlace {
            line: at.map_or(1, |at| at.line),
            column: at.map_or(1, |at| at.column),
            length: covered.chars().count(),
            message: fault.message.clone(),
            help: fault.help.clone(),
            code: fault.code.name().into(),
            severity: serde_json::to_value(fault.severity)
                .ok()
                .and_then(|word| Some(word.as_str()?.into()))
                .unwrap_or_default(),
            task: fault.at.iter().find_map(|at| at.task.clone()),
        }
    };
    diagnostics.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_their_places_and_tasks() {
        let text = "format_version = 2\nname = \"g\" # è\n[[streams]]\nname = \"a\"\n[[tasks]]\nname = \"s\"\nkind = \"tone\"\nwrites = { out = \"a\" }\n\
                    [[tasks]]\nname = \"t\"\nkind = \"null\"\nreads = { in = \"b\" }\n";
        let graph = Graph::parse("g.toml", text).unwrap();
        let diagnostics = graph.check(&registry()).unwrap_err();
        let places = places(&diagnostics, text);
        let fault = places
            .iter()
            .find(|place| place.task.as_deref() == Some("t"))
            .unwrap_or_else(|| panic!("the reader's: {places:?}"));
        assert_eq!((fault.line, fault.severity.as_str()), (12, "error"), "{fault:?}");
        assert!(fault.message.contains("'b'") && fault.code.starts_with('P') && fault.length > 0, "{fault:?}");
        // What is no TOML at all has a place, too.
        let broken = Graph::parse("g.toml", "name = \n").unwrap_err();
        let places = super::places(&broken, "name = \n");
        assert_eq!((places.len(), places[0].line), (1, 1), "{places:?}");
    }

    #[test]
    fn a_file_that_is_gone_is_told_without_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let error = Source::new(&folder.path().join("gone.toml")).read().unwrap_err();
        assert!(error.starts_with("gone.toml cannot be read"), "{error}");
    }
}
