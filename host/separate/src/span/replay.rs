//! A model that does not run: what it made is read.

use super::{Division, Open, format};
use crate::JobError;
use crate::model::{About, JobModel};
use ripieno_infer::Choice;
use ripieno_ports::{Conditions, Fault, FaultKind, Geometry, Separator};
use std::io::{BufReader, Read};

/// Gives, window after window, what a model made of them elsewhere.
pub(crate) struct Replay<'a, M> {
    model: &'a mut M,
    division: Division,
    open: Open<'a>,
    /// The span at hand.
    span: Option<BufReader<Box<dyn Read>>>,
    /// The window that is asked for next.
    window: u64,
}

impl<'a, M: JobModel> Replay<'a, M> {
    pub(crate) fn new(model: &'a mut M, division: Division, open: Open<'a>) -> Self {
        Self { model, division, open, span: None, window: 0 }
    }
}

impl<M: JobModel> Separator for Replay<'_, M> {
    type Error = ReplayError;

    fn geometry(&self) -> Geometry {
        self.model.geometry()
    }

    fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, ReplayError> {
        let (window, channels) = (self.window, self.model.geometry().channels);
        let number = window / self.division.span;
        let span = match self.span.take().filter(|_| !window.is_multiple_of(self.division.span)) {
            Some(span) => self.span.insert(span),
            None => self.span.insert(BufReader::new((self.open)(number).map_err(ReplayError::Missing)?)),
        };
        let produced = format::read(span, window, (channels, mix.len() / channels.max(1)), stems)
            .map_err(|damage| ReplayError::Damaged { span: number, damage })?;
        self.window += 1;
        Ok(produced)
    }
}

impl<M: JobModel> JobModel for Replay<'_, M> {
    fn about(&self) -> About {
        self.model.about()
    }

    fn choose(&self, description: &str) -> Result<Choice, String> {
        self.model.choose(description)
    }

    /// None: it does not run.
    fn memory_bytes(&self, _: usize) -> u64 {
        0
    }
}

/// Why there is nothing to give for a window.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("{0}")]
    Missing(JobError),
    #[error("span {span} cannot be used: {damage}")]
    Damaged { span: u64, damage: format::Damage },
}

impl Fault for ReplayError {
    fn kind(&self) -> FaultKind {
        FaultKind::Failed
    }
}
