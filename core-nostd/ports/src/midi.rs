//! Where messages come from and go to: MIDI inputs and outputs.

use crate::{Fault, Micros};
use ripieno_types::midi::{MidiWord, SysEx, SysExPart};

/// Which input a message came from: a slot that one device keeps for as long as it is bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InputId(pub u8);

/// A message and when it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// By the driver's stamp, on the clock of [`Period::at`](crate::Period::at).
    pub at: Micros,
    /// The input.
    pub input: InputId,
    /// The message.
    pub message: Message,
}

impl Arrived {
    /// The message, if it is a word.
    pub const fn word(&self) -> Option<MidiWord> {
        match self.message {
            Message::Word(word) => Some(word),
            Message::SysEx(_) | Message::Part(_) => None,
        }
    }
}

/// What may arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A channel or system message.
    Word(MidiWord),
    /// A short SysEx message.
    SysEx(SysEx),
    /// The next bytes of a SysEx message that is too long for one piece. No other message of the input comes between.
    Part(SysExPart),
}

impl From<MidiWord> for Message {
    fn from(word: MidiWord) -> Self {
        Self::Word(word)
    }
}

/// Messages as they come, from one input or from several.
pub trait MidiIn {
    /// The next message, if one has arrived. Messages of one input come in order. When an input goes away, what ends
    /// its sounding notes comes like any other message.
    ///
    /// Real-time: never blocks, allocates or panics.
    fn poll(&mut self) -> Option<Arrived>;
}

impl<M: MidiIn + ?Sized> MidiIn for &mut M {
    fn poll(&mut self) -> Option<Arrived> {
        (**self).poll()
    }
}

/// An input that may be missing.
impl<M: MidiIn> MidiIn for Option<M> {
    fn poll(&mut self) -> Option<Arrived> {
        self.as_mut()?.poll()
    }
}

/// A MIDI output.
pub trait MidiOut {
    /// Why a message was not sent.
    type Error: Fault;

    /// Sends one whole message, SysEx included. Control.
    ///
    /// # Errors
    /// By kind; a message that is refused is not sent in part.
    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error>;
}

impl<M: MidiOut + ?Sized> MidiOut for &mut M {
    type Error = M::Error;

    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        (**self).send(message)
    }
}
