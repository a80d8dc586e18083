//! A short SysEx body by value: what a ring can carry.

use core::fmt;

/// The body of a SysEx message, without its 0xF0 and 0xF7: at most [`SysEx::BYTES`], each below 128.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SysEx {
    bytes: [u8; Self::BYTES],
    length: u8,
}

impl SysEx {
    /// Bytes of a body at most.
    pub const BYTES: usize = 64;

    /// Copies a body. `None` if it is too long, or if a byte has its top bit set. Real-time.
    pub fn new(body: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        bytes.get_mut(..body.len())?.copy_from_slice(body);
        body.is_ascii().then_some(Self { bytes, length: body.len() as u8 })
    }

    /// The body. Real-time.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }
}

impl fmt::Debug for SysEx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SysEx({:02x?})", self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_out_as_it_went_in_or_is_refused() {
        let check = |body: &[u8], fits: bool| {
            assert_eq!(SysEx::new(body).as_ref().map(SysEx::as_bytes), fits.then_some(body), "{body:02x?}");
        };
        check(&[], true);
        check(&[0x7E, 0, 0x7F], true);
        check(&[0x55; SysEx::BYTES], true);
        check(&[0x55; SysEx::BYTES + 1], false);
        check(&[1, 0x80], false);
    }
}
