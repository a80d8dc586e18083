//! Queues and buckets of a real server, with little patience.

#[path = "../../../../tests/support/nats.rs"]
mod nats;

use ripieno_farm::FarmError;
use ripieno_farm::jetstream::{JetStream, Layout, Server};
use std::time::Duration;

pub use nats::{JETSTREAM, Nats};

/// What a server has.
pub trait Farms {
    /// The queue and the bucket of this name, with a patience of a second.
    fn open(&self, name: &str) -> JetStream;

    /// The same at another address, and with other wishes.
    fn try_open(&self, url: &str, with: impl FnOnce(&mut Layout)) -> Result<JetStream, FarmError>;
}

impl Farms for Nats {
    fn open(&self, name: &str) -> JetStream {
        self.try_open(&self.url(), |layout| layout.bucket = name.to_owned()).unwrap()
    }

    fn try_open(&self, url: &str, with: impl FnOnce(&mut Layout)) -> Result<JetStream, FarmError> {
        let mut layout = Layout::new("test");
        layout.ack_wait = Some(Duration::from_secs(1));
        with(&mut layout);
        JetStream::open(&Server::new(url), &layout)
    }
}
