#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod commands;
mod front;
mod rig;
mod sampler;
mod sequencer;

pub use commands::{Commands, Merge};
pub use front::{Front, Input, Inputs, Play};
pub use rig::{Rig, RigConfig, Stats};
pub use sampler::{Clip, Clips, Sampler};
pub use sequencer::Sequencer;
