//! Sending over JACK: whole messages through a ring of bytes to the process callback.

use super::client::{self, JackResult};
use super::member::{Member, Presence};
use super::notices::Notices;
use super::ports;
use crate::error::MidiError;
use crate::output::{LONGEST, Outlet};
use crate::port::{Direction, PortInfo};
use jack::{Client, Control, MidiOut, Port, ProcessHandler, ProcessScope, RawMidi};
use ripieno_ring::spsc::{self, Consumer, Producer};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes that can wait for the next period.
const WAITING: usize = 16 * LONGEST;

/// How long what was sent may take to leave when the output is dropped.
const PATIENCE: Duration = Duration::from_millis(100);

/// A client that is opened anew when the server comes back.
pub(crate) struct JackOut {
    running: Option<Running>,
}

struct Running {
    member: Member<Sender>,
    own: String,
    bytes: Producer<'static, u8>,
}

impl JackOut {
    pub fn open() -> Result<Self, MidiError> {
        Ok(Self { running: Some(Running::open()?) })
    }

    fn running(&mut self) -> Result<&mut Running, MidiError> {
        if self.running.as_ref().is_some_and(|running| running.member.presence().has_ended()) {
            self.running = None;
            return Err(MidiError::Gone("the JACK server".into()));
        }
        if self.running.is_none() {
            self.running = Some(Running::open()?);
        }
        self.running.as_mut().ok_or(MidiError::NoServer)
    }
}

impl Running {
    fn open() -> Result<Self, MidiError> {
        let client = client::open()?;
        let port = client.register_port("midi_out", MidiOut::default()).or_fail("registering a JACK port")?;
        let own = port.name().or_fail("naming a JACK port")?;
        let (bytes, taken) = spsc::channel(WAITING);
        let presence = Arc::<Presence>::default();
        let sender = Sender { port, bytes: taken, message: [0; LONGEST], length: 0 };
        let member = Member::join(client, Notices::new(Arc::clone(&presence), None), sender, presence)?;
        Ok(Self { member, own, bytes })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let start = Instant::now();
        while self.bytes.free() < WAITING && !self.member.presence().has_ended() && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Outlet for JackOut {
    fn outputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        Ok(ports(self.running()?.member.client(), Direction::Output))
    }

    fn connect(&mut self, port: &PortInfo) -> Result<(), MidiError> {
        let running = self.running()?;
        match running.member.client().connect_ports_by_name(&running.own, &port.id) {
            Ok(()) | Err(jack::Error::PortAlreadyConnected(..)) => Ok(()),
            Err(error) => Err(MidiError::driver("connecting JACK ports", error)),
        }
    }

    /// JACK has done so when the port went.
    fn disconnect(&mut self) {}

    fn send(&mut self, message: &[u8]) -> Result<(), MidiError> {
        let running = self.running()?;
        let length = (message.len() as u16).to_le_bytes();
        if running.bytes.free() < length.len() + message.len() {
            return Err(MidiError::Busy(running.own.clone()));
        }
        let mut burst = running.bytes.burst();
        for byte in length.iter().chain(message) {
            // There is room: only this end fills the ring.
            let _ = burst.push(*byte);
        }
        Ok(())
    }
}

struct Sender {
    port: Port<MidiOut>,
    bytes: Consumer<'static, u8>,
    /// The message that is to go out next, if it has a length.
    message: [u8; LONGEST],
    length: usize,
}

impl ProcessHandler for Sender {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        let Self { port, bytes, message, length } = self;
        let mut writer = port.writer(scope);
        let mut is_empty = true;
        loop {
            if *length == 0 {
                // Length and message were shown at once.
                let (Some(low), Some(high)) = (bytes.pop(), bytes.pop()) else { break };
                let announced = usize::from(u16::from_le_bytes([low, high])).min(LONGEST);
                *length = bytes.pop_slice(&mut message[..announced]);
            }
            let event = RawMidi { time: 0, bytes: &message[..*length] };
            // What does not fit goes out in the next period; what does not even fit alone never would.
            if writer.write(&event).is_err() && !is_empty {
                break;
            }
            is_empty = false;
            *length = 0;
        }
        Control::Continue
    }
}
