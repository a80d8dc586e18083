//! From a declaration to text: one order, defaults left out, the same bytes every time.

use super::fields::{self, FORMAT_VERSION, RESTARTS, word};
use crate::declare::{
    Control, Crash, Declaration, EventDecl, Overflow, Placement, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl, Wait,
};
use crate::kind::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Why a pipeline cannot be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// A task is a function of the program, which a file cannot name.
    #[error("task '{task}' is a function of the program: make it a kind and register it, then a file can name it")]
    Function {
        /// The task.
        task: String,
    },
    /// The file cannot be written; what was there before is still there.
    #[error("cannot write {path}: {error}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes a declaration to a file: whole or not at all. Folders on the way are made. Any; blocks.
///
/// # Errors
/// A task is a function, or the file cannot be written.
pub fn save(declaration: &Declaration, path: impl AsRef<Path>) -> Result<(), SaveError> {
    let function = |task: &&TaskDecl| task.kind.is_none() && task.control != Control::Terminator;
    if let Some(task) = declaration.tasks.iter().find(function) {
        return Err(SaveError::Function { task: task.name.clone() });
    }
    let path = path.as_ref();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(to_text(declaration).as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name is safe only when its folder is.
        if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
    };
    write().map_err(|error| SaveError::Write { path: path.into(), error })
}

/// A declaration as a graph file. Reading it gives the declaration again, and writing that the same bytes. A task that is a
/// function has no kind there: such a text cannot be read again. Any.
pub fn to_text(declaration: &Declaration) -> String {
    let mut text = Text(String::new());
    text.put("format_version", FORMAT_VERSION);
    text.put("name", declaration.name.as_str());
    text.describe(declaration.description.as_deref());
    if let Some(budget) = declaration.max_latency_ms {
        text.put("max_latency_ms", budget);
    }
    for stream in &declaration.streams {
        text.stream(stream);
    }
    for event in &declaration.events {
        text.event(event);
    }
    for task in &declaration.tasks {
        text.task(task);
    }
    text.0
}

struct Text(String);

impl Text {
    fn header(&mut self, list: &str) {
        let _ = write!(self.0, "\n[[{list}]]\n");
    }

    fn put(&mut self, key: &str, value: impl Into<toml_edit::Value>) {
        let _ = writeln!(self.0, "{key} = {}", value.into());
    }

    fn describe(&mut self, description: Option<&str>) {
        if let Some(description) = description {
            self.put("description", description);
        }
    }

    fn stream(&mut self, stream: &StreamDecl) {
        self.header("streams");
        self.put("name", stream.name.as_str());
        if let Some(spec) = stream.spec {
            self.put("shape", spec.shape().dims().iter().map(|dim| *dim as i64).collect::<toml_edit::Value>());
            self.put("dtype", spec.dtype().name());
        }
        if let Some(rate) = stream.spec.and_then(|spec| spec.rate_hz()).or(stream.rate_hz) {
            self.put("rate", rate);
        }
        self.put("frames", stream.frames as i64);
        if stream.overflow != Overflow::Block {
            self.put("overflow", word(&fields::OVERFLOWS, &stream.overflow));
        }
        if stream.delay_frames > 0 {
            self.put("delay_frames", stream.delay_frames as i64);
        }
        for (key, name) in [("export", &stream.export), ("import", &stream.import)] {
            if let Some(name) = name {
                self.put(key, name.as_str());
            }
        }
        self.describe(stream.description.as_deref());
    }

    fn event(&mut self, event: &EventDecl) {
        self.header("events");
        self.put("name", event.name.as_str());
        if event.initial > 0 {
            self.put("initial", i64::from(event.initial));
        }
        self.describe(event.description.as_deref());
    }

    fn task(&mut self, task: &TaskDecl) {
        self.header("tasks");
        self.put("name", task.name.as_str());
        if let Some(kind) = &task.kind {
            self.put("kind", kind.as_str());
        }
        self.map("reads", &task.reads, read);
        self.map("writes", &task.writes, |name| name.as_str().into());
        self.map("events", &task.events, |name| name.as_str().into());
        self.map("params", &task.params, value);
        match &task.control {
            Control::Plain => {}
            Control::Switchable(event) => {
                self.put("control", "switchable");
                self.put("activate_on", event.as_str());
            }
            Control::Toggleable(event) => {
                self.put("control", "toggleable");
                self.put("activate_on", event.as_str());
            }
            Control::Terminator => self.put("control", "terminator"),
        }
        let (core, realtime) = match task.placement {
            Placement::Thread { core, realtime } => (core, realtime),
            Placement::Process { core } => {
                self.put("place", "process");
                (core, false)
            }
        };
        if let Some(core) = core {
            self.put("core", core as i64);
        }
        if realtime {
            self.put("realtime", true);
        }
        match task.on_crash {
            Crash::Stop => {}
            Crash::Restart { limit } => {
                self.put("on_crash", "restart");
                if limit != RESTARTS {
                    self.put("restarts", i64::from(limit));
                }
            }
            Crash::Isolate => self.put("on_crash", "isolate"),
        }
        if task.wait != Wait::Park {
            self.put("wait", word(&fields::WAITS, &task.wait));
        }
        self.describe(task.description.as_deref());
    }

    fn map<T>(&mut self, key: &str, map: &BTreeMap<String, T>, to: impl Fn(&T) -> toml_edit::Value) {
        if !map.is_empty() {
            self.put(key, map.iter().map(|(name, value)| (name.as_str(), to(value))).collect::<toml_edit::Value>());
        }
    }
}

fn read(read: &ReadDecl) -> toml_edit::Value {
    if read.policy == ReaderPolicy::Lossless {
        return read.stream.as_str().into();
    }
    let policy = word(&fields::POLICIES, &read.policy);
    [("stream", read.stream.as_str()), ("policy", policy)].into_iter().collect()
}

fn value(value: &Value) -> toml_edit::Value {
    match value {
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(integer) => (*integer).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Numbers(numbers) => numbers.iter().copied().collect(),
    }
}
