//! The words in which kinds list their parameters and ports.

use crate::frame::DType;
use crate::kind::{Param, ParamType, Port};

/// Every type of element.
pub(super) const ANY: &[DType] = &DType::ALL;
/// Those that can be scaled and added.
pub(super) const SIGNAL: &[DType] = &[DType::F32, DType::F64, DType::Complex32];
/// Real numbers.
pub(super) const REAL: &[DType] = &[DType::F32, DType::F64];
/// Complex numbers.
pub(super) const COMPLEX: &[DType] = &[DType::Complex32];

/// Frames before a source ends.
pub(super) const FRAMES: Param = integer(
    "frames",
    0,
    [0, i64::MAX],
    "frames",
    "how many frames are made before the end; 0: until the pipeline stops",
);
/// Which dimension a transform runs along.
pub(super) const AXIS: Param = choice(
    "axis",
    &["first", "last"],
    "the dimension along which time runs: rows, or for channels-first frames the last one",
);

pub(super) const fn number(
    name: &'static str,
    default: f64,
    range: [f64; 2],
    unit: &'static str,
    summary: &'static str,
) -> Param {
    let of = ParamType::Number { default: Some(default), min: range[0], max: range[1] };
    Param { name, of, unit, live: false, summary }
}

pub(super) const fn integer(
    name: &'static str,
    default: i64,
    range: [i64; 2],
    unit: &'static str,
    summary: &'static str,
) -> Param {
    let of = ParamType::Integer { default: Some(default), min: range[0], max: range[1] };
    Param { name, of, unit, live: false, summary }
}

/// A parameter that has to be said.
pub(super) const fn needed(param: Param) -> Param {
    let of = match param.of {
        ParamType::Integer { min, max, .. } => ParamType::Integer { default: None, min, max },
        ParamType::Number { min, max, .. } => ParamType::Number { default: None, min, max },
        other => other,
    };
    Param { of, ..param }
}

/// A parameter that may change while the task runs.
pub(super) const fn live(param: Param) -> Param {
    Param { live: true, ..param }
}

pub(super) const fn truth(name: &'static str, default: bool, summary: &'static str) -> Param {
    Param { name, of: ParamType::Bool { default }, unit: "", live: false, summary }
}

/// One of these words, the first if nothing is said.
pub(super) const fn choice(name: &'static str, of: &'static [&'static str], summary: &'static str) -> Param {
    Param { name, of: ParamType::Choice { default: of[0], of }, unit: "", live: false, summary }
}

/// A text that has to be said, if there is no default.
pub(super) const fn text(name: &'static str, default: Option<&'static str>, summary: &'static str) -> Param {
    Param { name, of: ParamType::Text { default }, unit: "", live: false, summary }
}

/// Numbers that may be left out.
pub(super) const fn numbers(name: &'static str, unit: &'static str, summary: &'static str) -> Param {
    Param { name, of: ParamType::Numbers { optional: true }, unit, live: false, summary }
}

pub(super) const fn port(name: &'static str, dtypes: &'static [DType], summary: &'static str) -> Port {
    Port { name, dtypes, optional: false, many: false, summary }
}

pub(super) const fn many(port: Port) -> Port {
    Port { many: true, ..port }
}
