//! What a rule says when it is broken: a code, what it is about, why, and what to do.

use super::code::{Code, Severity};
use std::fmt;

/// What a fault is about. Files turn it into a place in their text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The whole pipeline.
    Pipeline,
    /// The stream of this name.
    Stream(String),
    /// The event of this name.
    Event(String),
    /// The task of this name.
    Task(String),
    /// A stream as a task reads it.
    Read {
        /// The task.
        task: String,
        /// The local name.
        local: String,
    },
    /// A stream as a task writes it.
    Write {
        /// The task.
        task: String,
        /// The local name.
        local: String,
    },
    /// An event as a task is bound to it.
    EventOf {
        /// The task.
        task: String,
        /// The local name.
        local: String,
    },
    /// A parameter of a task.
    Param {
        /// The task.
        task: String,
        /// The parameter.
        name: String,
    },
    /// One field of any of these.
    Field {
        /// Of what.
        of: Box<Subject>,
        /// The field's key in graph files.
        key: &'static str,
    },
}

impl Subject {
    /// The field `key` of this. Any.
    pub fn field(self, key: &'static str) -> Self {
        Self::Field { of: Box::new(self), key }
    }

    /// A stream that `task` reads as `local`. Any.
    pub fn read(task: &str, local: &str) -> Self {
        Self::Read { task: task.into(), local: local.into() }
    }

    /// A stream that `task` writes as `local`. Any.
    pub fn write(task: &str, local: &str) -> Self {
        Self::Write { task: task.into(), local: local.into() }
    }

    /// An event that `task` calls `local`. Any.
    pub fn event_of(task: &str, local: &str) -> Self {
        Self::EventOf { task: task.into(), local: local.into() }
    }

    /// The parameter `name` of `task`. Any.
    pub fn param(task: &str, name: &str) -> Self {
        Self::Param { task: task.into(), name: name.into() }
    }

    /// The task that this is, or is a part of. Any.
    pub fn task(&self) -> Option<&str> {
        match self {
            Self::Task(task)
            | Self::Read { task, .. }
            | Self::Write { task, .. }
            | Self::EventOf { task, .. }
            | Self::Param { task, .. } => Some(task),
            Self::Field { of, .. } => of.task(),
            Self::Pipeline | Self::Stream(_) | Self::Event(_) => None,
        }
    }

    /// What this is a part of; the pipeline is part of nothing. Any.
    pub fn whole(&self) -> Option<Self> {
        Some(match self {
            Self::Pipeline => return None,
            Self::Stream(_) | Self::Event(_) | Self::Task(_) => Self::Pipeline,
            Self::Read { task, .. } => Self::Task(task.clone()).field("reads"),
            Self::Write { task, .. } => Self::Task(task.clone()).field("writes"),
            Self::EventOf { task, .. } => Self::Task(task.clone()).field("events"),
            Self::Param { task, .. } => Self::Task(task.clone()).field("params"),
            Self::Field { of, .. } => of.as_ref().clone(),
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pipeline => f.write_str("the pipeline"),
            Self::Stream(name) => write!(f, "stream '{name}'"),
            Self::Event(name) => write!(f, "event '{name}'"),
            Self::Task(name) => write!(f, "task '{name}'"),
            Self::Read { task, local } => write!(f, "input '{local}' of task '{task}'"),
            Self::Write { task, local } => write!(f, "output '{local}' of task '{task}'"),
            Self::EventOf { task, local } => write!(f, "event '{local}' of task '{task}'"),
            Self::Param { task, name } => write!(f, "parameter '{name}' of task '{task}'"),
            Self::Field { of, key } => write!(f, "{key} of {of}"),
        }
    }
}

/// A rule that a pipeline breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
#[non_exhaustive]
pub struct Fault {
    /// The rule.
    pub code: Code,
    /// What it is about, first of all where it is to be mended. The same subject twice means its second declaration.
    pub at: Vec<Subject>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether it prevents the start.
    pub severity: Severity,
}

impl Fault {
    pub(crate) fn new(code: Code, at: Subject, message: impl Into<String>) -> Self {
        Self { code, at: vec![at], message: message.into(), help: None, severity: code.severity() }
    }

    pub(crate) fn and(mut self, at: Subject) -> Self {
        self.at.push(at);
        self
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
