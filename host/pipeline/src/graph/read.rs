//! From TOML to a declaration, with the place of each of its parts.

use super::fields::{self, FORMAT_VERSION, Field, RESTARTS};
use super::reading::{Reading, Section, Span, type_of};
use crate::declare::{
    Control, Crash, Declaration, EventDecl, Overflow, Placement, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl, Wait,
};
use crate::frame::{DType, FrameSpec, FrameSpecError};
use crate::kind::Value;
use crate::rules::suggest::{self, shown};
use crate::rules::{Code, Fault, Subject};
use std::collections::BTreeMap;
use toml_edit::{Document, Item, TableLike};

/// Reads the file; what it declares is whole only if there are no faults.
pub(super) fn declaration(text: &str, reading: &mut Reading) -> Declaration {
    let mut declaration = Declaration::default();
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            // There is no kind to tell it by: the parser stops at a depth that no graph has.
            let fault = if message.contains("recurs") {
                let fault = Fault::new(Code::TooLarge, Subject::Pipeline, "values or keys are nested too deeply");
                fault.help("a graph needs no more than tables in lists")
            } else {
                let fault = Fault::new(Code::Syntax, Subject::Pipeline, format!("this is not TOML: {message}"));
                fault.help("mend the text at the mark")
            };
            reading.fault(fault, error.span().unwrap_or(0..text.len().min(1)));
            return declaration;
        }
    };
    let table: &dyn TableLike = document.as_table();
    let first_line = 0..text.lines().next().map_or(0, str::len);
    let Some(version) = version(table, first_line.clone(), reading) else { return declaration };
    let root = reading.section(table, Subject::Pipeline, first_line, fields::GRAPH);
    if let Some(name) = reading.text(&root, "name") {
        reading.place(&Subject::Pipeline, root.at("name"));
        declaration.name = name;
    }
    declaration.description = reading.text(&root, "description");
    declaration.max_latency_ms = reading.positive(&root, "max_latency_ms");
    let old = version == 1;
    for (table, span) in reading.tables(&root, "streams") {
        let fields = if old { fields::STREAM_1 } else { fields::STREAM };
        let section = named(reading, table, span, fields, Subject::Stream);
        declaration.streams.push(stream(reading, &section));
    }
    for (table, span) in reading.tables(&root, "events") {
        let fields = if old { fields::EVENT_1 } else { fields::EVENT };
        let section = named(reading, table, span, fields, Subject::Event);
        declaration.events.push(event(reading, &section));
    }
    for (table, span) in reading.tables(&root, "tasks") {
        let fields = if old { fields::TASK_1 } else { fields::TASK };
        let section = named(reading, table, span, fields, Subject::Task);
        let read = if old { super::version1::task } else { task };
        declaration.tasks.push(read(reading, &section));
    }
    declaration
}

fn version(table: &dyn TableLike, first_line: Span, reading: &mut Reading) -> Option<i64> {
    let help = format!("write format_version = {FORMAT_VERSION} as the first line");
    let Some(item) = table.get("format_version") else {
        let fault = Fault::new(Code::VersionMissing, Subject::Pipeline, "the file does not say its format_version");
        reading.fault(fault.help(help), first_line);
        return None;
    };
    let span = item.span().unwrap_or(first_line);
    let subject = Subject::Pipeline.field("format_version");
    match item.as_integer() {
        Some(version @ 1..=FORMAT_VERSION) => Some(version),
        Some(version) => {
            let message =
                format!("format_version {version} is not known: there are 1, of PYTHUSA, and {FORMAT_VERSION}");
            reading.fault(Fault::new(Code::VersionUnknown, subject, message).help(help), span);
            None
        }
        None => {
            let message = format!("format_version is a whole number, not {}", type_of(item));
            reading.fault(Fault::new(Code::FieldType, subject, message).help(help), span);
            None
        }
    }
}

/// A table that has a name: faults and places speak of it by that.
fn named<'t>(
    reading: &mut Reading,
    table: &'t dyn TableLike,
    span: Span,
    fields: &[Field],
    subject: impl Fn(String) -> Subject,
) -> Section<'t> {
    let name = table.get("name");
    let subject = subject(name.and_then(Item::as_str).map(shown).unwrap_or_default());
    let span = name.and_then(Item::span).unwrap_or(span);
    reading.place(&subject, span.clone());
    reading.section(table, subject, span, fields)
}

