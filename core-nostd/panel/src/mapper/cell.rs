//! What a mapper remembers of one mapping: eight bytes, and a [`Timing`](super::timing::Timing) while times matter.

use super::timing::Timing;
use crate::glue::{Button, ButtonState, EncoderState, Mode, TakeoverState};
use crate::mapper::target;
use crate::setup::Mapping;

/// The value is known: the set-up or the control has said it.
pub(crate) const KNOWN: u8 = 1;
/// The action has begun and has not ended.
pub(crate) const ON: u8 = 2;
/// The knob may have moved for another mapping since this one last heard it.
pub(crate) const REARM: u8 = 4;
/// Waits to be shown.
pub(crate) const QUEUED: u8 = 8;
/// The one of its radio group that was chosen last.
pub(crate) const CHOSEN: u8 = 32;
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
    /// Of a button the force of its press, of a knob its position.
    last: u16,
    flags: u8,
    /// What kind of control it is in the lowest two bits, and its state.
    state: u8,
}

/// The control's own state machine, as it is worked with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gesture {
    Button(ButtonState),
    Knob(TakeoverState),
    Encoder(EncoderState),
}

const KIND_BITS: u8 = 2;
const KINDS: u8 = (1 << KIND_BITS) - 1;
const BUTTON: u8 = 0;
const KNOB: u8 = 1;
const ENCODER: u8 = 2;

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
        let mut cell = Self {
            value,
            way: mapping.glue.unshape(value),
            last: 0,
            flags: REARM | if mapping.value.is_some() { KNOWN } else { 0 },
            state: 0,
        };
        cell.set_gesture(Gesture::new(mapping));
        cell
    }

    /// The state machine, without times.
    pub fn gesture(&self) -> Gesture {
        self.gesture_at(&Timing::default())
    }

    /// The state machine with its times.
    pub fn gesture_at(&self, timing: &Timing) -> Gesture {
        let bits = self.state >> KIND_BITS;
        match self.state & KINDS {
            BUTTON => Gesture::Button(ButtonState::unpack(bits, self.last, timing)),
            KNOB => Gesture::Knob(TakeoverState::unpack(bits, self.last)),
            _ => Gesture::Encoder(EncoderState::unpack(bits, timing)),
        }
    }

    /// Keeps all of a state machine but its times.
    pub fn set_gesture(&mut self, gesture: Gesture) {
        let (kind, bits);
        (kind, bits, self.last) = match gesture {
            Gesture::Button(state) => {
                let (bits, force) = state.pack();
                (BUTTON, bits, force)
            }
            Gesture::Knob(state) => {
                let (bits, position) = state.pack();
                (KNOB, bits, position)
            }
            Gesture::Encoder(state) => (ENCODER, state.pack(), 0),
        };
        self.state = bits << KIND_BITS | kind;
    }

    pub const fn is_button(&self) -> bool {
        self.state & KINDS == BUTTON
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

const _: () = assert!(size_of::<Cell>() == 8);
