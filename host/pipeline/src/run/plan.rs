//! What runs: streams with their seats, events, and tasks with their threads.

use super::board::{Board, TaskBoard};
use super::cell::{Body, Cell, Maker, Thread, gauges, live_params, lock, show_live};
use super::error::StartCause;
use super::process::{Process, Target};
use crate::declare::{Control, Declaration, EventDecl, Placement, ReaderPolicy, StreamDecl, TaskDecl};
use crate::event::Event;
use crate::frame::FrameSpec;
use crate::kind::{Declared, Registry};
use crate::memory::MemoryError;
use crate::origin::Origin;
use crate::pipeline::Functions;
use crate::ports::{Ports, Seat};
use crate::share;
use crate::stream::{Place, Stream};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

/// What runs.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub declaration: Declaration,
    pub specs: BTreeMap<String, FrameSpec>,
    /// Tasks, sources first.
    pub order: Vec<String>,
    pub streams: BTreeMap<String, Edge>,
    pub events: BTreeMap<String, Event>,
    pub tasks: BTreeMap<String, Entry>,
    /// Tasks are away that will come back: nothing is over.
    pub reloading: bool,
}

/// A stream and who sits where.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub stream: Stream,
    /// By task and local name.
    pub seats: BTreeMap<(String, String), usize>,
    /// Whether other processes can open it.
    pub shared: bool,
}

impl Edge {
    /// The seat of a task's reader.
    pub fn seat(&self, task: &str, local: &str) -> Option<usize> {
        self.seats.get(&(task.to_owned(), local.to_owned())).copied()
    }
}

/// A task and its thread.
#[derive(Debug)]
pub(crate) struct Entry {
    pub cell: Arc<Cell>,
    pub handle: Option<JoinHandle<()>>,
}

/// Whether anything has to lie in memory that processes share.
pub(crate) fn has_processes(declaration: &Declaration) -> bool {
    declaration.tasks.iter().any(is_process)
}

pub(crate) fn is_process(task: &TaskDecl) -> bool {
    matches!(task.placement, Placement::Process { .. })
}

/// Whether a task of its own process is bound to this stream.
pub(crate) fn stream_is_shared(declaration: &Declaration, stream: &str) -> bool {
    let bound = |task: &TaskDecl| {
        task.writes.values().any(|name| name == stream) || task.reads.values().any(|read| read.stream == stream)
    };
    declaration.tasks.iter().any(|task| is_process(task) && bound(task))
}

/// Whether a task of its own process is bound to this event.
pub(crate) fn event_is_shared(declaration: &Declaration, event: &str) -> bool {
    let bound = |task: &TaskDecl| task.events.values().any(|name| name == event);
    declaration.tasks.iter().any(|task| is_process(task) && bound(task))
}

/// Makes a stream with a seat for each of its readers.
pub(crate) fn make_edge(declaration: &Declaration, decl: &StreamDecl, spec: FrameSpec) -> Result<Edge, StartCause> {
    let running = declaration.tasks.iter().filter(|task| task.control != Control::Terminator);
    let readers = running.flat_map(|task| task.reads.iter().map(move |(local, read)| (task, local, read)));
    let readers: Vec<_> = readers.filter(|(_, _, read)| read.stream == decl.name).collect();
    let policies: Vec<_> = readers.iter().map(|(_, _, read)| read.policy).collect();
    let shared = stream_is_shared(declaration, &decl.name);
    let otherwise = if shared { Place::Shared } else { Place::Heap };
    let place = share::place(decl).unwrap_or(otherwise);
    let shared = place != Place::Heap;
    let stream = Stream::create(place, decl, spec, &policies)
        .map_err(|source| StartCause::Memory { what: format!("stream '{}'", decl.name), source })?;
    let seats =
        readers.iter().enumerate().map(|(seat, (task, local, _))| ((task.name.clone(), (*local).clone()), seat));
    Ok(Edge { stream, seats: seats.collect(), shared })
}

pub(crate) fn make_event(declaration: &Declaration, decl: &EventDecl) -> Result<Event, StartCause> {
    Event::create(&decl.name, decl.initial, event_is_shared(declaration, &decl.name))
        .map_err(|source| StartCause::Memory { what: format!("event '{}'", decl.name), source })
}

impl Plan {
    /// All streams and events, and all tasks but their threads. What can fail fails here. Functions are taken as they are
    /// needed: those of tasks that were made come back with [`take_functions`](Self::take_functions).
    pub fn make(
        declaration: Declaration,
        specs: BTreeMap<String, FrameSpec>,
        order: Vec<String>,
    ) -> Result<Self, StartCause> {
        let mut plan = Self { declaration, specs, order, ..Self::default() };
        for decl in &plan.declaration.streams {
            let edge = make_edge(&plan.declaration, decl, plan.spec(&decl.name)?)?;
            plan.streams.insert(decl.name.clone(), edge);
        }
        for decl in &plan.declaration.events {
            plan.events.insert(decl.name.clone(), make_event(&plan.declaration, decl)?);
        }
        Ok(plan)
    }

    pub fn spec(&self, stream: &str) -> Result<FrameSpec, StartCause> {
        let missing = || MemoryError::Layout("its frames are not known".into());
        let spec = self.specs.get(stream).copied();
        spec.ok_or_else(|| StartCause::Memory { what: format!("stream '{stream}'"), source: missing() })
    }

