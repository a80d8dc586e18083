//! The recordings of a kit, as voices need them: in memory as far as they fit there, from disk beyond that.
//!
//! ```text
//! probe ─► headers ─► plan ─► Samples (what lies in memory) ─► Streams ─ a slot a voice ◄── ring ◄── reader threads ◄── files
//! ```
//!
//! [`Samples`] is loaded once and shared. [`Streams`] belong to one synth: each of its voices has a slot, whose ring a
//! reader thread keeps full. The audio path loads and stores atomics and copies frames: it never waits, calls the system
//! or allocates. Frames that have not arrived are silence there, which the synth counts; readers then go on from where the
//! voice is by now.

mod feeder;
mod lane;
mod memory;
mod parallel;
mod plan;
mod probe;
mod slot;
mod streams;
#[cfg(test)]
mod tests;

pub use memory::{Samples, Trouble};
pub use plan::{Need, needs};
pub use probe::{Header, probe_all};
pub use streams::Streams;

/// What recordings may take in memory, in bytes: with the rest of a large rig below 512 MiB.
pub const BUDGET: u64 = 384 << 20;
