//! What tells two pipelines apart: which streams and tasks can stay, and which have to be made anew.

use super::plan::{event_is_shared, stream_is_shared};
use crate::declare::{Control, Declaration, StreamDecl, TaskDecl};
use crate::frame::FrameSpec;
use crate::kind::{Registry, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a reload did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Changes {
    /// Tasks that are new.
    pub added_tasks: Vec<String>,
    /// Tasks that are gone.
    pub removed_tasks: Vec<String>,
    /// Tasks that were ended and started anew.
    pub replaced_tasks: Vec<String>,
    /// Streams that are new.
    pub added_streams: Vec<String>,
    /// Streams that are gone.
    pub removed_streams: Vec<String>,
    /// Streams whose ring was made anew.
    pub replaced_streams: Vec<String>,
    /// Parameters that were set in running tasks, as `task.param`.
    pub set_params: Vec<String>,
}

impl Changes {
    /// Whether nothing changed. Any.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is known of a running pipeline beside its declaration.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Streams whose writer has ended: a new one cannot go on there.
    pub ended: BTreeSet<String>,
    /// Streams and events that other processes can open.
    pub shared_streams: BTreeSet<String>,
    pub shared_events: BTreeSet<String>,
}

/// A declaration whose frames are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub declaration: &'a Declaration,
    pub specs: &'a BTreeMap<String, FrameSpec>,
}

/// What has to be done.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Diff {
    pub changes: Changes,
    /// Events to be made, or made anew.
    pub events: BTreeSet<String>,
    /// Live parameters to be set in tasks that stay.
    pub set: Vec<(String, String, Value)>,
}

/// Compares.
pub(crate) fn diff(old: Known<'_>, new: Known<'_>, registry: &Registry, facts: &Facts) -> Diff {
    let mut diff = Diff::default();
    let mut anew = changed_streams(old, new, facts, &mut diff.changes);
    diff.events = changed_events(old.declaration, new.declaration, facts);
    // A writer that is replaced after the end of its stream takes the stream with it, and so on downstream.
    loop {
        let tasks = changed_tasks(old, new, registry, &anew, &diff.events);
        let written = |task: &&TaskDecl| tasks.contains(&task.name) || old_task(old, &task.name).is_none();
        let writers = new.declaration.tasks.iter().filter(written).flat_map(|task| task.writes.values());
        let more: Vec<_> =
            writers.filter(|stream| facts.ended.contains(*stream) && !anew.contains(*stream)).cloned().collect();
        if more.is_empty() {
            diff.changes.replaced_tasks = named(new.declaration.tasks.iter().map(|task| &task.name), &tasks);
            break;
        }
        anew.extend(more);
    }
    let added: BTreeSet<_> = diff.changes.added_streams.iter().cloned().collect();
    let replaced = &anew - &added;
    diff.changes.replaced_streams = named(new.declaration.streams.iter().map(|stream| &stream.name), &replaced);
    let is_new = |task: &&TaskDecl| old_task(old, &task.name).is_none();
    diff.changes.added_tasks = new.declaration.tasks.iter().filter(is_new).map(|task| task.name.clone()).collect();
    let is_gone = |task: &&TaskDecl| old_task(new, &task.name).is_none();
    diff.changes.removed_tasks = old.declaration.tasks.iter().filter(is_gone).map(|task| task.name.clone()).collect();
    set_params(old, new, registry, &mut diff);
    diff
}

fn named<'a>(names: impl Iterator<Item = &'a String>, of: &BTreeSet<String>) -> Vec<String> {
    names.filter(|name| of.contains(*name)).cloned().collect()
}

fn old_task<'a>(known: Known<'a>, name: &str) -> Option<&'a TaskDecl> {
    known.declaration.tasks.iter().find(|task| task.name == name)
}

