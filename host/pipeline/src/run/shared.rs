//! What a running pipeline's threads share: its plan, its course, and the watch over both.

use super::board::{Board, Level};
use super::cell::lock;
use super::error::{Failed, Failure, RunError, Why};
use super::plan::Plan;
use super::summary::Summary;
use crate::kind::Registry;
use crate::metrics::{Sampler, State};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A running pipeline.
#[derive(Debug)]
pub(crate) struct Shared {
    pub name: String,
    pub registry: Registry,
    pub started: Instant,
    /// Of what was compiled, for processes that are started to be one of its tasks.
    pub hash: u64,
    pub board: Board,
    pub plan: Mutex<Plan>,
    pub sampler: Mutex<Sampler>,
    /// One reload at a time.
    pub reload: Mutex<()>,
    course: Mutex<Course>,
    changed: Condvar,
}

/// How far it has come.
#[derive(Debug, Default)]
struct Course {
    /// Grows with every piece of news.
    news: u64,
    /// When all waits are ended, once it was asked to stop.
    deadline: Option<Instant>,
    failures: Vec<Failure>,
    finished: Option<Summary>,
}

/// Between two looks at the figures, while there is no news.
const TICK: Duration = Duration::from_secs(1);

/// After the waits were ended, until processes are killed.
const KILL_AFTER: Duration = Duration::from_millis(500);

/// After the waits were ended, until a thread that does not end is left to itself.
const ABANDON_AFTER: Duration = Duration::from_secs(5);

impl Shared {
    pub fn new(name: String, registry: Registry, hash: u64, board: Board, plan: Plan) -> Self {
        Self {
            name,
            registry,
            started: Instant::now(),
            hash,
            board,
            plan: Mutex::new(plan),
            sampler: Mutex::default(),
            reload: Mutex::new(()),
            course: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// A task has ended; `failure` if the pipeline stops for it.
    pub fn task_ended(&self, failure: Option<Failure>) {
        let mut course = lock(&self.course);
        if failure.is_some() {
            course.deadline.get_or_insert_with(|| Instant::now() + super::Running::STOP_BOUND);
        }
        course.failures.extend(failure);
        self.tell(course);
        self.board.ring();
    }

    /// Asks it to stop; an earlier bound stays.
    pub fn stop_within(&self, bound: Duration) {
        let mut course = lock(&self.course);
        let deadline = Instant::now() + bound;
        course.deadline = Some(course.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        self.tell(course);
    }

    /// Lets the watch look again.
    pub fn look_again(&self) {
        self.tell(lock(&self.course));
    }

    fn tell(&self, mut course: std::sync::MutexGuard<'_, Course>) {
        course.news += 1;
        drop(course);
        self.changed.notify_all();
    }

    pub fn state(&self) -> State {
        let course = lock(&self.course);
        match (&course.finished, course.deadline) {
            _ if !course.failures.is_empty() => State::Failed,
            (Some(_), _) => State::Ended,
            (None, Some(_)) => State::Stopping,
            (None, None) => State::Running,
        }
    }

    pub fn is_ending(&self) -> bool {
        let course = lock(&self.course);
        course.deadline.is_some() || course.finished.is_some()
    }

    pub fn is_finished(&self) -> bool {
        lock(&self.course).finished.is_some()
    }

    /// The first failure so far.
    pub fn first_failure(&self) -> Option<Failure> {
        lock(&self.course).failures.first().cloned()
    }

    /// Waits for the end, at most until `until`.
    pub fn wait_until(&self, until: Option<Instant>) -> Option<Result<Summary, RunError>> {
        let mut course = lock(&self.course);
        loop {
            if let Some(summary) = &course.finished {
                let (summary, failures) = (summary.clone(), course.failures.clone());
                let failed = |summary| Failed { failures, summary: Box::new(summary) };
                let is_ok = course.failures.is_empty();
                return Some(if is_ok { Ok(summary) } else { Err(failed(summary).into()) });
            }
            course = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.changed.wait(course).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return None,
                Some(left) => self.changed.wait_timeout(course, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    /// The watch: ends what has to end, takes figures, and returns when all tasks are over.
    pub fn watch(&self) {
        let (mut seen, mut level) = (0, Level::Run);
        let mut sampled = Instant::now();
        loop {
            let (news, deadline) = self.wait_for_news(seen, sampled + TICK);
            seen = news;
            let now = Instant::now();
            if now >= sampled + TICK {
                sampled = now;
                self.sample();
            }
            let plan = lock(&self.plan);
            if plan.is_over() {
                drop(plan);
                return self.finish();
            }
            if level == Level::Run && (deadline.is_some() || plan.is_idle()) {
                level = Level::Stopping;
                self.board.raise(level);
                plan.wake();
                if deadline.is_none() {
                    drop(plan);
                    self.stop_within(super::Running::STOP_BOUND);
                    continue;
                }
            }
            let Some(deadline) = deadline else { continue };
            if level == Level::Stopping && now >= deadline {
                level = Level::Stopped;
                self.board.raise(level);
                plan.stop();
            }
            if level == Level::Stopped && now >= deadline + KILL_AFTER {
                plan.kill();
            }
            if level == Level::Stopped && now >= deadline + ABANDON_AFTER {
                let stuck = plan.stuck();
                drop(plan);
                let stuck = stuck.into_iter().map(|task| Failure { task, why: Why::Stuck });
                lock(&self.course).failures.extend(stuck);
                return self.finish();
            }
        }
    }

    /// Waits until there is news, a step of stopping is due, or `tick`.
    fn wait_for_news(&self, seen: u64, tick: Instant) -> (u64, Option<Instant>) {
        let mut course = lock(&self.course);
        loop {
            let now = Instant::now();
            let steps = |deadline: Instant| [deadline, deadline + KILL_AFTER, deadline + ABANDON_AFTER];
            let due = course.deadline.into_iter().flat_map(steps).find(|step| *step > now);
            let until = due.map_or(tick, |due| due.min(tick));
            if course.news != seen || until <= now {
                return (course.news, course.deadline);
            }
            let waited = self.changed.wait_timeout(course, until - now).unwrap_or_else(PoisonError::into_inner);
            course = waited.0;
            if waited.1.timed_out() {
                return (course.news, course.deadline);
            }
        }
    }

    fn finish(&self) {
        let handles = lock(&self.plan).take_handles();
        handles.into_iter().for_each(|handle| drop(handle.join()));
        let summary = self.summary();
        let mut course = lock(&self.course);
        course.finished = Some(summary);
        self.tell(course);
    }
}
