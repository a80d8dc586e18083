//! Presets: what each control of a panel does, and how.

use super::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A preset of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Preset {
    /// Stable and opaque.
    pub id: String,
    /// The kind of panel it is for.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A label, unique among its kind whatever its case and outer spaces.
    pub name: String,
    /// Its controls.
    pub entries: Vec<Entry>,
}

/// Which control: the same note on two channels, or on two devices, is two controls.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct EntryAddress {
    /// `note:16`, `cc:48`, `cc14:1`, `nrpn:300`, `rpn:0`, `pitch-bend`, `pressure`, `pressure:60`, `program`, `program:5`,
    /// `sysex:7e ?? 06`, `clock`, `start`, `continue` or `stop`. A bare number is a note of pads and keys and a controller
    /// of knobs.
    pub source: String,
    /// 1 to 16; any if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u8>,
    /// A device's id; any if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Which of several entries of one control, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u8,
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

/// One control of a preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Where it listens.
    #[serde(flatten)]
    pub at: EntryAddress,
    /// What stands on it.
    pub label: String,
    /// What it does; nothing if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Red, green and blue, 0 to 255.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<[u8; 3]>,
    /// How it fires, for buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<Button>,
    /// What a press does to a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub press: Option<Press>,
    /// How it takes over, for knobs; `pick-up` if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takeover: Option<Takeover>,
    /// How it turns, for endless knobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<Encoder>,
    /// `linear`, `soft`, `softer`, `hard`, `harder`, `s`, `fixed`, or five points from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Value>,
    /// What the bottom becomes, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f32>,
    /// What the top becomes, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f32>,
    /// Turns the way round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invert: Option<bool>,
    /// Values that are told apart; 0 keeps them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u16>,
    /// What its light is sent for off and on, 0 to 127.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<[u8; 2]>,
}

/// What a control does. `type` says what; the other fields belong to it and stand beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Action {
    /// As `GET /api/actions` lists them: `note`, `fx`, `keystroke`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Its fields.
    #[serde(flatten)]
    #[schema(additional_properties)]
    pub fields: Map<String, Value>,
}

/// How a button fires. Times are milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Button {
    /// `press`, `release`, `short`, `long`, `double`, `repeat`, `latch` or `chord`.
    pub fire: Fire,
    /// The time that `short`, `double` and `chord` have, and that `long`, `repeat` and `latch` take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<u16>,
    /// Between repetitions, at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_ms: Option<u16>,
    /// Between repetitions, at last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fastest_ms: Option<u16>,
    /// The other note of a chord.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<u8>,
    /// After a press, in which the next is not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard_ms: Option<u16>,
}

/// When a button fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words are those of the button's field above")]
pub enum Fire {
    #[default]
    Press,
    Release,
    Short,
    Long,
    Double,
    Repeat,
    Latch,
    Chord,
}

/// What a press does to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Press {
    /// On while it fires.
    Momentary,
    /// On, and off with the next.
    Toggle,
    /// On, and the others of the group off.
    Radio(u8),
}

/// How a knob takes over a value that it does not stand at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Takeover {
    /// It jumps.
    Off,
    /// When the knob passes it.
    PickUp,
    /// When the knob is as near as this, 0 to 1.
    Tolerant(f32),
    /// Gradually, to meet at the end.
    CatchUp,
    /// As far as the knob moves.
    Parallel,
    /// By the share of its way that the knob takes of its own.
    Proportional,
}

/// An endless knob.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Encoder {
    /// `twos-complement`, `binary-offset`, `sign-bit` or `sign-bit-inverted`.
    pub coding: Coding,
    /// What a detent is worth, 0 to 1; 1/128 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f32>,
    /// How many times more at full speed; 1 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceleration: Option<u8>,
}

/// How 7 bits say which way and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words are the field's own")]
pub enum Coding {
    TwosComplement,
    BinaryOffset,
    SignBit,
    SignBitInverted,
}

/// Changes of an entry. What is not named stays; null takes it away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct EntryChange(
    /// Fields of [`Entry`].
    pub Map<String, Value>,
);
