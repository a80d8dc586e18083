//! What JACK tells of its graph. Its callbacks may not call JACK: they pass on what they hear and wake the hub.

use super::member::Presence;
use crate::hub::Wake;
use jack::{Client, ClientStatus, Control, NotificationHandler, PortId};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What matters of a change. That a port has come is seen by looking.
pub(super) enum Change {
    /// Two ports are no longer connected.
    Disconnected([PortId; 2]),
    /// A port is gone; its number may be given to another.
    Unregistered(PortId),
}

/// Hears of the server's end, and of changes if somebody wants to know.
pub(super) struct Notices {
    presence: Arc<Presence>,
    listener: Option<(Sender<Wake>, Sender<Change>)>,
}

impl Notices {
    pub fn new(presence: Arc<Presence>, listener: Option<(Sender<Wake>, Sender<Change>)>) -> Self {
        Self { presence, listener }
    }

    /// The other ends are gone only while the client is being dropped.
    fn tell(&self, change: Option<Change>) {
        let Some((wake, changes)) = &self.listener else { return };
        self.presence.during(|| {
            if let Some(change) = change {
                let _ = changes.send(change);
            }
            let _ = wake.send(Wake::Changed);
        });
    }
}

impl NotificationHandler for Notices {
    #[allow(
        unsafe_code,
        reason = "the crate declares it so because it may run as a signal handler does; it stores to atomics"
    )]
    unsafe fn shutdown(&mut self, _: ClientStatus, _: &str) {
        // The hub sees it at its next look.
        self.presence.during(|| self.presence.end());
    }

    fn port_registration(&mut self, _: &Client, port: PortId, is_registered: bool) {
        self.tell((!is_registered).then_some(Change::Unregistered(port)));
    }

    /// A client that takes part from now on: its ports can be connected at last.
    fn graph_reorder(&mut self, _: &Client) -> Control {
        self.tell(None);
        Control::Continue
    }

    fn ports_connected(&mut self, _: &Client, a: PortId, b: PortId, are_connected: bool) {
        self.tell((!are_connected).then_some(Change::Disconnected([a, b])));
    }
}
