//! What may start, and is most likely not what was meant.

use super::net::Net;
use super::{Code, Fault, Faults, Subject};
use crate::declare::Control;

pub(super) fn check(net: &Net<'_>, order: &[usize], faults: &mut Faults) {
    if net.declaration.tasks.is_empty() {
        let fault = Fault::new(Code::Empty, Subject::Pipeline, "the pipeline has no tasks, and ends at once");
        faults.add(fault.help("add tasks"));
    }
    events(net, faults);
    held(net, faults);
    pace(net, order, faults);
}

fn events(net: &Net<'_>, faults: &mut Faults) {
    for event in &net.declaration.events {
        let bound = net.declaration.tasks.iter().flat_map(|task| {
            let locals = task.events.iter().filter(|(_, name)| **name == event.name);
            locals.map(|(local, _)| (task.name.as_str(), local.as_str()))
        });
        let bound: Vec<(&str, &str)> = bound.collect();
        let subject = Subject::Event(event.name.clone());
        match bound.len() {
            0 => {
                let fault = Fault::new(Code::UnusedEvent, subject.clone(), format!("no task is bound to {subject}"));
                faults.add(fault.help("bind it by a task's events, or remove it"));
            }
            1 | 2 => {}
            count => {
                let tasks: Vec<&str> = bound.iter().map(|(task, _)| *task).collect();
                let message = format!("{subject} is bound to {count} tasks: {}", tasks.join(", "));
                let fault = Fault::new(Code::SharedEvent, subject, message);
                let fault = bound.iter().fold(fault, |fault, (task, local)| fault.and(Subject::event_of(task, local)));
                faults.add(fault.help("give each task that waits an event of its own: a signal is consumed once"));
            }
        }
    }
}

/// Readers that hold a stream back while they do not run.
fn held(net: &Net<'_>, faults: &mut Faults) {
    for readers in net.readers.iter().filter(|readers| readers.len() > 1) {
        for input in readers.iter().filter(|input| net.is_lossless(input)) {
            let task = net.task(input.task);
            let (Control::Switchable(event) | Control::Toggleable(event)) = &task.control else { continue };
            let stream = &net.stream(input.stream).name;
            let message = format!(
                "while '{event}' is not signalled, task '{}' holds stream '{stream}' back, and all others who read it",
                task.name
            );
            let fault = Fault::new(Code::HeldReader, Subject::read(&task.name, input.local), message);
            let help = format!("write {} = {{ stream = \"{stream}\", policy = \"drop-oldest\" }}", input.local);
            faults.add(fault.and(Subject::Task(task.name.clone()).field("control")).help(help));
        }
    }
}

/// What makes a task as fast as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    /// Something that keeps time, or that nothing is known of.
    Clock,
    /// Nothing: it is as fast as the machine.
    Free,
}

fn pace(net: &Net<'_>, order: &[usize], faults: &mut Faults) {
    let mut paces = vec![Pace::Clock; net.declaration.tasks.len()];
    for task in order {
        let lossless = net.inputs[*task].iter().filter(|input| net.is_lossless(input));
        let inputs: Vec<Pace> = lossless.map(|input| of_stream(net, &paces, input.stream)).collect();
        let Some((kind, params)) = &net.kinds[*task] else { continue };
        let lockstep = kind.is_lockstep(params);
        if !lockstep && inputs.contains(&Pace::Clock) && inputs.contains(&Pace::Free) {
            mixed(net, *task, &paces, faults);
        }
        let source = net.inputs[*task].is_empty();
        let free = if source { true } else { !inputs.is_empty() && inputs.iter().all(|pace| *pace == Pace::Free) };
        if free && !kind.is_paced(params) {
            paces[*task] = Pace::Free;
        }
    }
    for number in 0..net.declaration.streams.len() {
        lost(net, &paces, number, faults);
    }
}

fn of_stream(net: &Net<'_>, paces: &[Pace], stream: usize) -> Pace {
    net.writer(stream).map_or(Pace::Clock, |writer| paces[writer.task])
}

fn mixed(net: &Net<'_>, task: usize, paces: &[Pace], faults: &mut Faults) {
    let Some(free) = net.inputs[task].iter().find(|input| of_stream(net, paces, input.stream) == Pace::Free) else {
        return;
    };
    let (name, stream) = (&net.task(task).name, &net.stream(free.stream).name);
    let message =
        format!("task '{name}' joins by time, but stream '{stream}' runs as fast as it may beside one that keeps time");
    let fault = Fault::new(Code::MixedPace, Subject::read(name, free.local), message);
    faults.add(fault.help(format!("put a task of kind throttle before stream '{stream}'")));
}

/// A stream that nobody holds back, and whose frames get lost.
fn lost(net: &Net<'_>, paces: &[Pace], number: usize, faults: &mut Faults) {
    let Some(writer) = net.writer(number).filter(|writer| paces[writer.task] == Pace::Free) else { return };
    let readers = &net.readers[number];
    let Some(reader) = readers.iter().find(|input| !net.is_terminator(input.task)) else { return };
    // Two outputs of one task keep step: it is enough if one of them is held back.
    let mut all = net.outputs[writer.task].iter().flat_map(|output| &net.readers[output.stream]);
    if all.any(|input| net.holds_back(input)) {
        return;
    }
    let writer_name = &net.task(writer.task).name;
    let message = format!(
        "nobody holds task '{writer_name}' back: it runs as fast as it may, and task '{}' sees few of its frames",
        net.task(reader.task).name
    );
    let fault = Fault::new(Code::Unthrottled, Subject::write(writer_name, writer.local), message);
    let fault = fault.and(Subject::read(&net.task(reader.task).name, reader.local));
    faults.add(fault.help("put a task of kind throttle between them, or let one reader be lossless"));
}
