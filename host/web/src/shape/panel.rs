//! Panels and what happens to them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a panel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Pads.
    Pad,
    /// Knobs.
    Knob,
    /// Keys.
    Piano,
}

/// One panel. Inactive ones are as editable as active ones; they receive no MIDI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Panel {
    /// Stable and opaque.
    #[serde(rename = "instanceId")]
    pub id: String,
    /// Its kind, which never changes.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// `A` to `P`; `play` or `map` for piano panels.
    pub bank: String,
    /// The preset's name.
    pub preset: String,
    /// The preset's id, which outlives its name; null where there is none.
    #[serde(rename = "presetId")]
    pub preset_id: Option<String>,
    /// What stands above it.
    pub title: String,
}

/// All panels, and which of them receive MIDI.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Panels {
    /// By id.
    pub panels: BTreeMap<String, Panel>,
    /// `type:bank` to the id of its active panel; null is an empty slot, which is silent.
    pub active_panels: BTreeMap<String, Option<String>>,
}

/// A panel to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPanel {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its bank; `A`, or `play`, if nothing is said.
    #[serde(default)]
    pub bank: Option<String>,
    /// A preset of its kind, by name or id; the first one if nothing is said.
    #[serde(default)]
    pub preset: Option<String>,
    /// Its title; kind and bank if nothing is said.
    #[serde(default)]
    pub title: Option<String>,
    /// Makes it active at once.
    #[serde(default)]
    pub activate: bool,
}

/// Changes of a panel; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PanelChange {
    /// Another bank. An active panel takes an empty slot there with it; from an occupied one the occupant is not driven.
    pub bank: Option<String>,
    /// Another preset, by name or id.
    pub preset: Option<String>,
    /// Another title.
    pub title: Option<String>,
}

/// What reconciling found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reconciled {
    /// What was wrong and is right now.
    pub fixed: Vec<String>,
    /// What somebody has to decide.
    pub warnings: Vec<String>,
}

/// What pressing, releasing or turning something did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pressed {
    /// Always true: what is refused is an error.
    pub ok: bool,
    /// True if an active panel took it.
    pub handled: bool,
    /// That panel.
    #[serde(rename = "instanceId")]
    pub panel: Option<String>,
    /// What its preset has there.
    pub action: Option<super::Action>,
}
