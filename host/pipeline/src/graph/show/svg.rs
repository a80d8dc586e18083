//! SVG that needs no other program: placed by `layout-rs`, drawn here, so that the same graph is the same bytes.

use super::picture::{Picture, Shape, escaped};
use crate::declare::Declaration;
use crate::frame::FrameSpec;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Most boxes of a picture: placing them takes time with the square of their number, and nobody sees more.
pub const MAX_SVG_NODES: usize = 300;

/// Width of a character and height of a line.
const CHAR: (f64, f64) = (7.3, 16.0);

/// Space between text and box.
const PADDING: f64 = 10.0;

/// Space around the picture.
const MARGIN: f64 = 24.0;

/// The pipeline as a picture. Tasks are boxes, streams the words between them. `specs` are those of [`crate::Checked`]. A picture
/// of more than [`MAX_SVG_NODES`] tasks, streams and events only says so. Any.
pub fn svg(declaration: &Declaration, specs: &BTreeMap<String, FrameSpec>) -> String {
    let picture = Picture::of(declaration, specs);
    let count = picture.nodes.len() + picture.flows.len();
    let mut canvas = Canvas::default();
    if count > MAX_SVG_NODES {
        let text = format!("{count} tasks, streams and events are too many for one picture: show it as dot or mermaid");
        canvas.draw_text(Point::new(0.0, 0.0), &text, &look());
        canvas.reach(Point::new(-0.5 * CHAR.0 * text.len() as f64, -CHAR.1));
        canvas.reach(Point::new(0.5 * CHAR.0 * text.len() as f64, CHAR.1));
        return canvas.finish(&declaration.name);
    }
    let mut graph = VisualGraph::new(Orientation::LeftToRight);
    let nodes: Vec<_> = picture
        .nodes
        .iter()
        .map(|node| {
            let class = match node.shape {
                Shape::Task => "task",
                Shape::Event => "event",
                Shape::Share => "share",
            };
            graph.add_node(element(&node.lines, class))
        })
        .collect();
    for flow in &picture.flows {
        let stream = graph.add_node(element(&flow.lines, "stream"));
        if let Some(from) = flow.from {
            graph.add_edge(arrow("flow", "", LineEndKind::None), nodes[from], stream);
        }
        for (to, policy) in &flow.to {
            let class = if policy.is_some() { "flow lossy" } else { "flow" };
            graph.add_edge(arrow(class, policy.unwrap_or_default(), LineEndKind::Arrow), stream, nodes[*to]);
        }
    }
    for link in &picture.links {
        graph.add_edge(arrow("signal", &link.label, LineEndKind::None), nodes[link.from], nodes[link.to]);
    }
    if count > 0 {
        graph.do_it(false, false, false, &mut canvas);
    }
    canvas.finish(&declaration.name)
}

fn look() -> StyleAttr {
    StyleAttr::new(Color::fast("black"), 1, None, 0, 12)
}

fn element(lines: &[String], class: &str) -> Element {
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let size = Point::new(longest as f64 * CHAR.0 + 2.0 * PADDING, lines.len() as f64 * CHAR.1 + 2.0 * PADDING);
    // The placer knows lines by their ends.
    let text = lines.iter().map(|line| line.replace(char::is_control, " ")).collect::<Vec<_>>().join("\n");
    Element::create_with_properties(ShapeKind::Box(text), look(), Orientation::LeftToRight, size, class)
}

fn arrow(class: &str, text: &str, end: LineEndKind) -> Arrow {
    let text = text.replace(char::is_control, " ");
    let mut arrow = Arrow::new(LineEndKind::None, end, LineStyleKind::Normal, &text, &look(), &None, &None);
    arrow.properties = Some(class.into());
    arrow
}

/// What is drawn, lines below boxes, and how far it reaches.
#[derive(Debug, Default)]
struct Canvas {
    lines: String,
    boxes: String,
    /// Whether a box waits for its words.
    open: bool,
    low: Option<Point>,
    high: Option<Point>,
}

impl Canvas {
    fn reach(&mut self, at: Point) {
        let low = self.low.unwrap_or(at);
        let high = self.high.unwrap_or(at);
        self.low = Some(Point::new(low.x.min(at.x), low.y.min(at.y)));
        self.high = Some(Point::new(high.x.max(at.x), high.y.max(at.y)));
    }

