//! A declaration with its references looked up: tasks and streams by number.

use crate::declare::{Control, Declaration, Overflow, ReaderPolicy, StreamDecl, TaskDecl};
use crate::kind::{Kind, Params, Port, Registry};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A stream as a task reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    pub task: usize,
    pub stream: usize,
    pub local: &'a str,
    pub policy: ReaderPolicy,
}

/// A stream as a task writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output<'a> {
    pub task: usize,
    pub stream: usize,
    pub local: &'a str,
}

/// Who writes and reads what.
#[derive(Debug)]
pub(super) struct Net<'a> {
    pub declaration: &'a Declaration,
    /// By task: its kind and whole parameters, if it has a kind.
    pub kinds: Vec<Option<(&'a Arc<dyn Kind>, Params)>>,
    /// By task.
    pub inputs: Vec<Vec<Input<'a>>>,
    /// By task.
    pub outputs: Vec<Vec<Output<'a>>>,
    /// By stream.
    pub writers: Vec<Vec<Output<'a>>>,
    /// By stream.
    pub readers: Vec<Vec<Input<'a>>>,
}

impl<'a> Net<'a> {
    /// All references must be known to lead somewhere.
    pub fn new(declaration: &'a Declaration, registry: &'a Registry) -> Self {
        let numbers = declaration.streams.iter().enumerate().map(|(number, stream)| (stream.name.as_str(), number));
        let numbers: BTreeMap<&str, usize> = numbers.collect();
        let mut net = Self {
            declaration,
            kinds: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            writers: vec![Vec::new(); numbers.len()],
            readers: vec![Vec::new(); numbers.len()],
        };
        for (number, task) in declaration.tasks.iter().enumerate() {
            let name = task.kind.as_deref();
            net.kinds
                .push(name.and_then(|name| Some((registry.kind(name)?, registry.params(name, &task.params).ok()?))));
            let inputs = task.reads.iter().filter_map(|(local, read)| {
                Some(Input { task: number, stream: *numbers.get(read.stream.as_str())?, local, policy: read.policy })
            });
            let inputs: Vec<Input<'a>> = inputs.collect();
            let outputs = task.writes.iter().filter_map(|(local, stream)| {
                Some(Output { task: number, stream: *numbers.get(stream.as_str())?, local })
            });
            let outputs: Vec<Output<'a>> = outputs.collect();
            for input in &inputs {
                net.readers[input.stream].push(*input);
            }
            for output in &outputs {
                net.writers[output.stream].push(*output);
            }
            net.inputs.push(inputs);
            net.outputs.push(outputs);
        }
        net
    }

    pub fn task(&self, number: usize) -> &'a TaskDecl {
        &self.declaration.tasks[number]
    }

    pub fn stream(&self, number: usize) -> &'a StreamDecl {
        &self.declaration.streams[number]
    }

    pub fn is_terminator(&self, task: usize) -> bool {
        self.task(task).control == Control::Terminator
    }

    /// The task that writes a stream, if one does.
    pub fn writer(&self, stream: usize) -> Option<&Output<'a>> {
        self.writers[stream].first()
    }

    /// Whether this reader makes the writer wait for it. A terminator's never does.
    pub fn holds_back(&self, input: &Input<'_>) -> bool {
        let blocks = self.stream(input.stream).overflow == Overflow::Block;
        blocks && self.is_lossless(input)
    }

    /// Whether this reader sees every frame that is not dropped for want of room.
    pub fn is_lossless(&self, input: &Input<'_>) -> bool {
        input.policy == ReaderPolicy::Lossless && !self.is_terminator(input.task)
    }

    /// Frames that a stream's ring holds.
    pub fn ring_frames(&self, stream: usize) -> usize {
        self.stream(stream).frames.checked_next_power_of_two().unwrap_or(usize::MAX)
    }

    /// The tasks that can only begin when `task` has written something: its readers, but not over a delay.
    pub fn followers(&self, task: usize) -> impl Iterator<Item = &Input<'a>> {
        let ahead = self.outputs[task].iter().filter(|output| self.stream(output.stream).delay_frames == 0);
        ahead.flat_map(|output| &self.readers[output.stream])
    }
}

/// The port that a local name means: of that name, or else the one that stands for many.
pub(super) fn port(ports: &'static [Port], local: &str) -> Option<&'static Port> {
    ports.iter().find(|port| port.name == local).or_else(|| ports.iter().find(|port| port.many))
}
