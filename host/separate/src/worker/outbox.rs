//! Lines on their way out. Whoever says something goes on at once, however slowly they are read.

use super::message::{Line, Said};
use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lines that wait before the less important ones are left out, and whoever can wait does.
const CROWDED: usize = 1_024;

/// A queue in front of the channel.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Line>,
    /// A line is being written.
    writing: bool,
    /// Nothing more comes.
    closed: bool,
    /// Nobody reads any more.
    broken: bool,
}

impl Outbox {
    /// Adds a line. What is only of the moment takes the place of the same of its job, if that still waits; warnings are
    /// left out when too much waits. Never blocks.
    pub fn say(&self, line: Line) {
        let mut state = self.lock();
        if state.broken {
            return;
        }
        match (&line.said, state.waiting.back()) {
            (Said::Update { .. }, Some(Line { said: Said::Update { .. }, job })) if *job == line.job => {
                state.waiting.pop_back();
            }
            (Said::Heartbeat { .. }, Some(_)) => return,
            (Said::Warning { .. } | Said::Update { .. }, _) if state.waiting.len() >= CROWDED => return,
            _ => {}
        }
        state.waiting.push_back(line);
        self.changed.notify_all();
    }

    /// Waits until it is no longer crowded: for who makes lines as fast as they come in.
    pub fn make_room(&self) {
        let mut state = self.lock();
        while state.waiting.len() >= CROWDED && !state.broken {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether the other side is gone.
    pub fn is_broken(&self) -> bool {
        self.lock().broken
    }

    /// Waits until everything is out, at most so long; says whether it is.
    pub fn flush(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut state = self.lock();
        while !state.broken && (state.writing || !state.waiting.is_empty()) {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        !state.broken
    }

    /// Ends [`Self::write_to`] once everything is out.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Writes lines as they come, until closed or until nobody reads. Blocks.
    pub fn write_to(&self, mut output: impl Write) {
        loop {
            let mut state = self.lock();
            let line = loop {
                if let Some(line) = state.waiting.pop_front() {
                    state.writing = true;
                    break line;
                }
                if state.closed || state.broken {
                    return;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            let written = output.write_all(&line.to_bytes()).and_then(|()| output.flush());
            let mut state = self.lock();
            state.writing = false;
            if written.is_err() {
                state.broken = true;
                state.waiting.clear();
            }
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::JobId;
    use crate::{ErrorCode, Event, JobError, Phase, Warning, WarningCode};
    use std::io;
    use std::sync::mpsc;

    fn update(job: u64, percent: f64) -> Line {
        let (phase, message) = (Phase::Separating, String::new());
        let event = Event::Progress { phase, percent, done: 0, chunks: 1, eta_secs: None, message };
        Line { said: Said::event(event), job: Some(JobId::Number(job.into())) }
    }

    fn written(outbox: &Outbox) -> Vec<String> {
        outbox.close();
        let mut bytes = Vec::new();
        outbox.write_to(&mut bytes);
        String::from_utf8(bytes).unwrap().lines().map(Into::into).collect()
    }

    #[test]
    fn only_the_latest_progress_waits() {
        let outbox = Outbox::default();
        for percent in 0..100 {
            outbox.say(update(1, percent.into()));
        }
        outbox.say(update(2, 5.0));
        outbox.say(Line::of(Said::heartbeat(None)));
        let lines = written(&outbox);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("99.0") && lines[1].contains("5.0"), "{lines:?}");
    }

    #[test]
    fn who_does_not_read_costs_no_more_than_so_much() {
        let outbox = Outbox::default();
        for n in 0..10 * CROWDED {
            let warning = Warning { code: WarningCode::Other, message: n.to_string() };
            outbox.say(Line::of(Said::event(Event::Warning(warning))));
        }
        outbox.say(Line::of(Said::fail(&JobError::new(ErrorCode::Failed, "the end"))));
        let lines = written(&outbox);
        assert_eq!(lines.len(), CROWDED + 1);
        assert!(lines[CROWDED].contains("the end"));
    }

    #[test]
    fn nobody_waits_for_a_reader_that_is_gone() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let outbox = Outbox::default();
        outbox.say(update(1, 0.0));
        outbox.write_to(Gone);
        assert!(outbox.is_broken() && !outbox.flush(Duration::from_secs(60)));
        outbox.make_room();
    }

    #[test]
    fn flushing_has_an_end_and_waits_for_what_is_being_written() {
        struct Slow(mpsc::Receiver<()>);
        impl Write for Slow {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (go, gate) = mpsc::channel();
        let outbox = Outbox::default();
        outbox.say(update(1, 0.0));
        std::thread::scope(|scope| {
            scope.spawn(|| outbox.write_to(Slow(gate)));
            assert!(!outbox.flush(Duration::from_millis(30)));
            go.send(()).unwrap();
            assert!(outbox.flush(Duration::from_secs(60)));
            outbox.close();
        });
    }
}
