//! How a worker's task stands, on the job's record: begun, given back, done, failed.

use super::{End, Worker};
use crate::ledger::{self, Part, change};
use crate::record::{Record, Standing, now};
use crate::{Bucket, Delivery, FarmError, FarmErrorKind, JobQueue};
use ripieno_separate::ErrorCode;
use ripieno_separate::span::Division;
use std::time::Duration;

/// The longest a task that failed waits before it is tried again.
const LONGEST_REST: Duration = Duration::from_secs(60);

impl<Q: JobQueue, B: Bucket, R> Worker<Q, B, R> {
    /// Notes that work on a job goes on. `None` where there is none left, or where it was tried too often.
    pub(super) fn begin(
        &self,
        id: &str,
        round: u32,
        part: Part,
        delivery: &Delivery<Q::Ticket>,
    ) -> Result<Option<Record>, FarmError> {
        let mut goes_on = false;
        let changed = change(&self.queue, id, |record| {
            goes_on = false;
            if record.standing.is_end() || record.round != round {
                return false;
            }
            if delivery.tries > record.tries_allowed() {
                // Whoever had it never came back to say why.
                let why = "every worker that tried it ended without a word";
                record.error.get_or_insert_with(|| why.to_owned());
                (record.standing, record.ended) = (Standing::Failed, Some(now()));
                return true;
            }
            goes_on = true;
            let is_span = matches!(part, Part::Span(_));
            // The first of many spans has said so for all: no write of each, for which they would race.
            if is_span && record.standing == Standing::Running {
                return false;
            }
            record.standing = Standing::Running;
            record.worker = (!is_span).then(|| self.presence.name().to_owned());
            record.begun.get_or_insert_with(now);
            if part != Part::Join {
                record.percent = 0.0;
            }
            true
        });
        let Some((record, changed)) = there(changed)? else { return Ok(None) };
        if changed && !goes_on {
            ledger::remove_outputs(&self.bucket, id, round)?;
        }
        Ok(goes_on.then_some(record))
    }

    /// Gives a task back because this worker is to stop, which is no try of the job's.
    pub(super) fn give_back(&self, record: &Record, delivery: &Delivery<Q::Ticket>) -> Result<(), FarmError> {
        there(change(&self.queue, &record.id, |now| {
            let same = now.round == record.round && !now.standing.is_end();
            now.stops = now.stops.saturating_add(u32::from(same));
            same
        }))?;
        self.queue.give_back(&delivery.ticket, Duration::ZERO)
    }

    /// Notes what was done. Whoever finds that the last span is there has the spans put together.
    pub(super) fn conclude(&self, record: &Record, end: End) -> Result<(), FarmError> {
        match end {
            End::Nothing | End::Span => {
                let Some(split) = record.split else { return Ok(()) };
                // Forgotten or done meanwhile: nobody else would remove a span that came late.
                let now = ledger::find(&self.queue, &record.id)?;
                if now.is_none_or(|now| now.standing == Standing::Done) {
                    return ledger::remove_spans(&self.queue, &self.bucket, &record.id);
                }
                if ledger::count_spans(&self.queue, &record.id)? >= Division::from(split).spans() {
                    self.queue.push(&ledger::task(&record.id, record.round, Part::Join))?;
                }
                Ok(())
            }
            End::Whole(outputs) => {
                let changed = change(&self.queue, &record.id, |record| {
                    if record.standing.is_end() {
                        return false;
                    }
                    (record.standing, record.ended, record.percent) = (Standing::Done, Some(now()), 100.0);
                    (record.outputs, record.error) = (outputs.clone(), None);
                    true
                });
                let now = there(changed)?.map(|(now, _)| now);
                self.leave_no_outputs(record, now.as_ref())?;
                if record.split.is_some() {
                    ledger::remove_spans(&self.queue, &self.bucket, &record.id)?;
                }
                Ok(())
            }
        }
    }

    /// Removes what this round stored, unless it is what the job came to: nobody would fetch it.
    fn leave_no_outputs(&self, record: &Record, now: Option<&Record>) -> Result<(), FarmError> {
        let first = ledger::output_object(&record.id, record.round, 0);
        let wanted = |now: &Record| now.outputs.iter().any(|output| output.object == first);
        if now.is_some_and(wanted) {
            return Ok(());
        }
        ledger::remove_outputs(&self.bucket, &record.id, record.round)
    }

    /// Notes why a task failed, and gives it back, or gives it up. Whether it is tried again.
    pub(super) fn fail(
        &self,
        record: &Record,
        error: &FarmError,
        delivery: &Delivery<Q::Ticket>,
    ) -> Result<bool, FarmError> {
        let mut hopeful = false;
        let changed = change(&self.queue, &record.id, |now| {
            // Put in line anew, it is no longer this task's.
            if now.standing.is_end() || now.round != record.round {
                return false;
            }
            hopeful = delivery.tries < now.tries_allowed() && may_pass(error);
            now.error = Some(error.message.clone());
            if !hopeful {
                (now.standing, now.ended) = (Standing::Failed, Some(crate::record::now()));
            }
            true
        });
        let known = there(changed)?;
        let again = hopeful && known.as_ref().is_some_and(|(_, noted)| *noted);
        if !again {
            self.leave_no_outputs(record, known.as_ref().map(|(now, _)| now))?;
        }
        if again {
            let rest = Duration::from_secs(1 << delivery.tries.min(6)) / 2;
            self.queue.give_back(&delivery.ticket, rest.min(LONGEST_REST))?;
        } else {
            self.queue.settle(&delivery.ticket)?;
        }
        Ok(again)
    }
}

/// What came of a change; `None` for a job that is there no more.
fn there<T>(changed: Result<T, FarmError>) -> Result<Option<T>, FarmError> {
    match changed {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind == FarmErrorKind::Missing => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether another try, here or elsewhere, may end otherwise. What a recording or a wish lacks, it lacks everywhere.
fn may_pass(error: &FarmError) -> bool {
    match &error.job {
        Some(job) => !matches!(job.code(), ErrorCode::BadInput | ErrorCode::BadSettings),
        None => error.may_pass(),
    }
}
