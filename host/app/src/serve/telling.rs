//! What the owner says of itself: log, telemetry, MIDI inputs, the catalogue of actions.

use super::log::Level;
use super::served::Section;
use super::{Owner, ports};
use crate::studio;
use ripieno_midi::SCAN_INTERVAL;
use ripieno_panel::DeviceId;
use ripieno_types::Command;
use ripieno_web::shape::{HeardMidi, MidiStatus, Telemetry};
use ripieno_web::{Event, Reply};
use serde_json::Value;

impl Owner {
    pub(super) fn info(&mut self, tag: &str, message: String) {
        self.say(Level::Info, tag, message);
    }

    /// Tells of something that went wrong before there was an owner.
    pub fn trouble(&mut self, message: String) {
        self.warn("start", message);
    }

    pub(super) fn warn(&mut self, tag: &str, message: String) {
        self.say(Level::Warning, tag, message);
    }

    /// Something went wrong that should not.
    pub(super) fn fail(&mut self, tag: &str, message: String) {
        self.counters.errors += 1;
        self.say(Level::Error, tag, message);
    }

    fn say(&mut self, level: Level, tag: &str, message: String) {
        if let Some(entry) = self.log.add(super::now(), level, tag, message) {
            self.publish(&Event::Log { entry }, &[Section::Logs]);
        }
    }

    pub(super) fn report(&self) -> Telemetry {
        self.counters.report(super::now(), self.telemetry.clone())
    }

    /// Ends every note, whoever began it.
    pub(super) fn silence(&mut self) {
        self.session.command(Command::Panic);
        self.doors.clear();
    }

    pub(super) fn midi_status(&self) -> MidiStatus {
        ports::status(&self.ports, &self.studio.model().devices)
    }

    /// Takes note of what came in since the last time.
    pub(super) fn note_midi(&mut self) {
        self.recent.take(&self.ports, (ripieno_midi::now(), super::now()));
    }

    /// The last messages of all inputs.
    pub(super) fn recent_midi(&mut self) -> Vec<HeardMidi> {
        self.note_midi();
        self.recent.list()
    }

    /// The inputs have changed.
    pub(super) fn ports_are(&mut self, ports: Vec<ports::Port>) {
        let known = std::mem::replace(&mut self.ports, ports.clone());
        for port in &ports {
            let before = known.iter().find(|known| known.id == port.id && known.name == port.name);
            let was_there = before.is_some_and(|port| port.is_connected);
            match (was_there, port.is_connected) {
                (false, true) => self.info("midi", format!("{} is plugged in", port.name)),
                (true, false) => self.info("midi", format!("{} is unplugged", port.name)),
                _ => {}
            }
            if port.trouble.is_some() && before.is_none_or(|before| before.trouble != port.trouble) {
                self.warn("midi", format!("{}: {}", port.name, port.trouble.as_deref().unwrap_or_default()));
            }
        }
        self.bind();
        self.tell_midi();
    }

    /// Says which input and which output is which device.
    pub(super) fn bind(&mut self) {
        let devices = &self.studio.model().devices;
        self.session.devices(ports::slots(&self.ports, devices));
        let lit = (0_u8..).zip(devices).filter(|(_, device)| device.lights);
        let lit = lit.map(|(n, device)| (DeviceId(n), device.name.clone())).collect();
        if let Some(lights) = &mut self.lights {
            lights.devices(lit);
        }
    }

    fn tell_midi(&mut self) {
        let status = self.midi_status();
        self.publish(&Event::MidiStatus { status }, &[Section::Midi]);
    }

    /// Answers once the system has surely been looked through again, and tells everybody.
    pub(super) fn look_for_ports(&mut self, reply: Reply<MidiStatus>) {
        let post = self.post.clone();
        self.pool.run(move || {
            std::thread::sleep(2 * SCAN_INTERVAL);
            post.then(move |owner| {
                owner.tell_midi();
                let _ = reply.send(Ok(owner.midi_status()));
            });
        });
    }

    /// Every kind of action, its fields, and whether it is allowed.
    pub(super) fn catalogue(&self) -> Value {
        let allowed = &self.studio.model().actions.allow;
        let mut catalogue = studio::catalog();
        for entry in catalogue.as_array_mut().into_iter().flatten() {
            let is_allowed = entry["where"] == "rig" || allowed.iter().any(|kind| entry["type"] == kind.as_str());
            entry["allowed"] = is_allowed.into();
        }
        catalogue
    }
}
