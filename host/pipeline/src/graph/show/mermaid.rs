//! Mermaid: what documents and web pages of repositories draw by themselves.

use super::picture::{Picture, Shape, escaped};
use crate::declare::Declaration;
use crate::frame::FrameSpec;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The pipeline as a flowchart of Mermaid. `specs` are those of [`crate::Checked`]. Any.
pub fn mermaid(declaration: &Declaration, specs: &BTreeMap<String, FrameSpec>) -> String {
    let picture = Picture::of(declaration, specs);
    let mut out = String::from("flowchart LR\n");
    for (number, node) in picture.nodes.iter().enumerate() {
        let text = lines(&node.lines);
        let _ = match node.shape {
            Shape::Task => writeln!(out, "  n{number}[\"{text}\"]"),
            Shape::Event => writeln!(out, "  n{number}{{{{\"{text}\"}}}}"),
            Shape::Share => writeln!(out, "  n{number}([\"{text}\"])"),
        };
    }
    for flow in &picture.flows {
        let Some(from) = flow.from else { continue };
        for (place, (to, policy)) in flow.to.iter().enumerate() {
            // Everything is said once; where the stream branches, its name is enough.
            let said = if place == 0 { &flow.lines[..] } else { &flow.lines[..1] };
            let text = lines(said);
            let _ = match policy {
                None => writeln!(out, "  n{from} -->|\"{text}\"| n{to}"),
                Some(policy) => writeln!(out, "  n{from} -.->|\"{text}<br/>{policy}\"| n{to}"),
            };
        }
    }
    for link in &picture.links {
        let _ = writeln!(out, "  n{} -.-|\"{}\"| n{}", link.from, escape(&link.label), link.to);
    }
    out
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br/>")
}

fn escape(text: &str) -> String {
    escaped(text, |c| {
        Some(match c {
            '#' => "#35;",
            '"' => "#quot;",
            '<' => "#lt;",
            '>' => "#gt;",
            '&' => "#amp;",
            '`' => "#96;",
            '*' => "#42;",
            '_' => "#95;",
            '[' => "#91;",
            ']' => "#93;",
            _ => return None,
        })
    })
}
