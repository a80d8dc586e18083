//! The effects as a rack shows them: units in the order of the chain, and what their parameters mean.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One effect of the chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EffectUnit {
    /// Stable: `reverb`. `PATCH /api/piano/fx` takes `{"order": [...]}` of all of them.
    pub id: String,
    /// For people.
    pub name: String,
    /// What `fx` and `PATCH /api/piano/fx` call its bypass: 1 while the signal passes by, else 0.
    pub bypass_key: String,
    /// True while the signal passes by.
    pub bypassed: bool,
    /// Its parameters.
    pub params: Vec<EffectParam>,
}

/// One parameter of an effect. Its value runs from 0 to 1; the world's goes from `min` to `max` by `curve`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EffectParam {
    /// What `fx` and `PATCH /api/piano/fx` call it.
    pub key: String,
    /// For people.
    pub name: String,
    /// Of `min` and `max`: `gain` (linear, shown in decibels), `hertz`, `quality`, `mode`, `semitones`, `milliseconds`,
    /// `seconds`, `share` (shown in percent) or `side` (-1 left, 1 right).
    pub unit: String,
    /// What 0 means, in the unit.
    pub min: f32,
    /// What 1 means, in the unit.
    pub max: f32,
    /// The value of a new studio, 0 to 1.
    pub default: f32,
    /// How values become physical.
    pub curve: ParamCurve,
    /// What values mean where the curve is `switch`: the first below a half, the other from there on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The value now, 0 to 1.
    pub value: f32,
    /// The value now as people read it: `1.643 s`.
    pub text: String,
}

/// How a value from 0 to 1 becomes a physical one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamCurve {
    /// min + value * (max - min).
    #[default]
    Linear,
    /// min * (max / min) ^ value.
    Exponential,
    /// One of two.
    Switch,
}
