//! The value of a control on its way out: 16 bits inside, whatever the receiver wants outside.

/// Stands in a text for the value of the control that acts.
pub const MARK: &str = "$value";

/// 0..=1.
pub fn unit(value: u16) -> f32 {
    f32::from(value) / f32::from(u16::MAX)
}

/// The upper seven bits, 0..=127.
pub fn seven_bits(value: u16) -> u8 {
    (value >> 9) as u8
}

/// `text` with every [`MARK`] replaced by the value as a decimal number in 0..=1.
pub fn fill(text: &str, value: u16) -> String {
    text.replace(MARK, &format!("{:.4}", unit(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_receiver_has_its_own_range() {
        assert_eq!([0, u16::MAX].map(unit), [0.0, 1.0]);
        assert_eq!([0, 511, 512, 32_768, u16::MAX].map(seven_bits), [0, 0, 1, 64, 127]);
        assert_eq!(fill("/dim?to=$value&was=$value", 32_768), "/dim?to=0.5000&was=0.5000");
        assert_eq!(fill("/dim", 7), "/dim");
    }
}
