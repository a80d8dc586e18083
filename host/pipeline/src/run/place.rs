//! Where the calling thread runs: which core, and how urgently. What is refused is told, and done without.

/// Frames and rate that real-time priority is asked for: what an audio thread has.
const REALTIME_BLOCK: (u32, u32) = (512, 48_000);

/// Pins the calling thread and asks for priority; returns what was refused, if anything.
pub(crate) fn settle(core: Option<usize>, realtime: bool) -> Option<String> {
    let mut refused = Vec::new();
    if let Some(core) = core
        && !pin(core)
    {
        refused.push(format!("it cannot be pinned to core {core}"));
    }
    let (frames, rate_hz) = REALTIME_BLOCK;
    if realtime && audio_thread_priority::promote_current_thread_to_real_time(frames, rate_hz).is_err() {
        refused.push("real-time priority was refused".into());
    }
    (!refused.is_empty()).then(|| refused.join("; "))
}

#[cfg(target_os = "linux")]
fn pin(core: usize) -> bool {
    use rustix::thread::{CpuSet, sched_setaffinity};
    if core >= CpuSet::MAX_CPU {
        return false;
    }
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn pin(_core: usize) -> bool {
    false
}

/// The number by which the system knows the calling thread; 0 where it has none.
pub(crate) fn thread_id() -> u64 {
    #[cfg(target_os = "linux")]
    return rustix::thread::gettid().as_raw_nonzero().get() as u64;
    #[cfg(not(target_os = "linux"))]
    return 0;
}

/// Gives the calling thread a name that system monitors show; the system cuts it short. The first thread's is its process's.
#[cfg(target_os = "linux")]
pub(crate) fn name_thread(name: &str) {
    if let Ok(name) = std::ffi::CString::new(name) {
        // Only a name that cannot be read would be refused.
        let _ = rustix::thread::set_name(&name);
    }
}
