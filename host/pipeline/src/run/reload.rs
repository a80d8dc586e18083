//! Changing a pipeline while it runs: what is the same goes on, what is not ends at a frame's border and has a successor in its
//! seat.

use super::board::Board;
use super::cell::{Body, Cell, lock};
use super::changes::{Changes, Diff, Facts, Known, diff};
use super::error::{Failure, ReloadError, Why};
use super::plan::{Edge, Entry, Plan, has_processes, make_edge, make_event};
use super::shared::Shared;
use super::start::launch;
use crate::declare::{Control, Declaration, TaskDecl};
use crate::origin::monotonic_nanos;
use crate::pipeline::Functions;
use crate::rules::{self, Checked};
use crate::share;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a task may take to the end of its frame.
const LEAVE_BOUND: Duration = Duration::from_secs(2);

/// How long it may take once its writes are ended as well.
const INSIST_BOUND: Duration = Duration::from_secs(1);

impl Shared {
    /// Makes it the pipeline that `declaration` says.
    pub fn reload(self: &Arc<Self>, declaration: &Declaration) -> Result<Changes, ReloadError> {
        let _one_at_a_time = lock(&self.reload);
        if self.is_ending() {
            return Err(ReloadError::Ending);
        }
        let mut checked = rules::check(declaration, &self.registry);
        if !checked.is_ok() {
            return Err(ReloadError::Faults(checked.faults));
        }
        let mut declaration = declaration.clone();
        share::expand(&mut declaration, &mut checked.order);
        let declaration = &declaration;
        let diff = self.compare(declaration, &checked)?;
        lock(&self.plan).reloading = true;
        let result = self.replace(declaration, checked, &diff);
        lock(&self.plan).reloading = false;
        self.look_again();
        result?;
        for (task, param, value) in &diff.set {
            // It was checked with the rest of the declaration, and the task is there.
            let _ = self.set(task, param, value);
        }
        Ok(diff.changes)
    }

    /// What is to be done, if it can be.
    fn compare(&self, declaration: &Declaration, checked: &Checked) -> Result<Diff, ReloadError> {
        let plan = lock(&self.plan);
        let function = |task: &&TaskDecl| task.kind.is_none() && task.control != Control::Terminator;
        let is_known =
            |task: &TaskDecl| plan.declaration.tasks.iter().filter(function).any(|old| old.name == task.name);
        if let Some(task) = declaration.tasks.iter().filter(function).find(|task| !is_known(task)) {
            return Err(ReloadError::Function(task.name.clone()));
        }
        if has_processes(declaration) && self.board.path().is_none() {
            return Err(ReloadError::Processes);
        }
        let ended = plan.streams.iter().filter(|(_, edge)| edge.stream.gauge().ended);
        let shared = plan.streams.iter().filter(|(_, edge)| edge.shared);
        let shared_events = plan.events.iter().filter(|(_, event)| event.path().is_some());
        let facts = Facts {
            ended: ended.map(|(name, _)| name.clone()).collect(),
            shared_streams: shared.map(|(name, _)| name.clone()).collect(),
            shared_events: shared_events.map(|(name, _)| name.clone()).collect(),
        };
        let old = Known { declaration: &plan.declaration, specs: &plan.specs };
        let new = Known { declaration, specs: &checked.specs };
        let diff = diff(old, new, &self.registry, &facts);
        let export = |known: &Declaration, name: &str| {
            known.streams.iter().find(|stream| stream.name == name).and_then(|stream| stream.export.clone())
        };
        let replaced = &diff.changes.replaced_streams;
        let kept = |name: &&String| {
            export(declaration, name).is_some() && export(declaration, name) == export(&plan.declaration, name)
        };
        match replaced.iter().find(kept) {
            Some(stream) => Err(ReloadError::Exported(stream.clone())),
            None => Ok(diff),
        }
    }

