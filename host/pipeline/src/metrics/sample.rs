//! Counts at moments, for what happened between them: rates are of late, over one to two seconds.

use super::proc;
use crate::run::Plan;
use crate::stream::StreamGauge;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The last moments, a second apart.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    last: Option<Sample>,
    before: Option<Sample>,
}

/// Counts at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub at: Instant,
    /// Frames written, by stream.
    pub published: BTreeMap<String, u64>,
    /// By task.
    pub tasks: BTreeMap<String, Spent>,
}

/// Time that a task spent, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Waiting for frames or room.
    pub waiting: u64,
    /// On a core.
    pub cpu: u64,
}

impl Sampler {
    /// Takes the figures of a moment.
    pub fn take(&mut self, sample: Sample) {
        self.before = self.last.replace(sample);
    }

    /// The moment to compare with: one to two seconds ago, or the start.
    pub fn earlier(&self, started: Instant) -> Sample {
        let start = || Sample { at: started, published: BTreeMap::new(), tasks: BTreeMap::new() };
        self.before.clone().unwrap_or_else(start)
    }
}

impl Sample {
    /// The figures of now.
    pub fn of(plan: &Plan, gauges: &BTreeMap<&str, StreamGauge>) -> Self {
        let published = gauges.iter().map(|(name, gauge)| ((*name).to_owned(), gauge.published)).collect();
        let tasks = plan.tasks.iter().map(|(name, entry)| {
            let cell = &entry.cell;
            let reads = cell.seats.values().map(|seat| seat.stream.seat_gauge(seat.seat).waiting_nanos);
            let writes = cell.writes.values().filter_map(|stream| gauges.get(stream.name()));
            let waiting = reads.chain(writes.map(|gauge| gauge.writer_waiting_nanos)).sum();
            let cpu = match (cell.is_process(), cell.target.pid()) {
                _ if cell.is_over() => 0,
                (true, Some(pid)) => proc::process_cpu_nanos(pid),
                (true, None) => 0,
                (false, _) => proc::thread_cpu_nanos(cell.own.thread()),
            };
            (name.clone(), Spent { waiting, cpu })
        });
        Self { at: Instant::now(), published, tasks: tasks.collect() }
    }

    /// Frames a second since `earlier`.
    pub fn frames_per_sec(&self, earlier: &Self, stream: &str) -> f64 {
        let now = self.published.get(stream).copied().unwrap_or_default();
        let then = earlier.published.get(stream).copied().unwrap_or_default();
        now.saturating_sub(then) as f64 / self.secs_since(earlier)
    }

    /// Part of the time that a task waited since `earlier`, and cores that it used.
    pub fn shares(&self, earlier: &Self, task: &str) -> (f64, f64) {
        let now = self.tasks.get(task).copied().unwrap_or_default();
        let then = earlier.tasks.get(task).copied().unwrap_or_default();
        let share = |now: u64, then: u64| now.saturating_sub(then) as f64 / 1e9 / self.secs_since(earlier);
        (share(now.waiting, then.waiting).min(1.0), share(now.cpu, then.cpu))
    }

    fn secs_since(&self, earlier: &Self) -> f64 {
        self.at.saturating_duration_since(earlier.at).max(Duration::from_millis(1)).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_differences_and_never_negative() {
        let at = Instant::now();
        let sample = |secs, frames, waiting, cpu| Sample {
            at: at + Duration::from_secs(secs),
            published: [("s".to_owned(), frames)].into(),
            tasks: [("t".to_owned(), Spent { waiting, cpu })].into(),
        };
        let (then, now) = (sample(0, 100, 0, 0), sample(2, 300, 1_000_000_000, 500_000_000));
        assert_eq!(now.frames_per_sec(&then, "s"), 100.0);
        assert_eq!(now.shares(&then, "t"), (0.5, 0.25));
        // A task that was started anew counts from 0 again.
        assert_eq!(then.frames_per_sec(&now, "s"), 0.0);
        assert_eq!((now.frames_per_sec(&then, "new"), now.shares(&then, "new")), (0.0, (0.0, 0.0)));
    }
}
