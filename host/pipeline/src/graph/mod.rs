//! Graph files: a pipeline as text, with every fault shown at its place.

mod diagnostics;
mod fields;
mod format;
mod read;
mod reading;
mod schema;
mod set;
pub mod show;
mod templates;
mod version1;
mod write;

pub use diagnostics::{Diagnosis, Diagnostics, Place};
pub use format::format;
pub use schema::{schema, schema_for};
pub use set::{SetError, set};
pub use templates::{TEMPLATES, Template};
pub use write::{SaveError, save, to_text};

use crate::declare::Declaration;
use crate::kind::Registry;
use crate::rules::{self, Checked, Code, Fault, Subject};
use reading::{Reading, Span};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Most bytes of a graph file.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// A graph file that was read: what it declares, and where each part of it stands.
#[derive(Clone, Debug)]
pub struct Graph {
    declaration: Declaration,
    source: Arc<Source>,
}

/// A text and the places of its parts.
#[derive(Default)]
struct Source {
    name: String,
    text: String,
    spans: BTreeMap<Subject, Vec<Span>>,
}

/// Faults carry it: their text would be lost in it.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Source {
    /// Where `subject` stands, or what it is a part of; `nth` tells several of one name apart.
    fn span(&self, subject: &Subject, nth: usize) -> Span {
        let mut subject = subject.clone();
        loop {
            if let Some(spans) = self.spans.get(&subject) {
                return spans.get(nth).or(spans.last()).cloned().unwrap_or_default();
            }
            let Some(whole) = subject.whole() else { return 0..self.text.lines().next().map_or(0, str::len) };
            subject = whole;
        }
    }
}

impl Graph {
    /// Reads a graph from text; `name` is what diagnostics call it. Any.
    ///
    /// # Errors
    /// It is no TOML, or not what a graph file may say.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let mut source = Source { name: name.into(), ..Source::default() };
        if text.len() > MAX_FILE_BYTES {
            let message = format!("the file has {} bytes", text.len());
            let fault = Fault::new(Code::TooLarge, Subject::Pipeline, message);
            let help = format!("at most {MAX_FILE_BYTES} are possible: split the graph by export and import");
            return Err(Diagnostics::new(&Arc::new(source), vec![(fault.help(help), Vec::new())]));
        }
        source.text = text.into();
        let mut reading = Reading::default();
        let declaration = read::declaration(text, &mut reading);
        source.spans = reading.spans;
        let source = Arc::new(source);
        if reading.faults.is_empty() {
            return Ok(Self { declaration, source });
        }
        reading.faults.sort_by_key(|(fault, _)| fault.code);
        Err(Diagnostics::new(&source, reading.faults))
    }

    /// Reads a graph from a file. Any; blocks.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or as for [`Graph::parse`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let mut text = String::new();
        // One more than is possible tells that there is more.
        let limit = MAX_FILE_BYTES as u64 + 1;
        match std::fs::File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text)) {
            Ok(_) => Self::parse(&name, &text),
            Err(error) => {
                let fault = Fault::new(Code::Unreadable, Subject::Pipeline, format!("{name} cannot be read: {error}"));
                let source = Arc::new(Source { name, ..Source::default() });
                Err(Diagnostics::new(
                    &source,
                    vec![(fault.help("name a graph file that is there and is text"), Vec::new())],
                ))
            }
        }
    }

    /// What the file declares. Any.
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// To change it, as command lines do. Places in the text stay those of the file. Any.
    pub fn declaration_mut(&mut self) -> &mut Declaration {
        &mut self.declaration
    }

    /// The text it was read from. Any.
    pub fn text(&self) -> &str {
        &self.source.text
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
        Diagnostics::new(&self.source, faults.iter().map(|fault| (fault.clone(), Vec::new())).collect())
    }

    /// Writes what it declares to a file, in the canonical form. Any; blocks.
    ///
    /// # Errors
    /// As for [`save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        save(&self.declaration, path)
    }
}
