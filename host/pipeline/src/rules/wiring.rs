//! Who writes and who reads: bindings that are missing or too many, and cycles.

use super::net::{Net, port};
use super::{Code, Fault, Faults, Subject};
use crate::declare::Control;
use crate::kind::Port;
use std::collections::{BTreeMap, BTreeSet};

/// `None` if there are errors.
pub(super) fn check(net: &Net<'_>, faults: &mut Faults) -> Option<()> {
    (0..net.declaration.tasks.len()).for_each(|task| bindings(net, task, faults));
    (0..net.declaration.streams.len()).for_each(|stream| writers(net, stream, faults));
    (0..net.declaration.tasks.len()).for_each(|task| readers(net, task, faults));
    faults.none()?;
    (0..net.declaration.streams.len()).for_each(|stream| ends(net, stream, faults));
    faults.none()
}

/// What the task must be bound to.
fn bindings(net: &Net<'_>, number: usize, faults: &mut Faults) {
    let task = net.task(number);
    let subject = Subject::Task(task.name.clone());
    if task.control == Control::Terminator {
        if task.reads.is_empty() {
            let fault = Fault::new(Code::TerminatorIdle, subject.clone(), format!("{subject} ends no stream"));
            faults.add(fault.help("name the streams that it ends: reads = { in = \"stream\" }"));
        }
        return;
    }
    if task.reads.is_empty() && task.writes.is_empty() && task.events.is_empty() {
        let fault = Fault::new(Code::NoBinding, subject.clone(), format!("{subject} is bound to nothing"));
        faults.add(fault.help("bind it by reads, writes or events, or remove it"));
        return;
    }
    let Some((kind, _)) = &net.kinds[number] else { return };
    let bound: Vec<&str> = task.reads.keys().map(String::as_str).collect();
    for port in missing(kind.inputs(), &bound) {
        let message = format!("{subject} reads nothing as '{}', which kind '{}' needs", port.name, kind.name());
        let help = format!("add reads = {{ {} = \"stream\" }}: {}", port.name, port.summary);
        faults.add(Fault::new(Code::InputMissing, subject.clone(), message).help(help));
    }
    let bound: Vec<&str> = task.writes.keys().map(String::as_str).collect();
    for port in missing(kind.outputs(), &bound) {
        let message = format!("{subject} writes nothing as '{}', which kind '{}' needs", port.name, kind.name());
        let help = format!("add writes = {{ {} = \"stream\" }}: {}", port.name, port.summary);
        faults.add(Fault::new(Code::OutputMissing, subject.clone(), message).help(help));
    }
}

fn missing<'p>(ports: &'static [Port], bound: &'p [&str]) -> impl Iterator<Item = &'static Port> + 'p {
    ports.iter().filter(move |wanted| {
        let means = |local: &&str| port(ports, local).is_some_and(|port| port.name == wanted.name);
        !wanted.optional && !bound.iter().any(means)
    })
}

fn writers(net: &Net<'_>, number: usize, faults: &mut Faults) {
    let stream = net.stream(number);
    let writers = &net.writers[number];
    let at = |output: &super::net::Output<'_>| Subject::write(&net.task(output.task).name, output.local);
    if stream.import.is_some() {
        for writer in writers {
            let message =
                format!("task '{}' writes stream '{}', which is imported", net.task(writer.task).name, stream.name);
            let fault = Fault::new(Code::ImportWritten, at(writer), message);
            let fault = fault.and(Subject::Stream(stream.name.clone()).field("import"));
            faults.add(fault.help("remove import, or let the task write another stream"));
        }
    } else if let [first, second, ..] = writers.as_slice() {
        let message = if first.task == second.task {
            format!("task '{}' writes stream '{}' twice", net.task(first.task).name, stream.name)
        } else {
            let (first, second) = (&net.task(first.task).name, &net.task(second.task).name);
            format!("stream '{}' is written by task '{first}' and by task '{second}'", stream.name)
        };
        let fault = Fault::new(Code::TwoWriters, at(second), message).and(at(first));
        faults.add(fault.help("let each write a stream of its own, and merge them by a task of kind mix or join"));
    }
}

