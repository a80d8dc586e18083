//! The mapper: what a control does, looked up and carried through its glue. A pure state machine: time is an argument.

use crate::action::Action;
use crate::decoder::Event;
use crate::panels::{BankId, PanelId, PanelKind};
use crate::setup::Setup;
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
    /// A control was used: said once for every reading of a control, before what it does, whether or not it does anything.
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
        /// The controller.
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
    /// Notes refused because too many were down.
    pub refused: u64,
}

/// Maps. The set-up is inside; [`replace`](Self::replace) brings another.
#[derive(Debug)]
pub struct Mapper<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> {
    setup: Setup<PANELS, PRESETS, MAPPINGS>,
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> Mapper<PANELS, PRESETS, MAPPINGS> {
    /// A mapper that goes by a set-up. Control.
    pub fn new(setup: Setup<PANELS, PRESETS, MAPPINGS>) -> Self {
        Self { setup }
    }

    /// Maps one word that arrived at `now` (microseconds on a clock that never runs backwards). Real-time.
    pub fn map(&mut self, now: u64, device: DeviceId, word: MidiWord, each: &mut impl FnMut(Output)) {
        let _ = (now, device, word, each);
    }

    /// Maps one whole SysEx body, without F0 and F7. Real-time.
    pub fn sysex(&mut self, now: u64, device: DeviceId, body: &[u8], each: &mut impl FnMut(Output)) {
        let _ = (now, device, body, each);
    }

    /// Lets time pass: call it at or after [`due`](Self::due). Real-time.
    pub fn tick(&mut self, now: u64, each: &mut impl FnMut(Output)) {
        let _ = (now, each);
    }

    /// When [`tick`](Self::tick) has something to do, if nothing else happens before. Real-time.
    pub fn due(&self) -> Option<u64> {
        None
    }

    /// Takes another set-up; returns the one before. Values, toggles and knob positions stay with mappings of the same preset
    /// and address; notes that are down end as they began. Real-time: a walk over both set-ups.
    pub fn replace(&mut self, setup: &mut Setup<PANELS, PRESETS, MAPPINGS>, now: u64, each: &mut impl FnMut(Output)) {
        let _ = (now, each);
        core::mem::swap(&mut self.setup, setup);
    }

    /// Makes a panel active or empties its slot. False when there is no such panel. Real-time.
    pub fn activate(&mut self, panel: PanelId, on: bool, now: u64, each: &mut impl FnMut(Output)) -> bool {
        let _ = (panel, on, now, each);
        false
    }

    /// Tells that an action's value was set by something else, so that knobs have to pick it up. Real-time.
    pub fn moved(&mut self, action: Action, value: u16, each: &mut impl FnMut(Output)) {
        let _ = (action, value, each);
    }

    /// Ends all that is down and everything that is due, as on a panic. Real-time.
    pub fn release_all(&mut self, now: u64, each: &mut impl FnMut(Output)) {
        let _ = (now, each);
    }

    /// Sends every light of a device anew, as after a reconnection. Real-time; the messages come with the next ticks, at most
    /// so many a second.
    pub fn refresh(&mut self, device: DeviceId) {
        let _ = device;
    }

    /// The set-up, active slots as they are now. Any.
    pub fn setup(&self) -> &Setup<PANELS, PRESETS, MAPPINGS> {
        &self.setup
    }

    /// What was given up so far. Any.
    pub fn stats(&self) -> MapperStats {
        MapperStats::default()
    }
}
