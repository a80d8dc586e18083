//! What is wrong with an action, found when it is written rather than when it is played.

/// A field and what is wrong with it. The text names the fix and never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Problem {
    /// The field's name, as it is written.
    pub field: &'static str,
    /// What is wrong, and what to write instead.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(field: &'static str, what: impl Into<String>) -> Self {
        Self { field, what: what.into() }
    }
}

/// Refuses `field` with `what` unless `holds`.
pub(crate) fn must(holds: bool, field: &'static str, what: impl Into<String>) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(Problem::new(field, what)) }
}
