//! What leaves by one port: words and SysEx, as fast as the port takes them and no faster.

use super::words::{QueueStats, WordQueue};
use super::{SYSEX, Wire};
use bbqueue::nicknames::Churrasco;
use core::fmt;
use embedded_io::{Write, WriteReady};
use ripieno_types::midi::MidiWord;

/// Words that wait for a port at most; see [`WordQueue`].
pub const WORDS_OUT: usize = 128;
/// Bytes of SysEx that wait for a port at most: sixteen of the longest bodies, each with its length.
pub const SYSEX_OUT: usize = 16 * (SYSEX + 2);
/// Bytes between the queue and a port at most.
pub const STAGE: usize = 64;
/// Words that go before a SysEx message that waits.
const TURN: u8 = 16;

/// What a port gave up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PortStats {
    /// Words.
    pub words: QueueStats,
    /// SysEx messages refused because too many wait.
    pub sysex: u32,
    /// Times that the port failed.
    pub faults: u32,
}

/// The way out by one port, written as the wire `W` says. Real-time, and nothing here waits.
///
/// SysEx that was accepted is kept until it was sent, whole and in order; between its bytes nothing else is sent.
pub struct OutPort<W> {
    wire: W,
    words: WordQueue<WORDS_OUT>,
    sysex: Churrasco<SYSEX_OUT>,
    /// Of the first SysEx message that waits, framing included.
    done: usize,
    /// Words sent since the last SysEx message.
    turn: u8,
    stage: [u8; STAGE],
    /// The part of the stage that is still to be written.
    staged: (usize, usize),
    refused: u32,
    faults: u32,
}

impl<W: Wire> OutPort<W> {
    /// Nothing waits. Any.
    pub fn new(wire: W) -> Self {
        let sysex = Churrasco::new();
        let words = WordQueue::new();
        Self { wire, words, sysex, done: 0, turn: 0, stage: [0; STAGE], staged: (0, 0), refused: 0, faults: 0 }
    }

    /// Takes a word; false if it was refused, see [`WordQueue`].
    pub fn word(&mut self, word: MidiWord) -> bool {
        self.words.push(word)
    }

    /// Takes a SysEx body, without F0 and F7; false if there is no room for it, or if it is longer than [`SYSEX`] or no body.
    pub fn sysex(&mut self, body: &[u8]) -> bool {
        let length = u16::try_from(body.len()).ok().filter(|_| body.len() <= SYSEX && body.is_ascii());
        let grant = length.and_then(|length| Some((self.sysex.framed_producer().grant(length).ok()?, length)));
        match grant {
            Some((mut room, length)) => {
                room.copy_from_slice(body);
                room.commit(length);
                true
            }
            None => {
                self.refused = self.refused.saturating_add(1);
                false
            }
        }
    }

    /// Takes what waits for the port into `out`, whole messages but for SysEx, which may be cut; returns how many bytes that
    /// are. They are gone: for a driver that sends them for certain. `out` of at least 4 bytes.
    pub fn take(&mut self, out: &mut [u8]) -> usize {
        let mut count = 0;
        while let Some(room) = out.get_mut(count..).filter(|room| room.len() >= 4) {
            let wants_sysex = self.done > 0 || self.turn >= TURN || self.words.is_empty();
            let mut bytes = 0;
            if wants_sysex {
                bytes = self.some_sysex(room);
            }
            if bytes == 0 {
                let Some(word) = self.words.pop() else { break };
                bytes = self.wire.word(word, room);
                self.turn = self.turn.saturating_add(1);
            }
            count += bytes;
        }
        count
    }

    fn some_sysex(&mut self, room: &mut [u8]) -> usize {
        let Ok(body) = self.sysex.framed_consumer().read() else {
            self.turn = 0;
            return 0;
        };
        let (bytes, done) = self.wire.sysex(&body, self.done, room);
        if done >= body.len() + 2 {
            body.release();
            (self.done, self.turn) = (0, 0);
        } else {
            body.keep();
            self.done = done;
        }
        bytes
    }

    /// Writes what the port takes now.
    ///
    /// # Errors
    /// The port's own; what it did not take is kept, so try again later.
    pub fn write<P: Write + WriteReady>(&mut self, port: &mut P) -> Result<(), P::Error> {
        loop {
            let (from, to) = self.staged;
            if from == to {
                let mut stage = self.stage;
                let count = self.take(stage.get_mut(..W::AT_ONCE.clamp(4, STAGE)).unwrap_or(&mut []));
                (self.stage, self.staged) = (stage, (0, count));
                if count == 0 {
                    return Ok(());
                }
                continue;
            }
            let is_ready = port.write_ready().inspect_err(|_| self.faults = self.faults.saturating_add(1))?;
            if !is_ready {
                return Ok(());
            }
            let waiting = self.stage.get(from..to).unwrap_or_default();
            let written = port.write(waiting).inspect_err(|_| self.faults = self.faults.saturating_add(1))?;
            if written == 0 {
                return Ok(());
            }
            self.staged = ((from + written).min(to), to);
        }
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.staged.0 == self.staged.1 && self.words.is_empty() && self.sysex.framed_consumer().read().is_err()
    }

    /// Forgets what waits, as after the receiver was unplugged. The counters stay.
    pub fn clear(&mut self) {
        self.words.clear();
        while let Ok(body) = self.sysex.framed_consumer().read() {
            body.release();
        }
        (self.done, self.turn, self.staged) = (0, 0, (0, 0));
    }

    /// What was given up so far. Any.
    pub const fn stats(&self) -> PortStats {
        PortStats { words: self.words.stats(), sysex: self.refused, faults: self.faults }
    }
}

impl<W: fmt::Debug> fmt::Debug for OutPort<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wire, words, done, staged, .. } = self;
        f.debug_struct("OutPort")
            .field("wire", wire)
            .field("words", words)
            .field("done", done)
            .field("staged", staged)
            .finish_non_exhaustive()
    }
}
