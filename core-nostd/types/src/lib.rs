#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod anchor;
mod block;
mod command;
pub mod midi;
mod rate;
mod window;

pub use anchor::{Anchor, AnchorError, Sign};
pub use block::Block;
pub use command::{Command, EffectId, ParamId, Timed};
pub use rate::{RateError, SampleRate};
pub use window::WindowFrames;
pub use wmidi;
