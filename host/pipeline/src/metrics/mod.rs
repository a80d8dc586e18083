//! Figures of a running pipeline. Everything that happens once a frame only counts, in words that nobody else writes; who wants
//! to know reads them.

mod gather;
mod proc;
mod prometheus;
mod sample;
mod status;

pub(crate) use sample::Sampler;
pub use status::{
    EndStatus, EventStatus, Latency, ReaderStatus, SpecStatus, State, Status, StreamStatus, TaskState, TaskStatus,
};
