//! A request to stop, seen by whoever carries an action out.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often an asynchronous action looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);

/// Shared between the one who may stop an action and the one who carries it out. Any.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    cancelled: bool,
    stop: Option<Box<dyn FnOnce() + Send>>,
}

impl Cancel {
    /// Asks to stop. What was set with [`Cancel::on_cancel`] is called here, once.
    pub fn cancel(&self) {
        let stop = {
            let mut state = self.state();
            state.cancelled = true;
            state.stop.take()
        };
        if let Some(stop) = stop {
            stop();
        }
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Sets what interrupts a call that blocks; at once when it is too late. It must not block itself.
    pub fn on_cancel(&self, stop: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        if state.cancelled {
            drop(state);
            stop();
        } else {
            state.stop = Some(Box::new(stop));
        }
    }

    /// Waits until somebody asks to stop.
    pub(crate) async fn cancelled(&self) {
        while !self.is_cancelled() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn what_stops_is_called_once_before_or_after() {
        let stops = Arc::new(AtomicU32::new(0));
        let count = || {
            let stops = stops.clone();
            move || _ = stops.fetch_add(1, Ordering::SeqCst)
        };
        let cancel = Cancel::default();
        cancel.on_cancel(count());
        assert!(!cancel.is_cancelled());
        cancel.cancel();
        cancel.cancel();
        assert!(cancel.is_cancelled());
        assert_eq!(stops.load(Ordering::SeqCst), 1);
        cancel.on_cancel(count());
        assert_eq!(stops.load(Ordering::SeqCst), 2);
    }
}
