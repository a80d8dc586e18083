//! The child's side: jobs in, one after the other, and lines out.

use super::line::{Line as Text, Lines, MAX_LINE};
use super::message::{JobId, Line, Said};
use super::order::{self, Order, Refused};
use super::outbox::Outbox;
use super::{CANCEL_GRACE, HEARTBEAT, channel};
use crate::{Cancel, ErrorCode, Event, JobError, JobSettings, Observer, Outcome};
use std::collections::VecDeque;
use std::io::{BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Jobs that may wait for the present one.
const MOST_WAITING: usize = 64;
/// How often the watch looks.
const TICK: Duration = Duration::from_millis(50);
/// How long the last lines wait for a reader that takes its time.
const LAST_LINES: Duration = Duration::from_secs(30);
/// The same when the process must end soon.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Where jobs come from, and when serving ends.
#[derive(Debug)]
pub struct Serving {
    /// A file with one job as JSON: it is done, and the input only asks to stop it. `None`: jobs come through the input.
    pub config: Option<PathBuf>,
    /// The input's end means: stop now. Without it, only: no more jobs.
    pub lifeline: bool,
    /// A wish from elsewhere, such as a signal, to stop everything and end.
    pub stop: Cancel,
    /// The program's version, for the first line.
    pub version: &'static str,
    /// Ends the process with this exit code, from any thread, when a job does not obey a wish to stop.
    pub end_process: fn(u8),
}

/// What does the jobs: [`Session::run`](crate::Session::run) and what stands in for it.
pub trait Work {
    /// Does one.
    ///
    /// # Errors
    /// Why there are no outputs.
    fn run(
        &mut self,
        settings: &JobSettings,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError>;
}

impl Work for crate::Session {
    fn run(
        &mut self,
        settings: &JobSettings,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        Self::run(self, settings, observer, cancel)
    }
}

/// Speaks the protocol until there are no more jobs, or until it is told to stop; says whether every job that came
/// succeeded and was told so.
/// Each job ends in exactly one `result` or `fail`. `work` makes what does the jobs, at the start and after a panic.
/// Worker; blocks.
pub fn serve<W: Work>(
    serving: Serving,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    mut work: impl FnMut() -> W,
) -> bool {
    let desk = Arc::new(Desk::new(&serving));
    let writer = desk.clone();
    thread::spawn(move || writer.outbox.write_to(output));
    desk.outbox.say(Line::of(Said::hello(serving.version)));
    if let Some(config) = &serving.config {
        match order::read_file(config) {
            Ok(Order::Run { id, settings }) => desk.enqueue(id, *settings),
            Ok(Order::Cancel(id)) => {
                let message = "cancel: a configuration is a job, there is none to stop";
                desk.refuse(Refused { id, error: JobError::new(ErrorCode::BadSettings, message) });
            }
            Err(refused) => desk.refuse(refused),
        }
        desk.lock().no_more = true;
    }
    let intake = desk.clone();
    thread::spawn(move || intake.take_in(input));
    let watch = desk.clone();
    thread::spawn(move || watch.watch());

    let mut worker = work();
    while let Some((settings, cancel)) = desk.next() {
        let mut observer = |event: Event| desk.tell(event);
        let run = catch_unwind(AssertUnwindSafe(|| worker.run(&settings, &mut observer, &cancel)));
        let end = run.unwrap_or_else(|panic| {
            worker = work();
            Err(JobError::new(ErrorCode::Failed, format!("the job panicked, which is a defect: {}", words(&*panic))))
        });
        desk.conclude(&mut desk.lock(), end);
    }
    let heard = desk.outbox.flush(if desk.lock().stopping { LAST_WORDS } else { LAST_LINES });
    desk.outbox.close();
    let state = desk.lock();
    heard && !state.failed
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".into())
}

/// A job that waits.
#[derive(Debug)]
struct Job {
    id: Option<JobId>,
    settings: JobSettings,
}

/// The job that runs.
#[derive(Debug)]
struct Open {
    id: Option<JobId>,
    cancel: Cancel,
    cancelled: Option<Instant>,
}

/// What all threads of a worker share.
#[derive(Debug)]
struct Desk {
    outbox: Outbox,
    state: Mutex<State>,
    changed: Condvar,
    one_job: bool,
    lifeline: bool,
    stop: Cancel,
    end_process: fn(u8),
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    open: Option<Open>,
    no_more: bool,
    stopping: bool,
    failed: bool,
}

impl Desk {
    fn new(serving: &Serving) -> Self {
        Self {
            outbox: Outbox::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
            one_job: serving.config.is_some(),
            lifeline: serving.lifeline,
            stop: serving.stop.clone(),
            end_process: serving.end_process,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads orders until the input ends.
    fn take_in(&self, input: impl Read) {
        let mut lines = Lines::new(BufReader::new(input), MAX_LINE);
        loop {
            self.outbox.make_room();
            let refused = match lines.next() {
                Ok(Some(Text::Whole(line))) => match Order::read(&line) {
                    Ok(Order::Cancel(id)) => {
                        self.cancel(&mut self.lock(), id.as_ref());
                        continue;
                    }
                    Ok(Order::Run { id, settings }) if !self.one_job => {
                        self.enqueue(id, *settings);
                        continue;
                    }
                    Ok(Order::Run { id, .. }) => {
                        Refused::new(id, "this worker has its one job; start it with --config - for more")
                    }
                    Err(refused) => refused,
                },
                Ok(Some(Text::TooLong)) => {
                    Refused::new(None, format!("a line has more than {MAX_LINE} bytes; it was skipped"))
                }
                Ok(None) | Err(_) => break,
            };
            self.refuse(refused);
        }
        if self.lifeline {
            self.stop.request();
        }
        self.lock().no_more = true;
        self.changed.notify_all();
    }

    fn enqueue(&self, id: Option<JobId>, settings: JobSettings) {
        let mut state = self.lock();
        if state.waiting.len() >= MOST_WAITING {
            drop(state);
            self.refuse(Refused::new(id, format!("{MOST_WAITING} jobs wait already; send more when one is over")));
            return;
        }
        state.waiting.push_back(Job { id, settings });
        self.changed.notify_all();
    }

    fn refuse(&self, Refused { id, error }: Refused) {
        self.lock().failed = true;
        self.outbox.say(Line { said: Said::fail(&error), job: id });
    }

    /// Stops a job, or all that there are.
    fn cancel(&self, state: &mut State, id: Option<&JobId>) {
        let meant = |job: &Option<JobId>| id.is_none() || job.as_ref() == id;
        if let Some(open) = state.open.as_mut().filter(|open| meant(&open.id)) {
            open.cancel.request();
            open.cancelled.get_or_insert_with(Instant::now);
        }
        let (over, waiting) = state.waiting.drain(..).partition(|job| meant(&job.id));
        state.waiting = waiting;
        state.failed |= !over.is_empty();
        for Job { id, .. } in over {
            let error = JobError::new(ErrorCode::Cancelled, "cancelled before it began");
            self.outbox.say(Line { said: Said::fail(&error), job: id });
        }
    }

    /// The next job; `None` when there are no more.
    fn next(&self) -> Option<(JobSettings, Cancel)> {
        let mut state = self.lock();
        loop {
            if state.stopping {
                return None;
            }
            if let Some(Job { id, settings }) = state.waiting.pop_front() {
                let cancel = Cancel::default();
                state.open = Some(Open { id, cancel: cancel.clone(), cancelled: None });
                return Some((settings, cancel));
            }
            if state.no_more {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Passes on what the present job tells; nothing after its end.
    fn tell(&self, event: Event) {
        let state = self.lock();
        let Some(open) = &state.open else { return };
        self.outbox.say(Line { said: Said::event(event), job: open.id.clone() });
    }

    /// Says how the present job ended. Whoever comes second finds none.
    fn conclude(&self, state: &mut State, end: Result<Outcome, JobError>) {
        let Some(Open { id, .. }) = state.open.take() else { return };
        state.failed |= end.is_err();
        let said = end.map_or_else(|error| Said::fail(&error), |outcome| Said::result(&outcome));
        self.outbox.say(Line { said, job: id });
    }

    /// Sends heartbeats, passes wishes to stop on, and ends the process when a job does not hear.
    fn watch(&self) {
        let mut beat = Instant::now();
        loop {
            thread::sleep(TICK);
            let mut state = self.lock();
            if self.stop.is_requested() || self.outbox.is_broken() {
                state.stopping = true;
                self.cancel(&mut state, None);
                self.changed.notify_all();
            }
            let Some(open) = &state.open else { continue };
            if open.cancelled.is_some_and(|asked| asked.elapsed() >= CANCEL_GRACE) {
                // The job is in a call that nobody can interrupt.
                state.stopping = true;
                self.cancel(&mut state, None);
                self.conclude(&mut state, Err(JobError::new(ErrorCode::Cancelled, super::STOPPED)));
                drop(state);
                self.outbox.flush(LAST_WORDS);
                (self.end_process)(1);
                return;
            }
            if beat.elapsed() >= HEARTBEAT {
                beat = Instant::now();
                let said = Said::heartbeat(channel::resident_bytes());
                self.outbox.say(Line { said, job: open.id.clone() });
            }
        }
    }
}

impl Refused {
    fn new(id: Option<JobId>, message: impl Into<String>) -> Self {
        Self { id, error: JobError::new(ErrorCode::BadSettings, message) }
    }
}

#[cfg(test)]
mod tests;
