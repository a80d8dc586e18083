//! Looking after the stream: what it complains of, what to do when it is lost, and when its buffer must grow.

use super::{Devices, Session, Stage, request};
use ripieno_audio::{Absence, AutoBuffer, Follow};
use ripieno_ports::{AudioOut, FaultKind, Micros, MidiIn};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// What is remembered from one look to the next. Times count from its start.
#[derive(Debug)]
pub(super) struct Care {
    start: Instant,
    absence: Option<Absence>,
    /// For the present stream.
    buffer: AutoBuffer,
    /// False once the device has said that it has no larger buffer. It is asked once a stream: on JACK the question is a
    /// client that comes and goes, which may cost other clients a period.
    may_grow: bool,
    follow: Follow,
    is_realtime_told: bool,
}

impl Care {
    /// Looks after a stream of so many frames a period on the device that is the default now.
    pub fn new(buffer: u32, default: Option<String>) -> Self {
        let (start, now) = (Instant::now(), Micros(0));
        Self {
            start,
            absence: None,
            buffer: AutoBuffer::new(buffer, now),
            may_grow: true,
            follow: Follow::new(default, now),
            is_realtime_told: false,
        }
    }

    /// The same for the next stream.
    pub fn begin(&mut self, buffer: u32, default: Option<String>) {
        *self = Self { is_realtime_told: self.is_realtime_told, ..Self::new(buffer, default) };
    }

    fn now(&self) -> Micros {
        Micros(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    /// One look at everything. Called many times a second.
    pub(super) fn tend(&mut self) {
        self.collect();
        self.send();
        let now = self.care.now();
        match &mut self.stage {
            Stage::Running(line) => {
                let health = line.health();
                let is_denied = health.realtime_denied || self.shared.realtime_denied.load(Relaxed);
                if is_denied && !std::mem::replace(&mut self.care.is_realtime_told, true) {
                    self.last_error =
                        Some("the system refused real-time priority; sound may stutter under load".into());
                }
                if let Some(kind) = health.lost {
                    self.lose(kind, now);
                } else {
                    let underruns = health.xruns + self.shared.missed.load(Relaxed);
                    self.grow(underruns, now);
                    self.follow_default(now);
                }
            }
            Stage::Waiting(engine) => {
                engine.idle();
                self.look_for_device(now);
            }
            Stage::Between => {}
        }
        self.before = None;
    }

    /// The stream has ended by itself.
    fn lose(&mut self, kind: FaultKind, now: Micros) {
        let how = match kind {
            FaultKind::Gone => "has gone",
            FaultKind::Busy => "is taken by somebody else",
            FaultKind::Denied => "is not allowed any more",
            _ => "has failed",
        };
        self.last_error = Some(format!("{} {how}; waiting for it to return", self.device));
        self.halt();
        self.care.absence = Some(Absence::new(now));
    }

    /// Starts again on a device that has returned, in the format that it had.
    fn look_for_device(&mut self, now: Micros) {
        let absence = self.care.absence.get_or_insert_with(|| Absence::new(now));
        if !absence.is_due(now) {
            return;
        }
        let is_there = self.devices.is_there(self.settings.device.as_deref());
        if !absence.look(is_there, now) {
            return;
        }
        let Stage::Waiting(engine) = std::mem::replace(&mut self.stage, Stage::Between) else { return };
        let (settings, format) = (self.settings.clone(), self.format);
        match self.start(&settings, None, Some(format), engine) {
            Ok(()) => self.last_error = None,
            Err((engine, error)) => {
                self.stage = Stage::Waiting(engine);
                self.last_error = Some(error.to_string());
                if let Some(absence) = &mut self.care.absence {
                    absence.failed(now);
                }
            }
        }
    }

    /// Makes the buffer larger when the smallest one does not hold.
    fn grow(&mut self, underruns: u64, now: Micros) {
        if !self.settings.may_grow() || !self.care.may_grow {
            return;
        }
        let Some(frames) = self.care.buffer.observe(now, underruns) else { return };
        let settings = self.settings.clone();
        // Where it is not the device's to choose, silence would be for nothing.
        let opened = self.devices.open(settings.device.as_deref());
        let agreed = opened.ok().and_then(|(device, _)| device.format(&request(&settings, Some(frames))).ok());
        if agreed.is_some_and(|format| format.buffer <= self.format.buffer) {
            self.care.may_grow = false;
            return;
        }
        self.last_error = match self.restart(&settings, Some(frames), None) {
            Ok(()) => Some(format!("the buffer underran and was made larger: {} frames", self.format.buffer)),
            Err(error) => Some(error.to_string()),
        };
    }

    /// Moves to another default device, once it has been that for a while.
    fn follow_default(&mut self, now: Micros) {
        if self.settings.device.is_some() || !self.care.follow.is_due(now) {
            return;
        }
        let default = self.devices.default_id();
        if !self.care.follow.look(default, now) {
            return;
        }
        let (settings, format) = (self.settings.clone(), self.format);
        if let Err(error) = self.restart(&settings, None, Some(format)) {
            self.last_error = Some(error.to_string());
            self.care.follow.failed(now);
        }
    }
}
