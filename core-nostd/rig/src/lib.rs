#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod commands;
mod rig;

pub use commands::{Commands, Merge};
pub use rig::{Rig, RigConfig, Stats};
