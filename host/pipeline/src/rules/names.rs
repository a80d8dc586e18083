//! Names, and what each declaration says of itself alone.

use super::suggest::shown;
use super::{Code, Fault, Faults, Subject};
use crate::declare::GUEST;
use crate::declare::{Control, Crash, Declaration, TaskDecl};
use std::collections::{BTreeMap, BTreeSet};

/// Most bytes of a name.
pub(crate) const MAX_NAME: usize = 64;

/// Most bytes of a name that is shared.
const MAX_SHARED: usize = 200;

pub(super) fn check(declaration: &Declaration, faults: &mut Faults) {
    name(&declaration.name, Subject::Pipeline, faults);
    if let Some(budget) = declaration.max_latency_ms {
        positive(budget, Subject::Pipeline.field("max_latency_ms"), faults);
    }
    let streams = declaration.streams.iter().map(|stream| stream.name.as_str());
    unique(streams, Code::DuplicateStream, Subject::Stream, faults);
    let events = declaration.events.iter().map(|event| event.name.as_str());
    unique(events, Code::DuplicateEvent, Subject::Event, faults);
    let tasks = declaration.tasks.iter().map(|task| task.name.as_str());
    unique(tasks, Code::DuplicateTask, Subject::Task, faults);
    for stream in &declaration.streams {
        if let Some(rate) = stream.rate_hz {
            positive(rate, Subject::Stream(stream.name.clone()).field("rate"), faults);
        }
    }
    shares(declaration, faults);
    for task in &declaration.tasks {
        locals(task, faults);
        alone(task, faults);
    }
}

/// Whether `text` can be a name.
pub(crate) fn is_name(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && text.len() <= MAX_NAME && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn name(text: &str, subject: Subject, faults: &mut Faults) {
    if is_name(text) {
        return;
    }
    let message = match text {
        "" => format!("{subject} has an empty name"),
        _ if text.len() > MAX_NAME => format!("a name of {} bytes: at most {MAX_NAME} are possible", text.len()),
        _ => format!("'{}' cannot be a name", shown(text)),
    };
    let help = match plain(text) {
        plain if is_name(&plain) && plain != text => format!("'{plain}' could"),
        _ => "a letter or _ first, then letters, digits, _, - and .".into(),
    };
    faults.add(Fault::new(Code::BadName, subject, message).help(help));
}

/// The nearest text that is a name, most likely.
fn plain(text: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' };
    let plain: String = text.trim().chars().map(fits).take(MAX_NAME).collect();
    if plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { plain } else { format!("_{plain}") }
}

fn unique<'a>(
    names: impl Iterator<Item = &'a str>,
    code: Code,
    subject: impl Fn(String) -> Subject,
    faults: &mut Faults,
) {
    let mut seen = BTreeMap::new();
    for text in names {
        let count = seen.entry(text).or_insert(0_usize);
        *count += 1;
        match *count {
            1 => name(text, subject(text.into()), faults),
            // The second has to be told from the first; more of them are the same fault.
            2 => {
                let at = subject(text.into());
                let fault = Fault::new(code, at.clone(), format!("there are two: {at}")).and(at);
                faults.add(fault.help("rename one of them, and what means it"));
            }
            _ => {}
        }
    }
}

fn positive(number: f64, subject: Subject, faults: &mut Faults) {
    if !(number.is_finite() && number > 0.0) {
        let fault = Fault::new(Code::FieldRange, subject.clone(), format!("{subject} is {number}"));
        faults.add(fault.help("it is a finite number above 0"));
    }
}

