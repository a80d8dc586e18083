//! Streams to and from other hosts, over Zenoh: `export = "zenoh:studio/mix"` here, `import = "zenoh:studio/mix"` there.
//!
//! Hosts find each other by endpoints that are said in the environment, never by multicast: `RIPIENO_ZENOH_LISTEN` and
//! `RIPIENO_ZENOH_CONNECT`, each a list such as `tcp/192.168.1.7:7447`, parted by commas. A process has one session.
//!
//! Keys below that of the stream: the key itself carries frames, `@notes` what readers say of how far they are, `@clock` answers
//! with the writer's clock.
//!
//! # Loss
//! Nothing is lost between two hosts that stay connected if both streams' `overflow` is `block`: a writer is at most
//! [`WINDOW`] frames ahead of the slowest reader that it hears of. One that is silent for [`SILENCE`] holds it back no longer, and
//! frames that are sent while no reader is connected go nowhere. With `drop-newest` nobody is waited for. Whatever is missing shows
//! in the sequence, and is counted.
//!
//! # Clocks
//! Each reader asks for the writer's clock every two seconds and takes it to be read in the middle of the time that the
//! answer took; of the last answers the quickest counts. Frames get the time of birth that the reader's own clock would have shown, so
//! latency is measured over hosts as within one, with an error of at most half the quickest round trip.

mod clock;
mod export;
mod import;
mod session;
mod wire;

pub(super) use export::NAME as EXPORT;
pub(super) use import::NAME as IMPORT;

use crate::kind::Registry;
use std::time::Duration;

/// Frames that a writer is ahead of its slowest reader at most.
pub(super) const WINDOW: u64 = 64;

/// After which a reader or a writer is taken for gone.
pub(super) const SILENCE: Duration = Duration::from_secs(3);

/// Between two notes of a reader that has nothing new to say.
pub(super) const HEARTBEAT: Duration = Duration::from_millis(250);

/// Adds the kinds of the tasks that carry frames.
pub(in crate::share) fn register(registry: &mut Registry) {
    registry.add(import::Import).add(export::Export);
}