/// Streams that are to be made; notes those that are new or gone.
fn changed_streams(old: Known<'_>, new: Known<'_>, facts: &Facts, changes: &mut Changes) -> BTreeSet<String> {
    let find =
        |known: Known<'_>, name: &str| known.declaration.streams.iter().find(|stream| stream.name == name).cloned();
    let mut anew = BTreeSet::new();
    for stream in &new.declaration.streams {
        let name = &stream.name;
        let Some(before) = find(old, name) else {
            changes.added_streams.push(name.clone());
            anew.insert(name.clone());
            continue;
        };
        let needs_sharing = stream_is_shared(new.declaration, name) && !facts.shared_streams.contains(name);
        if old.specs.get(name) != new.specs.get(name) || !is_same_ring(&before, stream) || needs_sharing {
            anew.insert(name.clone());
        }
    }
    let gone = old.declaration.streams.iter().filter(|stream| find(new, &stream.name).is_none());
    changes.removed_streams = gone.map(|stream| stream.name.clone()).collect();
    anew
}

fn is_same_ring(old: &StreamDecl, new: &StreamDecl) -> bool {
    let ring = |stream: &StreamDecl| {
        (stream.frames, stream.overflow, stream.delay_frames, stream.export.clone(), stream.import.clone())
    };
    ring(old) == ring(new)
}

/// Events that are to be made.
fn changed_events(old: &Declaration, new: &Declaration, facts: &Facts) -> BTreeSet<String> {
    let stays = |name: &str| {
        let known = old.events.iter().any(|event| event.name == name);
        known && (facts.shared_events.contains(name) || !event_is_shared(new, name))
    };
    new.events.iter().filter(|event| !stays(&event.name)).map(|event| event.name.clone()).collect()
}

/// Tasks that are in both, but not the same or not bound to the same.
fn changed_tasks(
    old: Known<'_>,
    new: Known<'_>,
    registry: &Registry,
    streams: &BTreeSet<String>,
    events: &BTreeSet<String>,
) -> BTreeSet<String> {
    let changed = |task: &&TaskDecl| {
        let Some(before) = old_task(old, &task.name) else { return false };
        let bound_anew = task.reads.values().any(|read| streams.contains(&read.stream))
            || task.writes.values().any(|stream| streams.contains(stream))
            || task.events.values().any(|event| events.contains(event));
        bound_anew || lasting(before, registry) != lasting(task, registry)
    };
    new.declaration.tasks.iter().filter(changed).map(|task| task.name.clone()).collect()
}

/// A task without what can change while it runs: its live parameters and what is said about it.
fn lasting(task: &TaskDecl, registry: &Registry) -> TaskDecl {
    let kind = task.kind.as_deref().and_then(|kind| registry.kind(kind));
    let is_live = |name: &str| kind.is_some_and(|kind| kind.params().iter().any(|p| p.live && p.name == name));
    // Defaults that were left out are the same as defaults that were said.
    let whole = task.kind.as_deref().and_then(|kind| registry.params(kind, &task.params).ok());
    let whole = whole.map_or_else(|| task.params.clone(), |whole| whole.0);
    let params = whole.into_iter().filter(|(name, _)| !is_live(name)).collect();
    TaskDecl { params, description: None, ..task.clone() }
}

/// Live parameters that differ in tasks that stay.
fn set_params(old: Known<'_>, new: Known<'_>, registry: &Registry, diff: &mut Diff) {
    for task in &new.declaration.tasks {
        let Some(before) = old_task(old, &task.name) else { continue };
        if diff.changes.replaced_tasks.contains(&task.name) || task.control == Control::Terminator {
            continue;
        }
        let Some(kind) = &task.kind else { continue };
        let (Ok(was), Ok(is)) = (registry.params(kind, &before.params), registry.params(kind, &task.params)) else {
            continue;
        };
        for (name, value) in is.iter().filter(|(name, value)| was.value(name) != Some(*value)) {
            diff.changes.set_params.push(format!("{}.{name}", task.name));
            diff.set.push((task.name.clone(), name.into(), value.clone()));
        }
    }
}
