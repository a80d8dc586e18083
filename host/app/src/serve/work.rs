//! The kinds of long operations: what each does, on a worker, and how it says how far it is.

use super::inbox::{Inbox, Post};
use super::ops::{Cancel, Step};
use super::recordings::{FOLDER, free_names, id, looked};
use super::{Owner, sound};
use crate::live::{Handle, SessionError};
use crate::studio;
use ripieno_files::atomic::{AtomicError, Existing};
use ripieno_web::shape::{NewOperation, Operation, OperationStatus};
use ripieno_web::{Event, Refusal};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Seconds of a recording at most.
const LONGEST: f64 = 3_600.0;
/// How often a recording says how far it is, and looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

/// The operation of which one is under way at a time.
const SEPARATE: &str = "separate";

/// How an operation says how it gets on.
pub(super) struct Course<'a> {
    id: &'a str,
    post: &'a Post,
    cancel: &'a Cancel,
}

impl Course<'_> {
    /// Says how far it is.
    pub(super) fn progress(&self, share: f64) {
        self.post.send(Inbox::Step(self.id.into(), Step::Progress(share as f32)));
    }

    /// Says how far it is, at what, and how many seconds are left.
    pub(super) fn tell(&self, share: f64, message: String, eta_secs: Option<f64>) {
        self.post.send(Inbox::Step(self.id.into(), Step::Told(share as f32, message, eta_secs)));
    }

    /// The way to the owner.
    pub(super) fn post(&self) -> &Post {
        self.post
    }

    /// Whether it should end early.
    pub(super) fn cancel(&self) -> &Cancel {
        self.cancel
    }
}

