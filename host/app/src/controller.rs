//! `ripieno controller`: finds controllers that run Ripieno, reads their set-ups and stores others.

pub(crate) mod files;
pub(crate) mod find;
mod line;
#[cfg(test)]
mod tests;
mod watch;
mod words;

pub use words::message_text;

use crate::cli::{ControllerVerb, IdentifyOptions, PortOptions, PullOptions, PushOptions, SlotOptions};
use crate::clock::SystemClock;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::{Failure, output};
use files::Loaded;
use find::{Finder, failed};
use line::{Broken, Line};
use ripieno_firmware::protocol::{Answer, ClientError, Code, Entry, Job};
use ripieno_ports::{MidiIn, MidiOut};
use serde_json::json;
use std::fmt::Write as _;

/// Carries out a verb.
pub fn run(verb: &ControllerVerb) -> Result<(), Failure> {
    let interrupt = Interrupt::listen();
    match verb {
        ControllerVerb::Identify(options) => identify(options, &interrupt),
        ControllerVerb::Pull(options) => pull(options, &interrupt),
        ControllerVerb::Push(options) => push(options, &interrupt),
        ControllerVerb::Activate(options) => slot(options, Job::Activate(options.slot), "plays", &interrupt),
        ControllerVerb::Delete(options) => slot(options, Job::Delete(options.slot), "is empty", &interrupt),
        ControllerVerb::Watch(options) => watch::run(options, &interrupt),
    }
}

fn identify(options: &IdentifyOptions, interrupt: &Interrupt) -> Result<(), Failure> {
    let (found, _) = finder(&options.port)?.find(interrupt)?;
    if options.json {
        return output::json(&json!({ "controllers": found }));
    }
    let mut text = String::new();
    for found in &found {
        let active = found.active.map_or("the default plays".into(), |slot| format!("slot {slot} plays"));
        let _ = writeln!(
            text,
            "{}: {}, firmware {}, {} slots, {active}, room for {} bytes more",
            found.port, found.board, found.firmware, found.slots, found.free
        );
    }
    if found.is_empty() {
        text.push_str("no controller answers; see `ripieno devices`, and name a program's port by --port\n");
    }
    output::text(&text)
}

/// Opens the inputs that the options name.
fn finder(options: &PortOptions) -> Result<Finder, Failure> {
    let driver = options.midi.driver();
    let driver = driver.ok_or_else(|| Failure::Usage("a controller needs MIDI; leave --midi none away".into()))?;
    Finder::open(driver, options.port.as_slice())
}

fn pull(options: &PullOptions, interrupt: &Interrupt) -> Result<(), Failure> {
    let (_hub, mut line, _) = finder(&options.port)?.one(interrupt)?;
    let mut desk = Desk { line: &mut line, clock: SystemClock::default(), interrupt };
    let mut entries = desk.list()?;
    if let Some(slot) = options.slot {
        entries.retain(|entry| entry.slot == slot);
        if entries.is_empty() {
            return Err(failed(Broken::Client(ClientError::Controller(Code::Empty, Default::default()))));
        }
    }
    let mut pulled = Vec::new();
    for entry in entries {
        let bar = Progress::new(u64::from(entry.length), !options.json);
        let bytes = desk.pull(entry, |done, _| bar.reach(u64::from(done)))?;
        drop(bar);
        let path = options.out.join(files::name(entry.slot));
        files::write(&path, &bytes, options.force)?;
        pulled.push(json!({ "slot": entry.slot, "bytes": bytes.len(), "file": path.display().to_string() }));
        if !options.json {
            output::text(&format!("{} is written, {} bytes\n", path.display(), bytes.len()))?;
        }
    }
    if options.json { output::json(&json!({ "pulled": pulled })) } else { Ok(()) }
}

