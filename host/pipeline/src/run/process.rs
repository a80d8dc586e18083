//! A task in a process of its own, seen from the program that started it: this program again, told by its environment which
//! task it is.

use super::attempt::Attempt;
use super::board::{Board, Told};
use super::cell::{Cell, lock};
use super::child::{Assignment, Binding, ControlOf, VARIABLE};
use super::error::{StartCause, Why};
use super::shared::Shared;
use crate::declare::{Control, Declaration, TaskDecl, Wait};
use crate::ports::{Ports, Task};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells two declarations of the same program apart: in all its processes the same for the same.
pub(crate) fn hash(declaration: &Declaration) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{declaration:?}").hash(&mut hasher);
    hasher.finish()
}

/// A task in a process of its own.
pub(crate) struct Process {
    /// The function it runs in its process, kept here for who asks for it back.
    pub function: Option<Box<dyn Task>>,
    assignment: Assignment,
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process").field("assignment", &self.assignment).finish_non_exhaustive()
    }
}

/// The process of a task, as far as it can be killed.
#[derive(Debug, Default)]
pub(crate) struct Target {
    /// Set while there is one that nobody has waited for: its number is nobody else's.
    pid: Mutex<Option<Pid>>,
    /// It was killed on purpose.
    killed: AtomicBool,
}

impl Target {
    /// Ends the process, and every one that would come after it.
    pub fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        if let Some(pid) = *lock(&self.pid) {
            // It cannot be refused: the child is ours, and not yet waited for.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// The process, if there is one.
    pub fn pid(&self) -> Option<u32> {
        lock(&self.pid).map(|pid| pid.as_raw_nonzero().get().cast_unsigned())
    }

    fn set(&self, pid: Option<Pid>) {
        *lock(&self.pid) = pid;
        if self.killed.load(Ordering::SeqCst) {
            self.kill();
        }
    }
}

impl Process {
    /// A process for `decl`, bound as `ports` are.
    pub fn new(decl: &TaskDecl, core: Option<usize>, ports: &Ports, function: Option<Box<dyn Task>>) -> Self {
        let path = |path: Option<PathBuf>| path.unwrap_or_default();
        let read = |(local, seat): (&String, &crate::ports::Seat)| {
            (local.clone(), Binding { path: path(seat.stream.path()), seat: seat.seat })
        };
        let write = |(local, stream): (&String, &crate::stream::Stream)| {
            (local.clone(), Binding { path: path(stream.path()), seat: 0 })
        };
        let control = match &decl.control {
            Control::Switchable(local) => ControlOf::Switchable(local.clone()),
            Control::Toggleable(local) => ControlOf::Toggleable(local.clone()),
            Control::Plain | Control::Terminator => ControlOf::Plain,
        };
        let assignment = Assignment {
            parent: std::process::id(),
            pipeline: String::new(),
            hash: 0,
            task: decl.name.clone(),
            kind: decl.kind.clone(),
            params: BTreeMap::new(),
            control,
            core,
            spin: decl.wait == Wait::Spin,
            board: path(ports.board.path()),
            own: path(ports.own.path()),
            reads: ports.reads.iter().map(read).collect(),
            writes: ports.writes.iter().map(write).collect(),
            events: ports.events.iter().map(|(local, event)| (local.clone(), path(event.path()))).collect(),
        };
        Self { function, assignment }
    }

    /// Tells which pipeline it belongs to.
    ///
    /// # Errors
    /// The pipeline's own memory cannot be opened by other processes.
    pub fn assign(&mut self, shared: &Shared) -> Result<(), StartCause> {
        let Some(board) = shared.board.path() else {
            let source = std::io::Error::other("the system has no memory that processes could share");
            return Err(StartCause::Spawn { task: self.assignment.task.clone(), source });
        };
        self.assignment.board = board;
        self.assignment.pipeline.clone_from(&shared.name);
        self.assignment.hash = shared.hash;
        Ok(())
    }

    /// Starts the process and waits for its end.
    pub fn attempt(&mut self, cell: &Cell, board: &Board) -> Attempt {
        if board.is_stopped() || cell.target.killed.load(Ordering::SeqCst) {
            return Attempt::Ended;
        }
        self.assignment.params = lock(&cell.params).clone();
        cell.own.tell(Told::Nothing);
        let status = match self.spawn().and_then(|child| wait(child, cell)) {
            Ok(status) => status,
            Err(error) => return Attempt::Failed(Why::Refused(error.to_string())),
        };
        let said = || cell.own.error().unwrap_or_default();
        match cell.own.told() {
            Told::Ended => Attempt::Ended,
            // Ended on purpose: to make place for a successor, before it began, or because nothing else ended it.
            told if cell.target.killed.load(Ordering::SeqCst) => match told {
                Told::Ready if !cell.own.is_leaving() && board.is_open() => Attempt::Failed(Why::Stuck),
                _ => Attempt::Ended,
            },
            Told::Failed => Attempt::Failed(Why::Failed(said())),
            Told::Panicked => Attempt::Failed(Why::Panicked(said())),
            Told::Refused => Attempt::Failed(Why::Refused(said())),
            Told::Nothing | Told::Ready => Attempt::Failed(match (status.signal(), status.code()) {
                (Some(signal), _) => Why::Killed(signal),
                (None, code) => Why::Exited(code.unwrap_or_default()),
            }),
        }
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let mut arguments = std::env::args_os();
        // The program as it is running, even if its file was replaced meanwhile.
        let mut command = Command::new("/proc/self/exe");
        if let Some(name) = arguments.next() {
            command.arg0(name);
        }
        command.args(arguments).env(VARIABLE, serde_json::to_string(&self.assignment)?).stdin(Stdio::null());
        // A terminal's Ctrl-C is for the program, which then stops its tasks in order.
        command.process_group(0).spawn()
    }
}

/// Waits for a child that may be killed meanwhile.
fn wait(mut child: Child, cell: &Cell) -> std::io::Result<ExitStatus> {
    let pid = Pid::from_child(&child);
    cell.target.set(Some(pid));
    // Once it is waited for, its number may be another's: first it is no target any more.
    while let Err(error) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
        if error != rustix::io::Errno::INTR {
            break;
        }
    }
    cell.target.set(None);
    child.wait()
}
