//! Where tasks run: processes, cores, priority.

use super::net::Net;
use super::{Code, Fault, Faults, Subject};
use crate::declare::{Placement, TaskDecl, Wait};
use std::collections::BTreeMap;

pub(super) fn check(net: &Net<'_>, cores: usize, faults: &mut Faults) {
    for (number, task) in net.declaration.tasks.iter().enumerate() {
        let subject = Subject::Task(task.name.clone());
        let kind = net.kinds[number].as_ref().map(|(kind, _)| kind);
        let reason = kind.and_then(|kind| kind.thread_only());
        if let (Some(kind), Some(reason), Placement::Process { .. }) = (kind, reason, &task.placement) {
            let message = format!("kind '{}' cannot run in a process of its own: {reason}", kind.name());
            let fault = Fault::new(Code::ThreadOnly, subject.clone().field("place"), message);
            faults.add(fault.help("remove place"));
        }
        if let Some(core) = core(task).filter(|core| *core >= cores) {
            let message = format!("core {core} of {subject} does not exist: this machine has {cores}");
            let fault = Fault::new(Code::NoSuchCore, subject.field("core"), message);
            faults.add(fault.help(format!("write a core from 0 to {}, or leave it out", cores.saturating_sub(1))));
        }
    }
    greedy(&net.declaration.tasks, cores, faults);
}

fn core(task: &TaskDecl) -> Option<usize> {
    match task.placement {
        Placement::Thread { core, .. } | Placement::Process { core } => core,
    }
}

/// Tasks that never let go of a core.
fn greedy(tasks: &[TaskDecl], cores: usize, faults: &mut Faults) {
    let spinning = || tasks.iter().filter(|task| task.wait == Wait::Spin);
    let realtime = |task: &&TaskDecl| matches!(task.placement, Placement::Thread { realtime: true, .. });
    let wait = |task: &TaskDecl| Subject::Task(task.name.clone()).field("wait");
    let mut urgent = spinning().filter(realtime);
    let count = urgent.clone().count();
    if let Some(first) = urgent.next().filter(|_| count >= cores) {
        let message =
            format!("{count} real-time tasks spin, and this machine has {cores} cores: nothing else would run");
        let fault =
            urgent.fold(Fault::new(Code::CoresTaken, wait(first), message), |fault, task| fault.and(wait(task)));
        faults.add(fault.help("let one of them park: remove wait = \"spin\""));
    }
    let mut pinned = BTreeMap::new();
    for task in spinning() {
        let Some(core) = core(task) else { continue };
        if let Some(first) = pinned.insert(core, task) {
            let message = format!("tasks '{}' and '{}' both spin on core {core}", first.name, task.name);
            let fault = Fault::new(Code::CoreShared, Subject::Task(task.name.clone()).field("core"), message);
            let fault = fault.and(Subject::Task(first.name.clone()).field("core"));
            faults.add(fault.help("pin them to different cores, or let them park"));
        }
    }
}
