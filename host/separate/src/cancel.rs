//! A wish to stop, shared by whoever may have it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asked for once, seen everywhere. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks to stop. Any; a signal handler too.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The flag itself, for what looks at flags. Any.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.0.clone()
    }

    /// Whether somebody asked. Any.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
