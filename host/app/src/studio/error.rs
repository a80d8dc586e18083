//! What can be wrong with a studio, and why an edit is refused.

use std::fmt;

/// Something to say about a place in the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Notice {
    /// Counted from 1; 0 where there is no place.
    pub line: usize,
    /// Counted from 1, in characters; 0 where there is no place.
    pub column: usize,
    /// What is wrong, and what would do.
    pub cause: String,
}

impl Notice {
    /// A notice about the byte at `at` of `text`. Any.
    pub(crate) fn at(text: &str, at: Option<usize>, cause: String) -> Self {
        let Some(before) = at.and_then(|at| text.get(..at)) else { return Self { line: 0, column: 0, cause } };
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Self { line, column: before[start..].chars().count() + 1, cause }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.cause)
    }
}

/// A studio that cannot be used. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudioError {
    /// It cannot be read or written.
    #[error("{0}")]
    Storage(String),
    /// It is too large to be a studio.
    #[error("has more than {} KiB", super::MOST_BYTES >> 10)]
    TooLarge,
    /// It is no studio: not TOML, or values that cannot be. The first is the first in the file; there is at least one.
    #[error("{}{}{}", first(.causes), more(.causes), offer(.last_good))]
    Broken {
        /// All that is wrong.
        causes: Vec<Notice>,
        /// The newest version that is a studio, if one is left.
        last_good: Option<u8>,
    },
    /// There is no such version.
    #[error("there is no version {0}; `ripieno studio versions` lists those that there are")]
    NoVersion(u8),
}

fn first(causes: &[Notice]) -> String {
    causes.first().map(ToString::to_string).unwrap_or_default()
}

fn more(causes: &[Notice]) -> String {
    match causes.len() {
        0 | 1 => String::new(),
        many => format!(" (and {} more; `ripieno studio check` lists them)", many - 1),
    }
}

fn offer(last_good: &Option<u8>) -> String {
    last_good
        .map(|n| format!("\nhint: version {n} is good; `ripieno studio restore {n}` puts it in place"))
        .unwrap_or_default()
}

/// Why an edit was not done. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// There is no such thing.
    #[error("{0}")]
    Unknown(String),
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It is in the way of something else.
    #[error("{0}")]
    Conflict(String),
    /// It cannot be stored.
    #[error("{0}")]
    Storage(String),
}
