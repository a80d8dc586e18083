//! MIDI at the ports: bytes and packets in and out, and the queues that let a port refuse without anybody waiting for it.

mod port;
mod serial;
mod spill;
mod usb;
mod words;

pub use port::{OutPort, PortStats, STAGE, SYSEX_OUT, WORDS_OUT};
pub use serial::{SerialIn, SerialWire};
pub use usb::{UsbIn, UsbWire, packet};
pub use words::{QueueStats, WordQueue};

use ripieno_panel::DeviceId;
use ripieno_types::midi::{MidiWord, SysEx};

/// Bytes of a SysEx body at most, in either direction.
pub const SYSEX: usize = SysEx::BYTES;

/// A way in and out of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// A serial line: DIN or jack, 31,250 bits a second.
    Serial,
    /// USB-MIDI 1.0.
    Usb,
}

impl Port {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Serial, Self::Usb];

    /// What comes in by it is of this device. Any.
    pub const fn device(self) -> DeviceId {
        match self {
            Self::Serial => crate::setup::SERIAL,
            Self::Usb => crate::setup::USB,
        }
    }
}

/// How messages become the bytes of a port. Real-time.
pub trait Wire {
    /// Bytes taken from the queue before they are written at most: fewer, and what waits can still be overtaken by newer
    /// values.
    const AT_ONCE: usize;

    /// Writes a word to the front of `out`; returns its bytes, 0 if there is too little room.
    fn word(&mut self, word: MidiWord, out: &mut [u8]) -> usize;

    /// Writes as much as there is room for of a SysEx body from `done` on, framing included; returns the bytes written, and
    /// what `done` is now: more than the body's length once its end was written. 0 bytes: there is too little room.
    fn sysex(&mut self, body: &[u8], done: usize, out: &mut [u8]) -> (usize, usize);
}
