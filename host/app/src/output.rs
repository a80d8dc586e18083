//! Where a verb's data goes: stdout, whole, with its errors reported rather than panicked over.

use crate::Failure;
use serde::Serialize;
use std::io::{self, Write};

/// Prints text to stdout.
pub fn text(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes())
}

/// Prints one JSON object and a line end to stdout.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = serde_json::to_vec_pretty(value).map_err(|error| Failure::Stdout(error.into()))?;
    out.push(b'\n');
    bytes(&out)
}

/// Prints one JSON object on a line of its own to stdout.
pub fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = serde_json::to_vec(value).map_err(|error| Failure::Stdout(error.into()))?;
    out.push(b'\n');
    bytes(&out)
}

/// Prints bytes to stdout.
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::Stdout)
}

/// Prints a line for the user to stderr, which is no data.
pub fn warn(line: &str) {
    eprintln!("warning: {line}");
}
