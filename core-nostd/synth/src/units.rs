//! SoundFont units to physical ones, at control rate.

use ripieno_dsp::maths::exp2;

/// log2(10) / 200: centibels to octaves of gain.
const OCTAVES_A_CENTIBEL: f32 = 0.016_609_64;

/// Frequency of absolute cents 0, MIDI key 0.
pub const KEY_0_HZ: f32 = 8.175_799;

/// Timecents to seconds.
#[inline]
pub fn seconds(timecents: f32) -> f32 {
    exp2(timecents * (1.0 / 1200.0))
}

/// Absolute cents to hertz.
#[inline]
pub fn hertz(cents: f32) -> f32 {
    KEY_0_HZ * ratio(cents)
}

/// Cents to a frequency ratio. The whole octaves are exact.
#[inline]
pub fn ratio(cents: f32) -> f32 {
    exp2(cents * (1.0 / 1200.0))
}

/// Centibels of attenuation to a linear gain.
#[inline]
pub fn attenuation(centibels: f32) -> f32 {
    exp2(-OCTAVES_A_CENTIBEL * centibels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn landmarks() {
        assert_eq!((seconds(0.0), seconds(1200.0), ratio(-2400.0)), (1.0, 2.0, 0.25));
        assert!((hertz(6900.0) - 440.0).abs() < 1e-3);
        assert!((attenuation(200.0) - 0.1).abs() < 1e-6);
    }
}
