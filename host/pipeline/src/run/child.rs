//! A task in a process of its own, seen from that process.

use super::attempt::{Attempt, attempt};
use super::board::{Board, TaskBoard, Told};
use super::cell::{Maker, live_params};
use super::error::Why;
use super::{place, process};
use crate::declare::{Control, Wait};
use crate::event::Event;
use crate::kind::{Declared, Registry, Value};
use crate::memory::MemoryError;
use crate::origin::Origin;
use crate::pipeline::{Compiled, Functions};
use crate::ports::{Ports, Seat, Task};
use crate::stream::Stream;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::exit;

/// The variable of the environment that tells a process which task it is.
pub(crate) const VARIABLE: &str = "RIPIENO_PIPELINE_TASK";

/// What a process is to do. Only ever read by the program that wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub parent: u32,
    pub pipeline: String,
    /// Of the declaration that the program started with.
    pub hash: u64,
    pub task: String,
    pub kind: Option<String>,
    pub params: BTreeMap<String, Value>,
    pub control: ControlOf,
    pub core: Option<usize>,
    pub spin: bool,
    pub board: PathBuf,
    pub own: PathBuf,
    pub reads: BTreeMap<String, Binding>,
    pub writes: BTreeMap<String, Binding>,
    pub events: BTreeMap<String, PathBuf>,
}

/// A place at a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Binding {
    pub path: PathBuf,
    pub seat: usize,
}

/// How the task is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ControlOf {
    Plain,
    Switchable(String),
    Toggleable(String),
}

/// Runs a task of a kind and ends the process, if this process was started to be one of a pipeline's tasks; does nothing
/// elsewhere. A program whose graph comes from a file calls it first of all, so that its tasks never depend on what the file has
/// become. Control.
pub fn serve_task(registry: &Registry) {
    if let Some(assignment) = assigned()
        && assignment.kind.is_some()
    {
        run(&assignment, registry, Functions::new());
    }
}

/// The same for a pipeline that is about to be started, function or kind.
pub(crate) fn serve_compiled(compiled: &mut Compiled) {
    let Some(assignment) = assigned() else { return };
    let functions = std::mem::take(&mut compiled.functions);
    if assignment.kind.is_none() && process::hash(&compiled.declaration) != assignment.hash {
        let name = &compiled.declaration.name;
        refuse(
            &assignment,
            &format!(
                "its process came to start pipeline '{name}', which is not '{}' as it was declared when it was started: \
             declare the same at every start of the program, and start it first",
                assignment.pipeline
            ),
        );
    }
    run(&assignment, &compiled.registry, functions);
}

/// What this process is to do, if it was started for a task. It does not outlive the program that started it.
fn assigned() -> Option<Assignment> {
    let text = std::env::var(VARIABLE).ok()?;
    let assignment: Assignment = serde_json::from_str(&text).ok()?;
    let is_child = || getppid().is_some_and(|pid| is(pid, assignment.parent));
    if !is_child() {
        // What a task starts inherits the variable, and is none of ours; but a task whose program is gone goes too.
        return if assignment.own.exists() { None } else { exit(1) };
    }
    // Looked at again, as the program may have ended before the wish was known.
    if set_parent_process_death_signal(Some(Signal::KILL)).is_err() || !is_child() {
        exit(1);
    }
    Some(assignment)
}

fn is(pid: Pid, number: u32) -> bool {
    pid.as_raw_nonzero().get().cast_unsigned() == number
}

/// Tells why the task cannot run, and ends.
fn refuse(assignment: &Assignment, why: &str) -> ! {
    if let Ok(own) = TaskBoard::open(&assignment.own, Vec::new()) {
        own.set_error(why);
        own.tell(Told::Refused);
    }
    exit(1);
}

fn run(assignment: &Assignment, registry: &Registry, mut functions: Functions) -> ! {
    let ports = open(assignment, registry).unwrap_or_else(|error| refuse(assignment, &error.to_string()));
    let task = make(assignment, registry, &mut functions, &ports);
    let mut task = task.unwrap_or_else(|why| refuse(assignment, &why));
    let Ok(attempt) = live(assignment, &mut *task, ports.0, &ports.1) else {
        refuse(assignment, "it has no thread left to watch over it");
    };
    match attempt {
        Attempt::Ended => exit(0),
        Attempt::Failed(_) => exit(1),
    }
}

