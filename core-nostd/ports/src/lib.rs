#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod clock;
mod frame_source;
mod ring_source;
mod versions;

pub use clock::{Clock, ManualClock, Micros};
pub use frame_source::FrameSource;
pub use ring_source::RingSource;
pub use versions::{Faulty, Scripted, Silence, Trace, Traced};
