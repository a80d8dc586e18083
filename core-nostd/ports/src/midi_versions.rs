//! MIDI inputs and outputs that need no device: scripted and remembered, and two wrappers that watch and disturb an input.

use crate::{Arrived, FaultKind, Micros, MidiIn, MidiOut};
use core::fmt;

/// Gives the messages of a script, each once its time has come.
#[derive(Clone, Copy, Debug)]
pub struct ScriptedMidi<'a> {
    script: &'a [Arrived],
    now: Micros,
}

impl<'a> ScriptedMidi<'a> {
    /// An input whose messages, in order of time, have all arrived already.
    pub fn new(script: &'a [Arrived]) -> Self {
        Self { script, now: Micros(u64::MAX) }
    }

    /// Sets the time: what is stamped later has not arrived yet.
    pub fn set_now(&mut self, now: Micros) {
        self.now = now;
    }

    /// Messages not given yet.
    pub fn remaining(&self) -> usize {
        self.script.len()
    }
}

impl MidiIn for ScriptedMidi<'_> {
    fn poll(&mut self) -> Option<Arrived> {
        let (next, rest) = self.script.split_first().filter(|(next, _)| next.at <= self.now)?;
        self.script = rest;
        Some(*next)
    }
}

/// What a [`TracedMidi`] input gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MidiTrace {
    /// Times it was asked.
    pub polls: u64,
    /// Messages it gave.
    pub messages: u64,
    /// Notes among them that began.
    pub notes: u64,
    /// The time of the latest message.
    pub last: Option<Micros>,
}

/// Passes another input through and keeps count.
#[derive(Clone, Copy, Debug)]
pub struct TracedMidi<M> {
    input: M,
    trace: MidiTrace,
}

impl<M> TracedMidi<M> {
    /// Watches `input`.
    pub fn new(input: M) -> Self {
        Self { input, trace: MidiTrace::default() }
    }

    /// The counts so far.
    pub fn trace(&self) -> MidiTrace {
        self.trace
    }

    /// The input itself.
    pub fn into_inner(self) -> M {
        self.input
    }
}

impl<M: MidiIn> MidiIn for TracedMidi<M> {
    fn poll(&mut self) -> Option<Arrived> {
        self.trace.polls += 1;
        let message = self.input.poll()?;
        self.trace.messages += 1;
        self.trace.notes +=
            u64::from(message.word().is_some_and(|word| matches!(word.as_bytes(), [0x90..=0x9F, _, 1..=127])));
        self.trace.last = self.trace.last.max(Some(message.at));
        Some(message)
    }
}

/// Passes another input through, but every `period`-th time it is asked it has nothing to say, whatever has arrived: so
/// messages come later than they could, and in smaller lots. None is lost.
#[derive(Clone, Copy, Debug)]
pub struct FaultyMidi<M> {
    input: M,
    period: u32,
    asked: u32,
}

impl<M> FaultyMidi<M> {
    /// Disturbs every `period`-th poll of `input`; 0 disturbs none.
    pub fn new(input: M, period: u32) -> Self {
        Self { input, period, asked: 0 }
    }
}

impl<M: MidiIn> MidiIn for FaultyMidi<M> {
    fn poll(&mut self) -> Option<Arrived> {
        self.asked += 1;
        if self.asked == self.period {
            self.asked = 0;
            return None;
        }
        self.input.poll()
    }
}

/// Why a [`MemoryOut`] did not take a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryOutError {
    /// No room for a message of so many bytes.
    Full(usize),
    /// It was told to refuse.
    Refused(FaultKind),
}

impl fmt::Display for MemoryOutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(length) => write!(f, "no room for a message of {length} bytes"),
            Self::Refused(kind) => write!(f, "told to refuse as {kind:?}"),
        }
    }
}

impl core::error::Error for MemoryOutError {}

impl crate::Fault for MemoryOutError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Full(_) => FaultKind::Busy,
            Self::Refused(kind) => *kind,
        }
    }
}

/// A MIDI output that keeps what it is sent, one message after the other, or refuses when told to.
#[derive(Debug)]
pub struct MemoryOut<'a> {
    memory: &'a mut [u8],
    length: usize,
    refusal: Option<FaultKind>,
}

impl<'a> MemoryOut<'a> {
    /// An output that has room for as many bytes as `memory`.
    pub fn new(memory: &'a mut [u8]) -> Self {
        Self { memory, length: 0, refusal: None }
    }

    /// All that was sent.
    pub fn sent(&self) -> &[u8] {
        self.memory.get(..self.length).unwrap_or(&[])
    }

    /// From now on refuses every message so, or takes them again.
    pub fn refuse(&mut self, refusal: Option<FaultKind>) {
        self.refusal = refusal;
    }
}

impl MidiOut for MemoryOut<'_> {
    type Error = MemoryOutError;

    fn send(&mut self, message: &[u8]) -> Result<(), MemoryOutError> {
        if let Some(kind) = self.refusal {
            return Err(MemoryOutError::Refused(kind));
        }
        let end = self.length + message.len();
        let room = self.memory.get_mut(self.length..end).ok_or(MemoryOutError::Full(message.len()))?;
        room.copy_from_slice(message);
        self.length = end;
        Ok(())
    }
}