/// What it is bound to.
fn open(assignment: &Assignment, registry: &Registry) -> Result<(Ports, Vec<Stream>), MemoryError> {
    let origin = Origin::new();
    let mut reads = BTreeMap::new();
    for (local, binding) in &assignment.reads {
        reads.insert(local.clone(), Seat { stream: Stream::open(&binding.path)?, seat: binding.seat });
    }
    let mut writes = BTreeMap::new();
    for (local, binding) in &assignment.writes {
        writes.insert(local.clone(), Stream::open(&binding.path)?);
    }
    let mut events = BTreeMap::new();
    for (local, path) in &assignment.events {
        events.insert(local.clone(), Event::open(path)?.for_task(&origin));
    }
    let streams = reads.values().map(|seat| &seat.stream).chain(writes.values()).cloned().collect();
    let ports = Ports {
        name: assignment.task.clone(),
        reads,
        writes,
        events,
        origin,
        wait: if assignment.spin { Wait::Spin } else { Wait::Park },
        board: Board::open(&assignment.board)?,
        own: TaskBoard::open(&assignment.own, live_params(registry, assignment.kind.as_deref()))?,
    };
    Ok((ports, streams))
}

fn make(
    assignment: &Assignment,
    registry: &Registry,
    functions: &mut Functions,
    (ports, _): &(Ports, Vec<Stream>),
) -> Result<Box<dyn Task>, String> {
    let Some(kind) = &assignment.kind else {
        let missing = || "this program has no such task".to_owned();
        return functions.remove(&assignment.task).ok_or_else(missing);
    };
    let declared = |stream: &Stream| Declared { spec: Some(stream.spec()), rate_hz: stream.spec().rate_hz() };
    let maker = Maker {
        registry: registry.clone(),
        kind: kind.clone(),
        inputs: ports.reads.iter().map(|(local, seat)| (local.clone(), seat.stream.spec())).collect(),
        outputs: ports.writes.iter().map(|(local, stream)| (local.clone(), declared(stream))).collect(),
    };
    maker.make(&assignment.params).map_err(|fault| fault.to_string())
}

/// Waits at the gate, runs, and writes down how it ended.
fn live(
    assignment: &Assignment,
    task: &mut dyn Task,
    mut ports: Ports,
    streams: &[Stream],
) -> std::io::Result<Attempt> {
    let (board, own) = (ports.board.clone(), ports.own.clone());
    if let Some(notice) = place::settle(assignment.core, false) {
        own.set_notice(&notice);
    }
    place::name_thread(&assignment.task);
    own.set_thread(place::thread_id());
    watch(&ports, streams)?;
    own.tell(Told::Ready);
    board.ring();
    let control = match &assignment.control {
        ControlOf::Plain => Control::Plain,
        ControlOf::Switchable(local) => Control::Switchable(local.clone()),
        ControlOf::Toggleable(local) => Control::Toggleable(local.clone()),
    };
    let attempt = if board.pass_gate() { attempt(task, &mut ports, &control) } else { Attempt::Ended };
    if let Attempt::Failed(Why::Failed(text) | Why::Panicked(text) | Why::Refused(text)) = &attempt {
        own.set_error(text);
    }
    own.tell(attempt.told());
    Ok(attempt)
}

/// A thread that hands on to the endpoints of this process what the board says of leaving.
fn watch(ports: &Ports, streams: &[Stream]) -> std::io::Result<()> {
    let (board, own, origin) = (ports.board.clone(), ports.own.clone(), ports.origin.clone());
    let (streams, events) = (streams.to_vec(), ports.events.clone());
    let watch = move || {
        for level in 1..=2 {
            board.wait_until(u64::MAX, || own.leaving() >= level);
            origin.leave(level);
            streams.iter().for_each(Stream::wake);
            events.values().for_each(Event::wake);
        }
    };
    std::thread::Builder::new().name("watch".into()).spawn(watch).map(drop)
}
