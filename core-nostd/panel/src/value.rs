//! Values inside the mapper: 16 bits, whatever the wire carries.

/// Half of the way: where a wheel rests and a pan is in the middle.
pub const CENTRE: u16 = 0x8000;

/// Widens 7 bits: 0, 64 and 127 become 0, [`CENTRE`] and 65535 exactly; the way is monotone. More than 127 counts as 127.
pub const fn from_7(value: u8) -> u16 {
    let value = if value > 127 { 127 } else { value as u32 };
    if value <= 64 { (value << 9) as u16 } else { (CENTRE as u32 + ((value - 64) * 0x7FFF).div_ceil(63)) as u16 }
}

/// Widens 14 bits: 0, 8192 and 16383 become 0, [`CENTRE`] and 65535 exactly; the way is monotone. More counts as 16383.
pub const fn from_14(value: u16) -> u16 {
    let value = if value > 16_383 { 16_383 } else { value as u32 };
    if value <= 8_192 {
        (value << 2) as u16
    } else {
        (CENTRE as u32 + ((value - 8_192) * 0x7FFF).div_ceil(8_191)) as u16
    }
}

/// Narrows to 7 bits: [`from_7`] undone. Any.
pub const fn to_7(value: u16) -> u8 {
    (value >> 9) as u8
}

/// Narrows to 14 bits: [`from_14`] undone. Any.
pub const fn to_14(value: u16) -> u16 {
    value >> 2
}

/// As effects want it, 0..=1, with an exact centre at ½. Any.
pub fn to_unit(value: u16) -> f32 {
    if value <= CENTRE { f32::from(value) / 65_536.0 } else { 0.5 + f32::from(value - CENTRE) / 65_534.0 }
}

/// From 0..=1, clamped; [`to_unit`] undone. NaN counts as 0. Any.
pub fn from_unit(value: f32) -> u16 {
    if value <= 0.5 {
        (value * 65_536.0 + 0.5) as u16
    } else {
        (f32::from(CENTRE) + (value - 0.5) * 65_534.0 + 0.5) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_centre_are_exact_and_ways_back_lose_nothing() {
        assert_eq!([0, 64, 127, 200].map(from_7), [0, CENTRE, u16::MAX, u16::MAX]);
        assert_eq!([0, 8_192, 16_383, 20_000].map(from_14), [0, CENTRE, u16::MAX, u16::MAX]);
        assert!((0..=127).all(|v| to_7(from_7(v)) == v && (v == 0 || from_7(v) > from_7(v - 1))));
        assert!((0..=16_383).all(|v| to_14(from_14(v)) == v && (v == 0 || from_14(v) > from_14(v - 1))));
        assert!((0..=u16::MAX).all(|v| from_unit(to_unit(v)) == v));
        assert_eq!([0, CENTRE, u16::MAX].map(to_unit), [0.0, 0.5, 1.0]);
        assert_eq!([-1.0, f32::NAN, 2.0].map(from_unit), [0, 0, u16::MAX]);
    }
}
