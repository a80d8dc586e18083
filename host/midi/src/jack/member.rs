//! A client that takes part, and how it leaves.
//!
//! Closing a client, JACK's library cancels its threads wherever they are. Within a callback of ours that would end the
//! whole program, or leave the allocator locked for ever. So a client is closed only when nobody is in a callback.

use super::notices::Notices;
use crate::error::MidiError;
use jack::{AsyncClient, Client, ProcessHandler};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How long notices may take that are being told.
const PATIENCE: Duration = Duration::from_secs(1);

/// The way out of a callback, after the last line of ours.
const WAY_OUT: Duration = Duration::from_millis(1);

/// The same for the process callback of a server that ended within a period. Of a live one it waits by then.
const LAST_PERIODS: Duration = Duration::from_millis(100);

/// Whether the server is there, and whether somebody is telling us something.
#[derive(Default)]
pub(super) struct Presence {
    has_ended: AtomicBool,
    is_leaving: AtomicBool,
    telling: AtomicUsize,
}

impl Presence {
    /// The server has gone.
    pub fn end(&self) {
        self.has_ended.store(true, SeqCst);
    }

    pub fn has_ended(&self) -> bool {
        self.has_ended.load(SeqCst)
    }

    /// A notice that is being told. Nobody listens while we leave.
    pub fn during(&self, notice: impl FnOnce()) {
        self.telling.fetch_add(1, SeqCst);
        if !self.is_leaving.load(SeqCst) {
            notice();
        }
        self.telling.fetch_sub(1, SeqCst);
    }

    fn leave(&self) {
        self.is_leaving.store(true, SeqCst);
        let start = Instant::now();
        while self.telling.load(SeqCst) > 0 && start.elapsed() < PATIENCE {
            std::thread::sleep(WAY_OUT);
        }
        std::thread::sleep(if self.has_ended() { LAST_PERIODS } else { WAY_OUT });
    }
}

/// A client that is active.
pub(super) struct Member<P> {
    active: AsyncClient<Notices, P>,
    presence: Arc<Presence>,
}

impl<P: ProcessHandler + 'static> Member<P> {
    /// Takes part from now on.
    pub fn join(client: Client, notices: Notices, process: P, presence: Arc<Presence>) -> Result<Self, MidiError> {
        let active = client.activate_async(notices, process);
        let active = active.map_err(|error| MidiError::driver("activating a JACK client", error))?;
        Ok(Self { active, presence })
    }
}

impl<P> Member<P> {
    pub fn client(&self) -> &Client {
        self.active.as_client()
    }

    pub fn presence(&self) -> &Presence {
        &self.presence
    }
}

impl<P> Drop for Member<P> {
    fn drop(&mut self) {
        self.presence.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_waits_for_what_is_being_told_and_hears_no_more() {
        let presence = Presence::default();
        let (told, is_told) = std::sync::mpsc::channel();
        let has_left = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                presence.during(|| {
                    told.send(()).expect("somebody waits");
                    std::thread::sleep(Duration::from_millis(50));
                    assert!(!has_left.load(SeqCst), "it left while it was told something");
                });
            });
            is_told.recv().expect("a notice");
            presence.leave();
            has_left.store(true, SeqCst);
        });
        presence.during(|| panic!("nobody listens"));
    }
}