fn stream(reading: &mut Reading, section: &Section<'_>) -> StreamDecl {
    let mut stream = StreamDecl::new(reading.text(section, "name").unwrap_or_default());
    let shape = reading.shape(section, "shape");
    let dtype = reading.text(section, "dtype");
    let rate = reading.positive(section, "rate");
    let subject = || section.subject.clone();
    match (shape, dtype) {
        (Some((dims, at)), Some(dtype)) => match dtype.parse::<DType>() {
            Err(error) => {
                let names: Vec<&str> = DType::ALL.iter().map(|dtype| dtype.name()).collect();
                let fault = Fault::new(Code::UnknownDType, subject().field("dtype"), error.to_string());
                let help = match error {
                    FrameSpecError::UnknownType(name) => suggest::among(&shown(&name), &names, "type", "types"),
                    _ => String::new(),
                };
                reading.fault(fault.help(help), section.at("dtype"));
            }
            Ok(dtype) => match FrameSpec::new(dtype, &dims) {
                Ok(spec) => stream.spec = Some(rate.and_then(|rate| spec.with_rate(rate).ok()).unwrap_or(spec)),
                Err(error) => {
                    let fault = Fault::new(Code::BadShape, subject().field("shape"), error.to_string());
                    reading.fault(fault.help("write 1 to 4 dimensions, rows first, as shape = [256, 2]"), at);
                }
            },
        },
        (None, None) => stream.rate_hz = rate,
        // What is there but could not be read has a fault already.
        _ if section.has("shape") && section.has("dtype") => {}
        (shape, _) => {
            let (key, other) = if shape.is_some() { ("shape", "dtype") } else { ("dtype", "shape") };
            let message = format!("{} has a {key}, but no {other}", section.subject);
            let help = format!("add {other}, or leave out both: then they are what the writer makes");
            reading.fault(Fault::new(Code::HalfSpec, subject().field(key), message).help(help), section.at(key));
        }
    }
    stream.frames = small(reading, section, "frames").unwrap_or(StreamDecl::FRAMES);
    stream.overflow = reading.word(section, "overflow", &fields::OVERFLOWS).unwrap_or(Overflow::Block);
    stream.delay_frames = small(reading, section, "delay_frames").unwrap_or(0);
    stream.export = reading.text(section, "export");
    stream.import = reading.text(section, "import");
    stream.description = reading.text(section, "description");
    stream
}

fn event(reading: &mut Reading, section: &Section<'_>) -> EventDecl {
    let name = reading.text(section, "name").unwrap_or_default();
    let set = reading.bool(section, "initial_state").map(u32::from);
    let initial = set.or_else(|| small(reading, section, "initial").map(|count| count as u32)).unwrap_or(0);
    EventDecl { name, initial, description: reading.text(section, "description") }
}

fn small(reading: &mut Reading, section: &Section<'_>, key: &'static str) -> Option<usize> {
    reading.count(section, key, u32::MAX.into()).map(|count| count as usize)
}

fn task(reading: &mut Reading, section: &Section<'_>) -> TaskDecl {
    let mut task = TaskDecl::new(reading.text(section, "name").unwrap_or_default());
    task.kind = reading.text(section, "kind");
    task.description = reading.text(section, "description");
    task.reads = reads(reading, section, &task.name);
    task.writes = names(reading, section, "writes", |local| Subject::write(&task.name, local));
    task.events = names(reading, section, "events", |local| Subject::event_of(&task.name, local));
    task.params = params(reading, section, &task.name);
    task.control = control(reading, section);
    task.placement = placement(reading, section);
    task.on_crash = crash(reading, section);
    task.wait = reading.word(section, "wait", &fields::WAITS).unwrap_or(Wait::Park);
    if !section.has("kind") && !section.has("control") || !section.has("kind") && task.control != Control::Terminator {
        let message = format!("{} has no kind", section.subject);
        let help = "add kind = ...: a file cannot name a function of the program, only kinds that are registered";
        reading
            .fault(Fault::new(Code::FieldMissing, section.subject.clone(), message).help(help), section.span.clone());
    }
    task
}

fn control(reading: &mut Reading, section: &Section<'_>) -> Control {
    #[derive(Clone, Copy, PartialEq)]
    enum Mode {
        Switchable,
        Toggleable,
        Terminator,
    }
    let words = [("switchable", Mode::Switchable), ("toggleable", Mode::Toggleable), ("terminator", Mode::Terminator)];
    let mode = reading.word(section, "control", &words);
    let event = reading.text(section, "activate_on");
    let waits = matches!(mode, Some(Mode::Switchable | Mode::Toggleable));
    if waits && !section.has("activate_on") {
        let message = format!("{} is controlled, but by no event", section.subject);
        let fault = Fault::new(Code::ActivateMissing, section.subject.clone().field("control"), message);
        let help = "add activate_on = ... with one of the local names in the task's events";
        reading.fault(fault.help(help), section.at("control"));
    }
    if event.is_some() && (mode == Some(Mode::Terminator) || !section.has("control")) {
        let message = format!("{} has activate_on, but nothing that waits for it", section.subject);
        let fault = Fault::new(Code::ActivateAlone, section.subject.clone().field("activate_on"), message);
        let help = "add control = \"switchable\" or \"toggleable\", or remove activate_on";
        reading.fault(fault.help(help), section.at("activate_on"));
    }
    match mode {
        Some(Mode::Switchable) => Control::Switchable(event.unwrap_or_default()),
        Some(Mode::Toggleable) => Control::Toggleable(event.unwrap_or_default()),
        Some(Mode::Terminator) => Control::Terminator,
        None => Control::Plain,
    }
}

