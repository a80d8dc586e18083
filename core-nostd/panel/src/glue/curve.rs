//! How a value bends on its way: seven curves, and one of five points. Whole numbers only, so that every machine bends alike.

use serde::{Deserialize, Serialize};

/// The top, as wide as the sums need it.
const TOP: u32 = u16::MAX as u32;

/// A monotone way from 0..=65535 to 0..=65535 that keeps both ends, but for [`Curve::Fixed`] and [`Curve::Points`].
///
/// In the formulas x is 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// As it is.
    #[default]
    Linear,
    /// Gentle: much force for little. (x + x²) / 2: the middle becomes 0.375.
    Soft,
    /// Gentler. x²: the middle becomes 0.25.
    Softer,
    /// Eager: little force for much. [`Soft`](Self::Soft) from the other end: the middle becomes 0.625.
    Hard,
    /// More eager. [`Softer`](Self::Softer) from the other end: the middle becomes 0.75.
    Harder,
    /// Slow at both ends, quick in the middle. 3x² - 2x³.
    S,
    /// Always the top, for anything above 0.
    Fixed,
    /// Straight lines between five evenly spaced points.
    Points([u16; 5]),
}

impl Curve {
    /// The value bent. Real-time.
    pub fn bend(self, value: u16) -> u16 {
        match self {
            Self::Linear => value,
            Self::Soft => soft(value),
            Self::Softer => softer(value),
            Self::Hard => u16::MAX - soft(u16::MAX - value),
            Self::Harder => u16::MAX - softer(u16::MAX - value),
            Self::S => s(value),
            Self::Fixed => {
                if value > 0 {
                    u16::MAX
                } else {
                    0
                }
            }
            Self::Points(points) => between(points, value),
        }
    }
}

impl Curve {
    /// The first value that is bent to at least this, if there is one, of a curve that never falls. Real-time.
    pub(super) fn first(self, at_least: u16) -> Option<u16> {
        match self {
            Self::Linear => return Some(at_least),
            Self::Fixed => return Some(at_least.min(1)),
            _ => {}
        }
        let (mut low, mut high) = (0, 1 << 16);
        while low < high {
            let middle: u32 = low + (high - low) / 2;
            if self.bend(middle as u16) >= at_least { high = middle } else { low = middle + 1 }
        }
        u16::try_from(low).ok()
    }
}

fn softer(value: u16) -> u16 {
    share(value, value)
}

fn soft(value: u16) -> u16 {
    // Twice the nominator has one bit more than u32, and the bit that is cut off changes nothing.
    let twice = u64::from(value) * u64::from(TOP + u32::from(value)) + u64::from(TOP);
    ((twice >> 1) as u32 / TOP) as u16
}

fn s(value: u16) -> u16 {
    const SQUARE: u64 = TOP as u64 * TOP as u64;
    let x = u64::from(value);
    let sum = x * x * (3 * u64::from(TOP) - 2 * x) + SQUARE / 2;
    // Divided without a division of 64 bits, which is a kilobyte on a board: the square is 2^32 less a little, so that what
    // a shift makes of it is two too few at most.
    let mut quotient = sum >> 32;
    while (quotient + 1) * SQUARE <= sum {
        quotient += 1;
    }
    quotient as u16
}

fn between([a, b, c, d, e]: [u16; 5], value: u16) -> u16 {
    let along = u32::from(value) * 4;
    let way = (along % TOP) as u16;
    let (from, to) = match along / TOP {
        0 => (a, b),
        1 => (b, c),
        2 => (c, d),
        3 => (d, e),
        _ => return e,
    };
    if from <= to { from + share(way, to - from) } else { from - share(way, from - to) }
}

/// So many 65535ths of a whole, to the nearest. 65535 · 65535 and half of 65535 are less than what u32 holds.
pub(super) fn share(of: u16, whole: u16) -> u16 {
    ((u32::from(of) * u32::from(whole) + TOP / 2) / TOP) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: [Curve; 6] = [Curve::Linear, Curve::Soft, Curve::Softer, Curve::Hard, Curve::Harder, Curve::S];

    #[test]
    fn all_curves_rise_and_keep_their_ends() {
        for curve in KEPT {
            assert_eq!([0, u16::MAX].map(|x| curve.bend(x)), [0, u16::MAX], "{curve:?}");
        }
        for curve in KEPT.into_iter().chain([Curve::Fixed, Curve::Points([0, 1, 5, 60_000, u16::MAX])]) {
            assert!((1..=u16::MAX).all(|x| curve.bend(x) >= curve.bend(x - 1)), "{curve:?}");
        }
    }

    #[test]
    fn curves_bend_as_their_formulas_say() {
        let check = |curve: Curve, formula: fn(f64) -> f64| {
            // Points are themselves rounded.
            let most = if matches!(curve, Curve::Points(_)) { 1.0 } else { 0.5001 };
            for x in 0..=u16::MAX {
                let exact = formula(f64::from(x) / 65_535.0) * 65_535.0;
                assert!((f64::from(curve.bend(x)) - exact).abs() <= most, "{curve:?} {x}");
            }
        };
        check(Curve::Linear, |x| x);
        check(Curve::Soft, |x| (x + x * x) / 2.0);
        check(Curve::Softer, |x| x * x);
        check(Curve::Hard, |x| 1.0 - ((1.0 - x) + (1.0 - x) * (1.0 - x)) / 2.0);
        check(Curve::Harder, |x| 1.0 - (1.0 - x) * (1.0 - x));
        check(Curve::S, |x| x * x * (3.0 - 2.0 * x));
        check(Curve::Fixed, f64::ceil);
        check(Curve::Points([0, 16_384, 32_768, 49_151, 65_535]), |x| x);
        check(Curve::Points([65_535; 5]), |_| 1.0);
        check(Curve::Points([65_535, 0, 0, 0, 0]), |x| (1.0 - 4.0 * x).max(0.0));
    }

    #[test]
    fn points_are_met_exactly() {
        let points = [100, 2_000, 2_000, 50_000, 60_000];
        assert_eq!(
            [0, 16_384, 32_768, 49_152, 65_535].map(|x| Curve::Points(points).bend(x)),
            [100, 2_000, 2_001, 50_000, 60_000]
        );
    }
}
