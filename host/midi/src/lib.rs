#![doc = include_str!("../README.md")]

mod backend;
mod clock;
mod error;
#[cfg(test)]
mod fake;
mod feed;
mod hub;
mod inputs;
#[cfg(feature = "jack")]
mod jack;
mod list;
mod output;
mod port;
mod roster;
mod system;
mod system_out;
mod worker;

pub use clock::now;
pub use error::MidiError;
pub use feed::{Feed, FeedStats, LONGEST_SYSEX};
pub use hub::{Driver, Hub, SCAN_INTERVAL};
pub use inputs::{Inputs, SLOTS, WAITING};
pub use list::ports;
pub use output::Output;
pub use port::{Direction, PortInfo, Wanted};
pub use worker::{Event, InputStatus};
