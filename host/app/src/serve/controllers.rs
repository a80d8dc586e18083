//! Controllers that run Ripieno: who they are, what they keep, and set-ups that go there and come back. A set-up that was
//! read lies beside the studio, in a file of its own, and can be stored again.

use super::inbox::Post;
use super::work::Work;
use super::{Owner, served};
use crate::clock::SystemClock;
use crate::controller::Desk;
use crate::controller::files::{self, Loaded};
use crate::controller::find::{Finder, Found, PortLine};
use crate::interrupt::Interrupt;
use crate::panels::HostSetup;
use crate::roomy::boxed;
use crate::studio::{Fresh, Model, Numbers, Recovered, compile};
use crate::{Failure, controller};
use ripieno_firmware::protocol::Job;
use ripieno_midi::{Driver, Inputs};
use ripieno_web::shape::{Controller, ControllerSlot};
use ripieno_web::{Event, Refusal, Reply};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

/// The folder of set-ups that were read, beside the studio.
const FOLDER: &str = "controllers";

/// Where controllers are looked for.
#[derive(Clone, Debug)]
pub struct Boards {
    driver: Driver,
    /// Ports that were asked for by name; all hardware if there are none.
    names: Vec<String>,
    /// One line at a time: two at one controller would take each other's answers.
    line: Arc<Mutex<()>>,
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pull {
    port: String,
    slot: Option<u8>,
    /// Whether it becomes presets and panels of the studio.
    take_in: bool,
}

/// A set-up that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// Where it was.
    pub slot: u8,
    /// For people.
    pub name: String,
    /// The file that has it now.
    pub file: String,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// A set-up to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    port: String,
    slot: u8,
    /// A file that was read from a controller; the studio if there is none.
    file: Option<String>,
    activate: bool,
}

impl Boards {
    /// Those that the studio listens to.
    pub fn new(driver: Driver, names: &[String]) -> Self {
        Self { driver, names: names.to_vec(), line: Arc::default() }
    }

    /// Who answers, and what each keeps. Control; takes a second or so.
    ///
    /// # Errors
    /// There is no such MIDI system.
    pub fn find(&self) -> Result<Vec<Controller>, Refusal> {
        let _line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let interrupt = Interrupt::default();
        let unavailable = |failure: Failure| Refusal::Unavailable(failure.to_string());
        let (found, mut finder) = self.finder(&interrupt).map_err(unavailable)?;
        let mut controllers = Vec::new();
        for found in found {
            let entries;
            // One that does not tell is there all the same.
            (entries, finder) = finder.with(&found, |line| desk(line, &interrupt).list()).map_err(unavailable)?;
            let presets = entries.unwrap_or_default().into_iter();
            let presets = presets.map(|entry| ControllerSlot { slot: entry.slot, bytes: entry.length }).collect();
            controllers.push(told(&found, presets));
        }
        Ok(controllers)
    }

    fn finder(&self, interrupt: &Interrupt) -> Result<(Vec<Found>, Finder), Failure> {
        Finder::open(self.driver, &self.names)?.find(interrupt)
    }

