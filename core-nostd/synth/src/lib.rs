#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

// The processor's features are asked for through std.
#[cfg(feature = "simd-dispatch")]
extern crate std;

mod allocator;
pub mod bank;
mod builtin;
mod channel;
mod config;
mod direct;
mod envelope;
mod filter;
pub mod flash;
mod generator;
mod glide;
mod interpolate;
mod kernel;
mod lanes;
#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64"))))]
mod lean;
mod lfo;
mod mixer;
mod modulator;
mod mpe;
mod offsets;
mod pedal;
mod profile;
pub mod sampler;
mod settings;
mod shape;
pub mod soundfont;
mod stage;
mod synth;
mod sysex;
mod tuning;
mod units;
mod voice;
#[cfg(any(test, any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")))]
mod wide;
mod window;

pub use allocator::{Decision, NoteId, Strategy, VoiceAllocator};
pub use bank::{
    BLOCK8_BYTES, BLOCK8_FRAMES, Bank, Coding, LoopMode, Patch, PresetIndex, Region, Sample, SamplePool, Side, Wave,
};
pub use builtin::Builtin;
pub use channel::BankStyle;
pub use config::{Interpolation, SynthConfig};
pub use flash::FlashBank;
pub use generator::{Generator, Generators};
pub use lanes::CONTROL_FRAMES;
pub use modulator::{Modulator, Modulators};
pub use profile::{Sf2Profile, UnknownProfile};
pub use soundfont::SoundFont;
pub use synth::{SendBuses, Synth, SynthStats};