fn placement(reading: &mut Reading, section: &Section<'_>) -> Placement {
    let process = reading.word(section, "place", &[("thread", false), ("process", true)]).unwrap_or(false);
    let core = reading.count(section, "core", 4095).map(|core| core as usize);
    let realtime = reading.bool(section, "realtime").unwrap_or(false);
    if !process {
        return Placement::Thread { core, realtime };
    }
    if realtime {
        let message = format!("{} is a process, and cannot ask for real-time priority", section.subject);
        let fault = Fault::new(Code::RealtimeProcess, section.subject.clone().field("realtime"), message);
        reading.fault(fault.help("remove realtime, or place = \"process\""), section.at("realtime"));
    }
    Placement::Process { core }
}

fn crash(reading: &mut Reading, section: &Section<'_>) -> Crash {
    let words = [("stop", Crash::Stop), ("restart", Crash::Restart { limit: RESTARTS }), ("isolate", Crash::Isolate)];
    let on_crash = reading.word(section, "on_crash", &words);
    let limit = small(reading, section, "restarts");
    match (on_crash, limit) {
        (Some(Crash::Restart { .. }), Some(limit)) => Crash::Restart { limit: limit as u32 },
        (Some(Crash::Stop | Crash::Isolate), Some(_)) | (None, Some(_)) => {
            // A word that is none has a fault already.
            if on_crash.is_some() || !section.has("on_crash") {
                let message = format!("{} has a number of restarts, but is not restarted", section.subject);
                let fault = Fault::new(Code::RestartsAlone, section.subject.clone().field("restarts"), message);
                let help = "write on_crash = \"restart\", or remove restarts";
                reading.fault(fault.help(help), section.at("restarts"));
            }
            Crash::Stop
        }
        (crash, None) => crash.unwrap_or_default(),
    }
}

fn reads(reading: &mut Reading, section: &Section<'_>, task: &str) -> BTreeMap<String, ReadDecl> {
    let mut reads = BTreeMap::new();
    for (local, item, at) in reading.entries(section, "reads") {
        let subject = Subject::read(task, local);
        reading.place(&subject, at.clone());
        if let Some(stream) = item.as_str() {
            reads.insert(local.to_owned(), ReadDecl { stream: stream.into(), policy: ReaderPolicy::Lossless });
        } else if let Some(table) = item.as_table_like() {
            let read = reading.section(table, subject, at, fields::READ);
            let policy = reading.word(&read, "policy", &fields::POLICIES).unwrap_or_default();
            if let Some(stream) = reading.text(&read, "stream") {
                reads.insert(local.to_owned(), ReadDecl { stream, policy });
            }
        } else {
            let message = format!("{subject} is the name of a stream, not {}", type_of(item));
            let help = "write in = \"stream\", or in = { stream = \"stream\", policy = \"latest\" }";
            reading.fault(Fault::new(Code::FieldType, subject, message).help(help), at);
        }
    }
    reads
}

pub(super) fn names(
    reading: &mut Reading,
    section: &Section<'_>,
    key: &'static str,
    subject: impl Fn(&str) -> Subject,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (local, item, at) in reading.entries(section, key) {
        let subject = subject(local);
        reading.place(&subject, at.clone());
        match item.as_str() {
            Some(name) => drop(names.insert(local.to_owned(), name.to_owned())),
            None => {
                let message = format!("{subject} is a name, not {}", type_of(item));
                let help = format!("write {} = \"name\"", shown(local));
                reading.fault(Fault::new(Code::FieldType, subject, message).help(help), at);
            }
        }
    }
    names
}

fn params(reading: &mut Reading, section: &Section<'_>, task: &str) -> BTreeMap<String, Value> {
    let mut params = BTreeMap::new();
    for (name, item, at) in reading.entries(section, "params") {
        let subject = Subject::param(task, name);
        reading.place(&subject, at.clone());
        match value(item) {
            Some(value) => drop(params.insert(name.to_owned(), value)),
            None => {
                let message = format!("{subject} cannot be {}", type_of(item));
                let help = "write a truth, a number, a text, or a list of numbers";
                reading.fault(Fault::new(Code::FieldType, subject, message).help(help), at);
            }
        }
    }
    params
}

/// A value as parameters have them.
pub(super) fn value(item: &Item) -> Option<Value> {
    use toml_edit::Value as Toml;
    let number = |value: &Toml| value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64));
    Some(match item.as_value()? {
        Toml::Boolean(truth) => Value::Bool(*truth.value()),
        Toml::Integer(integer) => Value::Integer(*integer.value()),
        Toml::Float(float) => Value::Number(*float.value()),
        Toml::String(text) => Value::Text(text.value().clone()),
        Toml::Array(array) => Value::Numbers(array.iter().map(number).collect::<Option<_>>()?),
        Toml::Datetime(_) | Toml::InlineTable(_) => return None,
    })
}
