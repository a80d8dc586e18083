//! Why a controller did not do what it was asked: numbers on the wire, cause and fix for people.

use core::fmt;

/// Why a controller did not do it. Nothing that it had stored is changed. The number is what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[repr(u8)]
pub enum Code {
    /// A message was damaged on the way.
    Damaged = 1,
    /// A message that this version does not know.
    Unknown = 2,
    /// No version of the protocol that both know.
    Version = 3,
    /// A slot that the controller does not have.
    Slot = 4,
    /// A slot in which nothing is stored.
    Empty = 5,
    /// Longer than the controller takes at a time.
    TooLong = 6,
    /// No room left in the controller's flash.
    NoRoom = 7,
    /// Another program is sending a set-up.
    Busy = 8,
    /// The set-up arrived whole, but is not what was sent.
    Crc = 9,
    /// The set-up is none, or none that this controller can play.
    Refused = 10,
    /// A chunk of no transfer that is under way.
    NoTransfer = 11,
    /// The flash cannot be read or written.
    Flash = 12,
    /// A chunk behind the end of what is stored.
    Range = 13,
}

impl Code {
    const ALL: [Self; 13] = [
        Self::Damaged,
        Self::Unknown,
        Self::Version,
        Self::Slot,
        Self::Empty,
        Self::TooLong,
        Self::NoRoom,
        Self::Busy,
        Self::Crc,
        Self::Refused,
        Self::NoTransfer,
        Self::Flash,
        Self::Range,
    ];

    /// The code of a number. Any.
    pub fn new(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| *code as u8 == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "a message was damaged on the way; use a shorter cable or another port",
            Self::Unknown => "the controller does not know this message; update its firmware",
            Self::Version => {
                "the controller speaks another version of the protocol; update its firmware or this program"
            }
            Self::Slot => "the controller has no such slot; choose one that it lists",
            Self::Empty => "nothing is stored in this slot; choose one that is listed",
            Self::TooLong => "the set-up is longer than the controller takes; remove mappings or presets",
            Self::NoRoom => "the controller's flash is full; delete a slot",
            Self::Busy => "another program is sending a set-up; wait until it has ended",
            Self::Crc => "the set-up arrived damaged; send it again",
            Self::Refused => "the controller cannot play this set-up",
            Self::NoTransfer => "the controller has forgotten the transfer; begin it again",
            Self::Flash => "the controller's flash cannot be read or written; it may be worn out",
            Self::Range => "a part was asked for that the slot does not have; read it again",
        })
    }
}

impl core::error::Error for Code {}

/// What a set-up is refused for, in as many words as fit in one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    text: heapless::String<{ super::packet::PAYLOAD - 1 }>,
}

impl Refusal {
    /// The words of an error, cut to what fits; what is not ASCII becomes a question mark. Control.
    pub fn new(cause: impl fmt::Display) -> Self {
        let mut refusal = Self::default();
        // Full is full: what does not fit is left out.
        let _ = fmt::write(&mut refusal, format_args!("{cause}"));
        refusal
    }

    /// The words. Any.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Write for Refusal {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        for letter in words.chars() {
            let letter = if matches!(letter, ' '..='~') { letter } else { '?' };
            self.text.push(letter).map_err(|_| fmt::Error)?;
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_their_numbers() {
        for number in 0..=u8::MAX {
            assert_eq!(
                Code::new(number).map_or(0, |code| code as u8),
                if (1..=13).contains(&number) { number } else { 0 }
            );
        }
    }

    #[test]
    fn a_refusal_is_cut_to_one_message() {
        assert_eq!(Refusal::new("Größe 3").as_str(), "Gr??e 3");
        let long = "x".repeat(200);
        assert_eq!(Refusal::new(&long).as_str().len(), super::super::packet::PAYLOAD - 1);
    }
}
