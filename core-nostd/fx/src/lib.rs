#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

// Only what detects the processor's features at run time; see the feature's comment in Cargo.toml.
#[cfg(feature = "simd-dispatch")]
extern crate std;

mod chain;
mod effect;
pub mod effects;
mod memory;
mod param;
mod state;

pub use chain::{Chain, OrderError, Sends};
pub use effect::Effect;
pub use memory::{ChainMemory, arena_frames};
pub use param::{EFFECTS, EffectInfo, PARAMS, ParamInfo, Text, Unit, effect, id, param, value_from_midi};
pub use state::{ChainState, Refused};
