//! What waits and what runs. Lanes of their own, so that nothing quick waits behind anything slow.

use crate::action::{Action, Phase};
use crate::cancel::Cancel;
use crate::config::Config;
use crate::job::{Job, JobId, Outcome, Refused, Ticket};
use crate::osc::is_near;
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Jobs that may wait in a lane.
pub(crate) const WAITING: usize = 64;

/// Programs that may run at a time.
pub(crate) const PROGRAMS: usize = 64;

/// Which workers a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What takes milliseconds.
    Quick,
    /// What waits for others.
    Slow,
    /// Starting programs, which takes as long as the disk does.
    Programs,
    /// OBS, which has one connection.
    Obs,
}

impl Lane {
    pub const ALL: [Self; 4] = [Self::Quick, Self::Slow, Self::Programs, Self::Obs];

    pub fn of(action: &Action, config: &Config) -> Self {
        match action {
            Action::Http(_) => Self::Slow,
            Action::Launch(_) => Self::Programs,
            Action::Obs(_) => Self::Obs,
            // Looking up a name takes as long as the network likes.
            Action::Osc(message) if !is_near(&message.to) => Self::Slow,
            Action::Reaper(_) if !is_near(&config.reaper) => Self::Slow,
            _ => Self::Quick,
        }
    }
}

/// A job and the right to tell its outcome.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub ticket: Ticket,
    pub job: Job,
    pub cancel: Cancel,
}

#[derive(Default)]
struct LaneState {
    waiting: VecDeque<Accepted>,
    running: Vec<(JobId, String, Cancel)>,
}

#[derive(Default)]
struct State {
    lanes: [LaneState; Lane::ALL.len()],
    programs: BTreeMap<JobId, Cancel>,
    next: u64,
    closed: bool,
}

/// Shared by those who hand in, the workers and the nursery. Any; each call holds the lock for a moment.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: [Condvar; Lane::ALL.len()],
}

impl Queue {
    /// Puts a job into a lane. A value of a knob that still waits is replaced by a newer one and keeps its name.
    pub fn push(&self, lane: Lane, job: Job, outcomes: &Sender<Outcome>) -> Result<JobId, Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        let waiting = &mut state.lanes[lane as usize].waiting;
        let same = |other: &Job| other.phase == Phase::Set && other.who == job.who && other.action == job.action;
        if job.phase == Phase::Set
            && let Some(newest) = waiting.iter_mut().rev().find(|other| other.job.who == job.who)
            && same(&newest.job)
        {
            newest.job.value = job.value;
            return Ok(newest.ticket.id);
        }
        if waiting.len() >= WAITING {
            return Err(Refused::Full { kind: job.action.kind(), waiting: WAITING });
        }
        let id = JobId(state.next);
        state.next += 1;
        let (kind, who) = (job.action.kind(), job.who.clone());
        let ticket = Ticket { id, kind, who, since: Instant::now(), outcomes: outcomes.clone() };
        state.lanes[lane as usize].waiting.push_back(Accepted { ticket, job, cancel: Cancel::default() });
        self.ready[lane as usize].notify_one();
        Ok(id)
    }

    /// The next job of a lane whose control has none running, waiting for one; none once the queue is closed.
    pub fn take(&self, lane: Lane) -> Option<Accepted> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            let LaneState { waiting, running } = &mut state.lanes[lane as usize];
            let free = |accepted: &Accepted| running.iter().all(|(_, who, _)| *who != accepted.job.who);
            if let Some(accepted) = waiting.iter().position(free).and_then(|index| waiting.remove(index)) {
                running.push((accepted.ticket.id, accepted.job.who.clone(), accepted.cancel.clone()));
                return Some(accepted);
            }
            state = self.ready[lane as usize].wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A job no longer runs in its lane.
    pub fn leave(&self, lane: Lane, id: JobId) {
        let mut state = self.state();
        state.lanes[lane as usize].running.retain(|(running, ..)| *running != id);
        // Another job of the same control may be waiting for this.
        self.ready[lane as usize].notify_all();
    }

    /// Makes room for a program that is about to be started.
    pub fn admit(&self, id: JobId, cancel: &Cancel) -> bool {
        let mut state = self.state();
        let room = state.programs.len() < PROGRAMS;
        if room {
            state.programs.insert(id, cancel.clone());
        }
        room
    }

    /// A program has ended, was let go, or was never started.
    pub fn dismiss(&self, id: JobId) {
        self.state().programs.remove(&id);
    }

    /// Takes a waiting job out of its lane, or asks a running one to stop. Quick ones are not stopped half-way.
    pub fn cancel(&self, id: JobId) -> Cancelling {
        let mut state = self.state();
        for lane in Lane::ALL {
            let LaneState { waiting, running } = &mut state.lanes[lane as usize];
            let waits = waiting.iter().position(|accepted| accepted.ticket.id == id);
            if let Some(accepted) = waits.and_then(|index| waiting.remove(index)) {
                return Cancelling::Waited(accepted.ticket);
            }
            if let Some((.., cancel)) = running.iter().find(|(running, ..)| *running == id) {
                return if lane == Lane::Quick { Cancelling::TooLate } else { Cancelling::Runs(cancel.clone()) };
            }
        }
        state.programs.get(&id).map_or(Cancelling::TooLate, |cancel| Cancelling::Runs(cancel.clone()))
    }

    /// Accepts and hands out nothing more. Gives back what waited, and what runs in the lanes; programs are not among it.
    pub fn close(&self) -> (Vec<Ticket>, Vec<Cancel>) {
        let mut state = self.state();
        state.closed = true;
        let mut waited = Vec::new();
        let mut runs = Vec::new();
        for lane in &mut state.lanes {
            waited.extend(lane.waiting.drain(..).map(|accepted| accepted.ticket));
            runs.extend(lane.running.iter().map(|(.., cancel)| cancel.clone()));
        }
        for ready in &self.ready {
            ready.notify_all();
        }
        (waited, runs)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a job was that is to be cancelled.
pub(crate) enum Cancelling {
    /// It waited and waits no more.
    Waited(Ticket),
    /// It runs and can be asked.
    Runs(Cancel),
    /// It has ended, or is about to.
    TooLate,
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
