//! What a mapper remembers of one mapping.

use crate::glue::{Button, ButtonState, EncoderState, Mode, TakeoverState};
use crate::mapper::target;
use crate::setup::Mapping;

/// No mapping.
pub(crate) const NONE: u16 = u16::MAX;

/// The value is known: the set-up or the control has said it.
pub(crate) const KNOWN: u8 = 1;
/// The action has begun and has not ended.
pub(crate) const ON: u8 = 2;
/// The knob may have moved for another mapping since this one last heard it.
pub(crate) const REARM: u8 = 4;
/// Waits to be shown.
pub(crate) const QUEUED: u8 = 8;
/// Among the running timers.
pub(crate) const TIMED: u8 = 16;
/// The first of its radio group.
pub(crate) const LEADER: u8 = 32;
/// Came over from the set-up before.
pub(crate) const CARRIED: u8 = 64;
/// Its value is to be told when it is shown.
pub(crate) const TELL: u8 = 128;

/// One mapping's state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// The value as this mapping last knew it.
    pub value: u16,
    /// Where a knob would stand for it: finer than the value when the glue has steps.
    pub way: u16,
    /// The leader of the radio group; the leader's own is the chosen one. While set-ups are replaced, the new place.
    pub link: u16,
    flags: u8,
    pub gesture: Gesture,
}

/// The control's own state machine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gesture {
    Button(ButtonState),
    Knob(TakeoverState),
    Encoder(EncoderState),
}

impl Gesture {
    pub fn new(mapping: &Mapping) -> Self {
        match mapping.glue.mode {
            _ if mapping.button().is_some() => Self::Button(ButtonState::default()),
            Mode::Encoder(_) => Self::Encoder(EncoderState::default()),
            _ => Self::Knob(TakeoverState::default()),
        }
    }
}

impl Cell {
    pub fn new(mapping: &Mapping) -> Self {
        let value = mapping.value.unwrap_or(0);
        Self {
            value,
            way: mapping.glue.unshape(value),
            link: NONE,
            flags: REARM | if mapping.value.is_some() { KNOWN } else { 0 },
            gesture: Gesture::new(mapping),
        }
    }

    pub const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub const fn set(&mut self, flag: u8) {
        self.flags |= flag;
    }

    pub const fn clear(&mut self, flag: u8) {
        self.flags &= !flag;
    }

    /// Clears a flag and says whether it was set.
    pub const fn take(&mut self, flag: u8) -> bool {
        let was = self.is(flag);
        self.clear(flag);
        was
    }
}

impl Mapping {
    /// How its control behaves as a button, if it does: what has no value to turn is switched even by a knob.
    pub(crate) fn button(&self) -> Option<Button> {
        match self.glue.mode {
            Mode::Button(button) => Some(button),
            Mode::Knob(_) if target::is_switch(&self.action) => Some(Button::default()),
            _ => None,
        }
    }
}
