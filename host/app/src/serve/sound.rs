//! Instruments and devices of the sound. All that takes its time is done at the desk, in order, and finished by the owner.

use super::Owner;
use super::served::{Section, told};
use crate::instrument::{self, list};
use crate::live::{Change, Latency, Settings, Sound, Status};
use crate::studio::{InstrumentSpec, Model};
use crate::{Failure, Instrument};
use ripieno_types::Command;
use ripieno_web::shape::{AudioApplied, AudioDevice, AudioDevices, AudioSettings, Instruments};
use ripieno_web::{Event, Refusal, Reply};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// How long after its last change a gain is written into the studio.
const SETTLING: Duration = Duration::from_millis(500);

/// How instruments are played, whichever they are: what the command line said of it.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// What the synth is made by.
    pub sound: Sound,
    /// What it is told of tuning first.
    pub tuning: Vec<Command>,
}

/// What can be played, and what is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    /// Names, and what is opened for them.
    pub choices: Vec<(String, PathBuf)>,
    /// What plays.
    pub current: String,
}

impl Offer {
    /// A choice by its name.
    pub fn find(&self, name: &str) -> Option<(String, PathBuf)> {
        find(&self.choices, name)
    }
}

/// A choice by its name, whatever its case.
pub fn find(choices: &[(String, PathBuf)], name: &str) -> Option<(String, PathBuf)> {
    choices.iter().find(|(known, _)| is_named(known, name)).cloned()
}

/// Everything that can be played: built in, of the studio, of the usual folders. Of one name, the first. Control; blocks.
pub fn choices(own: &[InstrumentSpec], folder: &Path) -> Vec<(String, PathBuf)> {
    let built_in = instrument::names().map(|name| (name.to_owned(), PathBuf::from(name)));
    let own = own.iter().map(|spec| (spec.name.clone(), folder.join(&spec.path)));
    let found = instrument::folders().into_iter().flat_map(|folder| list::soundfont_paths(&folder));
    let found = found.filter_map(|path| Some((path.file_stem()?.to_string_lossy().into_owned(), path)));
    let mut choices: Vec<(String, PathBuf)> = Vec::new();
    for (name, path) in built_in.into_iter().chain(own).chain(found) {
        if !choices.iter().any(|(known, _)| is_named(known, &name)) {
            choices.push((name, path));
        }
    }
    choices
}

fn is_named(known: &str, name: &str) -> bool {
    known.to_lowercase() == name.trim().to_lowercase()
}

/// Opens an instrument and has it in memory. Control; blocks.
///
/// # Errors
/// A sentence without paths.
pub fn open(name: &str, path: &Path) -> Result<Instrument, String> {
    let instrument = Instrument::open(path).map_err(|failure| match failure {
        Failure::Map { error, .. } => format!("{name} {error}"),
        Failure::Instrument { error, .. } => format!("{name} {error}"),
        other => other.to_string(),
    })?;
    instrument.make_resident();
    Ok(instrument)
}

impl Owner {
    pub(super) fn instruments(&self) -> Instruments {
        Instruments {
            instruments: self.offer.choices.iter().map(|(name, _)| name.clone()).collect(),
            current: self.offer.current.clone(),
        }
    }

    /// Looks what there is, then answers.
    pub(super) fn look_for_instruments(&mut self, reply: Reply<Instruments>) {
        let (own, folder, post) = (self.studio.model().instruments.clone(), self.folder.clone(), self.post.clone());
        self.pool.run(move || {
            let choices = choices(&own, &folder);
            post.then(move |owner| {
                owner.offer.choices = choices;
                let _ = reply.send(Ok(owner.instruments()));
            });
        });
    }

    /// The studio's own instruments are others.
    pub(super) fn refresh_instruments(&mut self) {
        let (own, folder, post) = (self.studio.model().instruments.clone(), self.folder.clone(), self.post.clone());
        self.pool.run(move || {
            let choices = choices(&own, &folder);
            post.then(move |owner| {
                owner.offer.choices = choices;
                owner.tell_instrument(owner.offer.current.clone(), None);
            });
        });
    }

