//! Carries actions out off the MIDI path, each with one outcome.

use crate::backends::Backends;
use crate::config::Config;
use crate::job::{End, Job, JobId, Outcome, Refused};
use crate::nursery::{Charge, Word, watch};
use crate::perform::{Performed, Quick, Slow, Worker};
use crate::queue::{Accepted, Cancelling, Lane, PROGRAMS, Queue};
use crate::threads::Threads;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Workers for what waits for others.
const SLOW: usize = 4;

/// What dropping the runner may take.
const BOUND: Duration = Duration::from_secs(2);

/// Carries out what the user allows. Jobs wait in lanes: what takes milliseconds, what waits for others, programs,
/// OBS.
///
/// Dropping it cancels what waits and runs, and waits two seconds at most: a job that hears no request to stop tells its
/// outcome whenever it ends. Programs that were started run on.
///
/// ```
/// use ripieno_actions::{Action, Backends, Config, End, Job, Keystroke, Kind, Phase, Runner};
///
/// let (backends, record) = Backends::recording();
/// let (runner, outcomes) = Runner::start(Config::allowing([Kind::Keystroke]), backends)?;
/// let keys = Keystroke { keys: "ctrl+s".into(), process: None };
/// let job = Job { action: Action::Keystroke(keys), value: 65_535, phase: Phase::On, who: "pad A 1".into() };
/// let id = runner.submit(job)?;
/// let outcome = outcomes.recv()?;
/// assert_eq!((outcome.id, outcome.end), (id, End::Done { detail: "ctrl+s".into() }));
/// assert_eq!(record.lines(), ["press ctrl", "press s", "release s", "release ctrl"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Runner {
    shared: Arc<Shared>,
    words: Sender<Word>,
    outcomes: Sender<Outcome>,
    workers: Option<Threads>,
}

struct Shared {
    queue: Queue,
    config: Mutex<Arc<Config>>,
}

impl Shared {
    fn config(&self) -> Arc<Config> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Runner {
    /// Starts the workers. Take the outcomes regularly: they are kept until then. Control.
    ///
    /// # Errors
    /// The system has no threads left.
    pub fn start(config: Config, backends: Backends) -> std::io::Result<(Self, Receiver<Outcome>)> {
        let shared = Arc::new(Shared { queue: Queue::default(), config: Mutex::new(Arc::new(config)) });
        let (outcomes, told) = channel();
        let (words, heard) = channel();
        let keeper = shared.clone();
        // Not among the workers: it outlives the runner as long as programs do, so that none becomes a zombie.
        std::thread::Builder::new()
            .name("actions-nursery".to_owned())
            .spawn(move || watch(&heard, |ticket| keeper.queue.dismiss(ticket.id)))?;
        let mut runner = Self { shared, words, outcomes, workers: Some(Threads::new(BOUND)) };
        let Backends { keys, front, programs, http, osc, midi, volume, obs } = backends;
        let places = HashMap::new();
        runner.work(Lane::Quick, Quick { keys, front, midi, volume, osc: osc.clone(), places })?;
        let slow = Slow { http, osc };
        for _ in 0..SLOW {
            runner.work(Lane::Slow, slow.clone())?;
        }
        runner.work(Lane::Programs, programs)?;
        runner.work(Lane::Obs, obs)?;
        Ok((runner, told))
    }

    fn work(&mut self, lane: Lane, worker: impl Worker + 'static) -> std::io::Result<()> {
        let (shared, words) = (self.shared.clone(), self.words.clone());
        let workers = self.workers.get_or_insert_with(|| Threads::new(BOUND));
        workers.start(&format!("actions-{lane:?}").to_lowercase(), move || work(lane, worker, &shared, &words))
    }

    /// Hands a job in. Control; never waits for one. A knob's value that still waits is replaced by a newer one of the
    /// same control and action, under the same name.
    ///
    /// # Errors
    /// [`Refused`] says why, and what to write where; there will be no outcome.
    pub fn submit(&self, job: Job) -> Result<JobId, Refused> {
        let (kind, phase) = (job.action.kind(), job.phase);
        if !job.action.answers(phase) {
            return Err(Refused::Unanswered { kind, phase });
        }
        let config = self.shared.config();
        if !config.allow.contains(&kind) {
            return Err(Refused::NotAllowed { kind, allowed: config.allow.clone() });
        }
        job.action.check()?;
        self.shared.queue.push(Lane::of(&job.action, &config), job, &self.outcomes)
    }

    /// Stops a job that waits, or that waits for others: its outcome is then [`End::Cancelled`]. A program is asked to
    /// end, and made to after a second. False when it is too late. Control; does not wait for the outcome.
    pub fn cancel(&self, id: JobId) -> bool {
        match self.shared.queue.cancel(id) {
            Cancelling::Waited(ticket) => ticket.end(End::Cancelled),
            Cancelling::Runs(cancel) => cancel.cancel(),
            Cancelling::TooLate => return false,
        }
        true
    }

    /// Replaces what is allowed and where others listen, from the next job on. Control.
    pub fn configure(&self, config: Config) {
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let (waited, runs) = self.shared.queue.close();
        for ticket in waited {
            ticket.end(End::Cancelled);
        }
        for cancel in runs {
            cancel.cancel();
        }
        // Joins the workers, so that no program is handed over after the nursery has let go.
        self.workers = None;
        let (done, let_go) = channel();
        if self.words.send(Word::LetGo(done)).is_ok() {
            // A nursery that does not answer within the bound is left to itself, as a worker is.
            let _ = let_go.recv_timeout(BOUND);
        }
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("config", &self.shared.config()).finish_non_exhaustive()
    }
}

fn work(lane: Lane, mut worker: impl Worker, shared: &Shared, words: &Sender<Word>) {
    while let Some(Accepted { ticket, job, cancel }) = shared.queue.take(lane) {
        if lane == Lane::Programs && !shared.queue.admit(ticket.id, &cancel) {
            shared.queue.leave(lane, ticket.id);
            ticket.end(End::Failed { error: format!("{PROGRAMS} programs are running already") });
            continue;
        }
        let config = shared.config();
        // A library that panics costs its job, not the worker.
        let performed = catch_unwind(AssertUnwindSafe(|| worker.perform(&job, &config, &cancel)));
        shared.queue.leave(lane, ticket.id);
        let end = match performed {
            Ok(Performed::Started(program)) => {
                // The nursery hears as long as this sender lives.
                let _ = words.send(Word::Started(Charge { ticket, cancel, program }));
                continue;
            }
            Ok(Performed::Ended(result)) => End::from(result),
            Err(_) => End::Failed { error: format!("{} broke off by a fault of its own", ticket.kind) },
        };
        shared.queue.dismiss(ticket.id);
        ticket.end(end);
    }
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
