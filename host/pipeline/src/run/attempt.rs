//! One attempt at a task: runs it as its control form says, until it ends, is stopped or fails.

use super::Why;
use super::board::Told;
use crate::declare::Control;
use crate::event::Event;
use crate::metrics::TaskState;
use crate::ports::{Ports, Task, TaskError};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How an attempt at a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// As it should, or because it was stopped.
    Ended,
    /// As it should not.
    Failed(Why),
}

impl Attempt {
    /// As one word of a task's board.
    pub fn told(&self) -> Told {
        match self {
            Self::Ended => Told::Ended,
            Self::Failed(Why::Panicked(_)) => Told::Panicked,
            Self::Failed(Why::Refused(_)) => Told::Refused,
            Self::Failed(_) => Told::Failed,
        }
    }
}

/// Runs `task` until it ends for good.
pub(crate) fn attempt(task: &mut dyn Task, ports: &mut Ports, control: &Control) -> Attempt {
    let (local, consume) = match control {
        Control::Plain | Control::Terminator => {
            ports.own.set_state(TaskState::Running);
            return once(task, ports).unwrap_or(Attempt::Ended);
        }
        Control::Switchable(local) => (local, false),
        Control::Toggleable(local) => (local, true),
    };
    let Some(event) = ports.events.get(local).cloned() else {
        return Attempt::Failed(Why::Failed(format!("it has no event '{local}' to wait for")));
    };
    loop {
        ports.own.set_state(TaskState::Idle);
        if !opens(&event, ports) {
            return Attempt::Ended;
        }
        if consume && !event.reset() {
            continue;
        }
        ports.own.set_state(TaskState::Running);
        match once(task, ports) {
            Some(end) => return end,
            None if is_drained(ports) => return Attempt::Ended,
            None => {}
        }
    }
}

/// Waits for the event of a controlled task; false if there is no use in it: who is not running when the pipeline stops will
/// not run again.
fn opens(event: &Event, ports: &Ports) -> bool {
    let over = || ports.own.is_leaving() || ports.board.is_stopping();
    event.wait_unless(None, over).unwrap_or(false)
}

/// Whether a task that reads has nothing more to read.
fn is_drained(ports: &Ports) -> bool {
    let drained = |seat: &crate::ports::Seat| {
        let gauge = seat.stream.gauge();
        gauge.ended && gauge.readers.iter().all(|reader| reader.seat != seat.seat || reader.behind == 0)
    };
    !ports.reads.is_empty() && ports.reads.values().all(drained)
}

/// One run; `None` if it returned by itself.
fn once(task: &mut dyn Task, ports: &mut Ports) -> Option<Attempt> {
    ports.origin.set(0);
    match catch_unwind(AssertUnwindSafe(|| task.run(ports))) {
        Ok(Ok(())) => None,
        Ok(Err(TaskError::Stopped)) => Some(Attempt::Ended),
        Ok(Err(error)) => Some(Attempt::Failed(Why::Failed(error.to_string()))),
        Err(panic) => Some(Attempt::Failed(Why::Panicked(message(&*panic)))),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".into())
}
