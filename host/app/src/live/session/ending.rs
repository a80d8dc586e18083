//! What ends: fades, streams, recordings, the session itself.

use super::{Devices, FADE_PATIENCE, Session, Stage};
use crate::live::order::{Order, Spent};
use crate::live::recorder::Recorder;
use crate::live::request::SessionError;
use ripieno_files::atomic::Existing;
use ripieno_ports::MidiIn;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    /// Frees what the engine needs no more. True if a recording's tap was among it.
    pub(super) fn collect(&mut self) -> bool {
        let mut has_tap = false;
        while let Some(spent) = self.spent.pop() {
            has_tap |= matches!(spent, Spent::Tap(_));
        }
        has_tap
    }

    pub(super) fn record(&mut self, path: &Path, existing: Existing) -> Result<(), SessionError> {
        self.stop_recording()?;
        let (recorder, tap) = Recorder::start(path, existing, self.format.rate)?;
        self.shared.recording_lost.store(0, Relaxed);
        self.recorder = Some(recorder);
        self.order(Order::Tap(Some(tap)));
        Ok(())
    }

    pub(super) fn stop_recording(&mut self) -> Result<Option<u64>, SessionError> {
        let Some(recorder) = self.recorder.take() else { return Ok(None) };
        self.order(Order::Tap(None));
        let mut is_back = false;
        self.wait(|session| {
            is_back |= session.collect();
            is_back
        });
        if !is_back {
            // A stream that does not move keeps the tap: it ends here, and tending the session starts another.
            self.halt();
            if let Stage::Waiting(engine) = &mut self.stage {
                engine.idle();
            }
            self.collect();
        }
        Ok(Some(recorder.finish()?))
    }

    /// Fades out; a stream that does not move is not waited for long.
    pub(super) fn fade_out(&mut self) {
        self.shared.faded.store(false, Relaxed);
        self.order(Order::Open(false));
        if self.wait(|session| session.shared.faded.load(Relaxed)) {
            // What the device still holds is silence only once it has played on for its own latency.
            let latency = self.shared.device_latency.load(Relaxed);
            thread::sleep(Duration::from_micros(latency).min(FADE_PATIENCE));
        }
    }

    /// Waits while the engine moves. False if it does not within its time.
    fn wait(&mut self, mut is_done: impl FnMut(&mut Self) -> bool) -> bool {
        let patience = Instant::now() + FADE_PATIENCE;
        while Instant::now() < patience {
            self.send();
            if let Stage::Waiting(engine) = &mut self.stage {
                engine.idle();
                return is_done(self);
            }
            if is_done(self) {
                return true;
            }
            thread::sleep(Duration::from_millis(1));
        }
        is_done(self)
    }

    /// Stops the line and lets go of the device; the engine waits.
    pub(super) fn halt(&mut self) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Between) {
            Stage::Running(line) => {
                self.earlier_xruns += line.health().xruns;
                let (_device, engine) = line.stop();
                Stage::Waiting(engine)
            }
            other => other,
        };
    }

    /// The end of everything.
    pub(super) fn close(&mut self) -> Result<Option<u64>, SessionError> {
        self.fade_out();
        let recorded = self.stop_recording();
        self.halt();
        recorded
    }
}
