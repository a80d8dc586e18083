//! What a worker does: takes tasks, does them with the code of the local job, and says how they stand.

mod keep;
mod standing;

use crate::ledger::{self, Part, parse, span_name, span_object};
use crate::record::{Record, Stored};
use crate::store::Store;
use crate::submit::plain;
use crate::{Bucket, FarmError, FarmErrorKind, JobQueue, Presence, Runner};
use keep::Keeper;
use ripieno_separate::span::Division;
use ripieno_separate::{Cancel, ErrorCode, JobError, Outcome};
use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::Path;
use std::time::Duration;

/// How long a worker waits for a task before it looks around.
const WAIT: Duration = Duration::from_secs(2);

/// How long a worker rests when the queue does not answer.
const REST: Duration = Duration::from_millis(250);

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
                    // Done already where an answer was lost, or a submission that broke off was made again. What is stored
                    // over may be read just then.
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
