//! A thread that may not make a single system call, as proof that rendering makes none.
//!
//! The kernel's filter (seccomp, Linux) ends the whole process with SIGSYS at the first call: a lock that has to wait, a
//! page from the allocator, a log line, a sleep, a read of a clock that the kernel keeps to itself. What stays below the
//! kernel's notice is not caught here: an allocation from memory at hand (the guard of `assert_no_alloc` catches it), a
//! lock that is free, page faults, and reading the time where the vDSO does it in user space. That is so for
//! `CLOCK_MONOTONIC` on x86-64 with the `tsc` clock source (or kvmclock) and on AArch64 with the architecture's timer; on
//! a machine whose clock is elsewhere a source that measures its own load fails here, rightly.

use crate::process::sibling;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// The signal that a refused system call ends the process with.
pub const REFUSED: i32 = rustix::process::Signal::SYS.as_raw();

/// A thread under the filter. It cannot even end: it spins until the process does.
#[derive(Debug)]
pub struct Filtered {
    thread: JoinHandle<()>,
    has_ended: Arc<AtomicBool>,
}

impl Filtered {
    /// Installs the filter on a new thread and lets it repeat `step` until that returns false.
    ///
    /// # Panics
    /// When there is no filter for this architecture.
    pub fn spawn(mut step: impl FnMut() -> bool + Send + 'static) -> Self {
        let architecture = TargetArch::try_from(std::env::consts::ARCH).expect("an architecture with filters");
        // No rule matches anything, so every call meets the first of the two actions; they must differ.
        let filter =
            SeccompFilter::new(BTreeMap::new(), SeccompAction::KillProcess, SeccompAction::Allow, architecture);
        let program: BpfProgram = filter.and_then(BpfProgram::try_from).expect("a filter without rules");
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = has_ended.clone();
        let thread = std::thread::spawn(move || {
            seccompiler::apply_filter(&program).expect("the kernel takes a filter");
            while step() {}
            ended.store(true, Ordering::Release);
            loop {
                std::hint::spin_loop();
            }
        });
        Self { thread, has_ended }
    }

    /// Waits until the steps are over, doing `meanwhile` every millisecond. What they wrote is visible then.
    ///
    /// # Panics
    /// When the kernel did not take the filter.
    pub fn wait(&self, mut meanwhile: impl FnMut()) {
        while !self.has_ended.load(Ordering::Acquire) {
            assert!(!self.thread.is_finished(), "the filter was not installed");
            meanwhile();
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Runs a mode of `seccomp-probe`: what it reports, or the signal that ended it.
///
/// # Panics
/// When it fails in any other way.
pub fn probe(mode: &str) -> Result<Value, i32> {
    let run = Command::new(sibling("seccomp-probe")).arg(mode).output().expect("seccomp-probe starts");
    match run.status.signal() {
        Some(signal) => Err(signal),
        None if run.status.success() => Ok(serde_json::from_slice(&run.stdout).expect("a report")),
        None => panic!("seccomp-probe {mode}: {}", String::from_utf8_lossy(&run.stderr)),
    }
}
