//! Bits in the order of FLAC, most significant first, and the two checksums over them.

/// Bits that become bytes.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// The latest bits, the lowest `waiting` of which are not among the bytes yet.
    word: u64,
    waiting: u32,
}

impl Bits {
    /// Adds the lowest `count` bits of a value that has no others, 32 at the most.
    #[inline]
    pub fn put(&mut self, value: u32, count: u32) {
        debug_assert!(count <= 32 && u64::from(value) >> count == 0);
        self.word = (self.word << count) | u64::from(value);
        self.waiting += count;
        if self.waiting >= 32 {
            self.waiting -= 32;
            self.bytes.extend(((self.word >> self.waiting) as u32).to_be_bytes());
        }
    }

    /// Adds a value in two's complement, of 32 bits at the most.
    #[inline]
    pub fn put_signed(&mut self, value: i32, count: u32) {
        self.put((u64::from(value as u32) & ((1 << count) - 1)) as u32, count);
    }

    /// Adds so many zeros and a one.
    #[inline]
    pub fn put_unary(&mut self, mut zeros: u32) {
        while zeros >= 32 {
            self.put(0, 32);
            zeros -= 32;
        }
        self.put(1, zeros + 1);
    }

    /// Fills the last byte with zeros and gives all of them.
    pub fn align(&mut self) -> &[u8] {
        self.put(0, self.waiting.wrapping_neg() % 8);
        while self.waiting > 0 {
            self.waiting -= 8;
            self.bytes.push((self.word >> self.waiting) as u8);
        }
        &self.bytes
    }

    pub fn into_bytes(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}

/// The checksum of a frame's header: x⁸ + x² + x + 1.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| CRC8[usize::from(crc ^ byte)])
}

/// The checksum of a frame: x¹⁶ + x¹⁵ + x² + 1.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| crc << 8 ^ CRC16[usize::from((crc >> 8) as u8 ^ byte)])
}

const CRC8: [u8; 256] = {
    let wide = table(0x0700);
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        table[n] = (wide[n] >> 8) as u8;
        n += 1;
    }
    table
};

const CRC16: [u16; 256] = table(0x8005);

/// The remainders of all bytes; a polynomial of 8 bits stands in the upper half.
const fn table(polynomial: u16) -> [u16; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut remainder = (n as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 0x8000 == 0 { remainder << 1 } else { remainder << 1 ^ polynomial };
            bit += 1;
        }
        table[n] = remainder;
        n += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_order_whatever_their_number() {
        let mut bits = Bits::default();
        bits.put(0b101, 3);
        bits.put_unary(2);
        bits.put_signed(-2, 4);
        assert_eq!(bits.align(), [0b1010_0111, 0b1000_0000]);
        bits.put(0xDEAD_BEEF, 32);
        bits.put_unary(70);
        assert_eq!(bits.into_bytes()[2..], [0xDE, 0xAD, 0xBE, 0xEF, 0, 0, 0, 0, 0, 0, 0, 0, 0b0000_0010]);
    }

    #[test]
    fn checksums_are_those_of_the_catalogues() {
        // CRC-8/SMBUS and CRC-16/UMTS, whose check values are known.
        assert_eq!((crc8(b"123456789"), crc16(b"123456789")), (0xF4, 0xFEE8));
    }
}
