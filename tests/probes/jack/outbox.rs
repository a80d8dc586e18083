//! A MIDI output port that sends what it is handed, each message in the cycle of its frame, and says when it did.

use crate::Result;
use jack::{Client, Control, MidiOut, Port, ProcessScope, RawMidi};
use ripieno_ring::spsc::{Consumer, Producer, channel};

/// The longest message.
pub const LONGEST: usize = 64;

/// Messages that may wait.
const WAITING: usize = 4096;

#[derive(Clone, Copy)]
pub struct Message {
    /// A frame of the server; `None` is the next cycle's first.
    pub frame: Option<u32>,
    length: usize,
    bytes: [u8; LONGEST],
}

impl Message {
    pub fn new(frame: Option<u32>, message: &[u8]) -> Result<Self> {
        let mut bytes = [0; LONGEST];
        let slot = bytes.get_mut(..message.len()).ok_or_else(|| format!("a message is longer than {LONGEST} bytes"))?;
        slot.copy_from_slice(message);
        Ok(Self { frame, length: message.len(), bytes })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// A message and the frame it went out at: later than asked if its time had passed or the port was full.
pub struct Sent {
    pub frame: u32,
    pub message: Message,
}

/// The far end: what to send, and what was sent.
pub struct Outbox {
    pub messages: Producer<'static, Message>,
    pub sent: Consumer<'static, Sent>,
}

/// The end in the process callback.
pub struct Sender {
    port: Port<MidiOut>,
    messages: Consumer<'static, Message>,
    sent: Producer<'static, Sent>,
}

impl Outbox {
    /// Registers an output port on a client that is not active yet; messages go in the order of their frames.
    pub fn new(client: &Client, port: &str) -> Result<(Self, Sender)> {
        let port = client.register_port(port, MidiOut::default())?;
        let (messages, waiting) = channel(WAITING);
        // Whatever fits in a ring of messages fits in a ring of reports, as long as those are read first.
        let (reports, sent) = channel(2 * WAITING);
        Ok((Self { messages, sent }, Sender { port, messages: waiting, sent: reports }))
    }
}

impl Sender {
    pub fn name(&self) -> Result<String> {
        Ok(self.port.name()?)
    }
}

impl jack::ProcessHandler for Sender {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        let now = scope.last_frame_time();
        let mut writer = self.port.writer(scope);
        // Events of a cycle must not go back in time.
        let mut earliest = 0;
        while let Some(&message) = self.messages.peek() {
            // Frame times wrap; what is behind counts as negative.
            let ahead = message.frame.map_or(0, |frame| frame.wrapping_sub(now) as i32);
            if ahead >= scope.n_frames() as i32 {
                break;
            }
            let time = (ahead.max(0) as u32).max(earliest);
            if writer.write(&RawMidi { time, bytes: message.bytes() }).is_err() {
                break;
            }
            earliest = time;
            self.messages.pop();
            // Lost only if nobody reads the reports.
            let _ = self.sent.push(Sent { frame: now.wrapping_add(time), message });
        }
        Control::Continue
    }
}
