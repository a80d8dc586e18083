//! Carries one accepted action out on the backends of its lane.

use crate::action::{Action, Keystroke, Phase, Scroll};
use crate::backends::Fault;
use crate::cancel::Cancel;
use crate::config::Config;
use crate::front::Front;
use crate::http::Http;
use crate::job::Job;
use crate::keyboard::{Keys, tap};
use crate::keys::Chord;
use crate::launch::{Program, Programs};
use crate::midi::{MidiMessage, MidiOut};
use crate::obs::Obs;
use crate::osc::{Osc, OscMessage};
use crate::reaper::Reaper;
use crate::value::{seven_bits, unit};
use crate::volume::Volume;
use std::collections::HashMap;
use std::sync::Arc;

/// Notches of one job, however far its knob was turned.
const MOST_NOTCHES: i32 = 100;

/// Knobs that scroll whose last place is remembered.
const KNOBS: usize = 256;

/// The action reached a worker that cannot carry it out, which a test rules out.
const WRONG_LANE: &str = "there is no worker for this action";

/// What a worker made of a job.
pub(crate) enum Performed {
    Ended(Result<String, Fault>),
    Started(Box<dyn Program>),
}

/// A worker's part of the backends.
pub(crate) trait Worker: Send {
    fn perform(&mut self, job: &Job, config: &Config, cancel: &Cancel) -> Performed;
}

/// What takes milliseconds.
pub(crate) struct Quick {
    pub keys: Box<dyn Keys>,
    pub front: Box<dyn Front>,
    pub midi: Box<dyn MidiOut>,
    pub volume: Box<dyn Volume>,
    pub osc: Arc<dyn Osc>,
    pub places: HashMap<String, u8>,
}

impl Worker for Quick {
    fn perform(&mut self, job: &Job, config: &Config, _: &Cancel) -> Performed {
        Performed::Ended(match &job.action {
            Action::Keystroke(keystroke) => self.keystroke(keystroke),
            Action::Scroll(scroll) => self.scroll(scroll, job),
            Action::Osc(message) => send_osc(&*self.osc, message, job.value),
            Action::MidiOut(message) => self.midi_out(message, job.value),
            Action::Volume(volume) => {
                let level = unit(job.value);
                let set = self.volume.set(&volume.target, level);
                set.map(|control| format!("{control} at {:.0} %", level * 100.0))
            }
            Action::Reaper(reaper) => send_reaper(&*self.osc, reaper, config, job.value),
            Action::Launch(_) | Action::Http(_) | Action::Obs(_) => Err(Fault::Failed(WRONG_LANE.to_owned())),
        })
    }
}

impl Quick {
    fn keystroke(&mut self, keystroke: &Keystroke) -> Result<String, Fault> {
        let chord: Chord = keystroke.keys.parse().map_err(|e| Fault::Failed(format!("{e}")))?;
        if let Some(process) = &keystroke.process {
            match self.front.application()? {
                Some(application) if application.is(process) => {}
                Some(other) => return Err(Fault::Skipped(format!("{} is in front, not {process}", other.name))),
                None => return Err(Fault::Skipped(format!("nothing is in front, so {process} is not"))),
            }
        }
        tap(&mut *self.keys, &chord)?;
        Ok(chord.to_string())
    }

    /// A knob scrolls by the change of its value in seven bits. Where it stands at first is where it starts.
    fn scroll(&mut self, scroll: &Scroll, job: &Job) -> Result<String, Fault> {
        let notches = if job.phase == Phase::Set {
            let place = seven_bits(job.value);
            if self.places.len() >= KNOBS && !self.places.contains_key(&job.who) {
                self.places.clear();
            }
            let last = self.places.insert(job.who.clone(), place).unwrap_or(place);
            (i32::from(place) - i32::from(last)).saturating_mul(scroll.amount).clamp(-MOST_NOTCHES, MOST_NOTCHES)
        } else {
            scroll.amount
        };
        if notches != 0 {
            self.keys.scroll(notches, scroll.horizontal)?;
        }
        Ok(format!("{notches} notches"))
    }

    fn midi_out(&mut self, message: &MidiMessage, value: u16) -> Result<String, Fault> {
        let bytes = message.bytes(value)?;
        self.midi.send(&message.port, &bytes)?;
        Ok(format!("{} bytes to {}", bytes.len(), message.port))
    }
}

/// What waits for others.
#[derive(Clone)]
pub(crate) struct Slow {
    pub http: Arc<dyn Http>,
    pub osc: Arc<dyn Osc>,
}

impl Worker for Slow {
    fn perform(&mut self, job: &Job, config: &Config, cancel: &Cancel) -> Performed {
        Performed::Ended(match &job.action {
            Action::Http(request) => self.http.send(request, job.value, cancel),
            Action::Osc(message) => send_osc(&*self.osc, message, job.value),
            Action::Reaper(reaper) => send_reaper(&*self.osc, reaper, config, job.value),
            _ => Err(Fault::Failed(WRONG_LANE.to_owned())),
        })
    }
}

fn send_osc(osc: &dyn Osc, message: &OscMessage, value: u16) -> Result<String, Fault> {
    osc.send(&message.to, &message.encoded(value))?;
    Ok(format!("{} to {}", message.address, message.to))
}

fn send_reaper(osc: &dyn Osc, reaper: &Reaper, config: &Config, value: u16) -> Result<String, Fault> {
    osc.send(&config.reaper, &reaper.encoded(value))?;
    Ok(format!("sent to {}", config.reaper))
}

impl Worker for Box<dyn Programs> {
    fn perform(&mut self, job: &Job, _: &Config, _: &Cancel) -> Performed {
        match &job.action {
            Action::Launch(launch) => {
                self.start(launch).map_or_else(|fault| Performed::Ended(Err(fault)), Performed::Started)
            }
            _ => Performed::Ended(Err(Fault::Failed(WRONG_LANE.to_owned()))),
        }
    }
}

impl Worker for Box<dyn Obs> {
    fn perform(&mut self, job: &Job, config: &Config, cancel: &Cancel) -> Performed {
        Performed::Ended(match &job.action {
            Action::Obs(request) => self.ask(&config.obs, request, cancel),
            _ => Err(Fault::Failed(WRONG_LANE.to_owned())),
        })
    }
}