/// Exports and imports.
fn shares(declaration: &Declaration, faults: &mut Faults) {
    let mut exports = BTreeMap::new();
    for stream in &declaration.streams {
        let subject = Subject::Stream(stream.name.clone());
        for (key, text) in [("export", &stream.export), ("import", &stream.import)] {
            // Only an import says that a guest writes it.
            let bare = |text: &str| {
                let guest = text.strip_prefix(GUEST).filter(|name| key == "import" && !name.contains(':'));
                guest.unwrap_or(text).to_owned()
            };
            if let Some(text) = text.as_deref().filter(|text| !is_shared_name(&bare(text))) {
                let message = format!("'{}' cannot be the name of a shared stream", shown(text));
                let help = "use letters, digits, _, - and ., or zenoh: and a key such as zenoh:studio/mix";
                faults.add(Fault::new(Code::BadShareName, subject.clone().field(key), message).help(help));
            }
        }
        let Some(export) = &stream.export else { continue };
        if let Some(first) = exports.insert(export.as_str(), stream.name.as_str()) {
            let message = format!("streams '{first}' and '{}' are both exported as '{export}'", stream.name);
            let fault = Fault::new(Code::DuplicateExport, subject.field("export"), message);
            faults.add(fault.and(Subject::Stream(first.into()).field("export")).help("give one of them another name"));
        }
    }
    for stream in &declaration.streams {
        let Some(import) = &stream.import else { continue };
        let Some(source) = exports.get(import.as_str()) else { continue };
        let message =
            format!("stream '{}' imports '{import}', which is stream '{source}' of this pipeline", stream.name);
        let fault = Fault::new(Code::OwnImport, Subject::Stream(stream.name.clone()).field("import"), message);
        faults
            .add(fault.and(Subject::Stream((*source).into()).field("export")).help(format!("read '{source}' itself")));
    }
}

/// Whether others can be told of a stream by this name: a file's, or a key expression of Zenoh that is one key.
fn is_shared_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let chunk = |chunk: &str| !chunk.is_empty() && chunk != "." && chunk != ".." && chunk.bytes().all(plain);
    if text.len() > MAX_SHARED {
        return false;
    }
    match text.strip_prefix("zenoh:") {
        Some(key) => key.split('/').all(chunk),
        None => chunk(text) && text.len() <= MAX_NAME && !text.starts_with('.'),
    }
}

/// Local names: over reads, writes and events together each is one thing.
fn locals(task: &TaskDecl, faults: &mut Faults) {
    let reads = task.reads.keys().map(|local| (local, Subject::read(&task.name, local)));
    let writes = task.writes.keys().map(|local| (local, Subject::write(&task.name, local)));
    let events = task.events.keys().map(|local| (local, Subject::event_of(&task.name, local)));
    let mut seen: BTreeMap<&str, Subject> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for (local, subject) in reads.chain(writes).chain(events) {
        if let Some(first) = seen.get(local.as_str()) {
            if told.insert(local) {
                let message = format!("task '{}' calls two things '{}'", task.name, shown(local));
                let fault = Fault::new(Code::DuplicateLocal, subject, message).and(first.clone());
                faults.add(fault.help("give one of them another local name"));
            }
            continue;
        }
        name(local, subject.clone(), faults);
        seen.insert(local, subject);
    }
}

/// What a task says of itself alone.
fn alone(task: &TaskDecl, faults: &mut Faults) {
    let subject = Subject::Task(task.name.clone());
    if task.control == Control::Terminator {
        let extra = [
            ("kind", task.kind.is_some()),
            ("writes", !task.writes.is_empty()),
            ("events", !task.events.is_empty()),
            ("params", !task.params.is_empty()),
        ];
        for (key, _) in extra.into_iter().filter(|(_, there)| *there) {
            let message = format!("{subject} is a terminator and has {key}");
            let fault = Fault::new(Code::TerminatorBusy, subject.clone().field(key), message);
            faults.add(fault.help(format!("remove {key}: a terminator only stops reading")));
        }
    }
    if task.on_crash == (Crash::Restart { limit: 0 }) {
        let fault = Fault::new(
            Code::NoRestarts,
            subject.clone().field("restarts"),
            format!("{subject} is restarted at most 0 times"),
        );
        faults.add(fault.help("give a limit of at least 1, or write on_crash = \"stop\""));
    }
}
