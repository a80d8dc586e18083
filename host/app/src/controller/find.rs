//! Which controllers there are: every output is asked, and who answers is known by the input that the answer comes from.

use super::line::{Broken, Line};
use crate::Failure;
use crate::clock::SystemClock;
use crate::interrupt::Interrupt;
use ripieno_firmware::protocol::{Answer, Capacities, Identity, Job};
use ripieno_midi::{Direction, Driver, Hub, Inputs, Output, PortInfo, Wanted, ports};
use ripieno_ports::{Clock, InputId, Message, MidiIn};
use serde::Serialize;
use std::time::Duration;

/// How long a controller may take to say who it is.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long to wait when nothing has arrived.
const LOOK: Duration = Duration::from_millis(1);

/// A controller that answered, as it is reported.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The port that messages go to.
    pub port: String,
    /// The port that they come from.
    pub input: String,
    /// What kind of board.
    pub board: String,
    /// The version of its firmware.
    pub firmware: String,
    /// The version of the protocol that it speaks.
    pub protocol: u8,
    /// The version of the set-ups that it plays.
    pub wire: u8,
    /// Slots.
    pub slots: u8,
    /// The slot that plays.
    pub active: Option<u8>,
    /// Bytes of the longest set-up that it takes.
    pub longest: u32,
    /// Bytes that one more set-up may have.
    pub free: u32,
    #[serde(skip)]
    id: String,
    #[serde(skip)]
    from: InputId,
}

/// All inputs that are wanted, open.
#[derive(Debug)]
pub struct Finder {
    hub: Hub,
    inputs: Inputs,
    driver: Driver,
    /// Names of ports, or parts of them; hardware alone if there are none.
    wanted: Vec<String>,
}

/// A controller's line on real ports.
pub type PortLine = Line<Inputs, Output>;

impl Finder {
    /// Opens the inputs that may be a controller's: those of these names, or of all hardware. Control; blocks.
    pub fn open(driver: Driver, names: &[String]) -> Result<Self, Failure> {
        let wanted = if names.is_empty() { Wanted::Hardware } else { Wanted::Named(names.to_vec()) };
        let (hub, inputs) = Hub::open(driver, wanted).map_err(device)?;
        // The hub has chosen, if there was a choice: outputs are of the same system.
        let driver = hub.driver();
        Ok(Self { hub, inputs, driver, wanted: names.to_vec() })
    }

    /// The outputs to ask.
    fn outputs(&self) -> Result<Vec<PortInfo>, Failure> {
        let outputs = ports(self.driver).map_err(device)?;
        let outputs = outputs.into_iter().filter(|port| port.direction == Direction::Output);
        if self.wanted.is_empty() {
            return Ok(outputs.filter(|port| port.is_hardware).collect());
        }
        let names: Vec<String> = self.wanted.iter().map(|name| name.trim().to_lowercase()).collect();
        let means = |port: &PortInfo| {
            let (name, id) = (port.name.to_lowercase(), port.id.to_lowercase());
            names.iter().any(|wanted| name.contains(wanted) || id.contains(wanted))
        };
        Ok(outputs.filter(means).collect())
    }

    /// Asks everybody.
    pub fn find(mut self, interrupt: &Interrupt) -> Result<(Vec<Found>, Self), Failure> {
        let clock = SystemClock::default();
        let mut found = Vec::new();
        for port in self.outputs()? {
            let Ok(output) = Output::open(self.driver, &port.id) else { continue };
            let mut line = Line::new(self.inputs, output);
            let from = ask(&mut line, &clock, interrupt);
            if let Some(from) = from {
                line.from = Some(from);
                let answer = line.work(Job::Identify, &clock, interrupt, |_, _| {});
                if let Ok(Answer::Identified(identity, holds)) = answer {
                    found.push(self.hub.status().iter().find(|input| input.input == Some(from)).map_or_else(
                        || Found::new(&port, "", from, identity, holds),
                        |input| Found::new(&port, &input.name, from, identity, holds),
                    ));
                }
            }
            self.inputs = line.input;
            if interrupt.is_raised() {
                return Err(Failure::Interrupted);
            }
        }
        Ok((found, self))
    }

    /// The line to the one controller that answers.
    pub fn one(self, interrupt: &Interrupt) -> Result<(Hub, PortLine, Found), Failure> {
        let (mut found, finder) = self.find(interrupt)?;
        if found.len() > 1 {
            let names: Vec<_> = found.iter().map(|found| found.port.as_str()).collect();
            return Err(Failure::Usage(format!(
                "{} controllers answer: {}; choose by --port",
                names.len(),
                names.join(", ")
            )));
        }
        let found = found.pop().ok_or_else(|| {
            let what = finder.wanted.first().map_or("no device".into(), |name| format!("nothing at {name:?}"));
            Failure::Device(format!(
                "{what} answers as a controller; see `ripieno devices`, and name a program's port by --port"
            ))
        })?;
        finder.to(found)
    }

    /// The line to one that was found. Control; blocks.
    pub fn to(self, found: Found) -> Result<(Hub, PortLine, Found), Failure> {
        let output = Output::open(self.driver, &found.id).map_err(device)?;
        let mut line = Line::new(self.inputs, output);
        line.from = Some(found.from);
        Ok((self.hub, line, found))
    }
}

impl Finder {
    /// Works with one that was found. Control; blocks.
    pub fn with<T>(self, found: &Found, work: impl FnOnce(&mut PortLine) -> T) -> Result<(T, Self), Failure> {
        let Self { driver, wanted, .. } = &self;
        let (driver, wanted) = (*driver, wanted.clone());
        let (hub, mut line, _) = self.to(found.clone())?;
        let done = work(&mut line);
        Ok((done, Self { hub, inputs: line.input, driver, wanted }))
    }
}

/// Asks for the universal identity; returns the input that ours comes from.
fn ask(line: &mut PortLine, clock: &SystemClock, interrupt: &Interrupt) -> Option<InputId> {
    line.send(&Identity::REQUEST).ok()?;
    let end = clock.now().0 + PATIENCE.as_micros() as u64;
    while clock.now().0 < end && !interrupt.is_raised() {
        while let Some(arrived) = line.input.poll() {
            if let Message::SysEx(body) = arrived.message
                && Identity::parse(body.as_bytes()).is_some()
            {
                return Some(arrived.input);
            }
        }
        std::thread::sleep(LOOK);
    }
    None
}

impl Found {
    fn new(port: &PortInfo, input: &str, from: InputId, identity: Identity, holds: Capacities) -> Self {
        let [major, minor] = identity.firmware;
        Self {
            port: port.name.clone(),
            input: input.into(),
            board: identity.board_name().map_or_else(|| identity.board.to_string(), Into::into),
            firmware: format!("{major}.{minor}"),
            protocol: identity.protocol,
            wire: identity.wire,
            slots: holds.slots,
            active: holds.active,
            longest: holds.longest,
            free: holds.free,
            id: port.id.clone(),
            from,
        }
    }
}

fn device(error: ripieno_midi::MidiError) -> Failure {
    Failure::Device(error.to_string())
}

/// What a broken job means for the verb.
pub fn failed(broken: Broken) -> Failure {
    use ripieno_firmware::protocol::{ClientError, Code};
    match broken {
        Broken::Interrupted => Failure::Interrupted,
        Broken::Port(error) => Failure::Device(error),
        Broken::Client(error @ (ClientError::NoAnswer | ClientError::Controller(Code::Busy, _))) => {
            Failure::Device(error.to_string())
        }
        Broken::Client(error) => Failure::Session(error.to_string()),
    }
}
