//! A chain's settings as a plain value, and why a setting was refused.

use crate::param::{EFFECTS, PARAMS};
use core::fmt;
use ripieno_types::EffectId;

/// Every setting of a chain: what a file or a page keeps. It does not depend on the sample rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainState {
    /// Parameter values 0..=1, in id order.
    pub values: [f32; PARAMS.len()],
    /// Which effects are out of the path, in id order.
    pub bypassed: [bool; EFFECTS.len()],
    /// The order of the effects.
    pub order: [EffectId; EFFECTS.len()],
}

impl ChainState {
    /// Values with their names, such as `("reverb.mix", 0.3)`. Any.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, f32)> + '_ {
        PARAMS.iter().zip(self.values).map(|(info, value)| (info.name, value))
    }
}

impl Default for ChainState {
    fn default() -> Self {
        Self {
            values: PARAMS.each_ref().map(|info| info.default),
            bypassed: [false; EFFECTS.len()],
            order: EFFECTS.each_ref().map(|effect| effect.id),
        }
    }
}

/// A setting that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused<'n> {
    /// No parameter and no effect has this name.
    UnknownName(&'n str),
    /// The value for this name is not a number.
    NotANumber(&'n str),
}

impl fmt::Display for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName(name) => write!(f, "no effect parameter is called '{name}'"),
            Self::NotANumber(name) => write!(f, "the value for '{name}' is not a number"),
        }
    }
}
