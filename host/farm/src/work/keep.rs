//! The second thread of a worker: it says that work goes on, how far it is, and hears when it is no longer wanted.

use crate::ledger::{Part, change, find};
use crate::record::Record;
use crate::{FarmError, JobQueue, Presence};
use ripieno_separate::{Cancel, Event};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How often a wish to stop is looked for.
const POLL: Duration = Duration::from_millis(50);

/// How often the job's record is read and written.
const LOOK: Duration = Duration::from_secs(1);

/// Progress that is less than this is not written, in percent.
const STEP: f64 = 0.5;

/// A sign of life is given so many times within the queue's patience.
const SIGNS: u32 = 3;

/// What a job tells of its progress, for the second thread.
#[derive(Debug, Default)]
pub(super) struct Watch {
    percent: AtomicU64,
    done: AtomicBool,
}

impl Watch {
    /// Hears an event of the job.
    pub(super) fn hear(&self, event: Event) {
        if let Event::Progress { percent, .. } = event {
            self.percent.store(percent.to_bits(), Ordering::Relaxed);
        }
    }

    fn percent(&self) -> f64 {
        f64::from_bits(self.percent.load(Ordering::Relaxed))
    }
}

/// Looks after one task.
pub(super) struct Keeper<'a, Q> {
    queue: &'a Q,
    record: &'a Record,
    part: Part,
    presence: &'a Presence,
}

impl<'a, Q: JobQueue> Keeper<'a, Q> {
    pub(super) fn new(queue: &'a Q, record: &'a Record, part: Part, presence: &'a Presence) -> Self {
        Self { queue, record, part, presence }
    }

    /// Does the work on this thread and looks after it on another. `cancel` is raised when `stop` is, and when the job was
    /// taken out of line.
    pub(super) fn during<T>(
        &self,
        ticket: &Q::Ticket,
        (stop, cancel): (&Cancel, &Cancel),
        work: impl FnOnce(&Watch) -> Result<T, FarmError>,
    ) -> Result<T, FarmError> {
        let watch = Watch::default();
        thread::scope(|scope| {
            let other = scope.spawn(|| self.look_after(ticket, stop, cancel, &watch));
            // Also when the work panics, so that the other thread ends; at once, for the next task waits for it.
            let _end = Ending(&watch.done, other.thread().clone());
            work(&watch)
        })
    }

    fn look_after(&self, ticket: &Q::Ticket, stop: &Cancel, cancel: &Cancel, watch: &Watch) {
        let signs = self.queue.patience() / SIGNS;
        let (mut signed, mut looked, mut written) = (Instant::now(), Instant::now(), 0.0);
        while !watch.done.load(Ordering::Acquire) {
            thread::park_timeout(POLL.min(signs));
            if stop.is_requested() {
                // What is about to be given back needs no sign, and a queue that is away would hold the end up.
                cancel.request();
                continue;
            }
            // A queue that does not answer is no reason to stop: what is done stays right.
            if signed.elapsed() >= signs {
                let _ = self.queue.extend(ticket);
                signed = Instant::now();
            }
            if looked.elapsed() >= LOOK {
                let _ = self.presence.refresh(self.queue);
                if !self.is_wanted(watch.percent(), &mut written) {
                    cancel.request();
                }
                looked = Instant::now();
            }
        }
    }

    /// Whether the job is still the one that was taken. Its progress is written meanwhile.
    fn is_wanted(&self, percent: f64, written: &mut f64) -> bool {
        let is_same = |record: &Record| !record.standing.is_end() && record.round == self.record.round;
        let told = !matches!(self.part, Part::Span(_)) && percent >= *written + STEP;
        if !told {
            // Only an answer counts.
            return find(self.queue, &self.record.id)
                .map_or(true, |found| found.is_some_and(|record| is_same(&record)));
        }
        let changed = change(self.queue, &self.record.id, |record| {
            let same = is_same(record);
            if same {
                record.percent = percent.clamp(0.0, 100.0);
            }
            same
        });
        *written = percent;
        changed.map_or(true, |(_, same)| same)
    }
}

struct Ending<'a>(&'a AtomicBool, Thread);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}
