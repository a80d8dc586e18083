//! How windows fade into each other: weights over what a window keeps. Whoever adds them up divides by their sum.
//!
//! Every shape is a rise at the front and its mirror at the back; where both meet they are multiplied. The first window of
//! a recording does not rise and the last one does not fall: there is nothing to fade from or into. No weight is 0, so no
//! frame is ever lost.

use crate::Plan;
use core::f64::consts::FRAC_PI_2;
use core::fmt;

/// The least weight: less than half the last bit of what has the whole weight.
pub(crate) const LEAST: f32 = 1.0 / (1 << 25) as f32;

/// The shape of a window's weights.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Window {
    /// Straight ramps over the overlap, as PATCHBAY fades.
    Linear,
    /// A triangle over the whole chunk, as Demucs has it.
    Triangle {
        /// What its height is raised to: more than 0, at most [`Window::MOST_POWER`].
        power: f32,
    },
    /// A raised cosine over the whole chunk.
    Hann,
    /// Flat, with straight ramps at the ends.
    Trapezoid {
        /// The length of a ramp as a fraction of a chunk: more than 0, at most 0.5.
        fade: f32,
    },
    /// Flat, with raised cosines over the overlap.
    RaisedCosine,
}

impl Window {
    /// The largest power of a [`Window::Triangle`]; beyond it nothing changes that could be heard.
    pub const MOST_POWER: f32 = 16.0;

    /// Checks the parameters. Any.
    ///
    /// # Errors
    /// [`WindowError`] names the parameter and its range.
    pub fn check(self) -> Result<(), WindowError> {
        let (field, value, most) = match self {
            Self::Triangle { power } => ("power", power, Self::MOST_POWER),
            Self::Trapezoid { fade } => ("fade", fade, 0.5),
            Self::Linear | Self::Hann | Self::RaisedCosine => return Ok(()),
        };
        if value > 0.0 && value <= most { Ok(()) } else { Err(WindowError { field, value, most }) }
    }

    /// Writes the weights of a chunk of `row`'s length; the last chunk of a recording may be shorter than the plan's.
    pub(crate) fn weights(self, plan: &Plan, rises: bool, falls: bool, row: &mut [f32]) {
        let (chunk, overlap) = (plan.chunk_frames() as f64, plan.overlap_frames() as f64);
        let ramp = match self {
            Self::Linear | Self::RaisedCosine => overlap,
            Self::Triangle { .. } => libm::ceil(chunk / 2.0),
            Self::Hann => chunk / 2.0,
            Self::Trapezoid { fade } => libm::rint(f64::from(fade) * chunk).max(1.0),
        };
        let height = |from_edge: usize| {
            let at = from_edge as f64;
            if at >= ramp {
                return 1.0;
            }
            match self {
                Self::Linear => at / (ramp - 1.0).max(1.0),
                // A plain triangle is the usual one, and a power takes ten times as long.
                Self::Triangle { power: 1.0 } => (at + 1.0) / ramp,
                Self::Triangle { power } => libm::pow((at + 1.0) / ramp, f64::from(power)),
                Self::Trapezoid { .. } => (at + 0.5) / ramp,
                Self::Hann | Self::RaisedCosine => {
                    let sine = libm::sin(FRAC_PI_2 * ((at + 0.5) / ramp).min(1.0));
                    sine * sine
                }
            }
        };
        let last = row.len().saturating_sub(1);
        for (at, weight) in row.iter_mut().enumerate() {
            let rise = if rises { height(at) } else { 1.0 };
            let fall = match self {
                _ if !falls => 1.0,
                // Of a single frame that is shared, the earlier window's is kept, as in the reference.
                Self::Linear if overlap == 1.0 => 1.0,
                _ => height(last - at),
            };
            *weight = ((rise * fall) as f32).max(LEAST);
        }
    }
}

/// A window's parameter out of its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowError {
    /// `power` or `fade`.
    pub field: &'static str,
    /// The refused value.
    pub value: f32,
    /// The largest legal one; it must be more than 0.
    pub most: f32,
}

impl fmt::Display for WindowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the window's {} is {}: it must be more than 0 and at most {}", self.field, self.value, self.most)
    }
}

impl core::error::Error for WindowError {}
