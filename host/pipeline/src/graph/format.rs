//! The layout of a graph file: even spaces and blank lines, with the author's order and comments left as they are.

use super::Graph;
use super::diagnostics::Diagnostics;
use toml_edit::{Decor, DocumentMut, Item, Table, Value};

/// The same file, laid out evenly: one blank line before each table, one space around `=` and after commas. Order and comments
/// stay. What was formatted stays as it is when formatted again. Any.
///
/// # Errors
/// The text cannot be read as a graph.
pub fn format(name: &str, text: &str) -> Result<String, Diagnostics> {
    Graph::parse(name, text)?;
    let mut document: DocumentMut = text.parse().unwrap_or_default();
    table(document.as_table_mut());
    let trailing = document.trailing().as_str().map(|text| comments(text, false)).unwrap_or_default();
    document.set_trailing(trailing);
    let text = document.to_string();
    Ok(format!("{}\n", text.trim()))
}

fn table(table: &mut Table) {
    for (mut key, item) in table.iter_mut() {
        let before = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
        let before = comments(before, false);
        match item {
            Item::Value(entry) => {
                *key.leaf_decor_mut() = Decor::new(before, " ");
                let after = entry.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default();
                let after = after.trim();
                let after = if after.is_empty() { String::new() } else { format!(" {after}") };
                value(entry);
                *entry.decor_mut() = Decor::new(" ", after);
            }
            Item::Table(inner) => {
                header(inner);
                self::table(inner);
            }
            Item::ArrayOfTables(tables) => {
                for inner in tables.iter_mut() {
                    header(inner);
                    self::table(inner);
                }
            }
            Item::None => {}
        }
    }
}

/// A blank line before the table, then its comments.
fn header(table: &mut Table) {
    let decor = table.decor_mut();
    let before = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let before = comments(before, true);
    let after = decor.suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default().trim().to_owned();
    decor.set_prefix(before);
    decor.set_suffix(if after.is_empty() { String::new() } else { format!(" {after}") });
}

/// Comment lines without their indentation; blank lines between them shrink to one.
fn comments(text: &str, blank_before: bool) -> String {
    let mut out = String::new();
    let mut blank = blank_before;
    let mut lines = text.split('\n').map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        if line.is_empty() {
            // What follows the last line break is the indentation of the key itself.
            blank |= !last;
            continue;
        }
        if blank {
            out.push('\n');
        }
        blank = false;
        out.push_str(line);
        out.push('\n');
    }
    if blank { format!("{out}\n") } else { out }
}

/// Spaces inside a value; a list that goes over several lines or has comments stays as it is.
fn value(entry: &mut Value) {
    match entry {
        Value::Array(array) => {
            let text = array.to_string();
            if text.contains('\n') || text.contains('#') {
                return;
            }
            for element in array.iter_mut() {
                value(element);
            }
            array.fmt();
        }
        Value::InlineTable(inner) => {
            let text = inner.to_string();
            if text.contains('\n') || text.contains('#') {
                return;
            }
            for (_, element) in inner.iter_mut() {
                value(element);
            }
            inner.fmt();
        }
        _ => {}
    }
}