    fn finish(&self, name: &str) -> String {
        let low = self.low.unwrap_or(Point::new(0.0, 0.0));
        let high = self.high.unwrap_or(Point::new(0.0, 0.0));
        let (x, y) = (low.x - MARGIN, low.y - MARGIN);
        let (width, height) = (high.x - x + MARGIN, high.y - y + MARGIN);
        let name = escape(name);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"{x:.0} {y:.0} {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\">\n<title>pipeline {name}</title>\n<style>\n{STYLE}</style>\n\
             <defs><marker id=\"end\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto-start-reverse\"><path class=\"head\" d=\"M0 0 10 5 0 10z\"/></marker></defs>\n\
             <rect class=\"ground\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\"/>\n{}{}</svg>\n",
            self.lines, self.boxes
        )
    }
}

/// Follows the theme of who looks at it.
const STYLE: &str = "\
svg { color-scheme: light dark; font: 12px ui-monospace, monospace; --ink: #1b1f24; --paper: #ffffff; --quiet: #57606a }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --paper: #0d1117; --quiet: #9198a1 } }
.ground { fill: var(--paper) }
text { fill: var(--ink); text-anchor: middle }
.name { font-weight: bold }
.task rect { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5 }
.event rect { fill: var(--paper); stroke: var(--ink); stroke-dasharray: 2 3 }
.share rect { fill: var(--paper); stroke: var(--ink); stroke-dasharray: 8 3 }
.stream rect { fill: var(--paper); stroke: none }
.stream text { fill: var(--quiet) }
path { fill: none; stroke: var(--quiet); stroke-width: 1.2 }
.lossy { stroke-dasharray: 6 4 }
.signal { stroke-dasharray: 2 3 }
.head { fill: var(--quiet); stroke: none }
.label text { paint-order: stroke; stroke: var(--paper); stroke-width: 4 }
";

fn escape(text: &str) -> String {
    escaped(text, |c| {
        Some(match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            _ => return None,
        })
    })
}

impl RenderBackend for Canvas {
    fn draw_rect(&mut self, at: Point, size: Point, _: &StyleAttr, class: Option<String>, _: Option<ClipHandle>) {
        let class = class.unwrap_or_default();
        let corner = if class == "event" { size.y / 2.0 } else { 4.0 };
        let _ = write!(
            self.boxes,
            "<g class=\"{class}\"><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{corner:.1}\"/>",
            at.x, at.y, size.x, size.y
        );
        self.open = true;
        self.reach(at);
        self.reach(at.add(size));
    }

    /// The words of the box that was drawn just now, or of a line: the placer gives those a place of their own.
    fn draw_text(&mut self, at: Point, text: &str, _: &StyleAttr) {
        if !self.open {
            self.boxes.push_str("<g class=\"label\">");
            self.reach(at);
        }
        let count = text.split('\n').count();
        for (place, line) in text.split('\n').enumerate() {
            let y = at.y + (place as f64 - (count as f64 - 1.0) / 2.0) * CHAR.1 + 4.0;
            let class = if place == 0 { " class=\"name\"" } else { "" };
            let _ = write!(self.boxes, "<text x=\"{:.1}\" y=\"{y:.1}\"{class}>{}</text>", at.x, escape(line));
        }
        self.boxes.push_str("</g>\n");
        self.open = false;
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        head: (bool, bool),
        _: &StyleAttr,
        class: Option<String>,
        _: &str,
    ) {
        let [first, second, rest @ ..] = path else { return };
        let _ = write!(
            self.lines,
            "<path class=\"{}\" d=\"M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            class.unwrap_or_default(),
            first.0.x,
            first.0.y,
            first.1.x,
            first.1.y,
            second.0.x,
            second.0.y,
            second.1.x,
            second.1.y
        );
        for (control, end) in rest {
            let _ = write!(self.lines, "S{:.1} {:.1} {:.1} {:.1}", control.x, control.y, end.x, end.y);
        }
        self.lines.push('"');
        if head.1 {
            self.lines.push_str(" marker-end=\"url(#end)\"");
        }
        // A line back is turned round to be placed, and begins where it ends.
        if head.0 {
            self.lines.push_str(" marker-start=\"url(#end)\"");
        }
        self.lines.push_str("/>\n");
        path.iter().skip(1).for_each(|(_, at)| self.reach(*at));
    }

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}
