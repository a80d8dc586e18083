//! From text to meaning. Mistakes are refused all together, each with its place; what is only odd is a warning.

mod controls;
mod rest;
mod view;

use super::error::Notice;
use super::model::{LayoutSpec, Model};
use toml_edit::Document;
pub(super) use view::json_of;
use view::{Findings, View};

/// What everybody starts with.
const STARTER: &str = include_str!("starter.toml");
/// Where one of these is, somebody has begun already.
const BEGUN: [&str; 7] = ["version", "devices", "layouts", "pad_presets", "knob_presets", "piano_presets", "panels"];
/// What an own studio begins with.
pub const STARTED: &str = "version = 1\n";
/// The version of the format.
const VERSION: i64 = 1;

/// What a text says.
#[derive(Debug)]
pub struct Reading {
    /// Its meaning.
    pub model: Model,
    /// What is odd about it.
    pub warnings: Vec<Notice>,
}

/// Reads a text; one that begins nothing is read as if it had the starter.
///
/// # Errors
/// All mistakes, in the text's order.
pub fn read(text: &str) -> Result<Reading, Vec<Notice>> {
    read_whole(&with_starter(text))
}

/// The text, followed by the starter if it begins nothing itself. What cannot be read is left as it is.
pub fn with_starter(text: &str) -> String {
    let has_begun = |document: Document<&str>| BEGUN.iter().any(|key| document.as_table().contains_key(key));
    match Document::parse(text).map(has_begun) {
        Ok(false) if text.trim().is_empty() => STARTER.into(),
        // Without its first line: keys of the top level cannot follow tables.
        Ok(false) => {
            let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
            [text, gap, STARTER.split_once("\n\n").map_or(STARTER, |(_, rest)| rest)].concat()
        }
        _ => text.into(),
    }
}

fn read_whole(text: &str) -> Result<Reading, Vec<Notice>> {
    let document = Document::parse(text).map_err(|error| {
        let cause = error.message().trim().replace('\n', "; ");
        vec![Notice::at(text, error.span().map(|span| floor(text, span.start)).or(Some(0)), cause)]
    })?;
    let findings = Findings::default();
    let root = View::new(document.as_table(), Some(0..0), &findings);
    let mut model = Model::default();
    if let Some(version) = root.item("version")
        && version.as_integer() != Some(VERSION)
    {
        root.error("version", format!("this is not version {VERSION} of the format, the only one that there is"));
    }
    controls::read(&root, &mut model);
    rest::read(&root, &mut model);
    root.done();
    if !findings.is_refused() {
        controls::look_again(&model, document.as_table(), &findings);
    }
    let (errors, warnings) = findings.told(text);
    if errors.is_empty() { Ok(Reading { model, warnings }) } else { Err(errors) }
}

/// The layouts of a text that has nothing else, with what is odd about it.
///
/// # Errors
/// All mistakes, in the text's order.
pub fn layouts_of(text: &str) -> Result<(Vec<LayoutSpec>, Vec<Notice>), Vec<Notice>> {
    let document =
        Document::parse(text).map_err(|error| vec![Notice::at(text, Some(0), error.message().to_owned())])?;
    let findings = Findings::default();
    let root = View::new(document.as_table(), Some(0..0), &findings);
    let layouts = controls::layouts(&root);
    root.done();
    let (errors, warnings) = findings.told(text);
    if errors.is_empty() { Ok((layouts, warnings)) } else { Err(errors) }
}

/// The last place at or before `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
