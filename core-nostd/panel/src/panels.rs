//! Panels and their slots: any number of panels, at most one active for each kind and bank.

use serde::{Deserialize, Serialize};

/// A panel, by a number that stays its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PanelId(pub u16);

/// A preset, by a number that stays its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PresetId(pub u16);

/// A text outside: titles and names are interned there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TextId(pub u16);

/// A bank: 0 is A. Piano panels have [`BankId::PLAY`] and [`BankId::MAP`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BankId(pub u8);

/// Banks of a kind at most.
pub const BANKS: u8 = 16;

impl BankId {
    /// The bank of piano panels that play.
    pub const PLAY: Self = Self(0);
    /// The bank of piano panels whose keys are mapped.
    pub const MAP: Self = Self(1);
}

/// What a panel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PanelKind {
    /// Pads.
    Pad,
    /// Knobs, and every other control that is no key.
    Knob,
    /// Keys.
    Piano,
}

/// One panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// Its number.
    pub id: PanelId,
    /// Its kind, which never changes.
    pub kind: PanelKind,
    /// Its bank.
    pub bank: BankId,
    /// Its preset; none is a panel without controls.
    pub preset: Option<PresetId>,
    /// Its title.
    pub title: TextId,
    /// True if it receives MIDI.
    pub is_active: bool,
}