fn readers(net: &Net<'_>, number: usize, faults: &mut Faults) {
    let task = net.task(number);
    let mut seen = BTreeMap::new();
    for input in &net.inputs[number] {
        let Some(first) = seen.insert(input.stream, input.local) else { continue };
        let stream = &net.stream(input.stream).name;
        let message = format!("task '{}' reads stream '{stream}' as '{first}' and as '{}'", task.name, input.local);
        let fault = Fault::new(Code::ReadTwice, Subject::read(&task.name, input.local), message);
        let help = "read it once, or split it by a task of kind tee";
        faults.add(fault.and(Subject::read(&task.name, first)).help(help));
    }
}

/// Streams that nobody writes or nobody reads.
fn ends(net: &Net<'_>, number: usize, faults: &mut Faults) {
    let stream = net.stream(number);
    let subject = Subject::Stream(stream.name.clone());
    if stream.import.is_none() && net.writers[number].is_empty() {
        let fault = Fault::new(Code::NoWriter, subject.clone(), format!("no task writes {subject}"));
        faults.add(fault.help("bind it as an output of a task, import it, or remove it"));
    } else if stream.export.is_none() && net.readers[number].is_empty() {
        let fault = Fault::new(Code::NoReader, subject.clone(), format!("no task reads {subject}"));
        faults.add(fault.help("read it, export it, or end it by a task with control = \"terminator\"; or remove it"));
    }
}

/// All tasks, writers before their readers; ties as declared. `None` and a fault if there is a cycle without a delay.
pub(super) fn order(net: &Net<'_>, faults: &mut Faults) -> Option<Vec<usize>> {
    let count = net.declaration.tasks.len();
    let mut waits = vec![0_usize; count];
    for task in 0..count {
        net.followers(task).for_each(|input| waits[input.task] += 1);
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|task| waits[*task] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(task) = ready.pop_first() {
        order.push(task);
        for input in net.followers(task) {
            waits[input.task] -= 1;
            if waits[input.task] == 0 {
                ready.insert(input.task);
            }
        }
    }
    if order.len() == count {
        return Some(order);
    }
    cycle(net, &waits, faults);
    None
}

/// Each of the tasks left has one left before it: going back from any of them ends in a circle.
fn cycle(net: &Net<'_>, waits: &[usize], faults: &mut Faults) {
    let before = |task: usize| {
        let ahead = net.inputs[task].iter().filter(|input| net.stream(input.stream).delay_frames == 0);
        ahead.filter_map(|input| net.writer(input.stream)).find(|output| waits[output.task] > 0)
    };
    let mut seen = BTreeMap::new();
    let mut walk = Vec::new();
    let mut next = waits.iter().position(|waits| *waits > 0).and_then(before);
    while let Some(output) = next {
        if let Some(start) = seen.insert(output.task, walk.len()) {
            walk.drain(..start);
            break;
        }
        walk.push(output);
        next = before(output.task);
    }
    walk.reverse();
    let Some(first) = walk.first() else { return };
    let tasks = walk.iter().chain([first]).map(|output| net.task(output.task).name.as_str());
    let path = tasks.collect::<Vec<_>>().join(" -> ");
    let at = |output: &&super::net::Output<'_>| Subject::write(&net.task(output.task).name, output.local);
    let last = walk.last().map_or("", |output| net.stream(output.stream).name.as_str());
    let fault = Fault::new(Code::Cycle, at(first), format!("these tasks wait for each other: {path}"));
    let fault = walk.iter().skip(1).map(at).fold(fault, Fault::and);
    faults.add(fault.help(format!("give one of the streams frames to begin with, as delay_frames = 1 of '{last}'")));
}
