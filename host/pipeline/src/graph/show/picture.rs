//! What is to be seen, whatever it is drawn with. Nothing is told by colour or dashes alone: words say it too.

use crate::declare::{Control, Declaration, Overflow, Placement, ReaderPolicy, StreamDecl, TaskDecl, Wait};
use crate::frame::FrameSpec;
use crate::graph::fields::{self, word};
use std::collections::BTreeMap;

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Task,
    Event,
    /// What comes in from elsewhere, or goes there.
    Share,
}

/// A box with lines of text.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub shape: Shape,
    pub lines: Vec<String>,
}

/// A stream: from its writer to its readers.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub lines: Vec<String>,
    pub from: Option<usize>,
    /// Reader, and what its policy is if it is not lossless.
    pub to: Vec<(usize, Option<&'static str>)>,
}

/// An event bound to a task.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    pub label: String,
}

/// All of it. Numbers are places in `nodes`.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub nodes: Vec<Node>,
    pub flows: Vec<Flow>,
    pub links: Vec<Link>,
}

impl Picture {
    /// What refers to nothing is left out: a picture can be made of a faulty pipeline too.
    pub fn of(declaration: &Declaration, specs: &BTreeMap<String, FrameSpec>) -> Self {
        let mut picture = Self::default();
        let tasks = declaration.tasks.iter().map(|task| Node { shape: Shape::Task, lines: task_lines(task) });
        picture.nodes.extend(tasks);
        for stream in &declaration.streams {
            let writes = |task: &TaskDecl| task.writes.values().any(|name| *name == stream.name);
            let mut from = declaration.tasks.iter().position(writes);
            let mut to = Vec::new();
            for (number, task) in declaration.tasks.iter().enumerate() {
                let reads = task.reads.values().filter(|read| read.stream == stream.name);
                to.extend(reads.map(|read| (number, policy(read.policy))));
            }
            if let Some(name) = &stream.import {
                from = Some(picture.share(format!("import {name}")));
            }
            if let Some(name) = &stream.export {
                let node = picture.share(format!("export {name}"));
                to.push((node, None));
            }
            picture.flows.push(Flow { lines: stream_lines(stream, specs.get(&stream.name)), from, to });
        }
        for event in &declaration.events {
            let mut lines = vec![format!("event {}", event.name)];
            if event.initial > 0 {
                lines.push(format!("{} pending", event.initial));
            }
            let from = picture.nodes.len();
            picture.nodes.push(Node { shape: Shape::Event, lines });
            for (to, task) in declaration.tasks.iter().enumerate() {
                for (local, _) in task.events.iter().filter(|(_, name)| **name == event.name) {
                    let label = match &task.control {
                        Control::Switchable(on) if on == local => "switches".into(),
                        Control::Toggleable(on) if on == local => "starts".into(),
                        _ => local.clone(),
                    };
                    picture.links.push(Link { from, to, label });
                }
            }
        }
        picture
    }

    fn share(&mut self, line: String) -> usize {
        self.nodes.push(Node { shape: Shape::Share, lines: vec![line] });
        self.nodes.len() - 1
    }
}

fn policy(policy: ReaderPolicy) -> Option<&'static str> {
    (policy != ReaderPolicy::Lossless).then(|| word(&fields::POLICIES, &policy))
}

fn task_lines(task: &TaskDecl) -> Vec<String> {
    let kind = match (&task.kind, &task.control) {
        (Some(kind), _) => kind.clone(),
        (None, Control::Terminator) => "terminator".into(),
        (None, _) => "function".into(),
    };
    let (core, place) = match task.placement {
        Placement::Thread { core, realtime } => (core, realtime.then_some("real-time")),
        Placement::Process { core } => (core, Some("process")),
    };
    let mut traits: Vec<String> = place.map(str::to_owned).into_iter().collect();
    traits.extend(core.map(|core| format!("core {core}")));
    if task.wait == Wait::Spin {
        traits.push("spins".into());
    }
    let mut lines = vec![task.name.clone(), kind];
    if !traits.is_empty() {
        lines.push(traits.join(", "));
    }
    lines
}

fn stream_lines(stream: &StreamDecl, spec: Option<&FrameSpec>) -> Vec<String> {
    let mut lines = vec![stream.name.clone()];
    if let Some(spec) = spec.or(stream.spec.as_ref()) {
        lines.push(format!("{} {}", spec.dtype(), spec.shape()));
        lines.extend(spec.rate_hz().map(|rate| format!("{rate} Hz")));
    } else {
        lines.extend(stream.rate_hz.map(|rate| format!("{rate} Hz")));
    }
    let mut ring = format!("ring {}", stream.frames);
    if stream.delay_frames > 0 {
        ring += &format!(", delay {}", stream.delay_frames);
    }
    if stream.overflow != Overflow::Block {
        ring += &format!(", {}", word(&fields::OVERFLOWS, &stream.overflow));
    }
    lines.push(ring);
    lines
}

/// Replaces what would end or change a text in the language of the picture, and puts spaces for line ends and the like.
pub(super) fn escaped(text: &str, special: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match special(c) {
            Some(escape) => out.push_str(escape),
            None if c.is_control() => out.push(' '),
            None => out.push(c),
        }
    }
    out
}
