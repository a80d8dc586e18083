//! Where state is kept.

use crate::Fault;

/// One piece of state that is replaced as a whole.
pub trait Storage {
    /// Why it cannot be read or written.
    type Error: Fault;

    /// Reads what is stored into `buffer` and returns its whole length, which may be more than the buffer holds; 0 when
    /// nothing has been stored yet. Control; may block.
    ///
    /// # Errors
    /// By kind; what is stored stays.
    fn load(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error>;

    /// Replaces what is stored: afterwards all of `bytes` is there, or all of what was. Control; may block.
    ///
    /// # Errors
    /// By kind; what is stored stays.
    fn store(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}
