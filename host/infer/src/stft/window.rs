//! Windows of a transform.

use serde::Deserialize;

/// The shape of a window. A periodic one is the start of a symmetric one that is a sample longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowShape {
    /// A raised cosine, as transforms usually take it.
    #[default]
    HannPeriodic,
    /// A raised cosine that ends in 0 at both ends.
    HannSymmetric,
    /// A raised cosine on a pedestal.
    HammingPeriodic,
    /// A raised cosine on a pedestal, the same at both ends.
    HammingSymmetric,
    /// All ones.
    Rect,
}

impl WindowShape {
    /// Writes the window over all of `out`. Any.
    pub fn fill(self, out: &mut [f32]) {
        let length = out.len();
        let (pedestal, period) = match self {
            Self::HannPeriodic => (0.5, length),
            Self::HannSymmetric => (0.5, length - usize::from(length > 1)),
            Self::HammingPeriodic => (0.54, length),
            Self::HammingSymmetric => (0.54, length - usize::from(length > 1)),
            Self::Rect => (1.0, length),
        };
        for (at, value) in out.iter_mut().enumerate() {
            // A window of one sample has no ends to fall to.
            let angle =
                if length == 1 { core::f64::consts::PI } else { core::f64::consts::TAU * at as f64 / period as f64 };
            *value = (pedestal - (1.0 - pedestal) * angle.cos()) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_textbook_ones() {
        let check = |shape: WindowShape, expected: &[f32]| {
            let mut window = vec![0.0; expected.len()];
            shape.fill(&mut window);
            let off = window.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 1e-6, "{shape:?}: {window:?}");
        };
        check(WindowShape::HannPeriodic, &[0.0, 0.5, 1.0, 0.5]);
        check(WindowShape::HannSymmetric, &[0.0, 0.5, 1.0, 0.5, 0.0]);
        check(WindowShape::HammingPeriodic, &[0.08, 0.54, 1.0, 0.54]);
        check(WindowShape::HammingSymmetric, &[0.08, 0.54, 1.0, 0.54, 0.08]);
        check(WindowShape::Rect, &[1.0, 1.0, 1.0]);
        check(WindowShape::HannSymmetric, &[1.0]);
        check(WindowShape::HannPeriodic, &[1.0]);
    }
}
