//! The thread of a task: runs it or watches its process, starts it again as its policy says, and tells its end.

use super::attempt::Attempt;
use super::cell::{Body, Cell, finish, lock};
use super::error::{Failure, Why};
use super::place;
use super::shared::Shared;
use crate::declare::{Crash, Placement};
use crate::metrics::TaskState;
use crate::origin::monotonic_nanos;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// The pause before the first restart; every further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Starts the thread. It waits at the gate.
pub(crate) fn spawn(shared: &Arc<Shared>, cell: &Arc<Cell>) -> io::Result<JoinHandle<()>> {
    let (shared, cell) = (shared.clone(), cell.clone());
    Builder::new().name(cell.decl.name.clone()).spawn(move || run(&shared, &cell))
}

/// How a task ended for good.
enum End {
    /// Before it began.
    Unbegun,
    Ended,
    /// It failed, and the pipeline goes on.
    Isolated,
    /// It failed, and the pipeline stops.
    Failed(Why),
}

fn run(shared: &Shared, cell: &Cell) {
    let Some(mut body) = lock(&cell.body).take() else {
        return;
    };
    let end = live(shared, cell, &mut body);
    body.clear();
    *lock(&cell.body) = Some(body);
    let (state, failure) = match &end {
        End::Unbegun | End::Ended => (TaskState::Ended, None),
        End::Isolated => (TaskState::Failed, None),
        End::Failed(why) => (TaskState::Failed, Some(Failure { task: cell.decl.name.clone(), why: why.clone() })),
    };
    let begun = !matches!(end, End::Unbegun);
    finish(cell, state);
    // Told before looked at: either this or who makes it an orphan sees both.
    if begun && (!cell.own.is_leaving() || cell.orphan.load(Ordering::SeqCst)) {
        cell.detach();
    }
    shared.task_ended(failure);
}

fn live(shared: &Shared, cell: &Cell, body: &mut Body) -> End {
    if let Body::Thread(_) = body {
        if let Placement::Thread { core, realtime } = cell.decl.placement
            && let Some(notice) = place::settle(core, realtime)
        {
            cell.own.set_notice(&notice);
        }
        cell.own.set_thread(place::thread_id());
        cell.settled.store(true, Ordering::SeqCst);
        shared.board.ring();
        if !shared.board.pass_gate() {
            return End::Unbegun;
        }
    }
    let mut pause = FIRST_PAUSE;
    loop {
        let why = match body.attempt(cell, &shared.board) {
            Attempt::Ended => return End::Ended,
            Attempt::Failed(why) => why,
        };
        cell.own.set_error(&why.to_string());
        // A process that died may have done something and not told who waits for it.
        cell.wake();
        if cell.own.is_leaving() {
            return End::Ended;
        }
        match cell.decl.on_crash {
            _ if why == Why::Stuck => return End::Failed(why),
            Crash::Isolate => return End::Isolated,
            Crash::Restart { limit } if cell.restarts() < limit => {
                cell.restarts.fetch_add(1, Ordering::Relaxed);
                cell.own.set_state(TaskState::Restarting);
                let until = monotonic_nanos().saturating_add(pause.as_nanos() as u64);
                if shared.board.wait_until(until, || shared.board.is_stopped() || cell.own.is_leaving()) {
                    return End::Ended;
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Crash::Restart { .. } | Crash::Stop => return End::Failed(why),
        }
    }
}
