//! Bytes in, messages out: running status, real-time bytes anywhere, SysEx of bounded length.
//!
//! Follows MIDI 1.0 Detailed Specification, "MIDI Implementation Chart" appendix A-1 to A-3: real-time bytes change
//! nothing else, any other status byte inside SysEx aborts it and is then parsed itself, system common messages clear
//! running status. Undefined and orphan bytes are dropped and counted; the next status byte always recovers.

use super::word::{MidiWord, data_bytes};

/// What a byte completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assembled<'a> {
    /// A channel, common or real-time message.
    Word(MidiWord),
    /// A whole SysEx body, without its 0xF0 and 0xF7.
    SysEx(&'a [u8]),
}

/// What an assembler had to drop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssemblerStats {
    /// Data bytes that no status byte asked for.
    pub orphans: u32,
    /// Undefined status bytes (F4, F5, F9, FD) and an F7 that ends nothing.
    pub undefined: u32,
    /// SysEx cut off by another status byte.
    pub aborted: u32,
    /// SysEx longer than the assembler holds.
    pub oversized: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No status is running: data bytes are orphans.
    Idle,
    /// `status` runs; `have` of its data bytes arrived.
    Message {
        status: u8,
        have: u8,
        first: u8,
    },
    SysEx,
    /// Too long: swallowed up to its end.
    Overflow,
}

/// Assembles one cable's byte stream. `SYSEX` is the longest SysEx body it keeps, in bytes. Real-time.
///
/// ```
/// use ripieno_types::midi::{Assembled, Assembler};
/// let mut assembler = Assembler::<64>::new();
/// // Running status, with a timing clock in the middle of the second note.
/// let words = [0x90, 60, 100, 62, 0xF8, 101].map(|byte| assembler.feed(byte).is_some());
/// assert_eq!(words, [false, false, true, false, true, true]);
/// ```
#[derive(Clone, Debug)]
pub struct Assembler<const SYSEX: usize> {
    state: State,
    sysex: [u8; SYSEX],
    length: usize,
    stats: AssemblerStats,
}

impl<const SYSEX: usize> Assembler<SYSEX> {
    /// An assembler that waits for a status byte.
    pub const fn new() -> Self {
        let stats = AssemblerStats { orphans: 0, undefined: 0, aborted: 0, oversized: 0 };
        Self { state: State::Idle, sysex: [0; SYSEX], length: 0, stats }
    }

    /// Forgets a half-received message, as after a disconnect. The counters stay.
    pub fn reset(&mut self) {
        self.state = State::Idle;
    }

    /// What was dropped so far.
    pub fn stats(&self) -> AssemblerStats {
        self.stats
    }

    /// Takes one byte; returns the message that it completed, if any.
    pub fn feed(&mut self, byte: u8) -> Option<Assembled<'_>> {
        match byte {
            0xF8..=0xFF => self.real_time(byte),
            0xF7 => self.end_sysex(),
            0x80..=0xF6 => self.status(byte),
            _ => self.data(byte),
        }
    }

    fn real_time(&mut self, byte: u8) -> Option<Assembled<'_>> {
        match MidiWord::new(&[byte]) {
            Ok(word) => Some(Assembled::Word(word)),
            Err(_) => {
                self.stats.undefined = self.stats.undefined.saturating_add(1);
                None
            }
        }
    }

    fn end_sysex(&mut self) -> Option<Assembled<'_>> {
        match core::mem::replace(&mut self.state, State::Idle) {
            State::SysEx => return self.sysex.get(..self.length).map(Assembled::SysEx),
            State::Overflow => {}
            _ => self.stats.undefined = self.stats.undefined.saturating_add(1),
        }
        None
    }

    fn status(&mut self, status: u8) -> Option<Assembled<'_>> {
        if matches!(self.state, State::SysEx | State::Overflow) {
            self.stats.aborted = self.stats.aborted.saturating_add(1);
        }
        self.length = 0;
        self.state = match (status, data_bytes(status)) {
            (0xF0, _) => State::SysEx,
            (_, None) => {
                self.stats.undefined = self.stats.undefined.saturating_add(1);
                State::Idle
            }
            (_, Some(0)) => {
                self.state = State::Idle;
                return MidiWord::new(&[status]).ok().map(Assembled::Word);
            }
            (_, Some(_)) => State::Message { status, have: 0, first: 0 },
        };
        None
    }

    fn data(&mut self, byte: u8) -> Option<Assembled<'_>> {
        match self.state {
            State::Idle => {
                self.stats.orphans = self.stats.orphans.saturating_add(1);
                None
            }
            State::Overflow => None,
            State::SysEx => {
                match self.sysex.get_mut(self.length) {
                    Some(slot) => (*slot, self.length) = (byte, self.length + 1),
                    None => {
                        self.stats.oversized = self.stats.oversized.saturating_add(1);
                        self.state = State::Overflow;
                    }
                }
                None
            }
            State::Message { status, have, first } => {
                let expected = data_bytes(status).unwrap_or(0);
                if usize::from(have) + 1 < expected {
                    self.state = State::Message { status, have: have + 1, first: byte };
                    return None;
                }
                // Running status is for channel messages alone; a system common message ends it.
                let again = State::Message { status, have: 0, first: 0 };
                self.state = if status < 0xF0 { again } else { State::Idle };
                let bytes = if expected == 1 { [status, byte, 0] } else { [status, first, byte] };
                MidiWord::new(&bytes[..=expected]).ok().map(Assembled::Word)
            }
        }
    }
}

