//! How the farm stands: counts, what runs, what failed, how fast it goes and how long it will take. Its memory does not grow
//! with the number of jobs.

use crate::ledger::{self, SPANS};
use crate::presence::{Sign, workers};
use crate::record::{Record, Standing, now};
use crate::{FarmError, JobQueue};
use ripieno_separate::span::Division;
use serde::Serialize;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Jobs of a kind that are shown; of more only the number is known.
pub const MOST_SHOWN: usize = 50;

/// Speed is that of the last while, in seconds.
const LATELY_SECS: f64 = 600.0;

/// How the farm stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Status {
    /// Jobs in line.
    pub queued: u64,
    /// Jobs at work.
    pub running: u64,
    /// Jobs whose outputs wait to be fetched, or were.
    pub done: u64,
    /// Jobs on the dead-letter list.
    pub failed: u64,
    /// Jobs that were taken out.
    pub cancelled: u64,
    /// Records that cannot be read.
    pub damaged: u64,
    /// Seconds of recordings that are done.
    pub seconds_done: f64,
    /// Seconds of recordings that are to be done.
    pub seconds_left: f64,
    /// Percent of all that was asked for and not taken out, by length.
    pub percent: f64,
    /// Seconds of recordings that are done in a second, lately.
    pub speed: Option<f64>,
    /// Seconds until all is done, at that speed.
    pub eta_secs: Option<f64>,
    /// Some of those at work.
    pub at_work: Vec<Work>,
    /// Some of those on the dead-letter list.
    pub dead: Vec<Dead>,
    /// Who works.
    pub workers: Vec<Sign>,
}

/// A job at work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Work {
    /// The job.
    pub id: String,
    /// Its recording.
    pub name: String,
    /// Percent that is done.
    pub percent: f64,
    /// Spans that are done, and all of them, where it is divided.
    pub spans: Option<(u64, u64)>,
    /// Who works on it, or did last.
    pub worker: Option<String>,
    /// What went wrong when it was tried before.
    pub error: Option<String>,
}

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dead {
    /// The job.
    pub id: String,
    /// Its recording.
    pub name: String,
    /// Why.
    pub error: String,
}

/// Of putting spans together, the share of the whole.
const JOIN_SHARE: f64 = 0.05;

/// Looks at all of it. Worker; blocks.
///
/// # Errors
/// [`FarmError`] by kind.
pub fn status(queue: &impl JobQueue) -> Result<Status, FarmError> {
    let mut spans: HashMap<String, u64> = HashMap::new();
    queue.scan(SPANS, &mut |name, _| {
        // Only jobs that are at work have some.
        if let Some(id) = name.split('.').nth(1) {
            *spans.entry(id.to_owned()).or_default() += 1;
        }
        ControlFlow::Continue(())
    })?;
    let mut fold = Fold { now: now(), ..Fold::default() };
    fold.status.damaged = ledger::each(queue, |record| fold.take(&record, &spans))?;
    fold.status.workers = workers(queue)?;
    Ok(fold.finish())
}

#[derive(Default)]
struct Fold {
    now: f64,
    status: Status,
    /// Seconds that count as done, of jobs that are not.
    part_done: f64,
    lately: f64,
    /// When the first of what was done lately was begun.
    since: Option<f64>,
}

impl Fold {
    fn take(&mut self, record: &Record, spans: &HashMap<String, u64>) {
        let status = &mut self.status;
        // One that does not say how long it is counts as something.
        let seconds = if record.seconds > 0.0 { record.seconds } else { 1.0 };
        match record.standing {
            Standing::Queued => {
                status.queued += 1;
                status.seconds_left += seconds;
            }
            Standing::Running => {
                status.running += 1;
                let all = record.split.map(|split| Division::from(split).spans());
                let of = all.map(|all| (spans.get(&record.id).copied().unwrap_or(0).min(all), all));
                let percent = percent(record.percent, of);
                self.part_done += seconds * percent / 100.0;
                status.seconds_left += seconds * (1.0 - percent / 100.0);
                if status.at_work.len() < MOST_SHOWN {
                    status.at_work.push(Work {
                        id: record.id.clone(),
                        name: record.input.name.clone(),
                        percent,
                        spans: of,
                        worker: record.worker.clone(),
                        error: record.error.clone(),
                    });
                }
            }
            Standing::Done => {
                status.done += 1;
                status.seconds_done += seconds;
                if let (Some(begun), Some(ended)) = (record.begun, record.ended)
                    && self.now - ended < LATELY_SECS
                {
                    self.lately += seconds;
                    self.since = Some(self.since.map_or(begun, |since| since.min(begun)));
                }
            }
            Standing::Failed => {
                status.failed += 1;
                if status.dead.len() < MOST_SHOWN {
                    let error = record.error.clone().unwrap_or_default();
                    status.dead.push(Dead { id: record.id.clone(), name: record.input.name.clone(), error });
                }
            }
            Standing::Cancelled => status.cancelled += 1,
        }
    }

    fn finish(self) -> Status {
        let mut status = self.status;
        let done = status.seconds_done + self.part_done;
        let all = status.seconds_done + self.part_done + status.seconds_left;
        status.percent = if all > 0.0 { 100.0 * done / all } else { 100.0 };
        status.speed = self.since.map(|since| self.lately / (self.now - since.max(self.now - LATELY_SECS)).max(0.1));
        let speed = status.speed.filter(|speed| *speed > 0.0 && !status.workers.is_empty());
        status.eta_secs = match status.queued + status.running {
            0 => None,
            _ => speed.map(|speed| status.seconds_left / speed),
        };
        status
    }
}

/// Percent of a job, of which spans may be done.
fn percent(own: f64, spans: Option<(u64, u64)>) -> f64 {
    match spans {
        None => own,
        Some((done, all)) if done >= all => 100.0 * (1.0 - JOIN_SHARE) + own * JOIN_SHARE,
        Some((done, all)) => 100.0 * (1.0 - JOIN_SHARE) * done as f64 / all as f64,
    }
}
