//! Parameters of a kind: values are checked, brought to the parameter's type, and filled up with defaults.

use super::code::Code;
use super::suggest;
use crate::kind::{Kind, Param, ParamType, Params, Registry, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Why a value cannot be a parameter's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ParamFault {
    /// The rule.
    pub code: Code,
    /// The parameter as it was named; empty if the kind itself is not known.
    pub param: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ParamFault {
    fn new(code: Code, param: &str, message: String, help: impl Into<Option<String>>) -> Self {
        Self { code, param: param.into(), message, help: help.into() }
    }
}

impl Registry {
    /// The parameters of a task of this kind: `values` checked, whole numbers made numbers where the parameter is one, and
    /// everything that was left out filled in with its default. Any.
    ///
    /// # Errors
    /// All values that cannot be, or the kind that does not exist.
    pub fn params(&self, kind: &str, values: &BTreeMap<String, Value>) -> Result<Params, Vec<ParamFault>> {
        let Some(found) = self.kind(kind) else {
            let names: Vec<&str> = self.iter().map(|kind| kind.name()).collect();
            let help = suggest::among(kind, &names, "kind", "kinds");
            return Err(vec![ParamFault::new(Code::UnknownKind, "", format!("there is no kind '{kind}'"), help)]);
        };
        let params = found.params();
        let mut faults = Vec::new();
        for name in values.keys().filter(|name| params.iter().all(|param| param.name != name.as_str())) {
            let names: Vec<&str> = params.iter().map(|param| param.name).collect();
            let help = suggest::among(name, &names, "parameter", "parameters");
            let message = format!("kind '{kind}' has no parameter '{name}'");
            faults.push(ParamFault::new(Code::UnknownParam, name, message, help));
        }
        let mut whole = BTreeMap::new();
        for param in params {
            match values
                .get(param.name)
                .map_or_else(|| missing(found.as_ref(), param), |value| typed(param, value).map(Some))
            {
                Ok(Some(value)) => drop(whole.insert(param.name.to_owned(), value)),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        faults.sort_by_key(|fault| fault.code);
        if faults.is_empty() { Ok(Params(whole)) } else { Err(faults) }
    }
}

/// The default, if the parameter has one or may be left out.
fn missing(kind: &dyn Kind, param: &Param) -> Result<Option<Value>, ParamFault> {
    let default = match param.of {
        ParamType::Bool { default } => Some(Value::Bool(default)),
        ParamType::Integer { default, .. } => default.map(Value::Integer),
        ParamType::Number { default, .. } => default.map(Value::Number),
        ParamType::Choice { default, .. } => Some(Value::Text(default.into())),
        ParamType::Text { default } => default.map(|text| Value::Text(text.into())),
        ParamType::Numbers { optional: true } => return Ok(None),
        ParamType::Numbers { optional: false } => None,
    };
    if default.is_some() {
        return Ok(default);
    }
    let message = format!("kind '{}' needs the parameter '{}', {}", kind.name(), param.name, value_in_words(param));
    let help = format!("add params = {{ {} = ... }}: {}", param.name, param.summary);
    Err(ParamFault::new(Code::MissingParam, param.name, message, help))
}

/// `value` as the parameter takes it.
pub(crate) fn typed(param: &Param, value: &Value) -> Result<Value, ParamFault> {
    let wrong = || {
        let message = format!("parameter '{}' is {}, not {value}", param.name, value_in_words(param));
        ParamFault::new(Code::ParamType, param.name, message, format!("write {}", example(param)))
    };
    let outside = || {
        let message = format!("parameter '{}' is {value}, but must be {}", param.name, value_in_words(param));
        ParamFault::new(Code::ParamRange, param.name, message, format!("write {}", example(param)))
    };
    match (param.of, value) {
        (ParamType::Bool { .. }, Value::Bool(_)) | (ParamType::Text { .. }, Value::Text(_)) => Ok(value.clone()),
        (ParamType::Integer { min, max, .. }, Value::Integer(integer)) => {
            if (min..=max).contains(integer) {
                Ok(value.clone())
            } else {
                Err(outside())
            }
        }
        (ParamType::Number { min, max, .. }, Value::Integer(_) | Value::Number(_)) => {
            let number = value.as_f64().unwrap_or(f64::NAN);
            if (min..=max).contains(&number) { Ok(Value::Number(number)) } else { Err(outside()) }
        }
        (ParamType::Choice { of, .. }, Value::Text(text)) => {
            if of.contains(&text.as_str()) {
                return Ok(value.clone());
            }
            let message = format!("parameter '{}' cannot be {value}", param.name);
            Err(ParamFault::new(Code::ParamRange, param.name, message, suggest::among(text, of, "word", "words")))
        }
        (ParamType::Numbers { .. }, Value::Numbers(numbers)) => {
            if numbers.is_empty() || numbers.iter().any(|number| !number.is_finite()) {
                Err(outside())
            } else {
                Ok(value.clone())
            }
        }
        _ => Err(wrong()),
    }
}

/// What a parameter may be, in words.
pub(crate) fn value_in_words(param: &Param) -> String {
    let mut text = match param.of {
        ParamType::Bool { .. } => "true or false".into(),
        ParamType::Integer { min, max, .. } => match (min, max) {
            (i64::MIN, i64::MAX) => "a whole number".into(),
            (_, i64::MAX) => format!("a whole number of at least {min}"),
            _ => format!("a whole number from {min} to {max}"),
        },
        ParamType::Number { min, max, .. } => {
            match (min == f64::NEG_INFINITY || min == f64::MIN, max == f64::INFINITY || max == f64::MAX) {
                (true, true) => "a number".into(),
                (false, true) => format!("a number of at least {min}"),
                _ => format!("a number from {min} to {max}"),
            }
        }
        ParamType::Choice { of, .. } => format!("one of {}", of.join(", ")),
        ParamType::Text { .. } => "a text".into(),
        ParamType::Numbers { .. } => "a list of numbers, at least one".into(),
    };
    if !param.unit.is_empty() {
        let _ = write!(text, " ({})", param.unit);
    }
    text
}

/// A value that the parameter takes, as files write it.
fn example(param: &Param) -> String {
    let value = match param.of {
        ParamType::Bool { default } => Value::Bool(default),
        ParamType::Integer { default, min, max } => Value::Integer(default.unwrap_or_else(|| 1.clamp(min, max))),
        ParamType::Number { default, min, max } => Value::Number(default.unwrap_or_else(|| 1.0_f64.clamp(min, max))),
        ParamType::Choice { default, .. } => Value::Text(default.into()),
        ParamType::Text { default } => Value::Text(default.unwrap_or("...").into()),
        ParamType::Numbers { .. } => Value::Numbers(vec![1.0, 0.5]),
    };
    match value {
        Value::Number(number) => format!("{} = {number:?}", param.name),
        value => format!("{} = {value}", param.name),
    }
}
