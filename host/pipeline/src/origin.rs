//! The clock of stamps, and how a task's output gets the time of its input.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Nanoseconds of the machine's monotonic clock: the same for all its processes. Any.
pub fn monotonic_nanos() -> u64 {
    unimplemented!("on its way")
}

/// When the data was born that a task is working on: shared by the endpoints of one task. A read stores the frame's time, a write
/// takes it.
#[derive(Clone, Debug, Default)]
pub struct Origin(Arc<AtomicU64>);

impl Origin {
    /// An origin that knows no time yet: writes take the time they happen. Any.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time stored last; 0 for none. Any.
    pub fn nanos(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Stores a time; 0 for none: the next writes take the time they happen. Any.
    pub fn set(&self, nanos: u64) {
        self.0.store(nanos, Ordering::Relaxed);
    }
}
