//! Samples as devices take them: encodings to and from `f32`, left and right on any channels of a frame.
//!
//! Full scale is 2^(bits-1), as everywhere in this field: an `i16` sample survives the way to `f32` and back unchanged.
//! Floats keep their headroom; what is not a number becomes silence.

/// One sample in the encoding of a device.
pub(crate) trait Encoded: Copy {
    /// No sound.
    const SILENCE: Self;
    /// To the nearest value, limited to full scale. Real-time.
    fn encode(sample: f32) -> Self;
    /// Real-time.
    fn decode(self) -> f32;
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

impl Encoded for f32 {
    const SILENCE: Self = 0.0;
    fn encode(sample: f32) -> Self {
        finite(sample)
    }
    fn decode(self) -> f32 {
        finite(self)
    }
}

impl Encoded for f64 {
    const SILENCE: Self = 0.0;
    fn encode(sample: f32) -> Self {
        f64::from(finite(sample))
    }
    fn decode(self) -> f32 {
        finite(self as f32)
    }
}

// Below, `as` saturates and turns NaN into 0.

impl Encoded for i32 {
    const SILENCE: Self = 0;
    fn encode(sample: f32) -> Self {
        (f64::from(sample) * 2_147_483_648.0).round() as Self
    }
    fn decode(self) -> f32 {
        (f64::from(self) / 2_147_483_648.0) as f32
    }
}

impl Encoded for cpal::I24 {
    const SILENCE: Self = <Self as cpal::Sample>::EQUILIBRIUM;
    fn encode(sample: f32) -> Self {
        Self::new_unchecked(((sample * 8_388_608.0).round() as i32).clamp(-8_388_608, 8_388_607))
    }
    fn decode(self) -> f32 {
        self.inner() as f32 / 8_388_608.0
    }
}

impl Encoded for i16 {
    const SILENCE: Self = 0;
    fn encode(sample: f32) -> Self {
        (sample * 32_768.0).round() as Self
    }
    fn decode(self) -> f32 {
        f32::from(self) / 32_768.0
    }
}

impl Encoded for u16 {
    const SILENCE: Self = 0x8000;
    fn encode(sample: f32) -> Self {
        i16::encode(sample).cast_unsigned() ^ 0x8000
    }
    fn decode(self) -> f32 {
        (self ^ 0x8000).cast_signed().decode()
    }
}

impl Encoded for u8 {
    const SILENCE: Self = 0x80;
    fn encode(sample: f32) -> Self {
        ((sample * 128.0).round() as i8).cast_unsigned() ^ 0x80
    }
    fn decode(self) -> f32 {
        f32::from((self ^ 0x80).cast_signed()) / 128.0
    }
}

/// Where left and right lie in a frame of a device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    channels: usize,
    left: usize,
    right: usize,
}

impl Layout {
    /// Channels out of range fall on the last one; a format that was agreed on has none such.
    pub(crate) fn new(channels: u16, map: [u16; 2]) -> Self {
        let channels = usize::from(channels.max(1));
        let [left, right] = map.map(|channel| usize::from(channel).min(channels - 1));
        Self { channels, left, right }
    }

    /// Frames in so many samples.
    pub(crate) fn frames(self, samples: usize) -> usize {
        samples / self.channels
    }

    /// The samples from a frame on. Real-time.
    pub(crate) fn rest<T>(self, samples: &[T], frame: usize) -> &[T] {
        samples.get(frame * self.channels..).unwrap_or_default()
    }

    /// The samples from a frame on. Real-time.
    pub(crate) fn rest_mut<T>(self, samples: &mut [T], frame: usize) -> &mut [T] {
        samples.get_mut(frame * self.channels..).unwrap_or_default()
    }

