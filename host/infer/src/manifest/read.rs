//! Manifests from text: what is wrong is told with its line, what is unknown is told and left out.

use super::{MOST_BYTES, Manifest, rules};
use crate::ModelError;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use toml_edit::{Document, Item};

impl Manifest {
    /// Reads a manifest; gives warnings for keys that are not known as well. Control.
    ///
    /// # Errors
    /// When the text is no TOML, a key is missing or a value is none of those allowed; the text names the line.
    pub fn parse(text: &str) -> Result<(Self, Vec<String>), ModelError> {
        let document = Document::parse(text).map_err(|error| at(text, error.span(), error.message()))?;
        let mut unknown = Vec::new();
        let deserializer = toml_edit::de::Deserializer::from(document.clone());
        let manifest: Self = serde_ignored::deserialize(deserializer, |path| unknown.push(path.to_string()))
            .map_err(|error: toml_edit::de::Error| at(text, error.span(), error.message()))?;
        rules::check(&manifest)
            .map_err(|fault| at(text, span(&document, &fault.key), &format!("{}: {}", fault.key, fault.problem)))?;
        let warnings = unknown.iter().map(|path| {
            let place = span(&document, path).map(|span| format!(" in line {}", place(text, span.start).0));
            format!("the manifest's key '{path}'{} is unknown and left out", place.unwrap_or_default())
        });
        Ok((manifest, warnings.collect()))
    }

    /// Reads a manifest from a file, as [`parse`](Self::parse) does. Control.
    ///
    /// # Errors
    /// When there is no such file, it is longer than [`MOST_BYTES`], or as [`parse`](Self::parse).
    pub fn read(path: &Path) -> Result<(Self, Vec<String>), ModelError> {
        let mut text = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut text))
            .map_err(|error| ModelError::invalid(format!("{} cannot be read: {error}", path.display())))?;
        if text.len() as u64 > MOST_BYTES {
            return Err(ModelError::invalid(format!("{} has more than 1 MiB; is it a manifest?", path.display())));
        }
        let text = String::from_utf8(text)
            .map_err(|_| ModelError::invalid(format!("{} is not UTF-8 text; is it a manifest?", path.display())))?;
        Self::parse(&text).map_err(|error| error.at(path.display()))
    }
}

fn at(text: &str, span: Option<Range<usize>>, problem: &str) -> ModelError {
    let problem = problem.trim().lines().collect::<Vec<_>>().join("; ");
    ModelError::invalid(match span.map(|span| place(text, span.start)) {
        Some((line, column)) => format!("line {line}, column {column}: {problem}"),
        None => problem,
    })
}

/// Line and column of a byte, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or("");
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// Where a key's value stands, or the nearest table around it: `graph.main.file`.
fn span(document: &Document<&str>, path: &str) -> Option<Range<usize>> {
    let mut item: &Item = document.as_item();
    let mut found = None;
    for key in path.split('.') {
        let Some(next) = item.get(key) else { break };
        item = next;
        found = item.span().or(found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the description are read as they stand.
    #[test]
    fn the_description_is_right() {
        let text = include_str!("../../MANIFEST.md");
        let blocks: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let whole: Vec<_> = blocks.iter().filter(|block| block.starts_with("schema")).collect();
        assert_eq!(whole.len(), 4);
        for block in whole {
            let (manifest, warnings) = Manifest::parse(&block.replace('…', &"0".repeat(64))).unwrap();
            assert_eq!(warnings, [""; 0], "{}", manifest.id);
        }
    }

    #[test]
    fn what_is_left_out_is_as_described() {
        let least = "schema = 1\nid = \"a\"\nkind = \"waveform\"\nsample_rate = 44100\nstems = [\"b\"]\n\
                     [graph.main]\nfile = \"m.onnx\"\n";
        let (manifest, _) = Manifest::parse(least).unwrap();
        assert_eq!((manifest.channels, manifest.gain, manifest.complement), (2, 1.0, None));
        assert_eq!((manifest.chunk.overlap, manifest.chunk.shape().fade), (None, 0.1));
        assert!(manifest.runtime.arena && !manifest.runtime.memory_pattern && manifest.runtime.constant_folding);
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let check = |text: &str, expected: &str| {
            let error = Manifest::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        };
        let head = "schema = 1\nid = \"a\"\nkind = \"waveform\"\nsample_rate = 44100\nstems = [\"b\"]\n";
        let graph = "[graph.main]\nfile = \"m.onnx\"\n";
        check("schema = \n", "line 1, column 10");
        check(&format!("{head}{graph}[chunk]\noverlap = \"much\"\n"), "line 9, column 11");
        check(
            &format!("{head}{graph}[chunk]\noverlap = 2.0\n"),
            "line 9, column 11: chunk.overlap: 2 is outside 0..=0.95",
        );
        check(&format!("{head}{graph}[runtime]\nthreads = 0\n"), "runtime.threads: 0 is outside 1..=1024");
        check(head, "graph");
        check(&format!("{head}complement = \"B \"\n{graph}"), "stems: 'B ' comes twice");
    }
}
