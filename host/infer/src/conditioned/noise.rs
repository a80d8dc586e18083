//! Noise that is a function of its place: windows that overlap share it, and every machine draws the same.
//!
//! Bits are those of Philox4x32-10 (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, 2011), a counter and a key
//! in, four words out; normal values are made of them by Box and Muller's method (1958).

/// Normal noise of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    key: [u32; 2],
}

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

impl Noise {
    /// Of a seed. Any.
    pub const fn new(seed: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32] }
    }

    /// The values of a latent frame of the recording, the same whichever window holds it: mean 0, deviation 1. A wider
    /// frame begins with the values of a narrower one. Worker.
    pub fn fill(&self, frame: u64, values: &mut [f32]) {
        for (block, four) in values.chunks_mut(4).enumerate() {
            let words = philox([block as u32, 0, frame as u32, (frame >> 32) as u32], self.key);
            for (value, pair) in four.chunks_mut(2).zip(words.chunks_exact(2)) {
                let [first, second] = normals(pair[0], pair[1]);
                value[0] = first;
                if let Some(value) = value.get_mut(1) {
                    *value = second;
                }
            }
        }
    }
}

/// Two independent normal values of two words. libm's functions, as those of each platform differ.
fn normals(a: u32, b: u32) -> [f32; 2] {
    let unit = |word: u32| (f64::from(word) + 0.5) / 4_294_967_296.0;
    let radius = libm::sqrt(-2.0 * libm::log(unit(a)));
    let angle = core::f64::consts::TAU * unit(b);
    [(radius * libm::cos(angle)) as f32, (radius * libm::sin(angle)) as f32]
}

fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let wide =
            [u64::from(counter[0]) * u64::from(MULTIPLIERS[0]), u64::from(counter[2]) * u64::from(MULTIPLIERS[1])];
        let (high, low) = (wide.map(|w| (w >> 32) as u32), wide.map(|w| w as u32));
        counter = [high[1] ^ counter[1] ^ key[0], low[1], high[0] ^ counter[3] ^ key[1], low[0]];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_philox() {
        let check = |counter, key, expected| assert_eq!(philox(counter, key), expected, "{counter:x?} {key:x?}");
        check([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        check([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        check(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
        );
    }

    #[test]
    fn it_is_normal_and_independent() {
        let noise = Noise::new(7);
        let mut all = vec![0.0f32; 256 * 400];
        for (frame, values) in all.chunks_exact_mut(256).enumerate() {
            noise.fill(frame as u64, values);
        }
        let moment = |power: i32| all.iter().map(|v| f64::from(*v).powi(power)).sum::<f64>() / all.len() as f64;
        for (power, expected, off) in [(1, 0.0, 0.015), (2, 1.0, 0.02), (3, 0.0, 0.05), (4, 3.0, 0.1)] {
            assert!((moment(power) - expected).abs() < off, "moment {power} is {}", moment(power));
        }
        for lag in [1, 2, 3, 4, 255, 256, 257] {
            let pairs = all.iter().zip(&all[lag..]).map(|(a, b)| f64::from(a * b));
            let related = pairs.sum::<f64>() / (all.len() - lag) as f64;
            assert!(related.abs() < 0.015, "related by {related} over {lag}");
        }
        assert!(all.iter().all(|value| value.abs() < 7.0));
    }

    #[test]
    fn it_depends_on_seed_and_place_alone() {
        let draw = |seed: u64, frame: u64, width: usize| {
            let mut values = vec![0.0; width];
            Noise::new(seed).fill(frame, &mut values);
            values
        };
        assert_eq!(draw(1, 5, 256), draw(1, 5, 256));
        assert_eq!(draw(1, 5, 256)[..7], draw(1, 5, 7));
        for (seed, frame) in [(2, 5), (1, 6), (1 | 1 << 40, 5), (1, 5 | 1 << 40)] {
            assert_ne!(draw(1, 5, 8), draw(seed, frame, 8), "{seed} {frame}");
        }
        // As on every machine.
        assert_eq!(draw(0, 0, 3).map_bits(), [0x3f7d_bb33, 0xbf6c_b6b0, 0xbf1e_1b9f]);
    }

    trait Bits {
        fn map_bits(&self) -> Vec<u32>;
    }

    impl Bits for Vec<f32> {
        fn map_bits(&self) -> Vec<u32> {
            self.iter().map(|value| value.to_bits()).collect()
        }
    }
}
