//! What a worker does: takes tasks, does them with the code of the local job, and says how they stand.

mod keep;

use crate::ledger::{self, Part, change, parse, span_name, span_object, spans_done};
use crate::record::{Record, Standing, Stored, now};
use crate::store::Store;
use crate::submit::plain;
use crate::{Bucket, Delivery, FarmError, FarmErrorKind, JobQueue, Presence};
use keep::Keeper;
use ripieno_separate::span::Division;
use ripieno_separate::{Cancel, ErrorCode, JobError, JobSettings, Observer, Outcome, Session, span};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::Duration;

/// How long a worker waits for a task before it looks around.
const WAIT: Duration = Duration::from_secs(2);

/// How long a worker rests when the queue does not answer.
const REST: Duration = Duration::from_millis(250);

/// The longest a task that failed waits before it is tried again.
const LONGEST_REST: Duration = Duration::from_secs(60);

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

/// What a worker tells, on its own thread.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Told {
    /// It begins a task.
    Begun {
        /// The job.
        id: String,
        /// What of it, for people.
        what: String,
    },
    /// A task is done.
    Done {
        /// The job.
        id: String,
        /// What of it, for people.
        what: String,
    },
    /// A task failed.
    Failed {
        /// The job.
        id: String,
        /// Why.
        message: String,
        /// Whether it is tried again.
        again: bool,
    },
    /// The queue does not answer; it is asked again.
    Trouble(String),
}

/// Takes tasks and does them, one at a time.
#[derive(Debug)]
pub struct Worker<Q, B, R> {
    queue: Q,
    bucket: B,
    runner: R,
    store: Store,
    presence: Presence,
}

/// How a task ended.
enum End {
    /// There was nothing to do any more.
    Nothing,
    /// A whole job is done.
    Whole(Vec<Stored>),
    /// A span of one is.
    Span,
}

impl<Q: JobQueue, B: Bucket, R: Runner> Worker<Q, B, R> {
    /// A worker of this name, which tells it from all others. Models are kept in `models`, for all workers of the machine; all
    /// else in `scratch`, as long as it is needed.
    ///
    /// # Errors
    /// [`FarmErrorKind::Failed`] where the folders cannot be made.
    pub fn new(
        (queue, bucket): (Q, B),
        runner: R,
        name: &str,
        models: &Path,
        scratch: &Path,
    ) -> Result<Self, FarmError> {
        let store = Store::new(models, scratch)?;
        Ok(Self { queue, bucket, runner, store, presence: Presence::new(name) })
    }

    /// Works until somebody asks to stop; then the task at hand goes back to the line. With `until_empty` also when there was
    /// no task for a while. Worker; blocks.
    ///
    /// # Errors
    /// [`FarmError`] that no waiting helps against.
    pub fn work(&mut self, until_empty: bool, stop: &Cancel, tell: &mut dyn FnMut(Told)) -> Result<(), FarmError> {
        let ended = loop {
            if stop.is_requested() {
                break Ok(());
            }
            match self.step(WAIT, stop, tell) {
                Ok(false) if until_empty => break Ok(()),
                Ok(_) => {}
                Err(error) if error.kind == FarmErrorKind::Unreachable => {
                    tell(Told::Trouble(error.message));
                    std::thread::sleep(REST);
                }
                Err(error) => break Err(error),
            }
        };
        let _ = self.presence.leave(&self.queue);
        ended
    }

