#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod allocator;
pub mod bank;
mod generator;
mod modulator;

pub use allocator::{Decision, NoteId, Strategy, VoiceAllocator};
pub use bank::{Bank, LoopMode, Patch, PresetIndex, Region, Sample, SamplePool, Side, Wave};
pub use generator::{Generator, Generators};
pub use modulator::{Modulator, Modulators};
