//! Sample rate: checked once at the door, trusted inside.

use core::fmt;

/// Frames per second, within [`SampleRate::MIN_HZ`]`..=`[`SampleRate::MAX_HZ`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleRate(u32);

impl SampleRate {
    /// The lowest rate that any effect or voice accepts, in hertz.
    pub const MIN_HZ: u32 = 8_000;
    /// The highest rate that any effect or voice accepts, in hertz.
    pub const MAX_HZ: u32 = 384_000;
    /// 44.1 kHz.
    pub const CD: Self = Self(44_100);
    /// 48 kHz.
    pub const STUDIO: Self = Self(48_000);

    /// Checks a rate in hertz.
    ///
    /// # Errors
    /// [`RateError`] outside the legal range; pick a rate within it.
    pub const fn new(hz: u32) -> Result<Self, RateError> {
        if hz < Self::MIN_HZ || hz > Self::MAX_HZ { Err(RateError { hz }) } else { Ok(Self(hz)) }
    }

    /// The rate in hertz.
    #[inline]
    pub const fn hz(self) -> u32 {
        self.0
    }

    /// The rate in hertz, as the maths wants it. Exact: every legal rate fits an `f32`.
    #[inline]
    pub const fn as_f32(self) -> f32 {
        self.0 as f32
    }

    /// Seconds to frames, rounded to the nearest, never negative.
    #[inline]
    pub const fn frames(self, secs: f32) -> u64 {
        (secs as f64 * self.0 as f64 + 0.5) as u64
    }
}

/// A sample rate out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateError {
    /// The refused rate in hertz.
    pub hz: u32,
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sample rate {} Hz is outside {}..={} Hz", self.hz, SampleRate::MIN_HZ, SampleRate::MAX_HZ)
    }
}

impl core::error::Error for RateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_inclusive() {
        for (hz, ok) in [(7_999, false), (8_000, true), (44_100, true), (384_000, true), (384_001, false), (0, false)] {
            assert_eq!(SampleRate::new(hz).is_ok(), ok, "{hz}");
        }
    }

    #[test]
    fn seconds_round_to_the_nearest_frame() {
        assert_eq!(SampleRate::CD.frames(1.0), 44_100);
        assert_eq!(SampleRate::CD.frames(0.000_02), 1);
        assert_eq!(SampleRate::CD.frames(-1.0), 0);
    }
}
