//! From contacts and voltages to words: one small state machine for each kind of control, fed with samples and times.
//!
//! Times are microseconds of a clock that never runs backwards. Nothing here knows a pin: a board samples, in any period of a
//! millisecond or less, and gives what it saw.

mod debounce;
mod encoder;
mod force;
mod knob;
mod matrix;
mod surface;
mod two_contact;

pub use debounce::{Debounce, Edge};
pub use encoder::{Detents, Encoder};
pub use force::{ForceConfig, Forces};
pub use knob::{Knob, KnobConfig};
pub use matrix::Matrix;
pub use surface::{BUTTON_NOTES, CHANNEL, ENCODER_CONTROLS, KNOB_CONTROLS, PAD_NOTES, Surface};
pub use two_contact::{TwoContact, TwoContactConfig};

/// What becomes of a pad or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// It was struck, with a velocity of 1..=127.
    Down(u8),
    /// It is held with a pressure of 0..=127.
    Pressure(u8),
    /// It was let go.
    Up,
}
