//! Looking after the stream: what it complains of, what to do when it is lost, and when its buffer must grow.

use super::{Devices, Session, Stage, request};
use crate::live::absence::Absence;
use crate::live::growth::Growth;
use ripieno_ports::{AudioOut, FaultKind, MidiIn};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// How often the system's default device is asked for.
const DEFAULT_LOOK: Duration = Duration::from_secs(1);

/// What is remembered from one look to the next.
#[derive(Debug)]
pub(super) struct Care {
    start: Instant,
    absence: Option<Absence>,
    growth: Growth,
    is_realtime_told: bool,
    default_looked: Instant,
    /// The default device, and what has taken its place for one look.
    default: Option<String>,
    candidate: Option<String>,
}

impl Default for Care {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            start: now,
            absence: None,
            growth: Growth::default(),
            is_realtime_told: false,
            default_looked: now,
            default: None,
            candidate: None,
        }
    }
}

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    /// One look at everything. Called many times a second.
    pub(super) fn tend(&mut self) {
        self.collect();
        self.send();
        let now = self.care.start.elapsed();
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
                    self.follow_default();
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
    fn lose(&mut self, kind: FaultKind, now: Duration) {
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
    fn look_for_device(&mut self, now: Duration) {
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
            Ok(()) => (self.care.absence, self.last_error) = (None, None),
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
    fn grow(&mut self, underruns: u64, now: Duration) {
        if !self.settings.may_grow() {
            return;
        }
        let Some(frames) = self.care.growth.after(underruns, self.format.buffer, now) else { return };
        let settings = self.settings.clone();
        // Where it is not the device's to choose, silence would be for nothing.
        let opened = self.devices.open(settings.device.as_deref());
        let agreed = opened.ok().and_then(|(device, _)| device.format(&request(&settings, Some(frames))).ok());
        if agreed.is_some_and(|format| format.buffer <= self.format.buffer) {
            return;
        }
        self.last_error = match self.restart(&settings, Some(frames)) {
            Ok(()) => Some(format!("the buffer underran and was made larger: {} frames", self.format.buffer)),
            Err(error) => Some(error.to_string()),
        };
    }

    /// Moves to another default device, once it has been the default for two looks.
    fn follow_default(&mut self) {
        if self.settings.device.is_some() || self.care.default_looked.elapsed() < DEFAULT_LOOK {
            return;
        }
        self.care.default_looked = Instant::now();
        let found = self.devices.default_id();
        if self.care.default.is_none() || found.is_none() || found == self.care.default {
            self.care.default = self.care.default.take().or(found);
            self.care.candidate = None;
            return;
        }
        if found != self.care.candidate {
            self.care.candidate = found;
            return;
        }
        self.care.default = found;
        let settings = self.settings.clone();
        if let Err(error) = self.restart(&settings, None) {
            self.last_error = Some(error.to_string());
        }
    }
}