    /// Plays another instrument as soon as it is open, and keeps the choice; `done` is told what became of it.
    pub(super) fn choose_instrument(
        &mut self,
        name: &str,
        done: impl FnOnce(Result<Instruments, Refusal>) + Send + 'static,
    ) {
        let wanted = name.to_owned();
        self.open_instrument(name, move |owner, opened| done(owner.instrument_opened(&wanted, opened, true)));
    }

    fn open_instrument(
        &mut self,
        name: &str,
        opened: impl FnOnce(&mut Self, Result<(String, Instrument), Refusal>) + Send + 'static,
    ) {
        let (name, own, folder) = (name.to_owned(), self.studio.model().instruments.clone(), self.folder.clone());
        let post = self.post.clone();
        self.desk.run(move || {
            // Looked for anew: a SoundFont may have been put there a moment ago.
            let choices = choices(&own, &folder);
            let instrument = match find(&choices, &name) {
                Some((name, path)) => open(&name, &path).map(|instrument| (name, instrument)).map_err(Refusal::Failed),
                None => Err(Refusal::Unknown(format!("there is no instrument {name:?}"))),
            };
            post.then(move |owner| {
                owner.offer.choices = choices;
                opened(owner, instrument);
            });
        });
    }

    /// Plays an instrument that is open, and keeps the choice.
    pub(super) fn play_instrument(&mut self, name: String, instrument: Instrument) {
        let wanted = name.clone();
        // It tells of itself.
        let _ = self.instrument_opened(&wanted, Ok((name, instrument)), true);
    }

    fn instrument_opened(
        &mut self,
        wanted: &str,
        opened: Result<(String, Instrument), Refusal>,
        keeps: bool,
    ) -> Result<Instruments, Refusal> {
        match opened {
            Ok((name, instrument)) => {
                self.session.instrument(instrument, name.clone());
                self.offer.current.clone_from(&name);
                let kept = name.clone();
                if keeps
                    && let Err(refusal) =
                        self.edit("choose instrument", |model| Ok(model.instrument.replace(kept)), |_, _| Vec::new())
                {
                    self.fail("piano", format!("the choice of {name} cannot be kept: {refusal}"));
                }
                self.tell_instrument(name, None);
                Ok(self.instruments())
            }
            Err(refusal) => {
                self.warn("piano", format!("{wanted} is not played: {refusal}"));
                self.tell_instrument(wanted.into(), Some(refusal.to_string()));
                Err(refusal)
            }
        }
    }

    fn tell_instrument(&mut self, name: String, error: Option<String>) {
        let current = self.offer.current.clone();
        let event = Event::InstrumentChanged { name, success: error.is_none(), current, error };
        self.publish(&event, &[Section::Instruments]);
    }

    /// Lists output devices, which are opened for a moment each.
    pub(super) fn look_for_devices(&mut self, reply: Reply<AudioDevices>) {
        let current = self.sound_status["device"].as_str().map(str::to_owned);
        self.pool.run(move || {
            let device = |info: ripieno_audio::DeviceInfo| AudioDevice {
                id: info.id,
                name: info.name,
                max_output_channels: info.channels,
                default: info.is_default,
            };
            let devices = ripieno_audio::devices().outputs.into_iter().map(device).collect();
            let _ = reply.send(Ok(AudioDevices { devices, current }));
        });
    }

    /// Checks, applies, then saves settings; a refusal changes none of it.
    pub(super) fn change_audio(&mut self, wanted: AudioSettings, reply: Reply<AudioApplied>) {
        let change = match change(wanted) {
            Ok(change) => change,
            Err(reason) => return drop(reply.send(Ok(refused(reason)))),
        };
        self.reconfigure(change, move |applied| {
            let _ = reply.send(Ok(match applied {
                Ok(()) => AudioApplied { ok: true, applied: true, reason: None },
                Err(reason) => refused(reason),
            }));
        });
    }

