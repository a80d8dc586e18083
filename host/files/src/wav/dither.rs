//! Floats to integers with triangular dither (Lipshitz, Wannamaker, Vanderkooy 1992): two uniform random numbers of one
//! step each make the rounding error's mean and power independent of the signal.

/// Where the noise starts: the same every time, so that the same song gives the same bytes.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

#[derive(Clone, Debug)]
pub(super) struct Dither {
    state: u64,
}

impl Dither {
    pub fn new() -> Self {
        Self { state: SEED }
    }

    /// The integer of so many bits for a sample whose full scale is ±1.
    pub fn quantise(&mut self, sample: f32, bits: u32) -> i32 {
        let scale = f64::from(1_u32 << (bits - 1));
        let value = (f64::from(sample) * scale + self.noise()).round();
        value.clamp(-scale, scale - 1.0) as i32
    }

    /// Triangular between −1 and 1.
    fn noise(&mut self) -> f64 {
        // xorshift64*; the upper half's bits are good, the multiplication spreads them over both.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let word = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D);
        let (high, low) = ((word >> 32) as u32, word as u32);
        (f64::from(high) - f64::from(low)) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_has_no_mean_and_a_quarter_step_of_power_whatever_the_level() {
        for level in [0.0, 0.3, 0.5, 0.77, 100.25] {
            let mut dither = Dither::new();
            let count = 200_000;
            let sample = (level / 32_768.0) as f32;
            let errors: Vec<f64> = (0..count).map(|_| f64::from(dither.quantise(sample, 16)) - level).collect();
            let mean = errors.iter().sum::<f64>() / f64::from(count);
            let power = errors.iter().map(|error| error * error).sum::<f64>() / f64::from(count);
            assert!(mean.abs() < 0.01, "{level}: mean {mean}");
            assert!((power - 0.25).abs() < 0.01, "{level}: power {power}");
        }
    }

    #[test]
    fn full_scale_is_clipped_not_wrapped() {
        let mut dither = Dither::new();
        for _ in 0..1000 {
            assert_eq!(dither.quantise(1.1, 16), 32_767);
            assert_eq!(dither.quantise(-1.1, 16), -32_768);
            assert_eq!(dither.quantise(f32::MAX, 24), 0x7F_FFFF);
        }
    }
}