    fn replace(self: &Arc<Self>, declaration: &Declaration, checked: Checked, diff: &Diff) -> Result<(), ReloadError> {
        let changes = &diff.changes;
        let mut next = Plan {
            declaration: declaration.clone(),
            specs: checked.specs,
            order: checked.order,
            reloading: true,
            ..Plan::default()
        };
        for decl in &declaration.streams {
            if changes.added_streams.contains(&decl.name) || changes.replaced_streams.contains(&decl.name) {
                let edge = make_edge(declaration, decl, next.spec(&decl.name)?)?;
                next.streams.insert(decl.name.clone(), edge);
            }
        }
        for decl in declaration.events.iter().filter(|decl| diff.events.contains(&decl.name)) {
            next.events.insert(decl.name.clone(), make_event(declaration, decl)?);
        }
        let mut functions = Functions::new();
        let away = match self.dismiss(changes, &mut functions) {
            Ok(away) => away,
            Err((task, away)) => {
                self.bring_back(&away, functions);
                return Err(ReloadError::Stuck(task));
            }
        };
        if let Err(error) = self.seat_and_make(&mut next, changes, &away, &mut functions) {
            next.take_functions(&mut functions);
            for (name, edge) in &lock(&self.plan).streams {
                next.streams.get(name).into_iter().for_each(|new| free_seats(new, edge));
            }
            self.bring_back(&away, functions);
            return Err(error);
        }
        self.install(next);
        Ok(())
    }

    /// Lets the tasks leave that are gone or replaced, sources first, so that what they write is still read. Those that left,
    /// with whether they had been running until then; in an error, also who does not.
    fn dismiss(
        &self,
        changes: &Changes,
        functions: &mut Functions,
    ) -> Result<BTreeMap<String, bool>, (String, BTreeMap<String, bool>)> {
        let order = lock(&self.plan).order.clone();
        let leaves = |task: &&String| changes.removed_tasks.contains(task) || changes.replaced_tasks.contains(task);
        let mut away = BTreeMap::new();
        for task in order.iter().filter(leaves) {
            let cell = lock(&self.plan).tasks.get(task).map(|entry| entry.cell.clone());
            let Some(cell) = cell else { continue };
            let ran = !cell.is_over();
            if ran && !leave(&cell, &self.board) {
                cell.orphan.store(true, Ordering::SeqCst);
                if cell.is_over() {
                    cell.detach();
                }
                return Err((task.clone(), away));
            }
            away.insert(task.clone(), ran);
            let handle = lock(&self.plan).tasks.get_mut(task).and_then(|entry| entry.handle.take());
            handle.into_iter().for_each(|handle| drop(handle.join()));
            let function = lock(&cell.body).take().and_then(Body::into_function);
            functions.extend(function.map(|function| (task.clone(), function)));
        }
        Ok(away)
    }

    /// Gives the new tasks seats at the streams that stay, and makes them.
    fn seat_and_make(
        &self,
        next: &mut Plan,
        changes: &Changes,
        away: &BTreeMap<String, bool>,
        functions: &mut Functions,
    ) -> Result<(), ReloadError> {
        {
            let plan = lock(&self.plan);
            for decl in &next.declaration.streams {
                if let (false, Some(edge)) = (next.streams.contains_key(&decl.name), plan.streams.get(&decl.name)) {
                    let edge = reseat(edge, &decl.name, &plan, &next.declaration, away)?;
                    next.streams.insert(decl.name.clone(), edge);
                }
            }
            for decl in &next.declaration.events {
                if let (false, Some(event)) = (next.events.contains_key(&decl.name), plan.events.get(&decl.name)) {
                    next.events.insert(decl.name.clone(), event.clone());
                }
            }
        }
        let is_new =
            |task: &&TaskDecl| changes.added_tasks.contains(&task.name) || changes.replaced_tasks.contains(&task.name);
        for decl in next.declaration.tasks.clone().iter().filter(is_new) {
            let cell = next.make_cell(decl, &self.registry, &self.board, functions)?;
            next.tasks.insert(decl.name.clone(), Entry { cell, handle: None });
        }
        Ok(())
    }

    /// Puts the new plan in the place of the old one, and starts what is new, sinks first.
    fn install(self: &Arc<Self>, mut next: Plan) {
        let new: Vec<_> = next.order.iter().rev().filter(|task| next.tasks.contains_key(*task)).cloned().collect();
        {
            let mut plan = lock(&self.plan);
            for (name, entry) in std::mem::take(&mut plan.tasks) {
                if next.declaration.tasks.iter().any(|task| task.name == name) {
                    next.tasks.entry(name).or_insert(entry);
                }
            }
            let old = std::mem::replace(&mut *plan, next);
            for (name, edge) in old.streams {
                let stays = plan.streams.get(&name).is_some_and(|next| next.stream.is(&edge.stream));
                if stays {
                    free_seats(&edge, &plan.streams[&name]);
                } else {
                    // Who taps it sees its end.
                    edge.stream.end_writer();
                }
            }
        }
        self.start_tasks(&new);
    }

