//! Own polynomials for what runs per sample. They vectorise, need no table and agree bit for bit on every target.

use core::f32::consts::{LN_2, TAU};

/// Adding and taking away 1.5·2²³ rounds an `f32` to the nearest integer (|x| < 2²²) without a call or a branch.
const ROUND: f32 = 12_582_912.0;

/// Nearest integer, ties to even, for |x| < 2²².
#[inline(always)]
pub fn round(x: f32) -> f32 {
    (x + ROUND) - ROUND
}

/// sin(2πx) with `x` in turns, |x| < 2²². Absolute error below 3e-7 for |x| ≤ 1.
#[inline(always)]
pub fn sin_turns(x: f32) -> f32 {
    // To ±½ turn, then mirrored to ±¼ turn, where an odd polynomial of degree 9 (Chebyshev fit) is enough.
    let x = x - round(x);
    let mirrored = if x > 0.25 {
        0.5 - x
    } else if x < -0.25 {
        -0.5 - x
    } else {
        x
    };
    let z = mirrored * mirrored;
    mirrored * (TAU + z * (-41.341_68 + z * (81.602_48 + z * (-76.581_28 + z * 39.760_72))))
}

/// cos(2πx) with `x` in turns; see [`sin_turns`].
#[inline(always)]
pub fn cos_turns(x: f32) -> f32 {
    sin_turns(x + 0.25)
}

/// 2ˣ for −126 ≤ x ≤ 126, clamped outside. Relative error below 3e-7.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 126.0);
    let whole = round(x);
    let f = x - whole;
    let fraction = 1.0
        + f * (LN_2
            + f * (0.240_226_5
                + f * (0.055_503_27 + f * (0.009_618_026 + f * (0.001_340_043_2 + f * 0.000_154_697_32)))));
    // The whole part goes straight into the exponent field.
    let scale = f32::from_bits(((whole as i32 + 127) as u32) << 23);
    fraction * scale
}

/// A ratio in decibels to a linear gain.
#[inline(always)]
pub fn gain_from_db(db: f32) -> f32 {
    // log2(10) / 20
    exp2(db * 0.166_096_4)
}

/// A linear gain to decibels; −∞ for 0. Control rate: `libm`.
pub fn db_from_gain(gain: f32) -> f32 {
    20.0 * libm::log10f(gain)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn sine_is_within_its_stated_error() {
        for i in -20_000..=20_000 {
            let x = i as f32 / 20_000.0;
            let exact = (f64::from(x) * core::f64::consts::TAU).sin();
            assert!((f64::from(sin_turns(x)) - exact).abs() < 3e-7, "{x}");
        }
    }

    #[test]
    fn exp2_is_within_its_stated_error() {
        for i in -12_600..=12_600 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp2();
            assert!((f64::from(exp2(x)) / exact - 1.0).abs() < 3e-7, "{x}");
        }
        assert_eq!((exp2(0.0), exp2(1.0), exp2(-3.0)), (1.0, 2.0, 0.125));
        assert!(exp2(f32::MAX).is_finite() && exp2(f32::MIN) > 0.0);
    }

    #[test]
    fn decibels_round_trip() {
        for db in [-120.0, -6.0, 0.0, 6.0, 24.0] {
            assert!((db_from_gain(gain_from_db(db)) - db).abs() < 1e-3);
        }
    }
}
