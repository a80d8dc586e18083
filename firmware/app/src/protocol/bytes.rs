//! Eight-bit bytes as seven-bit ones, and the two checks.
//!
//! Up to seven bytes become one with their top bits (the first byte's is bit 0) and then themselves without.

/// How many raw bytes fit in `packed` seven-bit ones.
pub const fn raw_length(packed: usize) -> usize {
    packed / 8 * 7 + (packed % 8).saturating_sub(1)
}

/// Packs as many of `raw` as there is room for; returns how many bytes were written.
pub fn pack(raw: &[u8], packed: &mut [u8]) -> usize {
    let mut length = 0;
    for (group, out) in raw.chunks(7).zip(packed.chunks_mut(8)) {
        let Some((top, low)) = out.split_first_mut() else { break };
        *top = 0;
        length += 1;
        for (index, (byte, out)) in group.iter().zip(low).enumerate() {
            *top |= (byte >> 7) << index;
            *out = byte & 0x7F;
            length += 1;
        }
    }
    length
}

/// Unpacks what [`pack`] made; returns how many bytes were written. `None` when it does not fit or was not made so.
pub fn unpack(packed: &[u8], raw: &mut [u8]) -> Option<usize> {
    let mut out = raw.iter_mut();
    let mut length = 0;
    for group in packed.chunks(8) {
        let (top, low) = group.split_first()?;
        if low.is_empty() || u32::from(*top) >> low.len() != 0 {
            return None;
        }
        for (index, byte) in low.iter().enumerate() {
            *out.next()? = byte | (top >> index & 1) << 7;
            length += 1;
        }
    }
    Some(length)
}

/// CRC-16 of every message: polynomial 0x1021, begun with 0xFFFF (CRC-16/IBM-3740).
pub fn crc16(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(u16::MAX, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| crc << 1 ^ if crc & 0x8000 != 0 { 0x1021 } else { 0 })
    })
}

/// CRC-32 of a whole set-up, that of zlib and PNG. Bit by bit: a table would be a kilobyte of flash. Any.
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32_more(0, bytes)
}

/// Carries a CRC-32 on over further bytes; begun with 0.
pub fn crc32_more(crc: u32, bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!crc, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checks_are_the_usual_ones() {
        assert_eq!(crc16(*b"123456789"), 0x29B1);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32_more(crc32_more(0, b"1234"), b"56789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(raw in proptest::collection::vec(any::<u8>(), 0..60)) {
            let (mut packed, mut back) = ([0xFF; 80], [0; 60]);
            let length = pack(&raw, &mut packed);
            prop_assert!(packed[..length].is_ascii());
            prop_assert_eq!(raw_length(length), raw.len());
            prop_assert_eq!(unpack(&packed[..length], &mut back), Some(raw.len()));
            prop_assert_eq!(&back[..raw.len()], &raw[..]);
        }
    }
}
