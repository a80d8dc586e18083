//! The clock of stamps, and how a task's output gets the time of its input.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Nanoseconds of the machine's monotonic clock: the same for all its processes. Real-time.
#[cfg(unix)]
#[inline]
pub fn monotonic_nanos() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + (now.tv_nsec as i64).cast_unsigned()
}

/// Nanoseconds since this process first asked. Real-time.
#[cfg(not(unix))]
pub fn monotonic_nanos() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    // 0 means that there is no time.
    1 + START.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
}

/// When the data was born that a task is working on: shared by the endpoints of one task. A read stores the frame's time, a write
/// takes it.
#[derive(Clone, Debug, Default)]
pub struct Origin(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    nanos: AtomicU64,
    /// Whether the task shall leave its places to a successor: 1 where it reads or waits, 2 where it writes too.
    leaving: AtomicU64,
}

impl Origin {
    /// An origin that knows no time yet: writes take the time they happen. Any.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time stored last; 0 for none. Any.
    pub fn nanos(&self) -> u64 {
        self.0.nanos.load(Ordering::Relaxed)
    }

    /// Stores a time; 0 for none: the next writes take the time they happen. Any.
    pub fn set(&self, nanos: u64) {
        self.0.nanos.store(nanos, Ordering::Relaxed);
    }

    /// From now on, reads and waits for events end with [`StreamError::Stopped`](crate::StreamError::Stopped); at level 2 writes
    /// do too. Who waits already has to be woken. Any.
    pub(crate) fn leave(&self, level: u64) {
        self.0.leaving.fetch_max(level, Ordering::Relaxed);
    }

    /// What [`leave`](Self::leave) was told last; 0 for nothing. Real-time.
    #[inline]
    pub(crate) fn leaving(&self) -> u64 {
        self.0.leaving.load(Ordering::Relaxed)
    }
}
