//! Tasks of PYTHUSA's files: a function of a module stands for the kind of that name.

use super::read::names;
use super::reading::{Reading, Section};
use crate::declare::{Control, ReadDecl, ReaderPolicy, TaskDecl};
use crate::rules::{Code, Fault, Subject};

/// A task. Its kind is the last part of the function's name, whatever module that is in.
pub(super) fn task(reading: &mut Reading, section: &Section<'_>) -> TaskDecl {
    let mut task = TaskDecl::new(reading.text(section, "name").unwrap_or_default());
    task.description = reading.text(section, "description");
    let module = reading.text(section, "function_module").unwrap_or_default();
    let function = reading.text(section, "function_qualname").unwrap_or_default();
    // Its terminators are tasks like any other, of a function of its own.
    let ends = (module == "pythusa" || module.starts_with("pythusa.")) && function.contains("terminat");
    if !ends {
        task.kind = Some(function.rsplit('.').next().unwrap_or_default().into());
        reading.place(&section.subject.clone().field("kind"), section.at("function_qualname"));
    }
    let reads = names(reading, section, "reads", |local| Subject::read(&task.name, local));
    let lossless = |stream| ReadDecl { stream, policy: ReaderPolicy::Lossless };
    task.reads = reads.into_iter().map(|(local, stream)| (local, lossless(stream))).collect();
    task.writes = names(reading, section, "writes", |local| Subject::write(&task.name, local));
    task.events = names(reading, section, "events", |local| Subject::event_of(&task.name, local));
    let toggles = reading.word(section, "control_mode", &[("switchable", false), ("toggleable", true)]);
    let event = reading.text(section, "control_event");
    task.control = match (toggles, event) {
        (Some(false), Some(event)) => Control::Switchable(event),
        (Some(true), Some(event)) => Control::Toggleable(event),
        (None, None) if ends => Control::Terminator,
        (None, None) => Control::Plain,
        (Some(_), None) => {
            half(reading, section, Code::ActivateMissing, "control_mode", "control_event");
            Control::Plain
        }
        (None, Some(_)) => {
            if !section.has("control_mode") {
                half(reading, section, Code::ActivateAlone, "control_event", "control_mode");
            }
            Control::Plain
        }
    };
    if let Some(span) = section.has("control_event").then(|| section.at("control_event")) {
        reading.place(&section.subject.clone().field("activate_on"), span);
    }
    task
}

fn half(reading: &mut Reading, section: &Section<'_>, code: Code, there: &'static str, missing: &str) {
    let message = format!("{} has {there}, but no {missing}", section.subject);
    let fault = Fault::new(code, section.subject.clone().field(there), message);
    reading.fault(fault.help(format!("add {missing}, or remove {there}")), section.at(there));
}
