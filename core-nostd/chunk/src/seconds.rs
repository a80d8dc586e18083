//! Seconds and frames: one rounding rule, half to even, as Python and NumPy have it.

use ripieno_types::SampleRate;

/// The nearest frame, a half to the even one. `None` when `secs` is negative, no number, or beyond the last frame that
/// can be counted. Any.
pub fn to_frames(secs: f64, rate: SampleRate) -> Option<u64> {
    /// The first `f64` that no `u64` holds.
    const BEYOND: f64 = 18_446_744_073_709_551_616.0;
    let frames = libm::rint(secs * f64::from(rate.hz()));
    (0.0..BEYOND).contains(&frames).then_some(frames as u64)
}

/// Where a frame lies, in seconds. Exact to an `f64`'s 53 bits. Any.
pub fn to_secs(frames: u64, rate: SampleRate) -> f64 {
    frames as f64 / f64::from(rate.hz())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_to_the_even_frame() {
        for (half_frames, frames) in [(1.0, 0), (3.0, 2), (5.0, 2), (7.0, 4), (2.0, 1), (0.0, 0), (0.9, 0), (1.1, 1)] {
            assert_eq!(
                to_frames(half_frames / 16_000.0, SampleRate::new(8_000).unwrap()),
                Some(frames),
                "{half_frames}"
            );
        }
    }

    #[test]
    fn the_uncountable_is_none() {
        for (secs, frames) in [
            (-0.0, Some(0)),
            (-1e-9, Some(0)),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (f64::NEG_INFINITY, None),
            (1e300, None),
            (384_307_168_202_282.3, None),
            (384_307_168_202_282.25, Some(18_446_744_073_709_547_520)),
        ] {
            assert_eq!(to_frames(secs, SampleRate::STUDIO), frames, "{secs}");
        }
    }

    proptest! {
        #[test]
        fn frames_come_back(frames in 0u64..1 << 50, hz in SampleRate::MIN_HZ..=SampleRate::MAX_HZ) {
            let rate = SampleRate::new(hz).unwrap();
            prop_assert_eq!(to_frames(to_secs(frames, rate), rate), Some(frames));
        }
    }
}
