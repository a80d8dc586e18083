//! USB-MIDI 1.0: event packets of four bytes (Universal Serial Bus Device Class Definition for MIDI Devices 1.0, section 4).

use super::{SYSEX, Wire};
use ripieno_types::midi::{Assembled, Assembler, MidiWord};

/// Bytes of a packet.
const PACKET: usize = 4;

/// The packet of a word, on a cable 0..=15. Any.
pub fn packet(word: MidiWord, cable: u8) -> [u8; PACKET] {
    let mut bytes = [0; PACKET];
    for (place, byte) in bytes.iter_mut().skip(1).zip(word.as_bytes()) {
        *place = *byte;
    }
    let code = match *word.as_bytes() {
        [status @ 0x80..=0xEF, ..] => status >> 4,
        [_, _, _] => 0x3,
        [_, _] => 0x2,
        [0xF6] => 0x5,
        _ => 0xF,
    };
    bytes[0] = cable << 4 | code;
    bytes
}

/// How many bytes of a packet are a message's, by its code index; none of codes that are reserved.
const fn bytes_of(code: u8) -> Option<usize> {
    match code {
        0x5 | 0xF => Some(1),
        0x2 | 0x6 | 0xC | 0xD => Some(2),
        0x3 | 0x4 | 0x7 | 0x8..=0xB | 0xE => Some(3),
        _ => None,
    }
}

/// Finds the messages of one cable in bytes of packets, however a driver cuts them. Real-time.
///
/// The bytes of a packet are taken as they would be on a serial line, so that a host that gets code numbers wrong is understood
/// all the same. Packets of other cables and reserved codes are dropped.
#[derive(Clone, Debug)]
pub struct UsbIn {
    cable: u8,
    packet: [u8; PACKET],
    have: usize,
    assembler: Assembler<SYSEX>,
}

impl UsbIn {
    /// For a cable, 0..=15.
    pub const fn new(cable: u8) -> Self {
        Self { cable, packet: [0; PACKET], have: 0, assembler: Assembler::new() }
    }

    /// Forgets halves of packets and messages, as after a reconnection.
    pub fn reset(&mut self) {
        self.have = 0;
        self.assembler.reset();
    }

    /// Takes a byte; gives out what its packet completes. One packet completes at most one message that is not real-time.
    pub fn feed(&mut self, byte: u8, mut each: impl FnMut(Assembled<'_>)) {
        if let Some(place) = self.packet.get_mut(self.have) {
            *place = byte;
        }
        self.have += 1;
        if self.have < PACKET {
            return;
        }
        self.have = 0;
        let [head, message @ ..] = self.packet;
        if head >> 4 != self.cable {
            return;
        }
        for &byte in message.iter().take(bytes_of(head & 0x0F).unwrap_or(0)) {
            if let Some(found) = self.assembler.feed(byte) {
                each(found);
            }
        }
    }
}

/// How messages are written to one cable.
#[derive(Clone, Copy, Debug)]
pub struct UsbWire {
    cable: u8,
}

impl UsbWire {
    /// To a cable, 0..=15. Any.
    pub const fn new(cable: u8) -> Self {
        Self { cable: cable & 0x0F }
    }
}

impl Wire for UsbWire {
    /// What a bulk endpoint carries at once at full speed.
    const AT_ONCE: usize = 64;

    fn word(&mut self, word: MidiWord, out: &mut [u8]) -> usize {
        let Some(room) = out.get_mut(..PACKET) else { return 0 };
        room.copy_from_slice(&packet(word, self.cable));
        PACKET
    }

    fn sysex(&mut self, body: &[u8], done: usize, out: &mut [u8]) -> (usize, usize) {
        let all = body.len() + 2;
        let (mut count, mut done) = (0, done);
        for room in out.chunks_exact_mut(PACKET) {
            if done >= all {
                break;
            }
            let here = (all - done).min(PACKET - 1);
            let code = match (done + here < all, here) {
                (true, _) => 0x4,
                (false, 1) => 0x5,
                (false, 2) => 0x6,
                (false, _) => 0x7,
            };
            room.fill(0);
            let framed = [0xF0].into_iter().chain(body.iter().copied()).chain([0xF7]);
            let bytes = [self.cable << 4 | code].into_iter().chain(framed.skip(done).take(here));
            room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
            count += PACKET;
            done += here;
        }
        (count, done)
    }
}