    /// Starts tasks of the plan. One that cannot be is a failure like any other.
    fn start_tasks(self: &Arc<Self>, tasks: &[String]) {
        for task in tasks {
            if let Err(cause) = launch(self, task) {
                self.give_up(task, &cause.to_string());
            }
        }
    }

    fn give_up(&self, task: &str, why: &str) {
        if let Some(entry) = lock(&self.plan).tasks.get(task) {
            entry.cell.own.set_error(why);
            entry.cell.detach();
            super::cell::finish(&entry.cell, crate::metrics::TaskState::Failed);
        }
        self.task_ended(Some(Failure { task: task.into(), why: Why::Refused(why.into()) }));
    }

    /// Starts again what has left for nothing.
    fn bring_back(self: &Arc<Self>, away: &BTreeMap<String, bool>, mut functions: Functions) {
        let ran: Vec<_> = away.iter().filter(|(_, ran)| **ran).map(|(task, _)| task.clone()).collect();
        for task in &ran {
            let mut plan = lock(&self.plan);
            let Some(decl) = plan.declaration.tasks.iter().find(|decl| decl.name == *task).cloned() else { continue };
            match plan.make_cell(&decl, &self.registry, &self.board, &mut functions) {
                Ok(cell) => {
                    plan.tasks.insert(task.clone(), Entry { cell, handle: None });
                }
                Err(cause) => {
                    drop(plan);
                    self.give_up(task, &cause.to_string());
                }
            }
        }
        self.start_tasks(&ran);
    }
}

/// Waits until a task has left.
fn leave(cell: &Cell, board: &Board) -> bool {
    let within = |bound: Duration| {
        let until = monotonic_nanos().saturating_add(bound.as_nanos() as u64);
        board.wait_until(until, || cell.is_over())
    };
    cell.leave(1, board);
    if within(LEAVE_BOUND) {
        return true;
    }
    cell.leave(2, board);
    cell.target.kill();
    within(INSIST_BOUND)
}

/// The seats at a stream that stays: whoever reads it as before keeps its seat, others get one from the next frame on.
fn reseat(
    edge: &Edge,
    stream: &str,
    plan: &Plan,
    next: &Declaration,
    away: &BTreeMap<String, bool>,
) -> Result<Edge, ReloadError> {
    let running = next.tasks.iter().filter(|task| task.control != Control::Terminator);
    let reads = running.flat_map(|task| task.reads.iter().map(move |(local, read)| (task, local, read)));
    let mut seats = BTreeMap::new();
    let (mut wanted, mut reserved) = (Vec::new(), Vec::new());
    for (task, local, read) in reads.filter(|(_, _, read)| read.stream == stream) {
        let kept = edge.seat(&task.name, local).filter(|_| {
            // Who had ended has given up its seat.
            away.get(&task.name).copied().unwrap_or(true) && plan.policy(&task.name, local) == Some(read.policy)
        });
        match kept {
            Some(seat) => drop(seats.insert((task.name.clone(), local.clone()), seat)),
            None => wanted.push((task, local, read)),
        }
    }
    for (task, local, read) in wanted {
        let in_use = |seat| edge.seats.values().chain(seats.values()).any(|used| *used == seat);
        let seat = edge.stream.reserve(read.policy, |seat| !in_use(seat));
        let seat = seat.or_else(|| {
            // Seats of those who are gone: they stay free if all of this comes to nothing.
            let gone = edge.seats.values().copied().find(|seat| !seats.values().any(|used| used == seat))?;
            edge.stream.evict_reader(gone);
            edge.stream.reserve(read.policy, |seat| seat == gone)
        });
        let Some(seat) = seat else {
            reserved.into_iter().for_each(|seat| {
                edge.stream.evict_reader(seat);
            });
            return Err(ReloadError::NoSeat(stream.into()));
        };
        reserved.push(seat);
        seats.insert((task.name.clone(), local.clone()), seat);
    }
    Ok(Edge { stream: edge.stream.clone(), seats, shared: edge.shared })
}

/// Frees the seats of one that the other does not have, if both are the same stream.
fn free_seats(old: &Edge, new: &Edge) {
    if !old.stream.is(&new.stream) {
        return;
    }
    for seat in old.seats.values().filter(|seat| !new.seats.values().any(|used| used == *seat)) {
        old.stream.evict_reader(*seat);
    }
}
