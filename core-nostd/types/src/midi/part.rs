//! SysEx of any length, a few bytes at a time: what a ring of small values can carry.

use core::fmt;

/// Up to [`SysExPart::BYTES`] consecutive bytes of a SysEx message as it travels, its F0 and F7 among them.
///
/// The parts of a message follow each other in one source of commands. A part that begins with F0 begins a message, and cuts
/// short one that has not seen its F7.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SysExPart {
    /// From the first [`UNUSED`] on there is nothing.
    bytes: [u8; Self::BYTES],
}

/// What is no byte of a SysEx message.
const UNUSED: u8 = 0xFF;

impl SysExPart {
    /// Bytes of a part at most.
    pub const BYTES: usize = 7;

    /// Cuts a message, or what there is of one, into parts: F0, data bytes and F7; other bytes are left out. Real-time.
    ///
    /// ```
    /// use ripieno_types::midi::SysExPart;
    /// let reset = [0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
    /// let mut parts = SysExPart::cut(reset.into_iter().chain(reset));
    /// assert_eq!(parts.next().unwrap().as_bytes(), [0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7, 0xF0]);
    /// assert_eq!(parts.next().unwrap().as_bytes(), [0x7E, 0x7F, 0x09, 0x01, 0xF7]);
    /// assert_eq!(parts.next(), None);
    /// ```
    pub fn cut(bytes: impl IntoIterator<Item = u8>) -> impl Iterator<Item = Self> {
        let mut bytes = bytes.into_iter().filter(|byte| matches!(byte, 0..=0x7F | 0xF0 | 0xF7));
        core::iter::from_fn(move || {
            let mut part = Self { bytes: [UNUSED; Self::BYTES] };
            part.bytes.iter_mut().zip(bytes.by_ref()).for_each(|(slot, byte)| *slot = byte);
            (part.bytes[0] != UNUSED).then_some(part)
        })
    }

    /// Cuts a message's body, without its F0 and F7, into parts that have them. Real-time.
    pub fn of_body(body: &[u8]) -> impl Iterator<Item = Self> {
        Self::cut(core::iter::once(0xF0).chain(body.iter().copied()).chain(core::iter::once(0xF7)))
    }

    /// The bytes. Real-time.
    pub fn as_bytes(&self) -> &[u8] {
        let length = self.bytes.iter().position(|byte| *byte == UNUSED).unwrap_or(Self::BYTES);
        self.bytes.get(..length).unwrap_or(&[])
    }
}

impl fmt::Debug for SysExPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SysExPart({:02x?})", self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn parts_are_the_message(body in proptest::collection::vec(0..0x80_u8, 0..100)) {
            let parts: Vec<_> = SysExPart::of_body(&body).collect();
            prop_assert_eq!(parts.len(), (body.len() + 2).div_ceil(SysExPart::BYTES));
            let joined: Vec<u8> = parts.iter().flat_map(|part| part.as_bytes().to_vec()).collect();
            prop_assert_eq!(joined, [&[0xF0], &body[..], &[0xF7]].concat());
        }
    }

    #[test]
    fn what_is_no_sysex_is_left_out() {
        let parts: Vec<_> = SysExPart::cut([0xF8, 0xF0, 0xFF, 1, 0x90, 0xF7]).collect();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].as_bytes(), [0xF0, 1, 0xF7]);
        assert_eq!(SysExPart::cut([0xFF, 0xFE]).count(), 0);
    }
}
