//! Progress that is true: percent of work that is done, never falling, seldom enough for any listener, and how long the rest
//! will take by how long the last windows took.

use crate::{Event, Observer, Phase, Warning, WarningCode};
use std::time::{Duration, Instant};

/// Where phases begin and end, in percent. Separating is nearly all of the work: reading ahead of it is a pass at some hundred
/// times real time at most, and completing outputs is bringing them to the disk and reading them once.
const SHARES: [(Phase, f64, f64); 4] = [
    (Phase::Reading, 0.0, 2.0),
    (Phase::Loading, 2.0, 4.0),
    (Phase::Separating, 4.0, 97.0),
    (Phase::Writing, 97.0, 99.9),
];

/// Events of progress are at least so far apart, the last one aside.
const APART: Duration = Duration::from_millis(110);

/// How much the latest window counts for the time that a window takes.
const LATEST: f64 = 0.25;

/// Tells an observer how far a job is.
pub(crate) struct Meter<'o> {
    observer: &'o mut dyn Observer,
    started: Instant,
    phase: Phase,
    percent: f64,
    done: u64,
    chunks: u64,
    told: Option<Instant>,
    /// When the latest window was done.
    latest: Instant,
    /// Seconds that a window takes.
    each: Option<f64>,
}

impl<'o> Meter<'o> {
    /// At the start of a job.
    pub(crate) fn new(observer: &'o mut dyn Observer, now: Instant) -> Self {
        let phase = Phase::Reading;
        Self { observer, started: now, phase, percent: 0.0, done: 0, chunks: 0, told: None, latest: now, each: None }
    }

    /// Seconds since the job's start.
    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Anything but progress.
    pub(crate) fn event(&mut self, event: Event) {
        self.observer.event(event);
    }

    /// Something that is not as asked.
    pub(crate) fn warn(&mut self, code: WarningCode, message: impl Into<String>) {
        self.observer.event(Event::Warning(Warning { code, message: message.into() }));
    }

    /// So much of a phase is done, 0 to 1.
    pub(crate) fn phase(&mut self, phase: Phase, part: f64, now: Instant, message: &str) {
        self.phase = phase;
        self.advance(part);
        self.tell(now, message.to_owned());
    }

    /// `done` of `chunks` windows are there already, from an earlier run.
    pub(crate) fn begin(&mut self, done: u64, chunks: u64, now: Instant) {
        (self.phase, self.done, self.chunks, self.latest, self.each) = (Phase::Separating, done, chunks, now, None);
        self.windows(done, now);
    }

    /// So many windows are done.
    pub(crate) fn windows(&mut self, done: u64, now: Instant) {
        if done > self.done {
            let new = (done - self.done) as f64;
            let took = now.duration_since(self.latest).as_secs_f64() / new;
            let weight = 1.0 - (1.0 - LATEST).powf(new);
            self.each = Some(self.each.map_or(took, |each| each + (took - each) * weight));
            (self.done, self.latest) = (done, now);
        }
        self.advance(if self.chunks == 0 { 1.0 } else { self.done as f64 / self.chunks as f64 });
        let message = match self.chunks {
            0 => "nothing to separate".to_owned(),
            chunks => format!("{} of {chunks} windows", self.done),
        };
        self.tell(now, message);
    }

    /// All is done.
    pub(crate) fn finish(&mut self) {
        self.percent = 100.0;
        self.send(Phase::Writing, Some(0.0), "done".to_owned());
    }

    fn advance(&mut self, part: f64) {
        let (_, from, to) = SHARES.into_iter().find(|(phase, ..)| *phase == self.phase).unwrap_or(SHARES[0]);
        self.percent = self.percent.max(from + (to - from) * part.clamp(0.0, 1.0));
    }

    fn tell(&mut self, now: Instant, message: String) {
        if self.told.is_some_and(|told| now.duration_since(told) < APART) {
            return;
        }
        self.told = Some(now);
        let left = (self.chunks - self.done) as f64;
        let eta = self.each.filter(|_| self.phase == Phase::Separating).map(|each| each * left);
        self.send(self.phase, eta, message);
    }

    fn send(&mut self, phase: Phase, eta_secs: Option<f64>, message: String) {
        let Self { percent, done, chunks, .. } = *self;
        self.observer.event(Event::Progress { phase, percent, done, chunks, eta_secs, message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_never_falls_and_ends_once() {
        let mut events = Vec::new();
        let mut listen = |event| events.push(event);
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut meter = Meter::new(&mut listen, start);
        meter.phase(Phase::Reading, 1.0, at(0), "reading");
        meter.phase(Phase::Loading, 0.0, at(50), "too soon to tell");
        meter.phase(Phase::Loading, 1.0, at(200), "loading");
        meter.begin(2, 12, at(400));
        for window in 3..=12 {
            meter.windows(window, at(400 + (window - 2) * 1_000));
            meter.windows(window, at(401 + (window - 2) * 1_000));
        }
        meter.phase(Phase::Reading, 0.0, at(20_000), "out of turn");
        meter.phase(Phase::Writing, 1.0, at(21_000), "writing");
        meter.finish();
        let told: Vec<(f64, Option<f64>)> = events
            .into_iter()
            .map(|event| match event {
                Event::Progress { percent, eta_secs, .. } => (percent, eta_secs),
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{told:?}");
        assert_eq!(told.iter().filter(|(percent, _)| *percent == 100.0).count(), 1);
        assert_eq!(told.last().map(|(percent, _)| *percent), Some(100.0));
        assert_eq!(told.len(), 2 + 1 + 10 + 2 + 1);
        // A window a second, five left.
        assert!(told.iter().any(|(_, eta)| eta.is_some_and(|eta| (eta - 5.0).abs() < 1e-6)), "{told:?}");
    }
}