    /// Takes one task and does it. Whether there was one. Worker; blocks.
    ///
    /// # Errors
    /// [`FarmError`] of the queue itself; a task that fails is told and noted.
    pub fn step(&mut self, wait: Duration, stop: &Cancel, tell: &mut dyn FnMut(Told)) -> Result<bool, FarmError> {
        self.presence.show(&self.queue, None)?;
        let Some(delivery) = self.queue.claim(wait)? else { return Ok(false) };
        let Some((id, round, part)) = parse(&delivery.task).map(|(id, round, part)| (id.to_owned(), round, part))
        else {
            self.queue.settle(&delivery.ticket)?;
            return Ok(true);
        };
        let record = match self.begin(&id, round, part, &delivery) {
            Ok(Some(record)) => record,
            Ok(None) => {
                self.queue.settle(&delivery.ticket)?;
                return Ok(true);
            }
            // One job that nobody can read holds no other up.
            Err(error) if error.kind == FarmErrorKind::Corrupt => {
                self.queue.settle(&delivery.ticket)?;
                tell(Told::Failed { id, message: error.message, again: false });
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let what = described(&record, part);
        tell(Told::Begun { id: id.clone(), what: what.clone() });
        self.presence.show(&self.queue, Some(&what))?;
        match self.carry_out(&record, part, &delivery.ticket, stop) {
            Ok(end) => {
                self.conclude(&record, end)?;
                self.queue.settle(&delivery.ticket)?;
                self.presence.count(part == Part::Whole || part == Part::Join);
                tell(Told::Done { id, what });
            }
            Err(_) if stop.is_requested() => self.give_back(&record, &delivery)?,
            Err(error) => {
                let again = self.fail(&record, &error, &delivery)?;
                tell(Told::Failed { id, message: error.message, again });
            }
        }
        Ok(true)
    }

    /// Notes that work on a job goes on. `None` where there is none left, or where it was tried too often.
    fn begin(
        &self,
        id: &str,
        round: u32,
        part: Part,
        delivery: &Delivery<Q::Ticket>,
    ) -> Result<Option<Record>, FarmError> {
        let changed = change(&self.queue, id, |record| {
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
            record.standing = Standing::Running;
            record.worker = Some(self.presence.name().to_owned());
            record.begun.get_or_insert_with(now);
            if part != Part::Join {
                record.percent = 0.0;
            }
            true
        });
        let Some((record, begun)) = there(changed)? else { return Ok(None) };
        if begun && record.standing == Standing::Failed {
            ledger::remove_outputs(&self.bucket, id, round)?;
        }
        Ok((begun && record.standing == Standing::Running).then_some(record))
    }

    /// Gives a task back because this worker is to stop, which is no try of the job's.
    fn give_back(&self, record: &Record, delivery: &Delivery<Q::Ticket>) -> Result<(), FarmError> {
        there(change(&self.queue, &record.id, |now| {
            let same = now.round == record.round && !now.standing.is_end();
            now.stops = now.stops.saturating_add(u32::from(same));
            same
        }))?;
        self.queue.give_back(&delivery.ticket, Duration::ZERO)
    }

    /// Does a task, while a second thread says that it goes on.
    fn carry_out(&mut self, record: &Record, part: Part, ticket: &Q::Ticket, stop: &Cancel) -> Result<End, FarmError> {
        let Self { queue, bucket, runner, store, presence } = self;
        let cancel = Cancel::default();
        let keeper = Keeper::new(queue, record, part, presence);
        keeper.during(ticket, (stop, &cancel), |watch| {
            let mut job = record.job()?;
            job.audio = store.recording(bucket, &record.input, &cancel)?;
            job.model = store.model(bucket, record, &cancel)?;
            let folder = store.folder()?;
            job.out_dir = Some(folder.path().to_owned());
            let mut listen = |event| watch.hear(event);
            match (part, record.split.map(Division::from)) {
                (Part::Span(number), Some(division)) => {
                    if number >= division.spans() || queue.read(&span_name(&record.id, number))?.is_some() {
                        return Ok(End::Nothing);
                    }
                    let path = folder.path().join("span");
                    let failed = |error: std::io::Error| FarmError::file(&path, &error);
                    let mut out = BufWriter::new(File::create(&path).map_err(failed)?);
                    runner.span(&job, (&division, number), &mut out, &mut listen, &cancel)?;
                    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
                    let bytes = file.metadata().map_err(failed)?.len();
                    let mut file = File::open(&path).map_err(failed)?;
                    bucket.put(&span_object(&record.id, number), bytes, &mut file)?;
                    queue.create(&span_name(&record.id, number), b"{}")?;
                    Ok(End::Span)
                }
                (Part::Join, Some(division)) => {
                    let mut open = |number| -> Result<Box<dyn Read>, JobError> {
                        opened((&*queue, &*bucket), &record.id, number, folder.path())
                    };
                    let outcome = runner.join(&job, &division, &mut open, &mut listen, &cancel)?;
                    Ok(End::Whole(keep_outputs(bucket, record, &outcome, folder.path())?))
                }
                (Part::Whole, None) => {
                    let outcome = runner.whole(&job, &mut listen, &cancel)?;
                    Ok(End::Whole(keep_outputs(bucket, record, &outcome, folder.path())?))
                }
                _ => Ok(End::Nothing),
            }
        })
    }

    /// Notes what was done. Whoever finds that the last span is there has the spans put together.
    fn conclude(&self, record: &Record, end: End) -> Result<(), FarmError> {
        match end {
            End::Nothing | End::Span => {
                let Some(split) = record.split else { return Ok(()) };
                // Forgotten or done meanwhile: nobody else would remove a span that came late.
                let now = ledger::find(&self.queue, &record.id)?;
                if now.is_none_or(|now| now.standing == Standing::Done) {
                    return ledger::remove_spans(&self.queue, &self.bucket, &record.id);
                }
                if spans_done(&self.queue, &record.id)?.len() as u64 >= Division::from(split).spans() {
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
    fn fail(&self, record: &Record, error: &FarmError, delivery: &Delivery<Q::Ticket>) -> Result<bool, FarmError> {
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

fn described(record: &Record, part: Part) -> String {
    let name = &record.input.name;
    match (part, record.split.map(Division::from)) {
        (Part::Span(span), Some(division)) => format!("{name}, span {} of {}", span + 1, division.spans()),
        (Part::Join, _) => format!("{name}, putting its spans together"),
        _ => name.clone(),
    }
}

/// A span on this disk, for as long as it is read. One that is gone or damaged counts as not done, for when the job is tried by
/// hand again.
fn opened(
    (queue, bucket): (&impl JobQueue, &impl Bucket),
    id: &str,
    number: u64,
    folder: &Path,
) -> Result<Box<dyn Read>, JobError> {
    let failed = |message: String| JobError::new(ErrorCode::Failed, message);
    let mut file = tempfile::tempfile_in(folder).map_err(|error| failed(format!("{}: {error}", folder.display())))?;
    bucket.get(&span_object(id, number), &mut file).map_err(|error| {
        if matches!(error.kind, FarmErrorKind::Missing | FarmErrorKind::Corrupt) {
            let _ = queue.remove(&span_name(id, number));
            return failed(format!("span {number} is to be done again, retry the job: {}", error.message));
        }
        failed(error.message)
    })?;
    std::io::Seek::rewind(&mut file).map_err(|error| failed(error.to_string()))?;
    Ok(Box::new(file))
}

/// Brings outputs into the bucket.
fn keep_outputs(
    bucket: &impl Bucket,
    record: &Record,
    outcome: &Outcome,
    folder: &Path,
) -> Result<Vec<Stored>, FarmError> {
    let mut kept = Vec::new();
    for stem in &outcome.stems {
        let failed = |error: std::io::Error| FarmError::file(&stem.path, &error);
        let name = plain(stem.path.strip_prefix(folder).unwrap_or(&stem.path))?;
        let object = ledger::output_object(&record.id, record.round, kept.len());
        let mut file = File::open(&stem.path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        bucket.put(&object, bytes, &mut file)?;
        kept.push(Stored { part: stem.part.clone(), name, object, bytes, sha256: stem.sha256.clone() });
    }
    Ok(kept)
}
