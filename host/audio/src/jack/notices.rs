//! What a JACK server tells its clients about itself.

use crate::health::{Message, Reporter};
use jack::{Client, ClientStatus, Control, Frames};
use ripieno_ports::FaultKind;
use std::sync::{Mutex, PoisonError};

/// Passes the server's news on to a stream's health.
pub(super) struct Notices {
    /// Never locked, as every call has it for itself; the library wants a handler that could be shared.
    reporter: Mutex<Reporter>,
    rate_hz: u32,
}

impl Notices {
    pub(super) fn new(reporter: Reporter, rate_hz: u32) -> Self {
        Self { reporter: Mutex::new(reporter), rate_hz }
    }

    fn reporter(&mut self) -> &mut Reporter {
        self.reporter.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&mut self, reason: Message) {
        self.reporter().lose(FaultKind::Gone);
        self.reporter().say(reason);
    }
}

impl jack::NotificationHandler for Notices {
    // SAFETY: the trait demands the word, as this may be called like a signal handler; so it stores to atomics and a ring
    // slot, and does nothing else: no allocation, no lock.
    #[allow(unsafe_code, reason = "the trait's own signature; the body does nothing that needs it")]
    unsafe fn shutdown(&mut self, _: ClientStatus, _: &str) {
        self.lose(Message::Fixed("the JACK server has ended"));
    }

    fn sample_rate(&mut self, _: &Client, rate_hz: Frames) -> Control {
        // Every start brings one of these, with the rate that is known.
        if rate_hz != self.rate_hz {
            self.lose(Message::Text(format!("the JACK server now runs at {rate_hz} Hz")));
        }
        Control::Continue
    }

    fn xrun(&mut self, _: &Client) -> Control {
        self.reporter().tally().xrun();
        Control::Continue
    }
}
