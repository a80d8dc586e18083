//! `ripieno farm worker`: one job at a time in this process, or several in processes of their own.

use super::{open, server};
use crate::cli::WorkOptions;
use crate::interrupt::Interrupt;
use crate::{Failure, output};
use ripieno_farm::{FarmError, FarmErrorKind, Runner, Told, Worker};
use ripieno_separate::span::{Division, Open};
use ripieno_separate::worker::die_with_parent;
use ripieno_separate::{Cancel, JobError, JobSettings, Observer, Outcome, Session};
use serde_json::json;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a process of ours has to give its job back.
const FAREWELL: Duration = Duration::from_secs(10);

/// A process that died is started again after this.
const REST: Duration = Duration::from_secs(1);

/// How often processes are looked after.
const TICK: Duration = Duration::from_millis(50);

/// Carries out the verb.
pub(super) fn run(options: &WorkOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::listen();
    let stop = Cancel::default();
    interrupt.cancels(&stop);
    if options.lifeline {
        // Where the system refuses, the end of stdin remains.
        let _ = die_with_parent();
        let stop = stop.clone();
        thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            stop.request();
        });
    }
    let ended = if options.jobs > 1 { many(options, &stop) } else { one(options, &stop) };
    match ended {
        Ok(()) if interrupt.is_raised() => Err(Failure::Stopped),
        ended => ended,
    }
}

/// Works in this process.
fn one(options: &WorkOptions, stop: &Cancel) -> Result<(), Failure> {
    let farm = open(&options.server)?;
    let (models, scratch) = (folder(&options.model_dir, "models")?, folder(&options.scratch_dir, "scratch")?);
    let name = name(options)?;
    let local = Local { session: Session::new(), threads: options.threads, ort_lib: options.ort_lib.clone() };
    let mut worker = Worker::new((farm.clone(), farm), local, &name, &models, &scratch).map_err(Failure::Farm)?;
    if !options.json {
        eprintln!("{name} works for {}, bucket {}", server(&options.server).shown(), options.server.bucket);
    }
    let mut broken = None;
    let mut tell = |told: Told| {
        let said = if options.json { say_json(&told) } else { say(&told) };
        if let Err(error) = said {
            broken.get_or_insert(error);
            stop.request();
        }
    };
    worker.work(options.until_empty, stop, &mut tell).map_err(Failure::Farm)?;
    broken.map_or(Ok(()), Err)
}

fn say(told: &Told) -> Result<(), Failure> {
    match told {
        Told::Begun { id, what } => eprintln!("{id}  begins {what}"),
        Told::Done { id, what } => eprintln!("{id}  done {what}"),
        Told::Failed { id, message, again: true } => eprintln!("{id}  failed, is tried again: {message}"),
        Told::Failed { id, message, .. } => eprintln!("{id}  failed: {message}"),
        Told::Trouble(message) => output::warn(message),
        _ => {}
    }
    Ok(())
}

fn say_json(told: &Told) -> Result<(), Failure> {
    output::json_line(&match told {
        Told::Begun { id, what } => json!({"event": "begun", "job": id, "what": what}),
        Told::Done { id, what } => json!({"event": "done", "job": id, "what": what}),
        Told::Failed { id, message, again } => {
            json!({"event": "failed", "job": id, "error": message, "again": again})
        }
        Told::Trouble(message) => json!({"event": "trouble", "error": message}),
        _ => return Ok(()),
    })
}

/// A process that works one job, or its place.
enum Slot {
    Works(Child),
    /// It died, and is started again then.
    Rests(Instant),
    /// It found nothing more to do.
    Over,
}

