//! A thread that may not make a single system call, as proof that rendering makes none.
//!
//! The kernel's filter (seccomp, Linux) ends the whole process with SIGSYS at the first call: a lock that has to wait, a
//! page from the allocator, a log line, a sleep, a read of a clock that the kernel keeps to itself. What stays below the
//! kernel's notice is not caught here: an allocation from memory at hand (the guard of `assert_no_alloc` catches it), a
//! lock that is free, page faults, and reading the time where the vDSO does it in user space. That is so for
//! `CLOCK_MONOTONIC` on x86-64 with the `tsc` clock source (or kvmclock) and on AArch64 with the architecture's timer; on
//! a machine whose clock is elsewhere a source that measures its own load fails here, rightly.
//!
//! With the feature `rtsan` the thread runs under RealtimeSanitizer instead: any call of the C library that may block or
//! allocate ends the process with a backtrace that names who called.

use crate::process::sibling;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// The signal that a refused system call ends the process with.
pub const REFUSED: i32 = libc::SIGSYS;

/// What the kernel grants a [`Strict`] thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Not a single call.
    Nothing,
    /// Waking another thread (`futex` with `FUTEX_WAKE`), which never waits.
    Wake,
}

/// A thread under the filter. It cannot even end: it spins until the process does.
#[derive(Debug)]
pub struct Strict {
    thread: JoinHandle<()>,
    has_ended: Arc<AtomicBool>,
}

impl Strict {
    /// Installs the filter on a new thread and lets it repeat `step` until that returns false.
    ///
    /// # Panics
    /// When there is no filter for this architecture.
    pub fn spawn(grant: Grant, mut step: impl FnMut() -> bool + Send + 'static) -> Self {
        let program = program(grant).expect("a filter for this architecture");
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = has_ended.clone();
        let thread = std::thread::spawn(move || {
            if cfg!(not(feature = "rtsan")) {
                seccompiler::apply_filter(&program).expect("the kernel takes a filter");
            }
            while nonblocking(&mut step) {}
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

#[cfg_attr(feature = "rtsan", sanitize(realtime = "nonblocking"))]
fn nonblocking(step: &mut impl FnMut() -> bool) -> bool {
    step()
}

fn program(grant: Grant) -> Result<BpfProgram, Box<dyn std::error::Error>> {
    let mut granted = BTreeMap::new();
    if grant == Grant::Wake {
        // The second argument is the operation; futexes of one process carry a flag besides.
        let mask = SeccompCmpOp::MaskedEq(!(libc::FUTEX_PRIVATE_FLAG as u64) & 0xFFFF_FFFF);
        let wakes = SeccompCondition::new(1, SeccompCmpArgLen::Dword, mask, libc::FUTEX_WAKE as u64)?;
        granted.insert(libc::SYS_futex, vec![SeccompRule::new(vec![wakes])?]);
    }
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(granted, SeccompAction::KillProcess, SeccompAction::Allow, architecture)?;
    Ok(BpfProgram::try_from(filter)?)
}

/// Runs a mode of `realtime-probe`: what it reports, or the signal that ended it.
///
/// # Panics
/// When it fails in any other way.
pub fn probe(mode: &str) -> Result<Value, i32> {
    let run = Command::new(sibling("realtime-probe")).arg(mode).output().expect("realtime-probe starts");
    match run.status.signal() {
        Some(signal) => Err(signal),
        None if run.status.success() => Ok(serde_json::from_slice(&run.stdout).expect("a report")),
        None => panic!("realtime-probe {mode}: {}", String::from_utf8_lossy(&run.stderr)),
    }
}
