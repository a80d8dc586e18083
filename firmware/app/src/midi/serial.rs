//! MIDI 1.0 on a serial line. Finding messages in bytes is [`Assembler`]'s; writing them is here.

use super::{SYSEX, Wire};
use ripieno_types::midi::{Assembler, MidiWord};

/// Finds messages in the bytes of a serial line: running status, real-time bytes within anything, SysEx of at most
/// [`SYSEX`] bytes, found again after any garbage.
pub type SerialIn = Assembler<SYSEX>;

/// How messages are written to a serial line.
///
/// With running status a channel message that has the same status byte as the one before leaves it out, which saves a third
/// of the wire and costs a receiver that is plugged in late its first messages; so it is off unless asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct SerialWire {
    runs: bool,
    running: Option<u8>,
}

impl SerialWire {
    /// Every message with its status byte. Any.
    pub const fn new() -> Self {
        Self { runs: false, running: None }
    }

    /// With running status. Any.
    pub const fn running() -> Self {
        Self { runs: true, running: None }
    }
}

impl Wire for SerialWire {
    /// A millisecond of the wire.
    const AT_ONCE: usize = 3;

    fn word(&mut self, word: MidiWord, out: &mut [u8]) -> usize {
        let bytes = word.as_bytes();
        let Some((&status, data)) = bytes.split_first() else { return 0 };
        let sent = if self.runs && self.running == Some(status) { data } else { bytes };
        let Some(room) = out.get_mut(..sent.len()) else { return 0 };
        room.copy_from_slice(sent);
        match status {
            0x80..=0xEF => self.running = Some(status),
            0xF0..=0xF7 => self.running = None,
            _ => {}
        }
        sent.len()
    }

    fn sysex(&mut self, body: &[u8], done: usize, out: &mut [u8]) -> (usize, usize) {
        self.running = None;
        // What is done is counted with the first byte: 0 is before it, 1 at the body, length + 1 behind the body.
        let framed = [0xF0].into_iter().chain(body.iter().copied()).chain([0xF7]);
        let mut count = 0;
        for (place, byte) in out.iter_mut().zip(framed.skip(done)) {
            *place = byte;
            count += 1;
        }
        (count, done + count)
    }
}
