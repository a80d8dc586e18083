//! Where jobs are done: in a worker process, or here.

use crate::Failure;
use ripieno_separate::worker::{Launch, Supervisor};
use ripieno_separate::{Cancel, JobError, JobSettings, Observer, Outcome, Session};

/// What does jobs. A model that the next one wants too stays loaded.
#[derive(Debug)]
pub enum Runner {
    Here(Box<Session>),
    Worker(Supervisor),
}

impl Runner {
    /// Nothing is started or loaded yet.
    pub fn new(in_process: bool) -> Result<Self, Failure> {
        if in_process {
            return Ok(Self::Here(Box::default()));
        }
        let program = std::env::current_exe()
            .map_err(|error| Failure::Session(format!("this program cannot find itself: {error}; use --in-process")))?;
        Ok(Self::Worker(Supervisor::new(Launch::program(program))))
    }

    pub fn run(
        &mut self,
        settings: &JobSettings,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        match self {
            Self::Here(session) => session.run(settings, observer, cancel),
            Self::Worker(supervisor) => supervisor.run(settings, observer, cancel),
        }
    }
}
