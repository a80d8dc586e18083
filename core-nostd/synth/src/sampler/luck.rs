//! What differs from voice to voice by chance: numbers made from a seed, so that the same events sound the same.

/// Well mixed bits of two numbers (a finaliser in the manner of MurmurHash3).
pub fn mix(seed: u32, number: u32) -> u32 {
    let mut x = seed ^ number.wrapping_mul(0x9E37_79B9);
    x = (x ^ x >> 16).wrapping_mul(0x85EB_CA6B);
    x = (x ^ x >> 13).wrapping_mul(0xC2B2_AE35);
    x ^ x >> 16
}

/// A number 0..1 for a seed and a purpose.
pub fn chance(seed: u32, number: u32) -> f32 {
    (mix(seed, number) >> 8) as f32 * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_spread() {
        let (mut sum, mut above) = (0.0, 0);
        for n in 0..10_000 {
            let x = chance(n, 3);
            assert!((0.0..1.0).contains(&x));
            sum += x;
            above += u32::from(x > 0.9);
        }
        assert!((4_900.0..5_100.0).contains(&sum) && (900..1_100).contains(&above), "{sum} {above}");
    }
}
