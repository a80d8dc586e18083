//! What tasks name: kinds, parameters, ports, streams and events.

use super::net::port;
use super::suggest::{among, shown};
use super::{Code, Fault, Faults, Subject};
use crate::declare::{Control, Declaration, TaskDecl};
use crate::kind::{Port, Registry};
use std::collections::BTreeSet;

pub(super) fn check(declaration: &Declaration, registry: &Registry, faults: &mut Faults) {
    let streams: Vec<&str> = declaration.streams.iter().map(|stream| stream.name.as_str()).collect();
    let events: Vec<&str> = declaration.events.iter().map(|event| event.name.as_str()).collect();
    let (known_streams, known_events): (BTreeSet<_>, BTreeSet<_>) =
        (streams.iter().copied().collect(), events.iter().copied().collect());
    for task in &declaration.tasks {
        if let Some(kind) = &task.kind {
            of_kind(task, kind, registry, faults);
        }
        let reads = task.reads.iter().map(|(local, read)| (Subject::read(&task.name, local), read.stream.as_str()));
        for (subject, stream) in reads.filter(|(_, stream)| !known_streams.contains(stream)) {
            unknown(Code::UnknownReadStream, subject, stream, &streams, ("stream", "streams"), faults);
        }
        let writes = task.writes.iter().map(|(local, stream)| (Subject::write(&task.name, local), stream.as_str()));
        for (subject, stream) in writes.filter(|(_, stream)| !known_streams.contains(stream)) {
            unknown(Code::UnknownWriteStream, subject, stream, &streams, ("stream", "streams"), faults);
        }
        let bound = task.events.iter().map(|(local, event)| (Subject::event_of(&task.name, local), event.as_str()));
        for (subject, event) in bound.filter(|(_, event)| !known_events.contains(event)) {
            unknown(Code::UnknownEvent, subject, event, &events, ("event", "events"), faults);
        }
        if let Control::Switchable(local) | Control::Toggleable(local) = &task.control
            && !task.events.contains_key(local)
        {
            let locals: Vec<&str> = task.events.keys().map(String::as_str).collect();
            let message = format!("task '{}' waits for '{}', but has no event of this name", task.name, shown(local));
            let subject = Subject::Task(task.name.clone()).field("activate_on");
            let help = among(local, &locals, "event", "task's events");
            faults.add(Fault::new(Code::ActivateUnbound, subject, message).help(help));
        }
    }
}

fn unknown(code: Code, subject: Subject, name: &str, names: &[&str], words: (&str, &str), faults: &mut Faults) {
    // Each looks through all names for the nearest.
    if faults.is_full() {
        return;
    }
    let message = format!("there is no {} '{}'", words.0, shown(name));
    faults.add(Fault::new(code, subject, message).help(among(name, names, words.0, words.1)));
}

/// Kind, parameters and ports.
fn of_kind(task: &TaskDecl, kind: &str, registry: &Registry, faults: &mut Faults) {
    for fault in registry.params(kind, &task.params).err().into_iter().flatten() {
        let subject = match fault.code {
            Code::UnknownKind => Subject::Task(task.name.clone()).field("kind"),
            _ => Subject::param(&task.name, &fault.param),
        };
        let told = Fault::new(fault.code, subject, fault.message);
        faults.add(Fault { help: fault.help, ..told });
    }
    let Some(found) = registry.kind(kind) else { return };
    for local in task.reads.keys().filter(|local| port(found.inputs(), local).is_none()) {
        let message = format!("kind '{kind}' has no input '{local}'");
        let help = port_help(local, found.inputs(), "input", "inputs");
        faults.add(Fault::new(Code::UnknownInput, Subject::read(&task.name, local), message).help(help));
    }
    for local in task.writes.keys().filter(|local| port(found.outputs(), local).is_none()) {
        let message = format!("kind '{kind}' has no output '{local}'");
        let help = port_help(local, found.outputs(), "output", "outputs");
        faults.add(Fault::new(Code::UnknownOutput, Subject::write(&task.name, local), message).help(help));
    }
}

fn port_help(local: &str, ports: &[Port], one: &str, all: &str) -> String {
    let names: Vec<&str> = ports.iter().map(|port| port.name).collect();
    match names.as_slice() {
        [] => format!("remove it: this kind has no {all}"),
        [only] => format!("its only {one} is '{only}'"),
        _ => among(local, &names, one, all),
    }
}
