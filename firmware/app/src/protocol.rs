//! Configuration over SysEx: what may be said ([`Message`]), the controller's side ([`Session`]) and the computer's
//! ([`Client`]). Pure state machines: no I/O, no clock. `SYSEX.md` beside this crate's manifest has the byte tables.
//!
//! Every message is a SysEx body of at most [`BODY`] bytes, so that any driver, queue and port passes it whole.

mod bytes;
mod client;
mod code;
mod identity;
mod message;
mod packet;
mod session;
#[cfg(test)]
mod tests;

pub use bytes::crc32;
pub use client::{Answer, Client, ClientError, Job, Progress};
pub use code::{Code, Refusal};
pub use identity::Identity;
pub use message::{Capacities, Entries, Entry, Message, Stats};
pub use packet::{Packet, Reject};
pub use session::{Event, Presets, Session};

use ripieno_types::midi::SysEx;

/// The version of the protocol that is spoken here, and the only one.
pub const PROTOCOL: u8 = 1;
/// Bytes of a SysEx body at most, without its F0 and F7.
pub const BODY: usize = SysEx::BYTES;
/// Bytes of a set-up in one chunk, but for the last, which may have fewer.
pub const CHUNK: usize = packet::PAYLOAD - 2;
/// Chunks that may be under way unanswered.
pub const WINDOW: u8 = 8;
/// A transfer that nobody carried on for so long, in milliseconds, gives way to another.
pub const IDLE_MILLIS: u64 = 3_000;

/// Whether a body is for a [`Session`]: ours, or one that asks everybody who is there. Any.
pub fn is_ours(body: &[u8]) -> bool {
    Identity::is_asked(body) || !matches!(Packet::parse(body), Err(Reject::Foreign))
}

/// The chunks that so many bytes take.
const fn chunks(length: usize) -> usize {
    length.div_ceil(CHUNK)
}