fn push(options: &PushOptions, interrupt: &Interrupt) -> Result<(), Failure> {
    let loaded = files::load(&options.file, options.slot)?;
    if options.activate && loaded.len() > 1 {
        return Err(Failure::Usage("--activate is for one set-up; use `ripieno controller activate N`".into()));
    }
    let (_hub, mut line, _) = finder(&options.port)?.one(interrupt)?;
    let mut desk = Desk { line: &mut line, clock: SystemClock::default(), interrupt };
    let mut pushed = Vec::new();
    for loaded in &loaded {
        desk.push_shown(loaded, !options.json)?;
        if options.activate {
            desk.simply(Job::Activate(loaded.slot))?;
        }
        let (slot, bytes) = (loaded.slot, loaded.bytes.len());
        pushed.push(json!({ "slot": slot, "bytes": bytes, "file": loaded.path.display().to_string() }));
        if !options.json {
            let plays = if options.activate { " and plays" } else { "" };
            output::text(&format!("{} is in slot {slot}{plays}, {bytes} bytes\n", loaded.path.display()))?;
        }
    }
    if options.json { output::json(&json!({ "pushed": pushed, "active": options.activate })) } else { Ok(()) }
}

fn slot(options: &SlotOptions, job: Job<'_>, done: &str, interrupt: &Interrupt) -> Result<(), Failure> {
    let (_hub, mut line, _) = finder(&options.port)?.one(interrupt)?;
    Desk { line: &mut line, clock: SystemClock::default(), interrupt }.simply(job)?;
    output::text(&format!("slot {} {done}\n", options.slot))
}

/// One controller, at work.
pub(crate) struct Desk<'a, I, O> {
    pub line: &'a mut Line<I, O>,
    pub clock: SystemClock,
    pub interrupt: &'a Interrupt,
}

impl<I: MidiIn, O: MidiOut> Desk<'_, I, O> {
    fn work(&mut self, job: Job<'_>, show: impl FnMut(u32, u32)) -> Result<Answer, Broken> {
        self.line.work(job, &self.clock, self.interrupt, show)
    }

    /// Has it do something that has no more to say.
    pub fn simply(&mut self, job: Job<'_>) -> Result<(), Failure> {
        self.work(job, |_, _| {}).map(drop).map_err(failed)
    }

    /// The set-ups that it keeps.
    pub fn list(&mut self) -> Result<Vec<Entry>, Failure> {
        let mut entries = vec![Entry::default(); usize::from(u8::MAX)];
        match self.work(Job::List(&mut entries), |_, _| {}).map_err(failed)? {
            Answer::Listed(count) => entries.truncate(count),
            _ => entries.clear(),
        }
        Ok(entries)
    }

    /// Reads a set-up; `show` hears of bytes done and of how many.
    pub fn pull(&mut self, entry: Entry, show: impl FnMut(u32, u32)) -> Result<Vec<u8>, Failure> {
        let mut bytes = vec![0; entry.length as usize];
        let job = Job::Pull { slot: entry.slot, into: &mut bytes };
        if let Answer::Pulled(length) = self.work(job, show).map_err(failed)? {
            bytes.truncate(length);
        }
        Ok(bytes)
    }

    /// Stores a set-up; `show` hears of bytes done and of how many.
    pub fn push(&mut self, loaded: &Loaded, show: impl FnMut(u32, u32)) -> Result<(), Failure> {
        let job = Job::Push { slot: loaded.slot, bytes: &loaded.bytes };
        match self.work(job, show) {
            Ok(_) => Ok(()),
            Err(Broken::Client(ClientError::Controller(code @ (Code::Refused | Code::TooLong), detail))) => {
                let error = ClientError::Controller(code, detail).to_string();
                Err(Failure::Setup { path: loaded.path.clone(), error: format!("was not stored: {error}") })
            }
            Err(broken) => Err(failed(broken)),
        }
    }

    /// The same with a bar on the terminal, if it is wanted.
    fn push_shown(&mut self, loaded: &Loaded, wanted: bool) -> Result<(), Failure> {
        let bar = Progress::new(loaded.bytes.len() as u64, wanted);
        self.push(loaded, |done, _| bar.reach(u64::from(done)))
    }
}
