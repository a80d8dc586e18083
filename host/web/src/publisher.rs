//! The state that clients see, its number, and who hears of changes. It lives with the state's one owner.

use crate::event::Event;
use crate::{hash, merge};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use utoipa::ToSchema;

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

/// What a state is called, for a client to compare its copy with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stamp {
    /// The number of the last event in it.
    pub seq: u64,
    /// Its [`hash`](crate::hash).
    pub hash: String,
}

/// The served state and its subscribers.
///
/// Merge patches have no word for a null member, so the state has none: where nothing is, nothing stands.
#[derive(Debug)]
pub struct Publisher {
    state: Value,
    /// The state as text, until it changes.
    text: Option<Arc<str>>,
    seq: u64,
    subscribers: Vec<mpsc::Sender<Arc<str>>>,
}

/// An event on the wire.
#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    seq: u64,
    #[serde(flatten)]
    event: &'a Event,
    patch: &'a Value,
    ts: f64,
}

impl Publisher {
    /// Serves a state, without its null members. Control.
    pub fn new(state: Value) -> Self {
        Self { state: merge::without_nulls(state), text: None, seq: 0, subscribers: Vec::new() }
    }

    /// The state as served: always what a client has that applied every patch. Any.
    pub fn state(&self) -> &Value {
        &self.state
    }

    /// The state as JSON text, made once for each change. Control.
    pub fn text(&mut self) -> Arc<str> {
        self.text.get_or_insert_with(|| self.state.to_string().into()).clone()
    }

    /// The state's number and hash. Any.
    pub fn stamp(&self) -> Stamp {
        Stamp { seq: self.seq, hash: hash::hash(&self.state) }
    }

    /// How many listen. Those that have gone are counted until the next event. Any.
    pub fn subscribers(&self) -> usize {
        self.subscribers.len()
    }

    /// Applies a merge patch to the state and tells everybody; never waits. Who has no room is dropped. Control.
    pub fn publish(&mut self, event: &Event, patch: Value) {
        self.seq += 1;
        if !self.subscribers.is_empty() {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let message =
                Message { r#type: "event", seq: self.seq, event, patch: &patch, ts: since_1970.as_secs_f64() };
            match serde_json::to_string(&message) {
                Ok(message) => {
                    let message: Arc<str> = message.into();
                    self.subscribers.retain(|subscriber| subscriber.try_send(message.clone()).is_ok());
                }
                // A gap would be worse: they come back and start from a snapshot.
                Err(_) => self.subscribers.clear(),
            }
        }
        if patch.as_object().is_none_or(|members| !members.is_empty()) {
            merge::apply(&mut self.state, patch);
            self.text = None;
        }
    }

    /// Makes another state of this one, by the patch of their differences, and tells everybody. Control.
    pub fn replace(&mut self, event: &Event, state: Value) {
        let patch = merge::diff(&self.state, &merge::without_nulls(state));
        self.publish(event, patch);
    }

    /// Somebody who hears everything from now on. Control.
    pub fn subscribe(&mut self) -> Subscription {
        let (sender, events) = mpsc::channel(QUEUE);
        self.subscribers.push(sender);
        Subscription { state: self.text(), seq: self.seq, events }
    }
}

#[cfg(test)]
#[path = "publisher_tests.rs"]
mod tests;