/// What an operation does.
pub(super) type Work = Box<dyn FnOnce(&Course<'_>) -> Result<Value, String> + Send>;

impl Owner {
    /// Begins an operation, unless the same is under way.
    pub(super) fn start_operation(&mut self, new: &NewOperation) -> Result<Operation, Refusal> {
        let work = self.work(&new.op_type, &new.params)?;
        let id = format!("{:08x}", super::random());
        let (op, cancel) = self.operations.add(id, &new.op_type, &new.params, super::now())?;
        let Some(cancel) = cancel else { return Ok(op) };
        self.tell_operation(op.clone());
        let (id, post) = (op.id.clone(), self.post.clone());
        // Separations wait for each other, and for nothing else.
        let pool = if op.op_type == SEPARATE { &self.separator } else { &self.pool };
        pool.run(move || {
            post.send(Inbox::Step(id.clone(), Step::Begun));
            let course = Course { id: &id, post: &post, cancel: &cancel };
            let work = || if cancel.is_wanted() { Err("it was ended before it began".into()) } else { work(&course) };
            let result = catch_unwind(AssertUnwindSafe(work))
                .unwrap_or_else(|_| Err("it broke off by a fault of its own".into()));
            post.send(Inbox::Step(id, Step::Over(result)));
        });
        Ok(op)
    }

    /// Asks an operation to end. A separation that waits for its turn ends at once: it has nothing to undo.
    pub(super) fn cancel_operation(&mut self, id: &str) -> Result<Operation, Refusal> {
        let op = self.operations.cancel(id)?;
        if op.status == OperationStatus::Pending && op.op_type == SEPARATE {
            self.operation_step(id, Step::Over(Err("it was ended before it began".into())));
        }
        self.operations.one(id)
    }

    /// An operation has got on.
    pub(super) fn operation_step(&mut self, id: &str, step: Step) {
        if let Some(op) = self.operations.step(id, step, super::now()) {
            if let Some(error) = &op.error {
                self.warn("ops", format!("{}: {error}", op.op_type));
            }
            self.tell_operation(op);
        }
    }

    fn tell_operation(&mut self, op: Operation) {
        self.publish(&Event::Operation { op }, &[super::served::Section::Ops]);
    }

    fn work(&self, kind: &str, params: &Value) -> Result<Work, Refusal> {
        match kind {
            "check_studio" => {
                let text = self.studio.text().to_owned();
                Ok(Box::new(move |_| check(text)))
            }
            "load_instrument" => {
                let name = params["name"].as_str().map(str::to_owned);
                let name = name.ok_or_else(|| Refusal::Invalid("load_instrument: a `name` is wanted".into()))?;
                let (own, folder, post) =
                    (self.studio.model().instruments.clone(), self.folder.clone(), self.post.clone());
                Ok(Box::new(move |course| load(&name, &sound::choices(&own, &folder), &post, course)))
            }
            "record" => {
                let secs = params["seconds"].as_f64().unwrap_or(LONGEST);
                if !(0.0..=LONGEST).contains(&secs) {
                    return Err(Refusal::Invalid(format!("record: `seconds` is from 0 to {LONGEST}, not {secs}")));
                }
                let folder = self.recordings_folder();
                let name = format!("take-{}.wav", super::now() as u64);
                let session = self.session.clone();
                Ok(Box::new(move |course| record(&session, &folder, &name, Duration::from_secs_f64(secs), course)))
            }
            "controller_pull" => self.controller_pull(params),
            "controller_push" => self.controller_push(params),
            "preview" => self.preview(params),
            SEPARATE => self.separation(params),
            "slice" => self.slice(params),
            other => Err(Refusal::Invalid(format!(
                "there is no operation {other:?}; there are check_studio, controller_pull, controller_push, load_instrument, \
                 preview, record, separate and slice"
            ))),
        }
    }
}

/// An operation's parameters: an object, and no list of what would be in it.
pub(super) fn read<T: DeserializeOwned>(kind: &str, params: &Value) -> Result<T, Refusal> {
    let refused = |why: String| Refusal::Invalid(format!("{kind}: the parameters do not fit: {why}"));
    if !params.is_object() {
        return Err(refused("an object is wanted".into()));
    }
    serde_json::from_value(params.clone()).map_err(|error| refused(error.to_string()))
}

fn check(text: String) -> Result<Value, String> {
    let studio = studio::Studio::open(studio::InMemory::of(text)).map_err(|error| error.to_string())?;
    let warnings: Vec<String> = studio.warnings().iter().map(ToString::to_string).collect();
    let dead: Vec<String> = studio::compile(studio.model(), &mut studio::Numbers::default()).warnings;
    Ok(json!({"warnings": warnings, "silent": dead}))
}

fn load(name: &str, choices: &[(String, PathBuf)], post: &Post, course: &Course<'_>) -> Result<Value, String> {
    let (name, path) = sound::find(choices, name).ok_or_else(|| format!("there is no instrument {name:?}"))?;
    let instrument = sound::open(&name, &path)?;
    if course.cancel.is_wanted() {
        return Err("it was not wanted any more".into());
    }
    let opened = name.clone();
    post.then(move |owner| owner.play_instrument(opened, instrument));
    Ok(json!({"name": name}))
}

/// Begins a recording under a name that is free: this one, or the same with a number, as for the second in a second.
fn begin(session: &Handle, folder: &Path, name: &str) -> Result<String, String> {
    for name in free_names(name) {
        match session.record(folder.join(&name), Existing::Refuse) {
            Err(SessionError::Recording(AtomicError::Exists)) => {}
            begun => return begun.map(|()| name).map_err(|error| error.to_string()),
        }
    }
    Err(format!("there are too many recordings like {name}"))
}

fn record(session: &Handle, folder: &Path, name: &str, time: Duration, course: &Course<'_>) -> Result<Value, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("there can be no folder {FOLDER}: {error}"))?;
    let name = &begin(session, folder, name)?;
    let begun = Instant::now();
    // To end it early is how a recording without an end is ended: what was recorded is kept.
    while begun.elapsed() < time && !course.cancel.is_wanted() {
        std::thread::sleep(LOOK.min(time.saturating_sub(begun.elapsed())));
        course.progress(begun.elapsed().as_secs_f64() / time.as_secs_f64());
    }
    let frames = session.stop_recording().map_err(|error| error.to_string())?.unwrap_or(0);
    looked(course.post);
    Ok(json!({"name": name, "frames": frames, "recording": id(name)}))
}
