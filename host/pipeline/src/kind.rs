//! Kinds of task: what a graph file may name, with typed ports and parameters that are checked before anything starts.

use crate::frame::{DType, FrameSpec};
use crate::ports::Task;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A parameter's value, as files and programs write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A truth.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list of numbers.
    Numbers(Vec<f64>),
}

impl Value {
    /// The number, for whole ones too, and 0 or 1 for a truth. Any.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Self::Integer(integer) => Some(*integer as f64),
            Self::Number(number) => Some(*number),
            Self::Text(_) | Self::Numbers(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(truth) => truth.fmt(f),
            Self::Integer(integer) => integer.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Numbers(numbers) => write!(f, "{numbers:?}"),
        }
    }
}

/// What a parameter may be, and what it is when nothing is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamType {
    /// A truth.
    Bool {
        /// When nothing is said.
        default: bool,
    },
    /// A whole number.
    Integer {
        /// When nothing is said; `None`: it must be said.
        default: Option<i64>,
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A number.
    Number {
        /// When nothing is said; `None`: it must be said.
        default: Option<f64>,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// One of these words.
    Choice {
        /// When nothing is said.
        default: &'static str,
        /// The words.
        of: &'static [&'static str],
    },
    /// A text.
    Text {
        /// When nothing is said; `None`: it must be said.
        default: Option<&'static str>,
    },
    /// Numbers, at least one.
    Numbers {
        /// Whether it may be left out.
        optional: bool,
    },
}

/// A parameter of a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub of: ParamType,
    /// Its unit, empty for none.
    pub unit: &'static str,
    /// Whether it may be changed while the task runs. Only truths and numbers can.
    pub live: bool,
    /// What it does, in a line.
    pub summary: &'static str,
}

/// A place where a stream is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The local name.
    pub name: &'static str,
    /// The element types it takes.
    pub dtypes: &'static [DType],
    /// Whether it may be left unbound.
    pub optional: bool,
    /// Whether it stands for any number of streams, one at least: under its own name, or any other that no port has.
    pub many: bool,
    /// What goes through it, in a line.
    pub summary: &'static str,
}

/// The parameters of a task: checked, and whole, as defaults are filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(pub(crate) BTreeMap<String, Value>);

impl Params {
    /// These values as they are; [`Registry::params`] checks them and fills them up. Any.
    pub fn new(values: BTreeMap<String, Value>) -> Self {
        Self(values)
    }

    /// The value, if there is one. Any.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A number, 0 if there is none. Any.
    pub fn f64(&self, name: &str) -> f64 {
        self.value(name).and_then(Value::as_f64).unwrap_or_default()
    }

    /// A whole number that is not negative, 0 if there is none. Any.
    pub fn usize(&self, name: &str) -> usize {
        self.f64(name) as usize
    }

    /// A truth, false if there is none. Any.
    pub fn bool(&self, name: &str) -> bool {
        self.f64(name) != 0.0
    }

    /// A text, empty if there is none. Any.
    pub fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// Numbers, none if there are none. Any.
    pub fn numbers(&self, name: &str) -> &[f64] {
        match self.value(name) {
            Some(Value::Numbers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// All, by name. Any.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// What a kind knows of a task when it is checked and made.
#[derive(Clone, Debug)]
pub struct Wiring<'a> {
    /// The parameters.
    pub params: &'a Params,
    /// What comes in, by local name.
    pub inputs: &'a BTreeMap<String, FrameSpec>,
    /// What is to go out, by local name: what the stream declares of itself, which may be nothing.
    pub outputs: &'a BTreeMap<String, Declared>,
}

/// What a stream says of itself, before its writer is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Declared {
    /// Type and shape.
    pub spec: Option<FrameSpec>,
    /// Rows a second.
    pub rate_hz: Option<f64>,
}

/// Why a kind cannot serve so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KindFault {
    /// The parameter or the port at fault.
    pub at: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl KindFault {
    /// A fault of the parameter or port `at`. Any.
    pub fn at(at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { at: Some(at.into()), message: message.into(), help: None }
    }

    /// The same, with what to do about it. Any.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// What a task takes of its surroundings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Frames of an input that must lie in its ring at once, by local name; one where nothing is said.
    pub window_frames: BTreeMap<String, usize>,
    /// Seconds by which the output lags behind the input.
    pub latency_secs: f64,
}

/// A kind of task.
pub trait Kind: Send + Sync + fmt::Debug {
    /// What graph files call it.
    fn name(&self) -> &'static str;

    /// What it does, in a line.
    fn summary(&self) -> &'static str;

    /// Its parameters.
    fn params(&self) -> &'static [Param] {
        &[]
    }

    /// What it reads.
    fn inputs(&self) -> &'static [Port] {
        &[]
    }

    /// What it writes.
    fn outputs(&self) -> &'static [Port] {
        &[]
    }

    /// Figures that its tasks show while they run, by name.
    fn gauges(&self) -> &'static [&'static str] {
        &[]
    }

    /// What it writes to each of the bound outputs, by local name.
    ///
    /// # Errors
    /// The parameters or inputs do not go together.
    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault>;

    /// What it takes of its surroundings.
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let _ = wiring;
        Needs::default()
    }

    /// Seconds of input that it takes in before it writes its first frame, beyond those that an output frame is made of. A filter
    /// that lags but answers each frame with one gathers nothing.
    fn gathers_secs(&self, wiring: &Wiring<'_>) -> f64 {
        let _ = wiring;
        0.0
    }

    /// Whether it keeps time by itself, as a device or a throttle does. A source that does not runs as fast as its readers let it.
    fn is_paced(&self, params: &Params) -> bool {
        let _ = params;
        false
    }

    /// Whether it takes a frame of each of its inputs for every step, so that one that is late holds up the others.
    fn is_lockstep(&self, params: &Params) -> bool {
        let _ = params;
        true
    }

    /// Why it must run on a thread of the program, if it must: it uses something that only the program itself has.
    fn thread_only(&self) -> Option<&'static str> {
        None
    }

    /// The task. Called once a start, in the process that runs it.
    ///
    /// # Errors
    /// What it needs cannot be had: a file, a device.
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault>;
}

/// The kinds that graph files may name. Users add their own.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    kinds: BTreeMap<&'static str, Arc<dyn Kind>>,
}

impl Registry {
    /// No kinds at all. Any.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds a kind, in place of one of the same name. Any.
    pub fn add(&mut self, kind: impl Kind + 'static) -> &mut Self {
        self.kinds.insert(kind.name(), Arc::new(kind));
        self
    }

    /// The kind of this name. Any.
    pub fn kind(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.kinds.get(name)
    }

    /// All, by name. Any.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.kinds.values()
    }
}
