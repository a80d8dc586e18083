//! Sending to the system's own MIDI, by midir.

use crate::backend::CLIENT;
use crate::error::MidiError;
use crate::output::Outlet;
use crate::port::{Direction, PortInfo};
use crate::system::{attempt, info, quiet};
use midir::{MidiOutput, MidiOutputConnection};

/// Looks for ports; the connection is a client of its own.
pub(crate) struct SystemOut {
    scanner: MidiOutput,
    connection: Option<MidiOutputConnection>,
}

impl SystemOut {
    pub fn open() -> Result<Self, MidiError> {
        quiet();
        let scanner = MidiOutput::new(CLIENT).map_err(|_| MidiError::NoSequencer)?;
        Ok(Self { scanner, connection: None })
    }
}

impl Outlet for SystemOut {
    fn outputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        quiet();
        let ports = self.scanner.ports();
        Ok(ports.iter().filter_map(|port| info(&self.scanner, port, port.id(), Direction::Output)).collect())
    }

    fn connect(&mut self, wanted: &PortInfo) -> Result<(), MidiError> {
        self.connection = None;
        let gone = || MidiError::Gone(wanted.name.clone());
        let port = self.scanner.find_port_by_id(&wanted.id).ok_or_else(gone)?;
        let client = MidiOutput::new(CLIENT).map_err(|_| MidiError::NoSequencer)?;
        let connection = attempt("connecting a MIDI output", &wanted.name, || client.connect(&port, "out"))?;
        self.connection = Some(connection);
        Ok(())
    }

    fn disconnect(&mut self) {
        self.connection = None;
    }

    fn send(&mut self, message: &[u8]) -> Result<(), MidiError> {
        let Some(connection) = &mut self.connection else { return Err(MidiError::Gone("the MIDI output".into())) };
        connection.send(message).map_err(|error| MidiError::driver("sending MIDI", error))
    }
}
