//! `task.param=value`, as command lines say it.

use crate::declare::Declaration;
use crate::kind::{ParamType, Registry, Value};
use crate::rules::{ParamFault, suggest, typed};

/// Why a parameter cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// It is not `task.param=value`.
    #[error("'{0}' is not of the form task.param=value")]
    Form(String),
    /// There is no such task.
    #[error("there is no task '{task}': {help}")]
    Task {
        /// The task as it was named.
        task: String,
        /// What there is.
        help: String,
    },
    /// The task's kind has no such parameter.
    #[error("task '{task}' has no parameter '{param}': {help}")]
    Param {
        /// The task.
        task: String,
        /// The parameter as it was named.
        param: String,
        /// What there is.
        help: String,
    },
    /// The parameter cannot have this value.
    #[error("task '{task}': {fault}")]
    Value {
        /// The task.
        task: String,
        /// Why.
        fault: ParamFault,
    },
}

/// Sets a parameter from `task.param=value`. The value is read as what the task's kind says of it; where the kind is not known,
/// as a graph file would read it, and as a text otherwise. Any.
///
/// # Errors
/// There is no such task or parameter, or it cannot have this value; then nothing is changed.
pub fn set(declaration: &mut Declaration, assignment: &str, registry: &Registry) -> Result<(), SetError> {
    let form = || SetError::Form(assignment.chars().take(100).collect());
    let (target, text) = assignment.split_once('=').ok_or_else(form)?;
    let (target, text) = (target.trim(), text.trim());
    // Names of tasks and of parameters may both have dots; where no task fits, the last one is meant.
    let is_task = |name: &str| declaration.tasks.iter().any(|task| task.name == name);
    let mut parts = target.match_indices('.').map(|(at, _)| (&target[..at], &target[at + 1..]));
    let known = parts.find(|(task, _)| is_task(task));
    let (task_name, param_name) = known.or_else(|| target.rsplit_once('.')).ok_or_else(form)?;
    let Some(task) = declaration.tasks.iter_mut().find(|task| task.name == task_name) else {
        let names: Vec<&str> = declaration.tasks.iter().map(|task| task.name.as_str()).collect();
        let help = suggest::among(task_name, &names, "task", "tasks");
        return Err(SetError::Task { task: task_name.into(), help });
    };
    let value = match task.kind.as_deref().and_then(|kind| registry.kind(kind)) {
        None => guess(text),
        Some(kind) => {
            let Some(param) = kind.params().iter().find(|param| param.name == param_name) else {
                let names: Vec<&str> = kind.params().iter().map(|param| param.name).collect();
                let help = suggest::among(param_name, &names, "parameter", "parameters");
                return Err(SetError::Param { task: task_name.into(), param: param_name.into(), help });
            };
            let value = match param.of {
                ParamType::Text { .. } | ParamType::Choice { .. } => quoted(text),
                _ => guess(text),
            };
            typed(param, &value).map_err(|fault| SetError::Value { task: task_name.into(), fault })?
        }
    };
    task.params.insert(param_name.into(), value);
    Ok(())
}

/// A text, with or without TOML's quotes.
fn quoted(text: &str) -> Value {
    match guess(text) {
        Value::Text(text) => Value::Text(text),
        _ => Value::Text(text.into()),
    }
}

/// What a graph file would read, or else a text.
fn guess(text: &str) -> Value {
    let read = text.parse::<toml_edit::Value>().ok();
    read.and_then(|value| super::read::value(&toml_edit::Item::Value(value)))
        .unwrap_or_else(|| Value::Text(text.into()))
}
