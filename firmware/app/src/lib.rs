#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod clock;
mod controller;
pub mod defaults;
mod desk;
pub mod hush;
mod instrument;
pub mod lights;
mod link;
mod log;
pub mod midi;
mod player;
pub mod protocol;
pub mod scan;
pub mod setup;
mod setups;
pub mod store;

pub use clock::Clock;
pub use controller::{Configure, Controller, ControllerStats, Event};
pub use desk::{Desk, Look, PRESET_BYTES, SLOTS};
pub use instrument::Instrument;
pub use link::{AudioEnd, INPUTS, Link, LowEnd, REPORTS, Report};
pub use player::{OutboxStats, Player};
pub use setups::Setups;
