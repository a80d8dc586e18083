//! What a mapper says.

use crate::action::Action;
use crate::decoder::Event;
use crate::panels::{BankId, PanelId, PanelKind};
use crate::source::{Control, DeviceId};
use ripieno_types::Command;
use ripieno_types::midi::MidiWord;

/// What a mapper says. Everything is `Copy` and small: it crosses a ring.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// For synth and effects, at once.
    Rig(Command),
    /// For whoever carries out what is no command: sequencer, sampler, fader, or the host.
    Do {
        /// What.
        action: Action,
        /// Which phase of it.
        phase: Phase,
        /// Whose mapping asked; none ends what a mapping began that is no longer there.
        by: Option<MappingId>,
    },
    /// A control was used: said once for every reading of a control, before what it does, whether or not it does anything; of
    /// a clock only if it does.
    Heard {
        /// The control.
        control: Control,
        /// What it said.
        event: Event,
        /// What it is for.
        kind: PanelKind,
        /// Its bank.
        bank: BankId,
        /// The active panel of that slot, if the slot is not empty.
        panel: Option<PanelId>,
        /// The mapping that took it, the first if several did; none leaves it to the synth or to nobody.
        by: Option<MappingId>,
    },
    /// A mapping's value has changed, or the knob's distance to it.
    Value {
        /// Whose.
        by: MappingId,
        /// The value, 0..=65535.
        value: u16,
        /// From the knob to the value, 0 once it has taken over; none for buttons, encoders and unturned knobs.
        distance: Option<i32>,
    },
    /// A slot changed hands.
    Activated {
        /// The slot's kind.
        kind: PanelKind,
        /// The slot's bank.
        bank: BankId,
        /// Who has it now.
        panel: Option<PanelId>,
        /// Who had it.
        previous: Option<PanelId>,
    },
    /// Knobs belong to another bank now.
    Bank(BankId),
    /// To be sent to a controller, so that it shows what is.
    Light {
        /// The controller; [`DeviceId::UNKNOWN`] is for every controller, as the mapping listens to all.
        device: DeviceId,
        /// The message.
        word: MidiWord,
    },
}

/// A mapping, by its place among all mappings of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MappingId(pub u16);

/// What an action is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It begins, with a value.
    On(u16),
    /// It ends.
    Off,
    /// Its value is set.
    Set(u16),
}

/// Counters of what was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MapperStats {
    /// Presses refused because too many were down.
    pub refused: u64,
    /// Long presses and repetitions that wait for the next message, because too many ran at a time.
    pub untimed: u64,
}
