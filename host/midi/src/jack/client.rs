//! A client that runs, and what its hub's thread exchanges with its callback.

use super::member::{Member, Presence};
use super::notices::{Change, Notices};
use super::process::{Line, Order, Process};
use crate::backend::CLIENT;
use crate::error::MidiError;
use crate::hub::Wake;
use crate::inputs::SLOTS;
use jack::{Client, ClientOptions};
use ripieno_ring::spsc::{self, Consumer, Producer};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

/// Orders that can wait: more than can be given in one look around.
const ORDERS: usize = 16 * SLOTS;

pub(super) trait JackResult<T> {
    fn or_fail(self, what: &'static str) -> Result<T, MidiError>;
}

impl<T> JackResult<T> for Result<T, jack::Error> {
    fn or_fail(self, what: &'static str) -> Result<T, MidiError> {
        self.map_err(|error| MidiError::driver(what, error))
    }
}

/// A client of the server that runs; starts none. The crate hands JACK's messages to `log`, so nothing is printed.
pub(super) fn open() -> Result<Client, MidiError> {
    match Client::new(CLIENT, ClientOptions::NO_START_SERVER) {
        Ok((client, _)) => Ok(client),
        Err(jack::Error::LibraryError(_)) => Err(MidiError::NoLibrary),
        Err(jack::Error::ClientError(_)) => Err(MidiError::NoServer),
        Err(error) => Err(MidiError::driver("opening a JACK client", error)),
    }
}

pub(super) struct Running {
    member: Member<Process>,
    orders: Producer<'static, Order>,
    returned: Consumer<'static, Line>,
    changes: Receiver<Change>,
}

impl Running {
    pub fn open(wake: Sender<Wake>) -> Result<Self, MidiError> {
        let client = open()?;
        let (orders, ordered) = spsc::channel(ORDERS);
        // No more lines are there than slots.
        let (back, returned) = spsc::channel(SLOTS);
        let (teller, changes) = mpsc::channel();
        let presence = Arc::<Presence>::default();
        let notices = Notices::new(Arc::clone(&presence), Some((wake, teller)));
        let member = Member::join(client, notices, Process::new(ordered, back), presence)?;
        Ok(Self { member, orders, returned, changes })
    }

    pub fn client(&self) -> &Client {
        self.member.client()
    }

    /// True once the server has gone.
    pub fn is_dead(&self) -> bool {
        self.member.presence().has_ended()
    }

    /// Gives an order to the process callback. If that has not run for so long that the orders do not fit, the server
    /// counts as gone.
    pub fn order(&mut self, order: Order) {
        if self.orders.push(order).is_err() {
            self.member.presence().end();
        }
    }

    /// Unregisters the ports that the callback has given back and lets their feeds go home; returns how many.
    pub fn settle(&mut self) -> usize {
        let mut settled = 0;
        while let Some(Line { port, loan }) = self.returned.pop() {
            let _ = self.member.client().unregister_port(port);
            drop(loan);
            settled += 1;
        }
        settled
    }

    /// What others changed since the last call.
    pub fn changes(&self) -> Vec<Change> {
        self.changes.try_iter().collect()
    }
}
