//! DOT, the language of Graphviz.

use super::picture::{Picture, Shape, escaped};
use crate::declare::Declaration;
use crate::frame::FrameSpec;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The pipeline in Graphviz's language. `specs` are those of [`crate::Checked`]. Any.
pub fn dot(declaration: &Declaration, specs: &BTreeMap<String, FrameSpec>) -> String {
    let picture = Picture::of(declaration, specs);
    let mut out = format!("digraph \"{}\" {{\n", escape(&declaration.name));
    out += "  rankdir=LR\n  node [shape=box, fontname=\"monospace\"]\n  edge [fontname=\"monospace\"]\n";
    for (number, node) in picture.nodes.iter().enumerate() {
        let shape = match node.shape {
            Shape::Task => "box",
            Shape::Event => "hexagon",
            Shape::Share => "oval",
        };
        let _ = writeln!(out, "  n{number} [shape={shape}, label=\"{}\"]", lines(&node.lines));
    }
    for flow in &picture.flows {
        let Some(from) = flow.from else { continue };
        for (place, (to, policy)) in flow.to.iter().enumerate() {
            // Everything is said once; where the stream branches, its name is enough.
            let said = if place == 0 { &flow.lines[..] } else { &flow.lines[..1] };
            let text = lines(said);
            let _ = match policy {
                None => writeln!(out, "  n{from} -> n{to} [label=\"{text}\"]"),
                Some(policy) => writeln!(out, "  n{from} -> n{to} [style=dashed, label=\"{text}\\n{policy}\"]"),
            };
        }
    }
    for link in &picture.links {
        let text = escape(&link.label);
        let _ = writeln!(out, "  n{} -> n{} [style=dotted, arrowhead=none, label=\"{text}\"]", link.from, link.to);
    }
    out + "}\n"
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\\n")
}

fn escape(text: &str) -> String {
    escaped(text, |c| match c {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        _ => None,
    })
}