    /// Works with the controller at a port.
    fn at<T>(
        &self,
        port: &str,
        interrupt: &Interrupt,
        work: impl FnOnce(&mut PortLine, &Found) -> Result<T, Failure>,
    ) -> Result<T, String> {
        let _line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, finder) = self.finder(interrupt).map_err(|failure| failure.to_string())?;
        let found = found.into_iter().find(|found| found.port == port);
        let found = found
            .ok_or_else(|| format!("no controller answers at {port:?}; GET /api/controllers lists those that do"))?;
        let (done, _) = finder.with(&found, |line| work(line, &found)).map_err(|failure| failure.to_string())?;
        done.map_err(|failure| failure.to_string())
    }

    /// Reads the set-ups of a controller, or the one that is wanted, into files of `folder`. Control; takes its time.
    ///
    /// # Errors
    /// Why not; what was written until then stays.
    pub fn pull(
        &self,
        pull: &Pull,
        folder: &Path,
        interrupt: &Interrupt,
        progress: impl Fn(f64),
    ) -> Result<Vec<Pulled>, String> {
        self.at(&pull.port, interrupt, |line, found| {
            let mut desk = desk(line, interrupt);
            let mut entries = desk.list()?;
            if let Some(slot) = pull.slot {
                entries.retain(|entry| entry.slot == slot);
                if entries.is_empty() {
                    return Err(Failure::Usage(format!("there is nothing in slot {slot}")));
                }
            }
            let all = entries.iter().map(|entry| f64::from(entry.length)).sum::<f64>().max(1.0);
            let mut before = 0.0;
            let mut pulled = Vec::new();
            for entry in entries {
                let bytes = desk.pull(entry, |done, _| progress((before + f64::from(done)) / all))?;
                before += f64::from(entry.length);
                let name = format!("{} slot {}", found.board, entry.slot);
                let file = keep(folder, &name, &bytes)?;
                pulled.push(Pulled { slot: entry.slot, name, file, bytes });
            }
            Ok(pulled)
        })
    }

    /// Stores a set-up. Control; takes its time.
    ///
    /// # Errors
    /// Why not; the controller keeps what it kept.
    pub fn push(
        &self,
        push: &Push,
        model: &Model,
        folder: &Path,
        interrupt: &Interrupt,
        progress: impl Fn(f64),
    ) -> Result<Value, String> {
        let (bytes, warnings) = match &push.file {
            Some(file) => (files::file(&folder.join(file)).map_err(|_| no_file(file))?, Vec::new()),
            None => {
                let compiled = compile(model, &mut Numbers::default());
                (files::encoded(&compiled).map_err(|error| format!("the studio {error}"))?, compiled.warnings)
            }
        };
        let loaded = Loaded { path: push.file.as_deref().unwrap_or("the studio").into(), slot: push.slot, bytes };
        self.at(&push.port, interrupt, |line, _| {
            let mut desk = desk(line, interrupt);
            desk.push(&loaded, |done, all| progress(f64::from(done) / f64::from(all.max(1))))?;
            if push.activate {
                desk.simply(Job::Activate(loaded.slot))?;
            }
            let bytes = loaded.bytes.len();
            Ok(json!({ "slot": loaded.slot, "bytes": bytes, "active": push.activate, "warnings": warnings }))
        })
    }
}

impl Pull {
    /// Reads `{port, slot?, take_in?}`.
    ///
    /// # Errors
    /// Which of them is wrong, and what would do.
    pub fn read(params: &Value) -> Result<Self, String> {
        let take_in = match &params["take_in"] {
            Value::Null => false,
            value => value.as_bool().ok_or("controller_pull: `take_in` is true or false")?,
        };
        Ok(Self { port: port(params, "controller_pull")?, slot: slot(params, "controller_pull")?, take_in })
    }
}

impl Push {
    /// Reads `{port, slot?, file?, activate?}`.
    ///
    /// # Errors
    /// Which of them is wrong, and what would do.
    pub fn read(params: &Value) -> Result<Self, String> {
        let file = match &params["file"] {
            Value::Null => None,
            value => Some(value.as_str().filter(|name| is_name(name)).ok_or_else(|| no_file(value))?.to_owned()),
        };
        let activate = match &params["activate"] {
            Value::Null => true,
            value => value.as_bool().ok_or("controller_push: `activate` is true or false")?,
        };
        let slot = slot(params, "controller_push")?.unwrap_or(0);
        Ok(Self { port: port(params, "controller_push")?, slot, file, activate })
    }
}

fn slot(params: &Value, operation: &str) -> Result<Option<u8>, String> {
    match &params["slot"] {
        Value::Null => Ok(None),
        value => {
            let slot = value.as_u64().and_then(|slot| u8::try_from(slot).ok()).map(Some);
            slot.ok_or_else(|| format!("{operation}: `slot` is a number from 0, not {value}"))
        }
    }
}

fn port(params: &Value, operation: &str) -> Result<String, String> {
    let port = params["port"].as_str().map(str::to_owned);
    port.ok_or_else(|| format!("{operation}: a `port` is wanted, as GET /api/controllers lists it"))
}

fn no_file(name: impl std::fmt::Display) -> String {
    format!("controller_push: {name} is no file that was read from a controller by controller_pull")
}

