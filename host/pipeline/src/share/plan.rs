//! What a declaration says of export and import, as places for rings and tasks of the pipeline's own.

use super::{import, remote};
use crate::declare::{Declaration, GUEST, Overflow, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl};
use crate::kind::{Registry, Value};
use crate::stream::Place;

/// Before the key of a stream that goes to other hosts.
pub(super) const ZENOH: &str = "zenoh:";

/// Whether a name is one beyond this host. Any.
pub(super) fn is_remote(name: &str) -> bool {
    name.starts_with(ZENOH)
}

/// Where the ring of a stream has to lie for others to find it, if they are to. Any.
pub(crate) fn place(decl: &StreamDecl) -> Option<Place> {
    let written_by_guest = decl.guest();
    let exported = || decl.export.as_deref().filter(|name| !is_remote(name));
    written_by_guest.or_else(exported).map(|name| Place::Named(name.into()))
}

/// Adds the kinds of the tasks that carry streams. Control.
pub(crate) fn register(registry: &mut Registry) {
    registry.add(import::Import);
    remote::register(registry);
}

/// Adds the tasks that fill imported streams and carry exported ones. To be called with a declaration that was checked;
/// `order` stays sources first. Control.
pub(crate) fn expand(declaration: &mut Declaration, order: &mut Vec<String>) {
    collapse(declaration);
    for stream in &declaration.streams {
        let lossless = stream.overflow == Overflow::Block;
        if let Some(from) = stream.import.as_deref().filter(|from| !from.starts_with(GUEST)) {
            let kind = if is_remote(from) { remote::IMPORT } else { import::NAME };
            let mut task = task("import", kind, stream, from, lossless);
            task.writes.insert("out".into(), stream.name.clone());
            order.insert(0, task.name.clone());
            declaration.tasks.push(task);
        }
        if let Some(to) = stream.export.as_deref().filter(|to| is_remote(to)) {
            let mut task = task("export", remote::EXPORT, stream, to, lossless);
            let policy = if lossless { ReaderPolicy::Lossless } else { ReaderPolicy::DropOldest };
            task.reads.insert("in".into(), ReadDecl { stream: stream.name.clone(), policy });
            order.push(task.name.clone());
            declaration.tasks.push(task);
        }
    }
}

/// Takes the tasks that [`expand`] added away again: what was declared is left. Control.
pub(crate) fn collapse(declaration: &mut Declaration) {
    let ours = [import::NAME, remote::IMPORT, remote::EXPORT];
    declaration.tasks.retain(|task| !task.kind.as_deref().is_some_and(|kind| ours.contains(&kind)));
}

/// Its name has a colon, which no declared task may have.
fn task(what: &str, kind: &str, stream: &StreamDecl, remote: &str, lossless: bool) -> TaskDecl {
    let mut task = TaskDecl::new(format!("{what}:{}", stream.name));
    task.kind = Some(kind.into());
    task.params.insert("name".into(), Value::Text(remote.into()));
    task.params.insert("lossless".into(), Value::Bool(lossless));
    task
}
