//! Ctrl-C and termination as a flag: the work notices it between blocks and unwinds, which removes unfinished files.

use ripieno_separate::Cancel;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How long a signal may stay unnoticed.
const TICK: Duration = Duration::from_millis(20);

/// True once the user wants the run to end.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for the process's signals. A process that already listens keeps its first listener for Ctrl-C. One that was
    /// started to ignore Ctrl-C or hanging up, as in the background of a script, goes on to, and is ended by a request to
    /// terminate alone.
    pub fn listen() -> Self {
        let flag = Self::default();
        let seen = flag.clone();
        let listens = ctrlc::try_set_handler(move || seen.0.store(true, Ordering::Relaxed));
        #[cfg(unix)]
        if listens.is_err() {
            // Without a handler the signal ends the process as it always did.
            let _ = signal_hook::flag::register(signal_hook::consts::SIGTERM, flag.0.clone());
        }
        #[cfg(not(unix))]
        drop(listens);
        flag
    }

    /// One that somebody else raises by a flag of his own.
    pub fn by(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// One that has come already.
    #[cfg(test)]
    pub fn raised() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Whether the signal has come.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Has the signal stop a job of separation. For the rest of the process.
    pub fn cancels(&self, cancel: &Cancel) {
        let (interrupt, cancel) = (self.clone(), cancel.clone());
        thread::spawn(move || {
            while !interrupt.is_raised() {
                thread::sleep(TICK);
            }
            cancel.request();
        });
    }
}
