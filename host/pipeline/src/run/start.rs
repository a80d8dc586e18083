//! From compiled to running: everything is made, every task waits at the gate, then the gate opens. Or nothing is left.

use super::board::{Board, Level};
use super::cell::{Body, lock};
use super::error::{Failure, StartCause, StartError, Why};
use super::plan::{Entry, Plan, has_processes};
use super::shared::Shared;
use super::{child, process, runner};
use crate::origin::monotonic_nanos;
use crate::pipeline::{Compiled, Functions};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// How long a process may take to come to the gate.
const READY_BOUND: Duration = Duration::from_secs(30);

/// Starts all tasks, and the watch over them.
pub(crate) fn start(mut compiled: Compiled) -> Result<(Arc<Shared>, JoinHandle<()>), StartError> {
    child::serve_compiled(&mut compiled);
    let mut functions = std::mem::take(&mut compiled.functions);
    match start_with(&compiled, &mut functions) {
        Ok(running) => Ok(running),
        Err(cause) => {
            compiled.functions = functions;
            Err(StartError::new(cause, compiled))
        }
    }
}

fn start_with(compiled: &Compiled, functions: &mut Functions) -> Result<(Arc<Shared>, JoinHandle<()>), StartCause> {
    let declaration = compiled.declaration.clone();
    let hash = process::hash(&declaration);
    let board = Board::create(has_processes(&declaration))
        .map_err(|source| StartCause::Memory { what: "the pipeline's own words".into(), source })?;
    let mut plan = Plan::make(declaration, compiled.specs.clone(), compiled.order.clone())?;
    let made = make_all(&mut plan, compiled, &board, functions);
    if let Err(cause) = made {
        plan.take_functions(functions);
        return Err(cause);
    }
    let name = compiled.declaration.name.clone();
    let shared = Arc::new(Shared::new(name, compiled.registry.clone(), hash, board, plan));
    match launch_all(&shared, &compiled.order) {
        Ok(watch) => {
            shared.board.open_gate();
            Ok((shared, watch))
        }
        Err(cause) => {
            abort(&shared, functions);
            Err(cause)
        }
    }
}

/// Sinks first, so that who reads waits already when the first frame comes. The watch last: it sees only what has begun.
fn launch_all(shared: &Arc<Shared>, order: &[String]) -> Result<JoinHandle<()>, StartCause> {
    order.iter().rev().try_for_each(|task| launch(shared, task))?;
    ready(shared)?;
    let watched = shared.clone();
    let watch = Builder::new().name("watch".into()).spawn(move || watched.watch());
    watch.map_err(|source| StartCause::Spawn { task: "watch".into(), source })
}

fn make_all(plan: &mut Plan, compiled: &Compiled, board: &Board, functions: &mut Functions) -> Result<(), StartCause> {
    for decl in &compiled.declaration.tasks {
        let cell = plan.make_cell(decl, &compiled.registry, board, functions)?;
        plan.tasks.insert(decl.name.clone(), Entry { cell, handle: None });
    }
    Ok(())
}

/// Starts the thread of a task of the plan, unless it has nothing to run.
pub(crate) fn launch(shared: &Arc<Shared>, task: &str) -> Result<(), StartCause> {
    let mut plan = lock(&shared.plan);
    let Some(entry) = plan.tasks.get_mut(task).filter(|entry| !entry.cell.is_over()) else {
        return Ok(());
    };
    if let Some(Body::Process(process)) = &mut *lock(&entry.cell.body) {
        process.assign(shared)?;
    }
    let spawned = runner::spawn(shared, &entry.cell);
    entry.handle = Some(spawned.map_err(|source| StartCause::Spawn { task: task.into(), source })?);
    Ok(())
}

/// Waits until all tasks are at the gate.
pub(crate) fn ready(shared: &Shared) -> Result<(), StartCause> {
    let cells: Vec<_> = lock(&shared.plan).tasks.values().map(|entry| entry.cell.clone()).collect();
    let until = monotonic_nanos().saturating_add(READY_BOUND.as_nanos() as u64);
    let failed = || shared.first_failure();
    let settled = || cells.iter().all(|cell| cell.is_settled());
    let came = shared.board.wait_until(until, || settled() || failed().is_some());
    if let Some(failure) = failed() {
        return Err(StartCause::Failed(failure));
    }
    let late = cells.iter().find(|cell| !cell.is_settled());
    match late {
        Some(late) if !came => {
            let why = Why::Refused("its process does not come to start the pipeline".into());
            Err(StartCause::Failed(Failure { task: late.decl.name.clone(), why }))
        }
        _ => Ok(()),
    }
}

/// Ends what was started, before it began.
fn abort(shared: &Shared, functions: &mut Functions) {
    shared.board.raise(Level::Stopped);
    let mut plan = lock(&shared.plan);
    plan.stop();
    plan.kill();
    let handles: Vec<_> = plan.tasks.values_mut().filter_map(|entry| entry.handle.take()).collect();
    drop(plan);
    handles.into_iter().for_each(|handle| drop(handle.join()));
    lock(&shared.plan).take_functions(functions);
}
