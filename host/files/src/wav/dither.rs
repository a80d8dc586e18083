//! Floats to integers with triangular dither (Lipshitz, Wannamaker, Vanderkooy 1992): two uniform random numbers of one
//! step each make the rounding error's mean and power independent of the signal.
//!
//! The noise of a sample depends on its frame and channel alone, so that a file continued after an interruption has the
//! same bytes as one written in one go. Only 16 bits are dithered: the rounding error of 24 lies below the noise of every
//! converter, and samples that come from a 24-bit file stay what they are. Digital silence stays silence.

/// Where the noise starts: the same every time, so that the same song gives the same bytes.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
/// The odd step between the states of neighbouring frames.
const STEP: u64 = 0xD1B5_4A32_D192_ED03;
/// The deepest integers that are dithered, in bits.
const DEEPEST: u32 = 16;

/// The integer of so many bits for the sample of a frame and channel. Full scale is ±1; what is beyond is clipped.
#[inline]
pub(crate) fn quantise(sample: f32, bits: u32, frame: u64, channel: usize) -> i32 {
    let scale = f64::from(1_u32 << (bits - 1));
    let noise = if bits > DEEPEST || sample == 0.0 { 0.0 } else { noise(frame, channel) };
    // Half away from zero, but without the call into the system's library that `round` is.
    let value = f64::from(sample) * scale + noise;
    (value + 0.5_f64.copysign(value)).clamp(-scale, scale - 1.0) as i32
}

/// Triangular between −1 and 1.
fn noise(frame: u64, channel: usize) -> f64 {
    let word = mix(mix(SEED ^ channel as u64).wrapping_add(frame.wrapping_mul(STEP)));
    let (high, low) = ((word >> 32) as u32, word as u32);
    (f64::from(high) - f64::from(low)) / f64::from(u32::MAX)
}

/// A bijection whose every output bit depends on every input bit (the finaliser of Stafford's variant 13).
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: u64 = 200_000;

    #[test]
    fn the_error_has_no_mean_and_a_quarter_step_of_power_whatever_the_level() {
        for level in [1e-9, 0.3, 0.5, 0.77, 100.25] {
            for channel in [0, 1, 7] {
                let sample = (level / 32_768.0) as f32;
                let errors: Vec<f64> =
                    (0..COUNT).map(|frame| f64::from(quantise(sample, 16, frame, channel)) - level).collect();
                let mean = errors.iter().sum::<f64>() / COUNT as f64;
                let power = errors.iter().map(|error| error * error).sum::<f64>() / COUNT as f64;
                assert!(mean.abs() < 0.01, "{level}: mean {mean}");
                assert!((power - 0.25).abs() < 0.01, "{level}: power {power}");
            }
        }
    }

    #[test]
    fn neighbours_in_time_and_channels_are_independent() {
        let correlation = |frames: u64, channel: usize| {
            let sum: f64 = (0..COUNT).map(|frame| noise(frame, 0) * noise(frame + frames, channel)).sum();
            // The noise has a power of 1/6.
            6.0 * sum / COUNT as f64
        };
        assert!((correlation(0, 0) - 1.0).abs() < 0.02);
        for (frames, channel) in [(0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (4096, 0)] {
            let found = correlation(frames, channel);
            assert!(found.abs() < 0.02, "{frames} frames, channel {channel}: {found}");
        }
    }

    #[test]
    fn full_scale_is_clipped_not_wrapped() {
        for frame in 0..1000 {
            assert_eq!(quantise(1.1, 16, frame, 0), 32_767);
            assert_eq!(quantise(-1.1, 16, frame, 1), -32_768);
            assert_eq!(quantise(f32::MAX, 24, frame, 0), 0x7F_FFFF);
            assert_eq!(quantise(f32::MIN, 24, frame, 0), -0x80_0000);
        }
    }

    #[test]
    fn silence_and_24_bits_stay_what_they_are() {
        for value in [0, 1, -1, 2, 0x12_3456, -0x65_4321, 0x7F_FFFF, -0x80_0000] {
            let sample = value as f32 / f64::from(1 << 23) as f32;
            assert!((0..100).all(|frame| quantise(sample, 24, frame, 0) == value), "{value}");
        }
        assert!((0..100).all(|frame| quantise(0.0, 16, frame, 0) == 0));
    }
}
