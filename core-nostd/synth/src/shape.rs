//! How a modulator reads its source (SF 2.04 section 8.2): linear, concave, convex or switch; one- or two-sided; up or down.

/// 2 · 20/96: the curves span 96 dB of a squared amplitude.
const CURVE: f32 = 40.0 / 96.0;

/// What a source's low seven bits say when it is not a MIDI controller.
pub mod general {
    /// Always full, whatever its direction and curve.
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

    /// Shapes a seven-bit value (0..=127) to 0..=1 or −1..=1: 64 is exactly the centre, and 127 falls one step short of
    /// the end (SF 2.04 section 9.5.3).
    #[inline]
    pub fn shape_value(self, value: u8) -> f32 {
        if self.0 >> 10 == SWITCH {
            return self.switch(2 * usize::from(value) >= STEPS);
        }
        let curve = CURVES.get(usize::from(self.0 >> 10)).unwrap_or(&CURVES[0]);
        let read = |step: u32| curve.get(step as usize).copied().unwrap_or(1.0);
        let step = if self.0 & 0x100 != 0 { STEPS as i32 - i32::from(value) } else { i32::from(value) };
        if self.0 & 0x200 == 0 {
            return read(step.unsigned_abs());
        }
        // Twice as far from the centre as from the end, on the same curve.
        let step = 2 * step - STEPS as i32;
        let magnitude = read(step.unsigned_abs());
        if step < 0 { -magnitude } else { magnitude }
    }

    /// Shapes a position 0..=1 (of its range, from lowest to highest, 0.5 is the centre) to 0..=1 or −1..=1.
    #[inline]
    pub fn shape(self, position: f32) -> f32 {
        if self.0 >> 10 == SWITCH {
            return self.switch(position >= 0.5);
        }
        let x = if self.0 & 0x100 != 0 { 1.0 - position } else { position };
        let curve = self.0 >> 10;
        if self.0 & 0x200 == 0 {
            return unipolar(curve, x);
        }
        let x = 2.0 * x - 1.0;
        if x < 0.0 { -unipolar(curve, -x) } else { unipolar(curve, x) }
    }

    /// A switch is thrown by the upper half of the values, whichever way it points.
    #[inline]
    fn switch(self, is_upper: bool) -> f32 {
        match (is_upper == (self.0 & 0x100 == 0), self.0 & 0x200 != 0) {
            (true, _) => 1.0,
            (false, true) => -1.0,
            (false, false) => 0.0,
        }
    }
}

/// The curve type of a switch.
const SWITCH: u16 = 3;

#[inline]
fn unipolar(curve: u16, x: f32) -> f32 {
    match curve {
        1 => concave(x),
        2 => convex(x),
        _ => x,
    }
}

/// Rises slowly, then fast.
#[inline]
fn concave(x: f32) -> f32 {
    1.0 - convex(1.0 - x)
}

/// Steps of a seven-bit value's position, where the curves are read from a table.
const STEPS: usize = 128;

/// The linear, concave and convex curve at every step, made by the compiler.
static CURVES: [[f32; STEPS + 1]; 3] = {
    let mut table = [[0.0; STEPS + 1]; 3];
    let mut n = 1;
    while n <= STEPS {
        let value = 1.0 + CURVE as f64 * log10(n as f64 / STEPS as f64);
        table[0][n] = n as f32 / STEPS as f32;
        table[2][n] = if value > 0.0 { value as f32 } else { 0.0 };
        n += 1;
    }
    n = 0;
    while n <= STEPS {
        table[1][n] = 1.0 - table[2][STEPS - n];
        n += 1;
    }
    table
};

/// For the table only: the series of the inverse hyperbolic tangent.
const fn log10(x: f64) -> f64 {
    let (mut mantissa, mut octaves) = (x, 0.0);
    while mantissa < 0.75 {
        mantissa *= 2.0;
        octaves -= 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let (mut power, mut sum, mut n) = (ratio, 0.0, 1);
    while n < 40 {
        sum += power / n as f64;
        power *= ratio * ratio;
        n += 2;
    }
    2.0 * sum * core::f64::consts::LOG10_E + octaves * core::f64::consts::LOG10_2
}

/// Rises fast, then slowly: logarithmic.
#[inline]
pub fn convex(x: f32) -> f32 {
    if x <= 0.0 { 0.0 } else { (1.0 + CURVE * libm::log10f(x)).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(value: u8) -> f32 {
        f32::from(value) / STEPS as f32
    }

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
    fn the_table_is_the_curve() {
        for shape in 0..16_u16 {
            let source = Source(shape << 8);
            for n in 0..128_u8 {
                let (found, exact) = (source.shape_value(n), source.shape(position(n)));
                assert!((found - exact).abs() < 3e-7, "{source:?} {n}: {found} {exact}");
            }
        }
    }

    #[test]
    fn a_switch_is_thrown_by_the_upper_half() {
        for (source, lower, upper) in [(0x0C02, 0.0, 1.0), (0x0D02, 1.0, 0.0), (0x0E02, -1.0, 1.0), (0x0F02, 1.0, -1.0)]
        {
            let found = [0, 63, 64, 127].map(|value| Source(source).shape_value(value));
            assert_eq!(found, [lower, lower, upper, upper], "{source:#06x}");
        }
    }

    #[test]
    fn velocity_attenuates_by_the_square() {
        // 960 cB, concave, negative: 40·log10(128/v) dB.
        let velocity = Source(0x0502);
        for v in [1_u8, 32, 64, 100, 127] {
            let centibels = 960.0 * velocity.shape_value(v);
            let expected = 400.0 * libm::log10f(128.0 / f32::from(v));
            assert!((centibels - expected).abs() < 0.02, "{v}: {centibels} {expected}");
        }
    }

    #[test]
    fn the_centre_is_exact() {
        let pan = Source(0x028A);
        assert_eq!(pan.shape_value(64), 0.0);
        assert_eq!((pan.shape_value(0), pan.shape_value(127)), (-1.0, 63.0 / 64.0));
        assert_eq!(pan.controller(), Some(10));
    }
}
