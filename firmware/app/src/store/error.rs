//! Why the store refuses.

use crate::protocol::Code;
use core::fmt;
use sequential_storage::Error;

/// Why something was not stored or read. Every slot holds what it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StoreError<E> {
    /// The region is not of whole sectors, has fewer than so many, or its sectors or words are of a size that will not do.
    Region(u32),
    /// There is no such slot.
    Slot(u8),
    /// Nothing is stored in this slot.
    Empty(u8),
    /// Longer than so many bytes, or nothing at all.
    TooLong(usize),
    /// Room for so many more bytes only.
    NoRoom(usize),
    /// What a slot holds is damaged.
    Damaged(u8),
    /// The flash refuses.
    Flash(E),
    /// The log in the flash makes no sense.
    Log,
}

impl<E: fmt::Debug> fmt::Display for StoreError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(sectors) => {
                write!(
                    f,
                    "the store needs {sectors} or more whole sectors, each of several parts; choose another region"
                )
            }
            Self::Slot(slot) => write!(f, "there is no slot {slot}"),
            Self::Empty(slot) => write!(f, "nothing is stored in slot {slot}"),
            Self::TooLong(longest) => write!(f, "a set-up may have 1 to {longest} bytes; remove mappings or presets"),
            Self::NoRoom(free) => write!(f, "there is room for {free} more bytes; delete a slot"),
            Self::Damaged(slot) => write!(f, "what slot {slot} holds is damaged; store it anew"),
            Self::Flash(error) => write!(f, "the flash refuses: {error:?}"),
            Self::Log => write!(f, "the flash holds something else or is worn out; erase the store's region"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for StoreError<E> {}

impl<E> StoreError<E> {
    /// What the library says, with the room that there is.
    pub(super) fn of(error: Error<E>, free: usize) -> Self {
        match error {
            Error::Storage { value, .. } => Self::Flash(value),
            Error::FullStorage => Self::NoRoom(free),
            _ => Self::Log,
        }
    }

    /// What a controller says of it. Any.
    pub fn code(&self) -> Code {
        match self {
            Self::Slot(_) => Code::Slot,
            Self::Empty(_) => Code::Empty,
            Self::TooLong(_) => Code::TooLong,
            Self::NoRoom(_) => Code::NoRoom,
            Self::Region(_) | Self::Damaged(_) | Self::Flash(_) | Self::Log => Code::Flash,
        }
    }
}
