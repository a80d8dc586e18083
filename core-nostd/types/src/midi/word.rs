//! A MIDI message of at most three bytes, validated, `Copy`, with nothing to drop: what a ring can carry.

use core::fmt;
use wmidi::{Channel, ControlFunction, MidiMessage, Note, U7, U14};

/// One complete MIDI message that is not SysEx: status byte and up to two data bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MidiWord {
    bytes: [u8; 3],
}

impl MidiWord {
    /// Checks the bytes of one message: a status byte and exactly the data bytes that it asks for.
    ///
    /// # Errors
    /// [`WordError`] names what is wrong; drop the bytes and carry on with the next status byte.
    pub fn new(bytes: &[u8]) -> Result<Self, WordError> {
        let (&status, data) = bytes.split_first().ok_or(WordError::Empty)?;
        let expected = data_bytes(status).ok_or(WordError::Status(status))?;
        if data.len() != expected {
            return Err(WordError::Length { status, expected, found: data.len() });
        }
        if let Some(&byte) = data.iter().find(|byte| **byte > 0x7F) {
            return Err(WordError::Data(byte));
        }
        let mut word = [status, 0, 0];
        word[1..=expected].copy_from_slice(data);
        Ok(Self { bytes: word })
    }

    /// A note-on. Velocity 0 is a note-off, as on the wire.
    pub fn note_on(channel: Channel, note: Note, velocity: U7) -> Self {
        Self::channel_voice(0x90, channel, note.into(), velocity.into())
    }

    /// A note-off.
    pub fn note_off(channel: Channel, note: Note, velocity: U7) -> Self {
        Self::channel_voice(0x80, channel, note.into(), velocity.into())
    }

    /// A control change.
    pub fn control_change(channel: Channel, control: ControlFunction, value: U7) -> Self {
        Self::channel_voice(0xB0, channel, U7::from(control).into(), value.into())
    }

    /// A program change.
    pub fn program_change(channel: Channel, program: U7) -> Self {
        Self::channel_voice(0xC0, channel, program.into(), 0)
    }

    /// A pitch bend, 0..=16383, centre 8192 (greater values are masked to 14 bits).
    pub fn pitch_bend(channel: Channel, value: u16) -> Self {
        Self::channel_voice(0xE0, channel, (value & 0x7F) as u8, (value >> 7 & 0x7F) as u8)
    }

    /// Data bytes must be below 128; a message of two bytes leaves the second at 0.
    pub(super) fn channel_voice(status: u8, channel: Channel, data1: u8, data2: u8) -> Self {
        Self { bytes: [status | channel.index(), data1, data2] }
    }

    /// The bytes as they travel: one to three.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..1 + data_bytes(self.bytes[0]).unwrap_or(0)]
    }

    /// The message, to match on. A note-on of velocity 0 reads as a note-off.
    pub fn message(&self) -> MidiMessage<'static> {
        use MidiMessage as M;
        // Not wmidi's own reading, which can panic as far as a compiler sees: an audio interrupt reads words.
        let [status, first, second] = self.bytes;
        let pair = U14::try_from(u16::from(first & 0x7F) | u16::from(second & 0x7F) << 7).unwrap_or(U14::MIN);
        let (first, second) = (U7::from_u8_lossy(first), U7::from_u8_lossy(second));
        let channel = Channel::from_index(status & 0x0F).unwrap_or(Channel::Ch1);
        match status {
            0x80..=0x8F => M::NoteOff(channel, Note::from(first), second),
            0x90..=0x9F if second == U7::MIN => M::NoteOff(channel, Note::from(first), second),
            0x90..=0x9F => M::NoteOn(channel, Note::from(first), second),
            0xA0..=0xAF => M::PolyphonicKeyPressure(channel, Note::from(first), second),
            0xB0..=0xBF => M::ControlChange(channel, first.into(), second),
            0xC0..=0xCF => M::ProgramChange(channel, first),
            0xD0..=0xDF => M::ChannelPressure(channel, first),
            0xE0..=0xEF => M::PitchBendChange(channel, pair),
            0xF1 => M::MidiTimeCode(first),
            0xF2 => M::SongPositionPointer(pair),
            0xF3 => M::SongSelect(first),
            0xF6 => M::TuneRequest,
            0xF8 => M::TimingClock,
            0xFA => M::Start,
            0xFB => M::Continue,
            0xFC => M::Stop,
            0xFE => M::ActiveSensing,
            0xFF => M::Reset,
            other => M::Reserved(other),
        }
    }
}

