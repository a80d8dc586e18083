//! What a mapping does. What the rig can do stands here in full; everything else is a number that the host knows.

use crate::panels::{BankId, PanelId, PanelKind};
use ripieno_types::{EffectId, ParamId};
use serde::{Deserialize, Serialize};

/// Notes of a chord at most.
pub const CHORD_NOTES: usize = 8;

/// One action. `channel` is 0..=15 throughout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
// Whole words, which boards copy four times as quickly.
#[repr(align(4))]
pub enum Action {
    /// Nothing; the control is taken all the same.
    #[default]
    Nothing,
    /// A note for as long as the control is down.
    Note {
        /// Its channel.
        channel: u8,
        /// Its key, 0..=127.
        note: u8,
        /// Its velocity, 1..=127; `None` takes the value's.
        velocity: Option<u8>,
    },
    /// Several notes for as long as the control is down.
    Chord {
        /// Their channel.
        channel: u8,
        /// Their keys, 0..=127.
        notes: [Option<u8>; CHORD_NOTES],
        /// Their velocity, 1..=127; `None` takes the value's.
        velocity: Option<u8>,
    },
    /// A controller of 7 bits.
    Control {
        /// Its channel.
        channel: u8,
        /// Its number, 0..=127.
        number: u8,
    },
    /// A program, with its bank (MSB · 128 + LSB) if it has one.
    Program {
        /// Its channel.
        channel: u8,
        /// The bank, 0..=16383.
        bank: Option<u16>,
        /// The program, 0..=127.
        program: u8,
    },
    /// The pitch wheel.
    PitchBend {
        /// Its channel.
        channel: u8,
    },
    /// An effect parameter.
    Parameter(#[serde(with = "param")] ParamId),
    /// Whether an effect is in the path: on is in.
    Effect(#[serde(with = "effect")] EffectId),
    /// The output gain, 0..=1.
    Master,
    /// Transposes what piano panels play: by semitones more, or back to 0 if `by` is 0. A knob sets -24..=24 instead.
    Transpose {
        /// Semitones, -24..=24.
        by: i8,
    },
    /// Silences everything.
    Panic,
    /// A sample pad, by its place in the set-up's samples: sounds while the control is down, or to its end.
    Sample(u16),
    /// A phrase, by its place: starts on press, ends with its last note or on release as the phrase says.
    Phrase(u16),
    /// A layer of sixteen steps, by its place: on or off.
    Layer(u16),
    /// The sequencer's tempo: a button taps it, a knob sets it.
    Tempo,
    /// Makes a panel active, or empties its slot if `on` is false.
    Panel {
        /// The panel.
        panel: PanelId,
        /// False: deactivate.
        on: bool,
    },
    /// The next panel of a slot in the order of the set-up, or the one before.
    NextPanel {
        /// The slot's kind.
        kind: PanelKind,
        /// The slot's bank.
        bank: BankId,
        /// 1 or -1.
        by: i8,
    },
    /// The next bank that knobs belong to, or the one before.
    NextBank {
        /// 1 or -1.
        by: i8,
    },
    /// Something outside the rig, by a number that only the host can read.
    Outside(u16),
}

impl Action {
    /// True for actions whose value is worth keeping and that knobs can be ahead of or behind.
    pub const fn has_value(&self) -> bool {
        matches!(
            self,
            Self::Control { .. }
                | Self::PitchBend { .. }
                | Self::Parameter(_)
                | Self::Effect(_)
                | Self::Master
                | Self::Transpose { .. }
                | Self::Layer(_)
                | Self::Tempo
                | Self::Outside(_)
        )
    }
}

/// `ParamId` as the number it is.
mod param {
    use ripieno_types::ParamId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(id: &ParamId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(id.0)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ParamId, D::Error> {
        u8::deserialize(deserializer).map(ParamId)
    }
}

/// `EffectId` as the number it is.
mod effect {
    use ripieno_types::EffectId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(id: &EffectId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(id.0)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EffectId, D::Error> {
        u8::deserialize(deserializer).map(EffectId)
    }
}
