//! An action on its way: handed in, accepted or refused, ended exactly once.

use crate::action::{Action, Kind, Phase};
use crate::backends::Fault;
use crate::problem::Problem;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// An action to carry out now.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What to do.
    pub action: Action,
    /// The control's value, 0..=65535; 0 when it is let go.
    pub value: u16,
    /// What the control did.
    pub phase: Phase,
    /// Which control, for the log: *pad A 3*. Jobs of one control are carried out one after another.
    pub who: String,
}

/// Names a job that was accepted. Never used twice by one runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct JobId(pub u64);

/// Why a job was not accepted. Nothing was done, and there will be no [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The user has not allowed it.
    #[error("{kind} is not allowed on this computer; to allow it, write allow = {} under [actions] in studio.toml", list(.kind, .allowed))]
    NotAllowed {
        /// What is missing.
        kind: Kind,
        /// What is allowed now.
        allowed: BTreeSet<Kind>,
    },
    /// It can never be carried out as it is written.
    #[error(transparent)]
    Wrong(#[from] Problem),
    /// It does nothing in this phase: see [`Action::answers`].
    #[error("{kind} does nothing on {phase:?}")]
    Unanswered {
        /// Of which kind.
        kind: Kind,
        /// In which phase.
        phase: Phase,
    },
    /// As many jobs wait as may.
    #[error("{waiting} actions are waiting already; {kind} was dropped")]
    Full {
        /// What was dropped.
        kind: Kind,
        /// How many wait.
        waiting: usize,
    },
    /// The runner is stopping.
    #[error("actions are being shut down")]
    Closed,
}

fn list(kind: &Kind, allowed: &BTreeSet<Kind>) -> String {
    let mut all = allowed.clone();
    all.insert(*kind);
    let names: Vec<_> = all.iter().map(|kind| format!("\"{kind}\"")).collect();
    format!("[{}]", names.join(", "))
}

/// How a job ended. Every job that was accepted has exactly one.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Which job.
    pub id: JobId,
    /// Of which kind.
    pub kind: Kind,
    /// Which control.
    pub who: String,
    /// What came of it.
    pub end: End,
    /// From when it was handed in until it ended; of a program that runs on, until it was let go.
    pub took: Duration,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum End {
    /// It was done.
    Done {
        /// A few words for the log.
        detail: String,
    },
    /// It was tried.
    Failed {
        /// Why it did not work.
        error: String,
    },
    /// It was not tried: another application was in front.
    Refused {
        /// Why.
        why: String,
    },
    /// Somebody stopped it.
    Cancelled,
}

impl From<Result<String, Fault>> for End {
    fn from(result: Result<String, Fault>) -> Self {
        match result {
            Ok(detail) => Self::Done { detail },
            Err(Fault::Failed(error)) => Self::Failed { error },
            Err(Fault::Skipped(why)) => Self::Refused { why },
            Err(Fault::Cancelled) => Self::Cancelled,
        }
    }
}

/// The right to tell a job's outcome, which is used up by that.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub id: JobId,
    pub kind: Kind,
    pub who: String,
    pub since: Instant,
    pub outcomes: Sender<Outcome>,
}

impl Ticket {
    pub fn end(self, end: End) {
        let Self { id, kind, who, since, outcomes } = self;
        // Whoever dropped the other end does not want to know.
        let _ = outcomes.send(Outcome { id, kind, who, end, took: since.elapsed() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_write() {
        let refused = Refused::NotAllowed { kind: Kind::Launch, allowed: BTreeSet::new() };
        assert_eq!(
            refused.to_string(),
            "launch is not allowed on this computer; to allow it, write allow = [\"launch\"] under [actions] in studio.toml"
        );
        let refused = Refused::NotAllowed { kind: Kind::MidiOut, allowed: BTreeSet::from([Kind::Obs, Kind::Scroll]) };
        assert!(refused.to_string().contains("allow = [\"scroll\", \"midi_out\", \"obs\"]"), "{refused}");
    }
}
