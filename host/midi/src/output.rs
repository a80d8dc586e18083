//! A MIDI output that is found by its name, and found again.

use crate::clock::now;
use crate::error::MidiError;
use crate::hub::{Driver, SCAN_INTERVAL};
#[cfg(feature = "jack")]
use crate::jack::JackOut;
use crate::port::{PortInfo, find};
use crate::system_out::SystemOut;
use ripieno_ports::{Micros, MidiOut};

/// What an output asks of a MIDI system.
pub(crate) trait Outlet {
    /// The ports there are now; looks for the system anew if it was gone.
    fn outputs(&mut self) -> Result<Vec<PortInfo>, MidiError>;

    /// Connects to a port, and lets go of the one before.
    fn connect(&mut self, port: &PortInfo) -> Result<(), MidiError>;

    /// Lets go of the port.
    fn disconnect(&mut self);

    /// Sends to the port.
    fn send(&mut self, message: &[u8]) -> Result<(), MidiError>;
}

/// One MIDI output, bound by name. While its device is away, sending fails with
/// [`FaultKind::Gone`](ripieno_ports::FaultKind::Gone); once the device is back, sending works again. Control.
#[derive(Debug)]
pub struct Output {
    link: Link<Wire>,
}

impl Output {
    /// Binds the output that `name` means: the whole name or identifier, else a part that only one name contains.
    /// Control; may block.
    ///
    /// # Errors
    /// No such MIDI system, or no such output, or several.
    pub fn open(driver: Driver, name: &str) -> Result<Self, MidiError> {
        let system = || SystemOut::open().map(Wire::System);
        let wire = match driver {
            Driver::Jack => jack(),
            Driver::System => system(),
            Driver::Auto => jack().or_else(|jack| {
                system().map_err(|system| MidiError::Nothing { jack: Box::new(jack), system: Box::new(system) })
            }),
        };
        Ok(Self { link: Link::open(wire?, name, now())? })
    }

    /// The port that it is bound to, or was last. Any.
    pub fn port(&self) -> &PortInfo {
        &self.link.port
    }
}

#[cfg(feature = "jack")]
fn jack() -> Result<Wire, MidiError> {
    JackOut::open().map(Wire::Jack)
}

#[cfg(not(feature = "jack"))]
fn jack() -> Result<Wire, MidiError> {
    Err(MidiError::NotBuilt)
}

/// The system that was chosen.
enum Wire {
    #[cfg(feature = "jack")]
    Jack(JackOut),
    System(SystemOut),
}

impl Wire {
    fn outlet(&mut self) -> &mut dyn Outlet {
        match self {
            #[cfg(feature = "jack")]
            Self::Jack(outlet) => outlet,
            Self::System(outlet) => outlet,
        }
    }
}

impl Outlet for Wire {
    fn outputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        self.outlet().outputs()
    }

    fn connect(&mut self, port: &PortInfo) -> Result<(), MidiError> {
        self.outlet().connect(port)
    }

    fn disconnect(&mut self) {
        self.outlet().disconnect();
    }

    fn send(&mut self, message: &[u8]) -> Result<(), MidiError> {
        self.outlet().send(message)
    }
}

impl MidiOut for Output {
    type Error = MidiError;

    fn send(&mut self, message: &[u8]) -> Result<(), MidiError> {
        self.link.send(message, now())
    }
}

/// The logic of an output, for any system and time.
struct Link<O> {
    outlet: O,
    name: String,
    port: PortInfo,
    is_connected: bool,
    /// When it was last looked whether the port is there.
    looked: Micros,
}

impl<O: Outlet> Link<O> {
    fn open(mut outlet: O, name: &str, now: Micros) -> Result<Self, MidiError> {
        let port = choose(&outlet.outputs()?, name)?;
        outlet.connect(&port)?;
        Ok(Self { outlet, name: name.into(), port, is_connected: true, looked: now })
    }

    fn send(&mut self, message: &[u8], now: Micros) -> Result<(), MidiError> {
        check(message)?;
        // ALSA takes messages for a port that has gone, and nobody gets them: so it is looked for.
        if now.0.saturating_sub(self.looked.0) >= SCAN_INTERVAL.as_micros() as u64 {
            self.looked = now;
            self.look()?;
        }
        if !self.is_connected {
            return Err(MidiError::Gone(self.port.name.clone()));
        }
        self.outlet.send(message)
    }

