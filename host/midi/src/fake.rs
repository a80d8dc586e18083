//! A MIDI system for tests: ports come and go at a word, and bytes are sent by hand.

use crate::backend::{Backend, LinkState};
use crate::error::MidiError;
use crate::feed::Loan;
use crate::output::Outlet;
use crate::port::{Direction, PortInfo};
use ripieno_ports::Micros;
use std::cell::RefCell;
use std::rc::Rc;

/// What the test and the backend share.
#[derive(Default)]
pub(crate) struct World {
    pub ports: Vec<PortInfo>,
    /// Connections: port and loan.
    pub lines: Vec<(PortInfo, Loan)>,
    /// True while the system is gone.
    pub is_down: bool,
    /// Identifiers of ports that refuse to be connected.
    pub refusing: Vec<String>,
    /// Loans that the driver does not give back yet.
    pub kept: Option<Vec<Loan>>,
    /// Ports that went away and came back unseen.
    pub stale: Vec<String>,
    pub sent: Vec<(String, Vec<u8>)>,
}

#[derive(Clone, Default)]
pub(crate) struct Fake {
    pub world: Rc<RefCell<World>>,
    outlet: Option<String>,
}

pub(crate) fn device(name: &str, id: &str) -> PortInfo {
    PortInfo { name: name.into(), id: id.into(), direction: Direction::Input, is_hardware: true }
}

impl Fake {
    pub fn set(&self, ports: &[PortInfo]) {
        self.world.borrow_mut().ports = ports.to_vec();
    }

    /// Sends bytes through the connection of a port; false if it has none.
    pub fn play(&self, id: &str, at: u64, bytes: &[u8]) -> bool {
        let mut world = self.world.borrow_mut();
        let line = world.lines.iter_mut().find(|(port, _)| port.id == id);
        line.and_then(|(_, loan)| loan.feed()).map(|feed| feed.take(Micros(at), bytes)).is_some()
    }
}

impl Backend for Fake {
    type Link = String;

    fn inputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        let world = self.world.borrow();
        if world.is_down { Err(MidiError::NoServer) } else { Ok(world.ports.clone()) }
    }

    fn connect(&mut self, port: &PortInfo, loan: Loan) -> Result<String, MidiError> {
        let mut world = self.world.borrow_mut();
        if world.refusing.contains(&port.id) {
            return Err(MidiError::driver("connecting", "refused"));
        }
        world.stale.retain(|id| *id != port.id);
        world.lines.push((port.clone(), loan));
        Ok(port.id.clone())
    }

    fn state(&self, link: &String) -> LinkState {
        if self.world.borrow().stale.contains(link) { LinkState::Stale } else { LinkState::Linked }
    }

    fn disconnect(&mut self, link: String) {
        let mut world = self.world.borrow_mut();
        let place = world.lines.iter().position(|(port, _)| port.id == link).expect("the link was made");
        let (_, loan) = world.lines.remove(place);
        match &mut world.kept {
            Some(kept) => kept.push(loan),
            None => drop(loan),
        }
    }
}

impl Outlet for Fake {
    fn outputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        self.inputs()
    }

    fn connect(&mut self, port: &PortInfo) -> Result<(), MidiError> {
        self.outlet = Some(port.id.clone());
        Ok(())
    }

    fn disconnect(&mut self) {
        self.outlet = None;
    }

    fn send(&mut self, message: &[u8]) -> Result<(), MidiError> {
        let id = self.outlet.clone().expect("nothing is sent to nobody");
        self.world.borrow_mut().sent.push((id, message.to_vec()));
        Ok(())
    }
}