/// True for the name of a file of set-ups, which leads nowhere else.
fn is_name(name: &str) -> bool {
    let stem = name.strip_suffix(&format!(".{}", files::EXTENSION)).unwrap_or_default();
    !stem.is_empty() && !stem.starts_with('.') && stem.chars().all(|c| c.is_alphanumeric() || " -_.()".contains(c))
}

/// Keeps a set-up under a name that is free, or that has the same one already; nothing is ever written over.
fn keep(folder: &Path, stem: &str, bytes: &[u8]) -> Result<String, Failure> {
    let plain: String = stem.chars().map(|c| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' }).collect();
    let numbered = |nth: u32| match nth {
        1 => format!("{plain}.{}", files::EXTENSION),
        nth => format!("{plain} ({nth}).{}", files::EXTENSION),
    };
    let has_it = |name: &String| files::file(&folder.join(name)).is_ok_and(|there| there == bytes);
    let fits = |name: &String| has_it(name) || !folder.join(name).exists();
    let name = (1..).map(numbered).find(fits).unwrap_or_default();
    if has_it(&name) {
        return Ok(name);
    }
    // Without the folder's path, which is nobody's business.
    let failed = |error: String| Failure::Session(format!("{name} cannot be written: {error}"));
    std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    files::write(&folder.join(&name), bytes, false).map_err(|failure| match failure {
        Failure::Output { error, .. } => failed(error.to_string()),
        other => other,
    })?;
    Ok(name)
}

fn desk<'a>(line: &'a mut PortLine, interrupt: &'a Interrupt) -> Desk<'a, Inputs, ripieno_midi::Output> {
    controller::Desk { line, clock: SystemClock::default(), interrupt }
}

fn told(found: &Found, presets: Vec<ControllerSlot>) -> Controller {
    Controller {
        port: found.port.clone(),
        name: found.board.clone(),
        version: found.firmware.clone(),
        protocol: found.protocol,
        slots: found.slots,
        active: found.active,
        longest: found.longest,
        free: found.free,
        presets,
    }
}

impl Owner {
    /// Where controllers are looked for.
    fn boards(&self) -> Result<&Boards, Refusal> {
        let none = || {
            Refusal::Unavailable("no MIDI here; leave `--no-midi` and `--midi none` away to reach controllers".into())
        };
        self.boards.as_ref().ok_or_else(none)
    }

    /// Makes a set-up presets and panels of the studio, as one step.
    fn take_in(&mut self, setup: &HostSetup, name: &str) -> Result<Recovered, Refusal> {
        self.edit(
            "take in a set-up",
            |model| model.recover(setup, name, Fresh::draw()),
            |model, recovered| {
                let presets = model.presets.iter().filter(|preset| recovered.presets.contains(&preset.id));
                let presets = presets.map(|preset| Event::PresetChanged { preset: preset.clone() });
                let panels = model.served_panels().panels.into_values();
                let panels = panels.filter(|panel| recovered.panels.contains(&panel.id));
                presets.chain(panels.map(|panel| Event::PanelCreated { panel })).collect()
            },
        )
    }

    /// Reads set-ups of a controller.
    pub(super) fn controller_pull(&self, params: &Value) -> Result<Work, Refusal> {
        let pull = Pull::read(params).map_err(Refusal::Invalid)?;
        let (boards, folder) = (self.boards()?.clone(), self.folder.join(FOLDER));
        Ok(Box::new(move |course| {
            let all = boards.pull(&pull, &folder, &course.cancel().interrupt(), |share| course.progress(share))?;
            let mut presets = Vec::new();
            for pulled in &all {
                let mut said = json!({"slot": pulled.slot, "bytes": pulled.bytes.len(), "file": pulled.file});
                if pull.take_in {
                    said["taken_in"] = served::told(&hand_in(pulled, course.post())?);
                }
                presets.push(said);
            }
            Ok(json!({ "presets": presets }))
        }))
    }

    /// Stores a set-up in a controller.
    pub(super) fn controller_push(&self, params: &Value) -> Result<Work, Refusal> {
        let push = Push::read(params).map_err(Refusal::Invalid)?;
        let (boards, folder) = (self.boards()?.clone(), self.folder.join(FOLDER));
        let model = self.studio.model().clone();
        Ok(Box::new(move |course| {
            let interrupt = course.cancel().interrupt();
            boards.push(&push, &model, &folder, &interrupt, |share| course.progress(share))
        }))
    }

    /// Looks for controllers, then answers.
    pub(super) fn look_for_controllers(&self, reply: Reply<Vec<Controller>>) {
        match self.boards().cloned() {
            Ok(boards) => self.looks.run(move || drop(reply.send(boards.find()))),
            Err(refusal) => drop(reply.send(Err(refusal))),
        }
    }
}

/// Has a set-up taken in by the owner, and waits for what became of it. Control; blocks.
///
/// # Errors
/// It is none, there is no room for it, or the program is ending.
pub fn hand_in(pulled: &Pulled, post: &Post) -> Result<Recovered, String> {
    // It is large: it stays where it was made.
    let setup = boxed(|| HostSetup::decode(&pulled.bytes));
    if let Err(error) = &*setup {
        return Err(format!("{}: {error}", pulled.file));
    }
    let (tell, told) = mpsc::channel();
    let name = pulled.name.clone();
    post.then(move |owner| {
        if let Ok(setup) = &*setup {
            let _ = tell.send(owner.take_in(setup, &name));
        }
    });
    let recovered = told.recv().map_err(|_| "the program is ending".to_owned())?;
    recovered.map_err(|refusal| refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_stored_is_understood_or_refused() {
        let check = |params: Value, expected: Result<Push, &str>| match (Push::read(&params), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(error), Err(part)) => assert!(error.contains(part), "{params}: {error}"),
            (found, _) => panic!("{params}: {found:?}"),
        };
        let push = Push { port: "p".into(), slot: 0, file: None, activate: true };
        check(json!({"port": "p"}), Ok(push.clone()));
        let file = Some("mps2 slot 2 (2).preset".to_owned());
        check(
            json!({"port": "p", "slot": 2, "file": file, "activate": false}),
            Ok(Push { slot: 2, file, activate: false, ..push }),
        );
        check(json!({}), Err("`port`"));
        check(json!({"port": "p", "slot": 256}), Err("`slot`"));
        let pull = Pull { port: "p".into(), slot: Some(3), take_in: true };
        assert_eq!(Pull::read(&json!({"port": "p", "slot": 3, "take_in": true})), Ok(pull));
        assert!(Pull::read(&json!({"port": "p", "take_in": "yes"})).is_err_and(|error| error.contains("`take_in`")));
        check(json!({"port": "p", "activate": 1}), Err("`activate`"));
        for name in ["../x.preset", "a/b.preset", ".preset", "..preset", "studio.toml", "a\\b.preset", ""] {
            check(json!({"port": "p", "file": name}), Err("is no file"));
        }
    }

    #[test]
    fn what_was_read_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join(FOLDER);
        let setup = |note: u8| {
            let mut studio = crate::studio::Studio::open(crate::studio::InMemory::of(String::new())).unwrap();
            let at = serde_json::from_value(json!({ "source": note.to_string() })).unwrap();
            let change = serde_json::from_value(json!({"action": {"type": "panic"}})).unwrap();
            studio.edit("x", |model| model.change_entry(ripieno_web::shape::Kind::Pad, "Drums", &at, &change)).unwrap();
            files::encoded(&compile(studio.model(), &mut Numbers::default())).unwrap()
        };
        let (one, other) = (setup(16), setup(17));
        assert_ne!(one, other);
        assert_eq!(keep(&folder, "a/b slot 1", &one).unwrap(), "a_b slot 1.preset");
        assert_eq!(keep(&folder, "a/b slot 1", &one).unwrap(), "a_b slot 1.preset");
        assert_eq!(keep(&folder, "a/b slot 1", &other).unwrap(), "a_b slot 1 (2).preset");
        assert_eq!(files::file(&folder.join("a_b slot 1.preset")).unwrap(), one);
        assert!(is_name("a_b slot 1 (2).preset"));
    }
}
