//! What lies between a control and its action: how a button fires, how a knob takes over, and what becomes of the value.

mod button;
mod curve;
mod encoder;
mod takeover;

pub use button::{Button, ButtonState, Edge, Fire, Fired};
pub use curve::Curve;
pub use encoder::{Coding, Encoder, EncoderState};
pub use takeover::{Takeover, TakeoverState};

use serde::{Deserialize, Serialize};

/// One mapping's glue. The default passes everything on as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glue {
    /// How the control behaves.
    pub mode: Mode,
    /// Bends the way from bottom to top.
    pub curve: Curve,
    /// What the bottom becomes, 0..=65535.
    pub min: u16,
    /// What the top becomes, 0..=65535, at least `min`.
    pub max: u16,
    /// Turns the way round.
    pub invert: bool,
    /// Values that are told apart, evenly spaced with both ends; 0 or 1 keeps them all.
    pub steps: u16,
    /// What a button does to its action's value.
    pub press: Press,
}

impl Default for Glue {
    fn default() -> Self {
        Self {
            mode: Mode::Button(Button::default()),
            curve: Curve::Linear,
            min: 0,
            max: u16::MAX,
            invert: false,
            steps: 0,
            press: Press::Momentary,
        }
    }
}

/// How a control behaves. Buttons are sources that go down and up; a continuous source in button mode is down above half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Fires.
    Button(Button),
    /// Stands somewhere.
    Knob(Takeover),
    /// Turns without end, and says by how much.
    Encoder(Encoder),
}

/// What a button does to its action's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Press {
    /// On while it fires, off afterwards.
    #[default]
    Momentary,
    /// On, and off again with the next.
    Toggle,
    /// On, and every other button of the group in the same preset off.
    Radio(u8),
}