    /// Has the session changed at the desk. It comes back here to save, before it is content.
    pub(super) fn reconfigure(&mut self, change: Change, done: impl FnOnce(Result<(), String>) + Send + 'static) {
        let (session, post) = (self.session.clone(), self.post.clone());
        self.desk.run(move || {
            let applied = session.reconfigure(change).map(drop).map_err(|error| error.to_string());
            post.then(move |owner| {
                if let Err(reason) = &applied {
                    owner.warn("audio", format!("the sound stays as it was: {reason}"));
                }
                done(applied);
            });
        });
    }

    /// The session wants its settings kept. Of a gain alone others may follow at once: it is kept once it rests, and what
    /// one movement made of it is one step of the history.
    pub(super) fn save_audio(&mut self, settings: Settings, reply: &SyncSender<Result<(), String>>) {
        let known = &self.studio.model().audio;
        if settings == (Settings { master: settings.master, ..known.clone() }) {
            if self.gain.map_or(known.master, |(gain, _)| gain) != settings.master {
                self.master_moved(settings.master);
            }
            return drop(reply.send(Ok(())));
        }
        let kept = settings.clone();
        let value = told(&kept);
        let stored = self.edit(
            "change sound",
            |model| Ok(std::mem::replace(&mut model.audio, settings)),
            |_, _| vec![Event::SettingChanged { key: "piano_audio".into(), value }],
        );
        self.gain = None;
        let _ = reply.send(stored.map(drop).map_err(|refusal| refusal.to_string()));
    }

    /// The output gain was moved: heard already, kept once it rests.
    pub(super) fn master_moved(&mut self, gain: f32) {
        self.gain = Some((gain, Instant::now() + SETTLING));
        let patch = Value::Object(Default::default());
        self.publisher.publish(&Event::ParamChanged { target: "master".into(), value: gain }, patch);
    }

    /// Keeps the gain that was set last.
    pub(super) fn keep_master(&mut self) {
        let Some((gain, _)) = self.gain.take() else { return };
        let change = |model: &mut Model| {
            model.audio.master = gain;
            Ok(())
        };
        if let Err(refusal) = self.edit("output gain", change, |_, ()| Vec::new()) {
            self.fail("audio", format!("the output gain cannot be kept: {refusal}"));
        }
    }

    /// The studio says something else of sound and instrument than before: have it so.
    pub(super) fn follow_sound(&mut self, before: &Model) {
        let model = self.studio.model();
        let instrument = model.instrument.clone().unwrap_or_else(|| instrument::ALL.into());
        let change = difference(&before.audio, &model.audio);
        if change != Change::default() {
            self.reconfigure(change, |_| {});
        }
        if !is_named(&self.offer.current, &instrument) {
            let wanted = instrument.clone();
            self.open_instrument(&instrument, move |owner, opened| {
                // The choice is the studio's already; what becomes of it is told.
                let _ = owner.instrument_opened(&wanted, opened, false);
            });
        }
    }

    /// The session as it is.
    pub(super) fn status(&mut self, status: &Status) {
        self.telemetry = told(status);
        self.note_midi();
        if status.peak.iter().any(|peak| *peak > 0.0) {
            let event = Event::Level { target: "master".into(), level: status.peak };
            self.publisher.publish(&event, Value::Object(Default::default()));
        }
        let served = json!({
            "rate": status.rate,
            "buffer": status.buffer,
            "latency_ms": (status.latency_ms * 10.0).round() / 10.0,
            "device": status.device,
            "is_running": status.is_running,
            "underruns": status.underruns,
            "overloads": status.overloads,
            "last_error": status.last_error,
        });
        if served != self.sound_status {
            if served["last_error"] != self.sound_status["last_error"]
                && let Some(error) = &status.last_error
            {
                self.warn("audio", error.clone());
            }
            self.sound_status = served.clone();
            self.publish(&Event::AudioStatus { status: served }, &[Section::Audio]);
        }
    }
}

