//! A line to a controller: one MIDI input, one output, and a job done over both.

use crate::interrupt::Interrupt;
use ripieno_firmware::protocol::{Answer, BODY, Client, ClientError, Job, Progress};
use ripieno_ports::{Arrived, Clock, Fault, FaultKind, InputId, Message, MidiIn, MidiOut};
use std::time::Duration;

/// How long to wait when nothing has arrived.
const LOOK: Duration = Duration::from_millis(1);
/// How often a message is offered to an output that has no room for it.
const OFFERS: u32 = 200;

/// A controller's ports.
#[derive(Debug)]
pub struct Line<I, O> {
    /// What comes in, of all inputs.
    pub input: I,
    /// The controller's own; any until that is known.
    pub from: Option<InputId>,
    /// What goes to the controller.
    pub output: O,
    /// The last job's tag.
    tag: u8,
}

/// Why a job was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// As the client says.
    Client(ClientError),
    /// The same, and why messages were not sent.
    Port(String),
    /// The user has had enough.
    Interrupted,
}

impl<I: MidiIn, O: MidiOut> Line<I, O> {
    /// A line to a controller whose input is not known yet.
    pub fn new(input: I, output: O) -> Self {
        // Another program may be at it, too, or this one before: their tags differ, as a rule.
        let tag = getrandom::u32().unwrap_or_else(|_| std::process::id()) as u8;
        Self { input, from: None, output, tag }
    }

    /// Does a job to its end; `heard` is told of every message of the controller, `show` of bytes done and of how many.
    ///
    /// # Errors
    /// [`Broken`]; the controller holds what it held.
    pub fn work(
        &mut self,
        job: Job<'_>,
        clock: &impl Clock,
        interrupt: &Interrupt,
        mut heard: impl FnMut(Arrived),
        mut show: impl FnMut(u32, u32),
    ) -> Result<Answer, Broken> {
        self.tag = self.tag.wrapping_add(1);
        let mut client = Client::new(self.tag, job);
        let mut trouble = None;
        let mut bodies: Vec<Vec<u8>> = Vec::new();
        loop {
            let millis = clock.now().0 / 1_000;
            match client.poll(millis, |body| bodies.push(body.to_vec())) {
                Progress::Over(Ok(answer)) => return Ok(answer),
                Progress::Over(Err(ClientError::NoAnswer)) => {
                    return Err(trouble.map_or(Broken::Client(ClientError::NoAnswer), Broken::Port));
                }
                Progress::Over(Err(error)) => return Err(Broken::Client(error)),
                Progress::Going { done, total, .. } => show(done, total),
            }
            for body in bodies.drain(..) {
                // What is not sent is asked for again, until the client gives up: the plug may be back by then.
                trouble = self.send(&body).err();
            }
            let mut is_quiet = true;
            while let Some(arrived) = self.input.poll() {
                if self.from.is_none_or(|from| from == arrived.input) {
                    is_quiet = false;
                    if let Message::SysEx(body) = arrived.message {
                        client.receive(body.as_bytes());
                    }
                    heard(arrived);
                }
            }
            if interrupt.is_raised() {
                return Err(Broken::Interrupted);
            }
            if is_quiet {
                std::thread::sleep(LOOK);
            }
        }
    }

    /// Sends a body, once there is room for it.
    pub fn send(&mut self, body: &[u8]) -> Result<(), String> {
        let mut message = [0; BODY + 2];
        let length = body.len() + 2;
        message[0] = 0xF0;
        message[1..=body.len()].copy_from_slice(body);
        message[length - 1] = 0xF7;
        for _ in 0..OFFERS {
            match self.output.send(&message[..length]) {
                Err(error) if error.kind() == FaultKind::Busy => std::thread::sleep(LOOK),
                result => return result.map_err(|error| error.to_string()),
            }
        }
        Err("the port takes no more messages; unplug it and try again".into())
    }
}
