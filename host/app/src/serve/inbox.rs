//! What reaches the owner of the state: everything, through one door, in one order.

use super::Owner;
use super::ops::Step;
use super::ports::Port;
use crate::live::{Outcome, Settings, Status};
use ripieno_web::Request;
use std::sync::mpsc::{self, Receiver, SyncSender};

/// Messages that may wait. Who finds no room waits itself: requests are refused at the server's door then.
const WAITING: usize = 4_096;

/// One message.
pub enum Inbox {
    /// Somebody asks.
    Web(Request),
    /// The panels have something to say.
    Heard(Outcome),
    /// The session as it is.
    Status(Box<Status>),
    /// The session wants its settings kept before it is content with them.
    Save(Settings, SyncSender<Result<(), String>>),
    /// The MIDI inputs have changed.
    Ports(Vec<Port>),
    /// An action has ended.
    Acted(ripieno_actions::Outcome),
    /// The server has turned somebody away.
    Refused(String),
    /// Another application is in front.
    Front(Result<Option<ripieno_actions::Application>, String>),
    /// An operation has got on.
    Step(String, Step),
    /// What was done elsewhere is to be finished here.
    Then(Box<dyn FnOnce(&mut Owner) + Send>),
    /// The end.
    Stop,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inbox")
    }
}

/// The way to the owner.
#[derive(Clone, Debug)]
pub struct Post(SyncSender<Inbox>);

impl Post {
    /// The way, and its end.
    pub fn new() -> (Self, Receiver<Inbox>) {
        let (post, inbox) = mpsc::sync_channel(WAITING);
        (Self(post), inbox)
    }

    /// Sends a message; waits while there is no room. False when there is no owner any more.
    pub fn send(&self, message: Inbox) -> bool {
        self.0.send(message).is_ok()
    }

    /// Sends a message if there is room; never waits.
    pub fn offer(&self, message: Inbox) {
        // What finds no room is forgotten.
        let _ = self.0.try_send(message);
    }

    /// Has something finished by the owner.
    pub fn then(&self, finish: impl FnOnce(&mut Owner) + Send + 'static) {
        self.send(Inbox::Then(Box::new(finish)));
    }
}