fn refused(reason: String) -> AudioApplied {
    AudioApplied { ok: false, applied: false, reason: Some(reason) }
}

/// The API's words as the session's.
fn change(wanted: AudioSettings) -> Result<Change, String> {
    let AudioSettings { sample_rate, block_size, max_polyphony, latency_mode, output_device, master_volume } = wanted;
    let latency = match latency_mode.as_deref() {
        None => None,
        Some("low") => Some(Latency::Low),
        Some("medium") => Some(Latency::Medium),
        Some("high") => Some(Latency::High),
        Some(other) => return Err(format!("latency_mode {other:?} is none of low, medium and high")),
    };
    Ok(Change {
        device: output_device,
        rate: sample_rate,
        // A mode that is asked for is worth more than a size that is kept.
        buffer: block_size.or(latency.map(|_| None)),
        latency,
        voices: max_polyphony,
        master: master_volume,
        ..Change::default()
    })
}

/// The change from one to the other.
fn difference(before: &Settings, now: &Settings) -> Change {
    fn of<T: PartialEq + Clone>(before: &T, now: &T) -> Option<T> {
        (before != now).then(|| now.clone())
    }
    Change {
        device: of(&before.device, &now.device),
        rate: of(&before.rate, &now.rate),
        buffer: of(&before.buffer, &now.buffer),
        channels: of(&before.channels, &now.channels),
        latency: of(&before.latency, &now.latency),
        buffered: of(&before.buffered, &now.buffered),
        fixed_latency: of(&before.fixed_latency, &now.fixed_latency),
        voices: of(&before.voices, &now.voices),
        master: of(&before.master, &now.master),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_api_are_those_of_the_session() {
        let check = |wanted: Value, expected: Result<Change, &str>| {
            let settings: AudioSettings = serde_json::from_value(wanted).unwrap();
            match (change(settings), expected) {
                (Ok(change), Ok(expected)) => assert_eq!(change, expected),
                (Err(reason), Err(word)) => assert!(reason.contains(word), "{reason}"),
                other => panic!("{other:?}"),
            }
        };
        check(json!({}), Ok(Change::default()));
        check(json!({"sample_rate": 48000, "output_device": null}), {
            Ok(Change { rate: Some(Some(48_000)), device: Some(None), ..Change::default() })
        });
        let medium = Change { latency: Some(Latency::Medium), buffer: Some(None), ..Change::default() };
        check(json!({"latency_mode": "medium"}), Ok(medium.clone()));
        check(json!({"latency_mode": "medium", "block_size": 512}), Ok(Change { buffer: Some(Some(512)), ..medium }));
        check(json!({"latency_mode": "tiny"}), Err("tiny"));
        check(json!({"max_polyphony": 8, "master_volume": 0.5}), {
            Ok(Change { voices: Some(8), master: Some(0.5), ..Change::default() })
        });
    }

    #[test]
    fn a_difference_leads_from_one_to_the_other() {
        let before = Settings { rate: Some(44_100), voices: 8, ..Settings::default() };
        let now = Settings { device: Some("x".into()), channels: Some([3, 4]), master: 0.3, ..Settings::default() };
        assert_eq!(before.with(&difference(&before, &now)).unwrap(), now);
        assert_eq!(difference(&now, &now), Change::default());
    }

    #[test]
    fn of_one_name_the_first_is_offered_and_no_path_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let own = [
            InstrumentSpec { name: "ORGAN".into(), path: "x.sf2".into() },
            InstrumentSpec { name: "Mine".into(), path: "mine.sf2".into() },
        ];
        let choices = choices(&own, folder.path());
        assert_eq!(choices.iter().filter(|(name, _)| name.to_lowercase() == "organ").count(), 1);
        let (name, path) = choices.iter().find(|(name, _)| name == "Mine").unwrap();
        let error = open(name, path).unwrap_err();
        assert!(error.starts_with("Mine ") && !error.contains(folder.path().to_str().unwrap()), "{error}");
    }
}
