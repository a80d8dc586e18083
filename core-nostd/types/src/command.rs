//! What a rig may be told to do, as small `Copy` values that cross a ring.

use crate::midi::{MidiWord, SysExPart};

/// Names one of the chain's effects: its place in the effect table, not in the current order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EffectId(pub u8);

/// Names one effect parameter: its place in the parameter table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamId(pub u8);

/// One instruction to a rig. Unknown ids are ignored and counted.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// A MIDI channel or system message.
    Midi(MidiWord),
    /// The next bytes of a SysEx message.
    SysEx(SysExPart),
    /// Sets an effect parameter; `value` is 0..=1 and is clamped, a NaN is ignored.
    Parameter {
        /// Which parameter.
        id: ParamId,
        /// The new normalised value.
        value: f32,
    },
    /// Takes an effect out of the signal path, or back in, with a short crossfade.
    Bypass {
        /// Which effect.
        effect: EffectId,
        /// True: the signal passes by unchanged.
        bypassed: bool,
    },
    /// Puts the effects in this order: a permutation of the effect table.
    Order([EffectId; 7]),
    /// Lets at most this many voices sound, at least 1 and at most as many as the rig has (it clamps): those that are too
    /// many fade.
    Polyphony(u16),
    /// Silences everything at once, with a fade too short to hear as one, and forgets held pedals and bends.
    Panic,
}

/// A value that is due at an absolute frame of the rig's own count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed<T> {
    /// The frame at which the value takes effect, counted from the first frame rendered.
    pub at: u64,
    /// What takes effect.
    pub value: T,
}
