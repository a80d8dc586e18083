//! What does the jobs: by default a session of this process, as `ripieno separate` has one.

use ripieno_separate::span::Division;
use ripieno_separate::{Cancel, JobError, JobSettings, Observer, Outcome, Session, span};
use std::io::Write;

/// Does jobs on this machine.
pub trait Runner {
    /// A whole job. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code.
    fn whole(&mut self, job: &JobSettings, observer: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError>;

    /// A span of one. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code.
    fn span(
        &mut self,
        job: &JobSettings,
        span: (&Division, u64),
        out: &mut dyn Write,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<(), JobError>;

    /// Puts spans together. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code.
    fn join(
        &mut self,
        job: &JobSettings,
        division: &Division,
        open: span::Open<'_>,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError>;
}

impl Runner for Session {
    fn whole(&mut self, job: &JobSettings, observer: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError> {
        self.run(job, observer, cancel)
    }

    fn span(
        &mut self,
        job: &JobSettings,
        span: (&Division, u64),
        out: &mut dyn Write,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        self.separate_span(job, span, out, observer, cancel)
    }

    fn join(
        &mut self,
        job: &JobSettings,
        division: &Division,
        open: span::Open<'_>,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        Session::join(self, job, division, open, observer, cancel)
    }
}