impl fmt::Debug for MidiWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

/// How many data bytes follow a status byte; `None` for data, SysEx and undefined status bytes.
pub(super) const fn data_bytes(status: u8) -> Option<usize> {
    match status {
        0x80..=0xBF | 0xE0..=0xEF | 0xF2 => Some(2),
        0xC0..=0xDF | 0xF1 | 0xF3 => Some(1),
        0xF6 | 0xF8 | 0xFA..=0xFC | 0xFE | 0xFF => Some(0),
        _ => None,
    }
}

/// Why bytes are not a MIDI word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordError {
    /// No byte at all.
    Empty,
    /// The first byte is data, SysEx or an undefined status.
    Status(u8),
    /// A data byte has its top bit set.
    Data(u8),
    /// The status byte asks for another number of data bytes.
    Length {
        /// The status byte.
        status: u8,
        /// Data bytes it asks for.
        expected: usize,
        /// Data bytes given.
        found: usize,
    },
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "no bytes"),
            Self::Status(byte) => write!(f, "byte {byte:#04x} does not start a channel or system message"),
            Self::Data(byte) => write!(f, "data byte {byte:#04x} is above 0x7f"),
            Self::Length { status, expected, found } => {
                write!(f, "status {status:#04x} takes {expected} data bytes, found {found}")
            }
        }
    }
}

impl core::error::Error for WordError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_legal_word_reads_as_wmidi_reads_it() {
        for status in 0x80..=0xFF_u8 {
            let Some(n) = data_bytes(status) else { continue };
            for a in [0, 1, 64, 126, 127] {
                for b in [0, 1, 64, 127] {
                    let bytes = &[status, a, b][..=n];
                    let word = MidiWord::new(bytes).unwrap();
                    assert_eq!(word.as_bytes(), bytes);
                    assert_eq!(word.message(), MidiMessage::try_from(bytes).unwrap(), "{bytes:x?}");
                }
            }
        }
    }

    #[test]
    fn illegal_bytes_are_named() {
        let check = |bytes: &[u8], error| assert_eq!(MidiWord::new(bytes), Err(error));
        check(&[], WordError::Empty);
        check(&[0x40], WordError::Status(0x40));
        check(&[0xF0, 1, 0xF7], WordError::Status(0xF0));
        check(&[0xF4], WordError::Status(0xF4));
        check(&[0x90, 60, 200], WordError::Data(200));
        check(&[0x90, 60], WordError::Length { status: 0x90, expected: 2, found: 1 });
        check(&[0xC0, 60, 1], WordError::Length { status: 0xC0, expected: 1, found: 2 });
    }

    #[test]
    fn constructors_agree_with_the_wire() {
        let (channel, note, value) = (Channel::Ch10, Note::from_u8_lossy(60), U7::from_u8_lossy(100));
        assert_eq!(MidiWord::note_on(channel, note, value).as_bytes(), [0x99, 60, 100]);
        assert_eq!(MidiWord::note_off(channel, note, value).as_bytes(), [0x89, 60, 100]);
        assert_eq!(MidiWord::program_change(channel, value).as_bytes(), [0xC9, 100]);
        assert_eq!(MidiWord::pitch_bend(channel, 8192).as_bytes(), [0xE9, 0, 64]);
    }
}