/// Looks after processes that work one job each, so that one that a model brings down takes no other along.
fn many(options: &WorkOptions, stop: &Cancel) -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::Session(format!("this program cannot find itself: {error}; use --jobs 1")))?;
    // A wrong address or password shows here, once.
    drop(open(&options.server)?);
    let start = |number: usize| {
        let mut command = Command::new(&program);
        command.args(arguments(options, number)).stdin(Stdio::piped());
        command.spawn().map_err(|error| Failure::Session(format!("a worker cannot be started: {error}")))
    };
    let mut slots = Vec::new();
    for number in 0..options.jobs {
        slots.push(Slot::Works(start(number)?));
    }
    while !stop.is_requested() && !slots.iter().all(|slot| matches!(slot, Slot::Over)) {
        for (number, slot) in slots.iter_mut().enumerate() {
            match slot {
                Slot::Works(child) => {
                    let Ok(Some(status)) = child.try_wait() else { continue };
                    *slot = if status.success() && options.until_empty {
                        Slot::Over
                    } else {
                        output::warn(&format!("worker {} ended ({status}); it is started again", number + 1));
                        Slot::Rests(Instant::now() + REST)
                    };
                }
                Slot::Rests(until) if Instant::now() >= *until => *slot = Slot::Works(start(number)?),
                Slot::Rests(_) | Slot::Over => {}
            }
        }
        thread::sleep(TICK);
    }
    // The end of stdin asks each to give its job back.
    let works = |slot| if let Slot::Works(child) = slot { Some(child) } else { None };
    let mut left: Vec<Child> = slots.into_iter().filter_map(works).collect();
    left.iter_mut().for_each(|child| drop(child.stdin.take()));
    let until = Instant::now() + FAREWELL;
    while Instant::now() < until && left.iter_mut().any(|child| matches!(child.try_wait(), Ok(None))) {
        thread::sleep(TICK);
    }
    for child in &mut left {
        let _ = child.kill();
        let _ = child.wait();
    }
    Ok(())
}

/// The command line of one process.
fn arguments(options: &WorkOptions, number: usize) -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<std::ffi::OsString> = ["farm", "worker", "--lifeline"].map(Into::into).into();
    let server = &options.server;
    let mut give = |name: &str, value: Option<std::ffi::OsString>| {
        if let Some(value) = value {
            arguments.extend([name.into(), value]);
        }
    };
    let path = |path: &Option<PathBuf>| path.clone().map(Into::into);
    give("--nats", server.url.clone().map(Into::into));
    give("--bucket", Some(server.bucket.clone().into()));
    give("--creds", path(&server.creds));
    give("--tls-ca", path(&server.tls_ca));
    give("--tls-cert", path(&server.tls_cert));
    give("--tls-key", path(&server.tls_key));
    give("--model-dir", path(&options.model_dir));
    give("--scratch-dir", path(&options.scratch_dir));
    give("--name", options.name.as_ref().map(|name| format!("{name}-{}", number + 1).into()));
    give("--threads", options.threads.map(|threads| threads.to_string().into()));
    give("--ort-lib", path(&options.ort_lib));
    arguments.extend(options.until_empty.then(|| "--until-empty".into()));
    arguments.extend(options.json.then(|| "--json".into()));
    arguments
}

/// A folder that was named, or one in the user's cache.
fn folder(named: &Option<PathBuf>, part: &str) -> Result<PathBuf, Failure> {
    let usual = || directories::BaseDirs::new().map(|dirs| dirs.cache_dir().join("ripieno").join("farm").join(part));
    named.clone().or_else(usual).ok_or_else(|| {
        Failure::Usage("this user has no home: name the folders by --model-dir and --scratch-dir".to_owned())
    })
}

/// What this worker is called; no two are the same.
fn name(options: &WorkOptions) -> Result<String, Failure> {
    let named = options.name.clone().unwrap_or_else(|| {
        let machine = std::fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok());
        machine.map_or_else(|| "worker".to_owned(), |machine| machine.trim().to_owned())
    });
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    let named: String = named.chars().map(plain).take(64).collect();
    let number = getrandom::u32()
        .map_err(|error| Failure::Farm(FarmError::new(FarmErrorKind::Failed, format!("no randomness: {error}"))))?;
    Ok(format!("{named}-{number:08x}"))
}

/// A session with what is this machine's own.
struct Local {
    session: Session,
    threads: Option<usize>,
    ort_lib: Option<PathBuf>,
}

impl Local {
    fn own(&self, job: &JobSettings) -> JobSettings {
        let mut own = job.clone();
        own.threads = self.threads;
        own.ort_lib.clone_from(&self.ort_lib);
        own
    }
}

impl Runner for Local {
    fn whole(&mut self, job: &JobSettings, observer: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError> {
        let own = self.own(job);
        self.session.run(&own, observer, cancel)
    }

    fn span(
        &mut self,
        job: &JobSettings,
        span: (&Division, u64),
        out: &mut dyn Write,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        let own = self.own(job);
        self.session.separate_span(&own, span, out, observer, cancel)
    }

    fn join(
        &mut self,
        job: &JobSettings,
        division: &Division,
        open: Open<'_>,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        let own = self.own(job);
        self.session.join(&own, division, open, observer, cancel)
    }
}
