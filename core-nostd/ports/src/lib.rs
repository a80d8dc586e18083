#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod audio;
mod clock;
mod fault;
mod frame_source;
mod memory;
mod midi;
mod midi_versions;
mod ring_source;
mod separator;
mod separator_versions;
mod storage;
mod versions;

pub use audio::{
    AudioIn, AudioOut, BufferSize, Format, FormatRequest, FrameSink, Health, Refused, SampleEncoding, Stream,
};
pub use clock::{Clock, ManualClock, Micros};
pub use fault::{Fault, FaultKind};
pub use frame_source::{FrameSource, Period};
pub use memory::{MemoryStorage, StorageFull};
pub use midi::{Arrived, InputId, Message, MidiIn, MidiOut};
pub use midi_versions::{FaultyMidi, MemoryOut, MemoryOutError, MidiTrace, ScriptedMidi, TracedMidi};
pub use ring_source::RingSource;
pub use separator::{Conditions, Geometry, Separator, Statistics};
pub use separator_versions::{DelaySeparator, FaultySeparator, IdentitySeparator, Mishap, Planned};
pub use storage::Storage;
pub use versions::{Faulty, Scripted, Silence, Trace, Traced};
