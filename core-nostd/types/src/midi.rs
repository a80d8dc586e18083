//! MIDI 1.0 words and the assembler that finds them in a byte stream (MIDI 1.0 Detailed Specification 4.2.1).

mod assembler;
mod word;

pub use assembler::{Assembled, Assembler, AssemblerStats};
pub use wmidi::{Channel, ControlFunction, MidiMessage, Note, PitchBend, U7, U14};
pub use word::{MidiWord, WordError};