    /// A task with all that it is bound to, made and ready for its thread.
    pub fn make_cell(
        &self,
        decl: &TaskDecl,
        registry: &Registry,
        board: &Board,
        functions: &mut Functions,
    ) -> Result<Arc<Cell>, StartCause> {
        let task = &decl.name;
        let live = live_params(registry, decl.kind.as_deref());
        let gauges = gauges(registry, decl.kind.as_deref());
        let own = TaskBoard::create(live, gauges, is_process(decl))
            .map_err(|source| StartCause::Memory { what: format!("task '{task}'"), source })?;
        show_live(registry, decl, &own);
        let seat = |(local, read): (&String, &crate::declare::ReadDecl)| {
            let edge = self.streams.get(&read.stream)?;
            Some((local.clone(), Seat { stream: edge.stream.clone(), seat: edge.seat(task, local)? }))
        };
        let seats: BTreeMap<_, _> = decl.reads.iter().filter_map(seat).collect();
        let stream = |(local, name): (&String, &String)| Some((local.clone(), self.streams.get(name)?.stream.clone()));
        let writes: BTreeMap<_, _> = decl.writes.iter().filter_map(stream).collect();
        let origin = Origin::new();
        let event = |(local, name): (&String, &String)| Some((local.clone(), self.events.get(name)?.for_task(&origin)));
        let ports = Ports {
            name: task.clone(),
            reads: seats.clone(),
            writes: writes.clone(),
            events: decl.events.iter().filter_map(event).collect(),
            origin: origin.clone(),
            wait: decl.wait,
            board: board.clone(),
            own: own.clone(),
        };
        let body = match (&decl.control, &decl.placement) {
            (Control::Terminator, _) => None,
            (_, Placement::Process { core }) => {
                let function = functions.remove(task);
                Some(Body::Process(Process::new(decl, *core, &ports, function)))
            }
            (_, Placement::Thread { .. }) => Some(Body::Thread(self.make_thread(decl, registry, ports, functions)?)),
        };
        let over = body.is_none();
        let cell = Cell {
            decl: decl.clone(),
            own,
            origin,
            seats,
            writes,
            events: decl.events.values().filter_map(|name| self.events.get(name).cloned()).collect(),
            params: decl.params.clone().into(),
            restarts: 0.into(),
            settled: over.into(),
            over: over.into(),
            orphan: false.into(),
            target: Target::default(),
            body: body.into(),
        };
        if over {
            cell.own.set_state(crate::metrics::TaskState::Ended);
        }
        Ok(Arc::new(cell))
    }

    fn make_thread(
        &self,
        decl: &TaskDecl,
        registry: &Registry,
        ports: Ports,
        functions: &mut Functions,
    ) -> Result<Thread, StartCause> {
        let Some(kind) = &decl.kind else {
            return Ok(Thread { task: functions.remove(&decl.name), maker: None, ports });
        };
        let maker = self.maker(decl, kind, registry);
        let task = maker.make(&decl.params).map_err(|source| StartCause::Make { task: decl.name.clone(), source })?;
        Ok(Thread { task: Some(task), maker: Some(maker), ports })
    }

    fn maker(&self, decl: &TaskDecl, kind: &str, registry: &Registry) -> Maker {
        let input =
            |(local, read): (&String, &crate::declare::ReadDecl)| Some((local.clone(), *self.specs.get(&read.stream)?));
        let output = |(local, stream): (&String, &String)| {
            let spec = *self.specs.get(stream)?;
            Some((local.clone(), Declared { spec: Some(spec), rate_hz: spec.rate_hz() }))
        };
        Maker {
            registry: registry.clone(),
            kind: kind.into(),
            inputs: decl.reads.iter().filter_map(input).collect(),
            outputs: decl.writes.iter().filter_map(output).collect(),
        }
    }

    /// How a task reads what it calls `local`.
    pub fn policy(&self, task: &str, local: &str) -> Option<ReaderPolicy> {
        Some(self.tasks.get(task)?.cell.decl.reads.get(local)?.policy)
    }

    /// Functions of all tasks that do not run, for another try.
    pub fn take_functions(&self, functions: &mut Functions) {
        for (name, entry) in &self.tasks {
            if let Some(function) = lock(&entry.cell.body).take().and_then(Body::into_function) {
                functions.insert(name.clone(), function);
            }
        }
    }

    /// Whether nothing runs and nothing will.
    pub fn is_over(&self) -> bool {
        !self.reloading && self.tasks.values().all(|entry| entry.cell.is_over())
    }

    /// Whether all that runs waits for events that nobody is left to need: tasks that run once are over.
    pub fn is_idle(&self) -> bool {
        let mut plain = self.tasks.values().filter(|entry| entry.cell.decl.control == Control::Plain).peekable();
        !self.reloading && plain.peek().is_some() && plain.all(|entry| entry.cell.is_over())
    }

    /// Makes everyone who waits look again.
    pub fn wake(&self) {
        self.events.values().for_each(Event::wake);
        self.streams.values().for_each(|edge| edge.stream.wake());
    }

    /// Ends all waits.
    pub fn stop(&self) {
        self.events.values().for_each(Event::stop);
        self.streams.values().for_each(|edge| edge.stream.stop());
    }

    /// Ends all processes.
    pub fn kill(&self) {
        self.tasks.values().for_each(|entry| entry.cell.target.kill());
    }

    /// Tasks that do not end.
    pub fn stuck(&self) -> Vec<String> {
        let stuck = self.tasks.iter().filter(|(_, entry)| !entry.cell.is_over());
        stuck.map(|(name, _)| name.clone()).collect()
    }

    /// Threads of tasks that are over.
    pub fn take_handles(&mut self) -> Vec<JoinHandle<()>> {
        let over = self.tasks.values_mut().filter(|entry| entry.cell.is_over());
        over.filter_map(|entry| entry.handle.take()).collect()
    }
}