    /// Writes frames, silence on every channel but two. Where both share a channel, it gets their mean. Real-time.
    pub(crate) fn interleave<T: Encoded>(self, out: &mut [T], left: &[f32], right: &[f32]) {
        for ((frame, left), right) in out.chunks_exact_mut(self.channels).zip(left).zip(right) {
            frame.fill(T::SILENCE);
            if self.left == self.right {
                frame[self.left] = T::encode(0.5 * (left + right));
            } else {
                frame[self.left] = T::encode(*left);
                frame[self.right] = T::encode(*right);
            }
        }
    }

    /// Reads two channels out of frames. Real-time.
    pub(crate) fn separate<T: Encoded>(self, from: &[T], left: &mut [f32], right: &mut [f32]) {
        for ((frame, left), right) in from.chunks_exact(self.channels).zip(left).zip(right) {
            (*left, *right) = (frame[self.left].decode(), frame[self.right].decode());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extremes_saturate_and_nan_is_silence() {
        fn check<T: Encoded + PartialEq + std::fmt::Debug>(low: T, high: T) {
            let wild = [-1.0, -1.5, f32::NEG_INFINITY];
            wild.iter().for_each(|sample| assert_eq!(T::encode(*sample), low));
            [1.0, 1.5, f32::INFINITY].iter().for_each(|sample| assert_eq!(T::encode(*sample), high));
            [0.0, -0.0, f32::NAN].iter().for_each(|sample| assert_eq!(T::encode(*sample), T::SILENCE));
            assert_eq!(T::SILENCE.decode(), 0.0);
        }
        check(i32::MIN, i32::MAX);
        check(cpal::I24::new_unchecked(-8_388_608), cpal::I24::new_unchecked(8_388_607));
        check(i16::MIN, i16::MAX);
        check(u16::MIN, u16::MAX);
        check(u8::MIN, u8::MAX);
        assert_eq!(f32::encode(1.5), 1.5);
        assert_eq!([f32::NAN, f32::INFINITY].map(f32::encode), [0.0; 2]);
        assert_eq!([f32::NAN, f32::NEG_INFINITY].map(f64::encode), [0.0; 2]);
    }

    #[test]
    fn every_short_sample_survives_every_encoding() {
        for sample in i16::MIN..=i16::MAX {
            let float = sample.decode();
            let there_and_back = [
                f32::encode(float).decode(),
                f64::encode(float).decode(),
                i32::encode(float).decode(),
                cpal::I24::encode(float).decode(),
                i16::encode(float).decode(),
                u16::encode(float).decode(),
            ];
            assert_eq!(there_and_back, [float; 6]);
        }
    }

    proptest! {
        #[test]
        fn the_nearest_value_is_taken(sample in -1.0_f32..0.999) {
            prop_assert!((i16::encode(sample).decode() - sample).abs() <= 0.5 / 32_768.0);
            prop_assert!((u16::encode(sample).decode() - sample).abs() <= 0.5 / 32_768.0);
            prop_assert!((u8::encode(sample.min(0.99)).decode() - sample.min(0.99)).abs() <= 0.5 / 128.0);
        }

        #[test]
        fn left_and_right_come_back_from_any_channels(channels in 1_u16..12, a in 0_u16..12, b in 0_u16..12) {
            let (a, b) = (a % channels, b % channels);
            let layout = Layout::new(channels, [a, b]);
            let (left, right) = ([0.25, -0.5, 0.0], [0.5, 0.125, -1.0]);
            let mut frames = vec![7_i16; 3 * usize::from(channels)];
            layout.interleave(&mut frames, &left, &right);
            let (mut l, mut r) = ([9.0; 3], [9.0; 3]);
            layout.separate(&frames, &mut l, &mut r);
            if a == b {
                let mean = [0.375, -0.1875, -0.5];
                prop_assert_eq!((l, r), (mean, mean));
            } else {
                prop_assert_eq!((l, r), (left, right));
            }
            let sounding = frames.iter().filter(|sample| **sample != 0).count();
            prop_assert!(sounding <= 6, "silence on all other channels");
        }
    }
}