impl<const SYSEX: usize> Default for Assembler<SYSEX> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    /// Feeds bytes; words come back as their bytes, SysEx framed again by F0 and F7.
    fn run(assembler: &mut Assembler<8>, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for &byte in bytes {
            match assembler.feed(byte) {
                Some(Assembled::Word(word)) => out.push(word.as_bytes().to_vec()),
                Some(Assembled::SysEx(body)) => out.push([&[0xF0], body, &[0xF7]].concat()),
                None => {}
            }
        }
        out
    }

    fn check(bytes: &[u8], expected: &[&[u8]], stats: AssemblerStats) {
        let mut assembler = Assembler::new();
        assert_eq!(run(&mut assembler, bytes), expected, "{bytes:02x?}");
        assert_eq!(assembler.stats(), stats, "{bytes:02x?}");
    }

    #[test]
    fn the_rules_of_the_wire() {
        let none = AssemblerStats::default();
        check(&[0x90, 1, 2, 3, 4], &[&[0x90, 1, 2], &[0x90, 3, 4]], none);
        check(&[0x90, 0xF8, 1, 0xFE, 2], &[&[0xF8], &[0xFE], &[0x90, 1, 2]], none);
        check(&[0xF0, 1, 0xF8, 2, 0xF7], &[&[0xF8], &[0xF0, 1, 2, 0xF7]], none);
        check(&[0xF0, 0xF7], &[&[0xF0, 0xF7]], none);
        check(&[0xC5, 9, 10], &[&[0xC5, 9], &[0xC5, 10]], none);
        check(&[0xF0, 1, 0x90, 1, 2], &[&[0x90, 1, 2]], AssemblerStats { aborted: 1, ..none });
        check(&[0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 0xF7, 0xF6], &[&[0xF6]], AssemblerStats { oversized: 1, ..none });
        check(&[1, 2, 0x90, 1, 2], &[&[0x90, 1, 2]], AssemblerStats { orphans: 2, ..none });
        check(&[0xF4, 0xF5, 0xF9, 0xFD, 0xF7], &[], AssemblerStats { undefined: 5, ..none });
        // A system common message ends running status; real-time does not.
        check(&[0x90, 1, 2, 0xF3, 5, 6], &[&[0x90, 1, 2], &[0xF3, 5]], AssemblerStats { orphans: 1, ..none });
        // F9 in the middle of a message is dropped and leaves the message whole.
        check(&[0x90, 1, 0xF9, 2], &[&[0x90, 1, 2]], AssemblerStats { undefined: 1, ..none });
    }

    #[test]
    fn reset_forgets_the_half_message() {
        let mut assembler = Assembler::new();
        run(&mut assembler, &[0x90, 1]);
        assembler.reset();
        assert_eq!(run(&mut assembler, &[2, 0x80, 3, 4]), [vec![0x80, 3, 4]]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_legal_words_and_recover(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let mut assembler = Assembler::new();
            for message in run(&mut assembler, &bytes) {
                prop_assert!(message[0] >= 0x80);
                let body = message.len() - usize::from(message[0] == 0xF0);
                prop_assert!(message[1..body].iter().all(|byte| *byte < 0x80));
            }
            prop_assert_eq!(run(&mut assembler, &[0x91, 60, 100]), [vec![0x91, 60, 100]]);
        }

        #[test]
        fn real_time_bytes_change_nothing_else(
            bytes in proptest::collection::vec(any::<u8>(), 0..256),
            at in proptest::collection::vec((0..256_usize, 0xF8..=0xFF_u8), 0..16),
        ) {
            let calm: Vec<u8> = bytes.into_iter().filter(|byte| *byte < 0xF8).collect();
            let mut busy = calm.clone();
            for (index, byte) in at {
                busy.insert(index.min(busy.len()), byte);
            }
            let without: Vec<_> = run(&mut Assembler::new(), &busy).into_iter().filter(|m| m[0] < 0xF8).collect();
            prop_assert_eq!(run(&mut Assembler::new(), &calm), without);
        }
    }
}
