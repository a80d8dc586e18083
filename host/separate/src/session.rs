//! Jobs one after the other, with the model kept between them.

use crate::{Cancel, ErrorCode, JobError, JobSettings, Observer, Outcome, PlanReport};
use std::path::PathBuf;

/// Runs jobs; a model that the next job wants too stays loaded.
#[derive(Debug, Default)]
pub struct Session {}

impl Session {
    /// Without a model yet. Any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does a job: every output appears whole, or none does. Events come on this thread. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code. What was done is kept for [`JobSettings::resume`] when its message says so.
    pub fn run(
        &mut self,
        _settings: &JobSettings,
        _observer: &mut dyn Observer,
        _cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        Err(JobError::new(ErrorCode::Failed, "not there yet"))
    }

    /// Says what a job would do; nothing is written. Worker; blocks.
    ///
    /// # Errors
    /// As [`run`](Self::run), as far as it can be known before.
    pub fn plan(&mut self, _settings: &JobSettings) -> Result<PlanReport, JobError> {
        Err(JobError::new(ErrorCode::Failed, "not there yet"))
    }

    /// The parts that a job would write and where, in the order of its outcome. Worker; blocks.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn outputs(&mut self, _settings: &JobSettings) -> Result<Vec<(String, PathBuf)>, JobError> {
        Err(JobError::new(ErrorCode::Failed, "not there yet"))
    }
}

/// Does a single job; see [`Session::run`]. Worker; blocks until it is done.
///
/// # Errors
/// As [`Session::run`].
pub fn run(settings: &JobSettings, observer: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError> {
    Session::new().run(settings, observer, cancel)
}

/// Says what a single job would do; see [`Session::plan`]. Worker; blocks.
///
/// # Errors
/// As [`Session::plan`].
pub fn plan(settings: &JobSettings) -> Result<PlanReport, JobError> {
    Session::new().plan(settings)
}
