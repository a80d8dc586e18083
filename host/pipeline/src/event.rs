//! Events: counts that tasks wait for.
#![expect(
    unused_variables,
    clippy::unimplemented,
    clippy::needless_pass_by_value,
    reason = "signatures only, for a moment"
)]

use crate::stream::{MemoryError, StreamError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A counted gate: any number signal it, one owner consumes.
#[derive(Clone, Debug)]
pub struct Event {}

impl Event {
    /// An event with `initial` signals pending; `shared` puts it where other processes can open it. Control.
    pub(crate) fn create(name: &str, initial: u32, shared: bool) -> Result<Self, MemoryError> {
        unimplemented!("on its way")
    }

    /// The event of another process. Control.
    pub(crate) fn open(path: &Path) -> Result<Self, MemoryError> {
        unimplemented!("on its way")
    }

    /// Where other processes open it, if it is shared. Any.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        unimplemented!("on its way")
    }

    /// Ends all waits of all processes with [`StreamError::Stopped`], now and later. Any.
    pub(crate) fn stop(&self) {
        unimplemented!("on its way")
    }

    /// Its name. Any.
    pub fn name(&self) -> &str {
        unimplemented!("on its way")
    }

    /// One more signal. Any.
    pub fn signal(&self) {
        unimplemented!("on its way")
    }

    /// Consumes one signal; false if there is none. Any.
    pub fn reset(&self) -> bool {
        unimplemented!("on its way")
    }

    /// Waits until it is open, which consumes nothing; false when `timeout` has passed. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`].
    pub fn wait(&self, timeout: Option<Duration>) -> Result<bool, StreamError> {
        unimplemented!("on its way")
    }

    /// Whether signals are pending. Any.
    pub fn is_open(&self) -> bool {
        unimplemented!("on its way")
    }

    /// Signals that nobody consumed yet. Any.
    pub fn pending(&self) -> u64 {
        unimplemented!("on its way")
    }
}