    fn look(&mut self) -> Result<(), MidiError> {
        let ports = self.outlet.outputs().inspect_err(|_| self.is_connected = false)?;
        if self.is_connected && ports.iter().any(|port| port.is_same(&self.port)) {
            return Ok(());
        }
        self.outlet.disconnect();
        self.is_connected = false;
        // The same port if it is back, else what the name means now.
        let back = ports.iter().find(|port| port.is_same(&self.port)).cloned();
        let Some(port) = back.or_else(|| choose(&ports, &self.name).ok()) else { return Ok(()) };
        self.outlet.connect(&port)?;
        self.port = port;
        self.is_connected = true;
        Ok(())
    }
}

impl<O> std::fmt::Debug for Link<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("port", &self.port).field("is_connected", &self.is_connected).finish()
    }
}

fn choose(ports: &[PortInfo], name: &str) -> Result<PortInfo, MidiError> {
    match find(ports, name, |_| false) {
        // Of several devices of one name, the first.
        Ok(places) => Ok(ports[places[0]].clone()),
        Err(near) if near.is_empty() => {
            let near = ports.iter().map(|port| port.name.clone()).collect();
            Err(MidiError::NotFound { direction: "output", name: name.into(), near })
        }
        Err(near) => Err(MidiError::Ambiguous { name: name.into(), near }),
    }
}

/// The longest message that is sent, in bytes.
pub(crate) const LONGEST: usize = 4096;

/// Refuses what is not one whole message.
fn check(message: &[u8]) -> Result<(), MidiError> {
    let is_whole = match message {
        [0xF0, body @ .., 0xF7] => body.iter().all(|byte| *byte < 0x80),
        _ => ripieno_types::midi::MidiWord::new(message).is_ok(),
    };
    if is_whole && message.len() <= LONGEST {
        return Ok(());
    }
    Err(MidiError::Message { length: message.len(), max: LONGEST })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, device};
    use ripieno_ports::{Fault, FaultKind};

    #[test]
    fn a_message_must_be_whole() {
        for good in [&[0x90, 60, 1][..], &[0xC0, 1], &[0xF8], &[0xF0, 1, 2, 0xF7], &[0xF0, 0xF7]] {
            assert_eq!(check(good), Ok(()), "{good:x?}");
        }
        let long = [&[0xF0][..], &[0; LONGEST], &[0xF7]].concat();
        for bad in [&[][..], &[60, 1], &[0x90, 60], &[0x90, 60, 200], &[0xF0, 1], &[0xF0, 0x90, 0xF7], &long] {
            assert_eq!(check(bad), Err(MidiError::Message { length: bad.len(), max: LONGEST }));
        }
    }

    #[test]
    fn an_output_is_found_again() {
        let fake = Fake::default();
        assert!(matches!(Link::open(fake.clone(), "synth", Micros(0)), Err(MidiError::NotFound { .. })));
        fake.set(&[device("Synth A", "20:0"), device("Lamp", "24:0")]);
        let mut link = Link::open(fake.clone(), "synth", Micros(0)).expect("it is there");
        let look = 250_000;
        assert_eq!(link.send(&[0xF8], Micros(1)), Ok(()));
        fake.set(&[device("Lamp", "24:0")]);
        assert_eq!(link.send(&[0xF8], Micros(look)).map_err(|error| error.kind()), Err(FaultKind::Gone));
        // Not looked for at every message.
        fake.set(&[device("Lamp", "24:0"), device("Synth A", "40:0")]);
        assert!(link.send(&[0xF8], Micros(look + 1)).is_err());
        assert_eq!(link.send(&[0xFA], Micros(2 * look)), Ok(()));
        fake.world.borrow_mut().is_down = true;
        assert_eq!(link.send(&[0xF8], Micros(3 * look)), Err(MidiError::NoServer));
        fake.world.borrow_mut().is_down = false;
        assert_eq!(link.send(&[0xFC], Micros(4 * look)), Ok(()));
        let sent = fake.world.borrow().sent.clone();
        assert_eq!(sent, [("20:0".into(), vec![0xF8]), ("40:0".into(), vec![0xFA]), ("40:0".into(), vec![0xFC])]);
    }
}
