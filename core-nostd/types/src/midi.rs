//! MIDI 1.0 words, the assembler that finds them in a byte stream (MIDI 1.0 Detailed Specification 4.2.1), and what they
//! leave held.

mod assembler;
mod held;
mod part;
mod sysex;
mod word;

pub use assembler::{Assembled, Assembler, AssemblerStats};
pub use held::{DAMPER_UP, Held, HeldControls, pedal_is_down};
pub use part::SysExPart;
pub use sysex::SysEx;
pub use wmidi::{Channel, ControlFunction, MidiMessage, Note, PitchBend, U7, U14};
pub use word::{MidiWord, WordError};
