//! Changing settings: checked, applied, saved; and back to what was, sound included, when any of the three fails.

use super::{Devices, Session, Stage, promoter, refusal, request};
use crate::live::engine::Engine;
use crate::live::line::Line;
use crate::live::order::Order;
use crate::live::request::SessionError;
use crate::live::{Change, Settings, Setup};
use ripieno_ports::{AudioOut, BufferSize, Format, MidiIn, Refused};
use ripieno_rig::Input;
use ripieno_types::Command;

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    pub(super) fn reconfigure(&mut self, change: &Change) -> Result<Settings, SessionError> {
        let wanted = self.settings.with(change)?;
        let before = self.settings.clone();
        let applied = self.apply(&wanted);
        let saved = applied.and_then(|()| (self.save)(&self.settings).map_err(SessionError::Save));
        match saved {
            Ok(()) => self.last_error = None,
            Err(SessionError::Save(_)) => {
                // What cannot be kept is not left half done.
                let undone = self.apply(&before);
                self.last_error = undone.err().map(|error| error.to_string());
            }
            Err(_) => {}
        }
        self.before = None;
        saved.map(|()| wanted)
    }

    /// Makes `wanted` so; when it fails, everything is as before.
    fn apply(&mut self, wanted: &Settings) -> Result<(), SessionError> {
        if wanted.needs_restart(&self.settings) {
            if let (Some(recorder), Some(rate)) = (&self.recorder, wanted.rate)
                && rate != recorder.rate().hz()
            {
                return Err(SessionError::RecordingRate { rate: recorder.rate().hz() });
            }
            self.restart(wanted, None, None)?;
        } else {
            self.order(Order::Input(Input::Direct(Command::Polyphony(Setup::voices(wanted)))));
            self.order(Order::Master(wanted.master));
        }
        self.settings = wanted.clone();
        Ok(())
    }

    /// Moves the engine to a stream by `wanted`; `grown` is a buffer size that underruns have taught, `earlier` a format to
    /// keep. Back to the stream that was when that fails.
    pub(super) fn restart(
        &mut self,
        wanted: &Settings,
        grown: Option<u32>,
        earlier: Option<Format>,
    ) -> Result<(), SessionError> {
        self.fade_out();
        // A device may be ours alone: it is let go before it, or another, is asked.
        self.halt();
        let Stage::Waiting(engine) = std::mem::replace(&mut self.stage, Stage::Between) else {
            return Err(SessionError::Closing);
        };
        let (format, before) = (self.format, self.settings.clone());
        match self.start(wanted, grown, earlier, engine) {
            Ok(()) => Ok(()),
            Err((engine, error)) => {
                if let Err((engine, _)) = self.start(&before, None, Some(format), engine) {
                    // Not even that: tending the session goes on trying.
                    self.stage = Stage::Waiting(engine);
                }
                Err(error)
            }
        }
    }

    /// What plays now.
    pub(super) fn setup(&self) -> Setup {
        Setup::new(&self.settings, self.format, self.sound)
    }

    /// Opens the device of `settings` and lets it play `engine`: at the rate and near the buffer of an `earlier`
    /// format, if there is one, else in what it agrees to.
    pub(super) fn start(
        &mut self,
        settings: &Settings,
        grown: Option<u32>,
        earlier: Option<Format>,
        mut engine: Box<Engine<M>>,
    ) -> Result<(), (Box<Engine<M>>, SessionError)> {
        let mut wanted = request(settings, grown);
        if let Some(earlier) = earlier {
            (wanted.rate, wanted.buffer) = (Some(earlier.rate), BufferSize::Near(earlier.buffer));
        }
        let opened = self.devices.open(settings.device.as_deref());
        let agreed = opened.map_err(refusal).and_then(|(device, name)| {
            let agreed = device.format(&wanted);
            agreed.map(|format| (device, name, format)).map_err(|error| SessionError::Device(error.to_string()))
        });
        let (device, name, format) = match agreed {
            Ok(agreed) => agreed,
            Err(error) => return Err((engine, error)),
        };
        if let Some(recorder) = &self.recorder
            && recorder.rate() != format.rate
        {
            return Err((engine, SessionError::RecordingRate { rate: recorder.rate().hz() }));
        }
        let setup = Setup::new(settings, format, self.sound);
        let spare = self.before.take();
        let old = engine.adopt(&setup, &self.instrument.0, spare);
        match Line::start(device, format, engine, settings, &self.shared, promoter::<D>(format, &self.shared)) {
            Ok(line) => {
                self.stage = Stage::Running(line);
                self.before = old;
                (self.format, self.device) = (format, name);
                self.care.begin(format.buffer, self.devices.default_id());
                self.shared.forget_load();
                self.order(Order::Open(true));
                Ok(())
            }
            Err(Refused { client: mut engine, error, .. }) => {
                let before = self.setup();
                engine.adopt(&before, &self.instrument.0, old);
                Err((engine, SessionError::Device(error.to_string())))
            }
        }
    }
}
