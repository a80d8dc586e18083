//! A task of a running pipeline, as its supervisor knows it: what it runs, and what became of it.

use super::attempt::{Attempt, attempt};
use super::board::{Board, TaskBoard, Told};
use super::error::Why;
use super::process::{Process, Target};
use crate::declare::TaskDecl;
use crate::event::Event;
use crate::frame::FrameSpec;
use crate::kind::{Declared, KindFault, Params, Registry, Value, Wiring};
use crate::metrics::TaskState;
use crate::origin::Origin;
use crate::ports::{Ports, Seat, Task};
use crate::stream::Stream;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is held is whole whenever nobody holds it, so a panic of a holder leaves nothing behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A task.
#[derive(Debug)]
pub(crate) struct Cell {
    pub decl: TaskDecl,
    pub own: TaskBoard,
    /// Of its endpoints on this side; a process has its own.
    pub origin: Origin,
    pub seats: BTreeMap<String, Seat>,
    pub writes: BTreeMap<String, Stream>,
    pub events: Vec<Event>,
    /// Parameters as they were set last, for who makes the task again.
    pub params: Mutex<BTreeMap<String, Value>>,
    pub restarts: AtomicU32,
    /// It waits to be let go, or is over.
    pub settled: AtomicBool,
    pub over: AtomicBool,
    /// It leaves, but nobody comes in its place.
    pub orphan: AtomicBool,
    /// Its process, if it has one.
    pub target: Target,
    /// What it runs, while it does not.
    pub body: Mutex<Option<Body>>,
}

impl Cell {
    /// Asks it to leave its places to a successor: at level 1 where it reads or waits, at level 2 even where it writes.
    pub fn leave(&self, level: u64, board: &Board) {
        self.own.leave(level);
        self.origin.leave(level);
        self.wake();
        board.ring();
    }

    /// Makes it look again whether it shall go on.
    pub fn wake(&self) {
        self.seats.values().for_each(|seat| seat.stream.wake());
        self.writes.values().for_each(Stream::wake);
        self.events.iter().for_each(Event::wake);
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    pub fn is_settled(&self) -> bool {
        self.settled.load(Ordering::SeqCst) || self.is_over() || self.own.told() == Told::Ready
    }

    pub fn is_process(&self) -> bool {
        super::plan::is_process(&self.decl)
    }

    pub fn restarts(&self) -> u32 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// Gives up its places: nobody waits for it any more.
    pub fn detach(&self) {
        self.seats.values().for_each(|seat| {
            seat.stream.evict_reader(seat.seat);
        });
        self.writes.values().for_each(|stream| {
            stream.end_writer();
        });
    }
}

/// What a task runs.
#[derive(Debug)]
pub(crate) enum Body {
    /// A task of this process.
    Thread(Thread),
    /// A process.
    Process(Process),
}

impl Body {
    /// Runs until it ends or fails.
    pub fn attempt(&mut self, cell: &Cell, board: &Board) -> Attempt {
        match self {
            Self::Thread(thread) => thread.attempt(cell),
            Self::Process(process) => process.attempt(cell, board),
        }
    }

    /// The function of the program that it ran, if it was one.
    pub fn into_function(self) -> Option<Box<dyn Task>> {
        match self {
            Self::Thread(Thread { task, maker: None, .. }) => task,
            Self::Thread(_) => None,
            Self::Process(process) => process.function,
        }
    }

    /// Lets go of everything that a task holds and that can be made again.
    pub fn clear(&mut self) {
        if let Self::Thread(thread) = self
            && thread.maker.is_some()
        {
            thread.drop_task();
        }
    }
}

/// A task of this process.
pub(crate) struct Thread {
    pub task: Option<Box<dyn Task>>,
    /// Who makes it; none for a function.
    pub maker: Option<Maker>,
    pub ports: Ports,
}

impl std::fmt::Debug for Thread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Thread").field("maker", &self.maker).field("ports", &self.ports).finish_non_exhaustive()
    }
}

impl Thread {
    fn attempt(&mut self, cell: &Cell) -> Attempt {
        if let (None, Some(maker)) = (&self.task, &self.maker) {
            let params = lock(&cell.params).clone();
            match catch_unwind(AssertUnwindSafe(|| maker.make(&params))) {
                Ok(Ok(task)) => self.task = Some(task),
                Ok(Err(fault)) => return Attempt::Failed(Why::Refused(fault.to_string())),
                Err(_) => return Attempt::Failed(Why::Panicked("while it was made".into())),
            }
        }
        let Some(task) = &mut self.task else {
            return Attempt::Failed(Why::Refused("it has neither kind nor function".into()));
        };
        let attempt = attempt(&mut **task, &mut self.ports, &cell.decl.control);
        if attempt != Attempt::Ended && self.maker.is_some() {
            self.drop_task();
        }
        attempt
    }

    /// Whatever dropping a failed task does, it harms no one else.
    fn drop_task(&mut self) {
        let task = self.task.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(task)));
    }
}

/// Makes a task of a kind, as often as it is needed.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    pub registry: Registry,
    pub kind: String,
    pub inputs: BTreeMap<String, FrameSpec>,
    pub outputs: BTreeMap<String, Declared>,
}

impl Maker {
    pub fn make(&self, params: &BTreeMap<String, Value>) -> Result<Box<dyn Task>, KindFault> {
        let kind = self.registry.kind(&self.kind);
        let kind = kind.ok_or_else(|| KindFault::at("kind", format!("there is no kind '{}'", self.kind)))?;
        let params = self.registry.params(&self.kind, params).map_err(|faults| {
            let first = faults.into_iter().next();
            first.map_or_else(
                || KindFault::at("params", "they cannot be"),
                |first| KindFault::at(first.param, first.message),
            )
        })?;
        kind.make(&Wiring { params: &params, inputs: &self.inputs, outputs: &self.outputs })
    }
}

/// The live parameters of a kind, in their order.
pub(crate) fn live_params(registry: &Registry, kind: Option<&str>) -> Vec<&'static str> {
    let kind = kind.and_then(|kind| registry.kind(kind));
    let live = |kind: &std::sync::Arc<dyn crate::kind::Kind>| {
        kind.params().iter().filter(|param| param.live).map(|param| param.name).collect()
    };
    kind.map(live).unwrap_or_default()
}

/// The gauges of a kind.
pub(crate) fn gauges(registry: &Registry, kind: Option<&str>) -> &'static [&'static str] {
    kind.and_then(|kind| registry.kind(kind)).map_or(&[], |kind| kind.gauges())
}

/// Writes all live parameters to the board, defaults too.
pub(crate) fn show_live(registry: &Registry, decl: &TaskDecl, own: &TaskBoard) -> Params {
    let params = decl.kind.as_deref().and_then(|kind| registry.params(kind, &decl.params).ok()).unwrap_or_default();
    for name in live_params(registry, decl.kind.as_deref()) {
        own.live(name).store(params.f64(name));
    }
    params
}

/// Sets a cell to its end.
pub(crate) fn finish(cell: &Cell, state: TaskState) {
    cell.own.set_state(state);
    cell.settled.store(true, Ordering::SeqCst);
    cell.over.store(true, Ordering::SeqCst);
}
