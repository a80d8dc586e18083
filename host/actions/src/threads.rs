//! Threads with an end that is waited for, though not for ever.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Threads that are joined when dropped, as far as they end within a bound; the others are left to themselves.
#[derive(Debug)]
pub(crate) struct Threads {
    handles: Vec<JoinHandle<()>>,
    bound: Duration,
}

impl Threads {
    pub fn new(bound: Duration) -> Self {
        Self { handles: Vec::new(), bound }
    }

    pub fn start(&mut self, name: &str, body: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        self.handles.push(std::thread::Builder::new().name(name.to_owned()).spawn(body)?);
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        let until = Instant::now() + self.bound;
        for handle in self.handles.drain(..) {
            while !handle.is_finished() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(2));
            }
            if handle.is_finished() {
                // Whether it panicked was told by the panic.
                let _ = handle.join();
            }
        }
    }
}
