//! Stems and what is left of the recording, so that their sum is the recording to the last bit.
//!
//! A float of 32 bits has 24 of them for a number's digits. So the sum of two is exact wherever all of them, and it, are
//! multiples of one unit and at most 2^24 units large. The unit is chosen for every sample: the smallest that the largest of
//! the recording, the stems and what is left allows. Stems are rounded to it, by half a unit at most, which is what storing
//! the largest of them rounds too; then what is left is a plain difference.
//!
//! A recording of up to 24 bits is a multiple of every unit that comes up while everything stays below 2: all sums are exact.
//! The quietest samples of a recording in floating point may not be a multiple of the unit; there the sum is off by less than
//! half of it.

/// The last bit of 24-bit files: stems that go to such files are rounded to it, so that those too add up.
pub(crate) const LAST_OF_24_BITS: f32 = 1.0 / (1 << 23) as f32;

/// Below this everything is taken for silence, some 600 dB below full scale: units stay normal numbers.
const SILENCE: f32 = 1e-30;

/// Rounds `stems` in place so that the mix less any of them can be told exactly. `least` is the smallest unit; 0 where any
/// will do.
pub(crate) fn round(mix: &[f32], stems: &mut [&mut [f32]], least: f32) {
    for (at, mix) in mix.iter().enumerate() {
        let (mut most, mut sum) = (mix.abs(), 0.0);
        for stem in stems.iter() {
            sum += stem[at];
            most = most.max(stem[at].abs()).max(sum.abs()).max((mix - sum).abs());
        }
        let unit = unit(most).max(least);
        for stem in stems.iter_mut() {
            stem[at] = to_multiple(stem[at], unit);
        }
    }
}

/// The smallest unit of which `most`, and what rounding may add to it, has at most 2^24.
fn unit(most: f32) -> f32 {
    // A little more than it is, so that rounding up stays below the next power of two.
    let most = (most * 1.000_001).max(SILENCE);
    // The power of two at or below, and the last of its 24 bits.
    f32::from_bits(most.to_bits() & 0x7f80_0000) * LAST_OF_24_BITS
}

/// To the nearest multiple of a power of two, halves to even. As f64 the sum with 1.5 * 2^52 units has no bits below one.
fn to_multiple(value: f32, unit: f32) -> f32 {
    let shift = f64::from(unit) * 6_755_399_441_055_744.0;
    ((f64::from(value) + shift) - shift) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rounds one sample of each stem; gives what is left.
    fn check(mix: f32, stems: &mut [f32], least: f32) -> f32 {
        let mut rows: Vec<&mut [f32]> = stems.iter_mut().map(std::slice::from_mut).collect();
        round(&[mix], &mut rows, least);
        stems.iter().fold(mix, |left, stem| left - stem)
    }

    proptest! {
        #[test]
        fn recordings_of_integers_come_back(bits in 8_u32..=24, sample in any::<i32>(), target in -0.999_f32..0.999) {
            let mix = (sample >> (32 - bits)) as f32 / (1_u32 << (bits - 1)) as f32;
            for least in [0.0, LAST_OF_24_BITS] {
                let mut stem = [target];
                let left = check(mix, &mut stem, least);
                prop_assert_eq!(stem[0] + left, mix);
                prop_assert_eq!(f64::from(stem[0]) + f64::from(left), f64::from(mix));
                let largest = mix.abs().max(target.abs()).max(left.abs());
                prop_assert!((stem[0] - target).abs() <= (largest * 1.0001 / (1 << 24) as f32).max(least / 2.0));
                if least > 0.0 {
                    prop_assert_eq!((stem[0] / least).fract(), 0.0);
                }
            }
        }

        #[test]
        fn several_stems_add_up(sample in -0x80_0000_i32..0x80_0000, stems in prop::collection::vec(-0.4_f32..0.4, 1..5)) {
            let mix = sample as f32 * LAST_OF_24_BITS;
            let mut stems = stems;
            let left = check(mix, &mut stems, 0.0);
            let sum: f64 = stems.iter().map(|stem| f64::from(*stem)).sum();
            prop_assert_eq!(sum + f64::from(left), f64::from(mix));
            prop_assert_eq!(stems.iter().rev().fold(left, |sum, stem| sum + stem), mix);
        }

        #[test]
        fn floats_are_off_by_half_a_unit(mix in any::<f32>(), target in any::<f32>()) {
            prop_assume!(mix.abs() < 1e20 && target.abs() < 1e20);
            let mut stem = [target];
            let left = check(mix, &mut stem, 0.0);
            let largest = f64::from(mix.abs().max(target.abs()).max(left.abs()).max(SILENCE));
            let off = (f64::from(stem[0]) + f64::from(left) - f64::from(mix)).abs();
            prop_assert!(off <= largest / f64::from(1 << 24) * 1.01, "{mix} {target}: {off}");
        }
    }

    #[test]
    fn corners() {
        for (mix, target) in [(0.0, 0.0), (-1.0, 1.0), (-1.0, 0.999_999_9), (0.5, 0.5), (1.0, 1e-12), (1e-40, 1e-39)] {
            let mut stem = [target];
            let left = check(mix, &mut stem, 0.0);
            assert_eq!(stem[0] + left, mix, "{mix} {target}");
        }
        // A stem of silence is not disturbed, and leaves the mix.
        let mut stem = [0.0];
        assert_eq!((check(0.3, &mut stem, 0.0), stem), (0.3, [0.0]));
    }
}
