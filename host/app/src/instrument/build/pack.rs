//! Frames as a bank stores them, and how far that is from what they were.

use ripieno_synth::{BLOCK8_BYTES, BLOCK8_FRAMES, Coding};

/// Appends frames on the 16-bit scale to a pool, and gives them back as they will be read.
pub fn append(pool: &mut Vec<u8>, coding: Coding, frames: &[f64]) -> Vec<f64> {
    let whole = |frame: &f64| frame.round().clamp(-32_768.0, 32_767.0) as i16;
    match coding {
        Coding::Pcm16 => {
            let frames = frames.iter().map(whole);
            frames.map(|frame| (pool.extend(frame.to_le_bytes()), f64::from(frame)).1).collect()
        }
        Coding::Block8 => {
            let mut read = Vec::with_capacity(frames.len());
            for block in frames.chunks(BLOCK8_FRAMES) {
                let (shift, packed) = packed(block);
                let begin = pool.len();
                pool.push(shift);
                pool.extend(packed.iter().map(|frame| frame.cast_unsigned()));
                pool.resize(begin + BLOCK8_BYTES, 0);
                read.extend(packed.iter().map(|frame| f64::from(i16::from(*frame) << shift)));
            }
            read
        }
    }
}

/// The finest shift that a block fits in. At the coarsest the very loudest frames are held back.
fn packed(block: &[f64]) -> (u8, Vec<i8>) {
    let scaled = |shift: u8| {
        let step = f64::from(1_u16 << shift);
        block.iter().map(move |frame| (frame / step).round())
    };
    let fits = |shift: &u8| scaled(*shift).all(|frame| (-128.0..=127.0).contains(&frame));
    let shift = (0..8).find(fits).unwrap_or(8);
    (shift, scaled(shift).map(|frame| frame.clamp(-128.0, 127.0) as i8).collect())
}

/// How much stronger frames are than what became wrong about them, in decibels. `None` where nothing did, or where there is
/// nothing but silence.
pub fn snr_db(frames: &[f64], read: &[f64]) -> Option<f64> {
    let signal: f64 = frames.iter().map(|frame| frame * frame).sum();
    let noise: f64 = frames.iter().zip(read).map(|(frame, read)| (frame - read).powi(2)).sum();
    (signal > 0.0 && noise > 0.0).then(|| 10.0 * (signal / noise).log10())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn sixteen_bits_are_kept_as_they_are() {
        let frames: Vec<f64> = (-32_768..32_768).step_by(77).map(f64::from).collect();
        let mut pool = Vec::new();
        assert_eq!(append(&mut pool, Coding::Pcm16, &frames), frames);
        assert_eq!(pool[..2], [0, 0x80]);
        assert_eq!(snr_db(&frames, &frames), None);
        assert_eq!(append(&mut pool, Coding::Pcm16, &[40_000.0, -40_000.0]), [32_767.0, -32_768.0]);
    }

    #[test]
    fn decaying_samples_lose_less_than_a_hundredth() {
        for (level, period) in [(32_767.0, 100.3), (32_767.0, 5.1), (9_000.0, 31.0), (700.0, 12.7)] {
            let sound = |n: i32| level * (-f64::from(n) / 3_000.0).exp() * (TAU * f64::from(n) / period).sin();
            let frames: Vec<f64> = (0..20_000).map(sound).collect();
            let mut pool = Vec::new();
            let read = append(&mut pool, Coding::Block8, &frames);
            assert_eq!((read.len(), pool.len()), (20_000, 625 * BLOCK8_BYTES));
            let snr = snr_db(&frames, &read).unwrap();
            assert!(snr > 40.0, "level {level}, period {period}: {snr} dB");
        }
    }

    #[test]
    fn what_is_small_is_exact_and_what_is_loudest_is_held() {
        let mut pool = Vec::new();
        let quiet: Vec<f64> = (-128..128).map(f64::from).collect();
        assert_eq!(append(&mut pool, Coding::Block8, &quiet), quiet);
        assert_eq!(append(&mut pool, Coding::Block8, &[32_767.0, -32_768.0]), [32_512.0, -32_768.0]);
    }
}
