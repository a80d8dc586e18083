//! How a modulator reads its source (SF 2.04 section 8.2): linear, concave, convex or switch; one- or two-sided; up or down.

/// 2 · 20/96: the curves span 96 dB of a squared amplitude.
const CURVE: f32 = 40.0 / 96.0;

/// What a source's low seven bits say when it is not a MIDI controller.
pub mod general {
    /// Always full as an amount source, nothing as a primary one.
    pub const NONE: u16 = 0;
    /// Note-on velocity.
    pub const VELOCITY: u16 = 2;
    /// Key number.
    pub const KEY: u16 = 3;
    /// Pressure of one key.
    pub const KEY_PRESSURE: u16 = 10;
    /// Pressure of the channel.
    pub const CHANNEL_PRESSURE: u16 = 13;
    /// Pitch wheel.
    pub const WHEEL: u16 = 14;
    /// Pitch wheel range (RPN 0).
    pub const WHEEL_RANGE: u16 = 16;
}

/// A source as a file encodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source(pub u16);

impl Source {
    /// The MIDI controller that it reads, if it reads one.
    #[inline]
    pub fn controller(self) -> Option<u8> {
        (self.0 & 0x80 != 0).then_some((self.0 & 0x7F) as u8)
    }

    /// Which [`general`] source it reads; meaningless for a MIDI controller.
    #[inline]
    pub fn general(self) -> u16 {
        self.0 & 0x7F
    }

    /// Shapes a position 0..=1 (of its range, from lowest to highest, 0.5 is the centre) to 0..=1 or −1..=1.
    #[inline]
    pub fn shape(self, position: f32) -> f32 {
        let x = if self.0 & 0x100 != 0 { 1.0 - position } else { position };
        let curve = self.0 >> 10;
        if self.0 & 0x200 == 0 {
            return unipolar(curve, x);
        }
        let x = 2.0 * x - 1.0;
        match curve {
            3 => {
                if x >= 0.0 {
                    1.0
                } else {
                    -1.0
                }
            }
            _ if x < 0.0 => -unipolar(curve, -x),
            _ => unipolar(curve, x),
        }
    }
}

#[inline]
fn unipolar(curve: u16, x: f32) -> f32 {
    match curve {
        1 => concave(x),
        2 => convex(x),
        3 => f32::from(u8::from(x >= 0.5)),
        _ => x,
    }
}

/// Rises slowly, then fast.
#[inline]
fn concave(x: f32) -> f32 {
    1.0 - convex(1.0 - x)
}

/// Rises fast, then slowly: logarithmic.
#[inline]
pub fn convex(x: f32) -> f32 {
    if x <= 0.0 { 0.0 } else { (1.0 + CURVE * libm::log10f(x)).clamp(0.0, 1.0) }
}

/// A seven-bit value's position: 64 is exactly the centre, and 127 falls one step short of the end (SF 2.04 section 9.5.3).
#[inline]
pub fn position(value: u8) -> f32 {
    f32::from(value) * (1.0 / 128.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_meet_their_ends() {
        for curve in 0..4_u16 {
            for flags in [0, 0x100] {
                let source = Source(curve << 10 | flags);
                let ends = if flags == 0 { (0.0, 1.0) } else { (1.0, 0.0) };
                assert_eq!((source.shape(0.0), source.shape(1.0)), ends, "{source:?}");
                let source = Source(curve << 10 | flags | 0x200);
                let ends = if flags == 0 { (-1.0, 1.0) } else { (1.0, -1.0) };
                assert_eq!((source.shape(0.0), source.shape(1.0)), ends, "{source:?}");
            }
        }
    }

    #[test]
    fn velocity_attenuates_by_the_square() {
        // 960 cB, concave, negative: 40·log10(128/v) dB.
        let velocity = Source(0x0502);
        for v in [1_u8, 32, 64, 100, 127] {
            let centibels = 960.0 * velocity.shape(position(v));
            let expected = 400.0 * libm::log10f(128.0 / f32::from(v));
            assert!((centibels - expected).abs() < 0.02, "{v}: {centibels} {expected}");
        }
    }

    #[test]
    fn the_centre_is_exact() {
        let pan = Source(0x028A);
        assert_eq!(pan.shape(position(64)), 0.0);
        assert_eq!((pan.shape(position(0)), pan.shape(position(127))), (-1.0, 63.0 / 64.0));
        assert_eq!(pan.controller(), Some(10));
    }
}
