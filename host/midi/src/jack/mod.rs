//! MIDI over JACK, by the `jack` crate: one client, a port of ours for each bound device, and one that is open to all.

mod client;
mod member;
mod notices;
mod output;
mod process;

use crate::backend::{Backend, LinkState, is_ours, is_through};
use crate::error::MidiError;
use crate::feed::Loan;
use crate::hub::Wake;
use crate::inputs::SLOTS;
use crate::port::{Direction, PortInfo};
use client::{JackResult, Running};
use jack::{Client, MidiIn, Port, PortFlags, Unowned};
pub(crate) use output::JackOut;
use process::{Line, Order};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

/// The type of MIDI ports, as a pattern.
const MIDI: &str = "8 bit raw midi";

/// The port that others connect to.
const DOOR: &str = "midi_in";

/// How long the process callback may take to hand a port back. It runs once a period; a server that hangs never runs it.
const PATIENCE: Duration = Duration::from_millis(200);

/// A client that is opened anew when the server comes back.
pub(crate) struct Jack {
    wake: Sender<Wake>,
    running: Option<Running>,
    slots: [Slot; SLOTS],
    /// True from the server's end until the hub was told of it, even if the server is back by then.
    is_lost: bool,
}

/// Both ends of a connection.
#[derive(Default)]
struct Slot {
    own: Option<Port<Unowned>>,
    /// None for the door.
    source: Option<Port<Unowned>>,
    is_stale: bool,
}

impl Jack {
    pub fn open(wake: Sender<Wake>) -> Result<Self, MidiError> {
        let running = Some(Running::open(wake.clone())?);
        Ok(Self { wake, running, slots: Default::default(), is_lost: false })
    }

    fn running(&mut self) -> Result<&mut Running, MidiError> {
        if self.running.as_ref().is_some_and(Running::is_dead) {
            self.bury();
        }
        self.running.as_mut().ok_or_else(|| MidiError::Gone("the JACK server".into()))
    }

    /// With the client everything it held is dropped.
    fn bury(&mut self) {
        self.running = None;
        self.slots = Default::default();
        self.is_lost = true;
    }

    /// Follows what others did to ports and connections since the last look.
    fn follow_graph(&mut self) {
        let Some(running) = &mut self.running else { return };
        running.settle();
        for change in running.changes() {
            let named = |id| running.client().port_by_id(id);
            match change {
                notices::Change::Disconnected(ids) => {
                    let ends = ids.map(named);
                    for (place, slot) in self.slots.iter().enumerate() {
                        if slot.own.is_some() && ends.contains(&slot.own) {
                            running.order(Order::LetGo(place as u8));
                        }
                    }
                }
                notices::Change::Unregistered(id) => {
                    let gone = named(id);
                    for slot in self.slots.iter_mut().filter(|slot| slot.source.is_some() && slot.source == gone) {
                        slot.is_stale = true;
                    }
                }
            }
        }
    }

    fn slot(&mut self, slot: u8) -> &mut Slot {
        &mut self.slots[usize::from(slot)]
    }
}

impl Backend for Jack {
    /// The slot.
    type Link = u8;

    fn inputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        let is_alive = self.running().is_ok();
        if std::mem::take(&mut self.is_lost) {
            return Err(MidiError::Gone("the JACK server".into()));
        }
        if !is_alive {
            self.running = Some(Running::open(self.wake.clone())?);
        }
        self.follow_graph();
        Ok(ports(self.running()?.client(), Direction::Input))
    }

    fn door(&self) -> Option<PortInfo> {
        let client = self.running.as_ref()?.client();
        let (name, direction) = (format!("{}:{DOOR}", client.name()), Direction::Input);
        Some(PortInfo { id: name.clone(), name, direction, is_hardware: false })
    }

    fn connect(&mut self, port: &PortInfo, loan: Loan) -> Result<u8, MidiError> {
        let door = self.door();
        let is_door = door.as_ref().is_some_and(|door| door.is_same(port));
        let slot = loan.id().0;
        let name = if is_door { DOOR.to_owned() } else { format!("{DOOR}_{}", slot + 1) };
        let running = self.running()?;
        let own = running.client().register_port(&name, MidiIn::default());
        let own = own.or_fail("registering a JACK port")?;
        let ours = own.clone_unowned();
        let own_name = own.name().or_fail("naming a JACK port")?;
        let source = if is_door { None } else { running.client().port_by_name(&port.id) };
        if !is_door && source.is_none() {
            let _ = running.client().unregister_port(own);
            return Err(MidiError::Gone(port.name.clone()));
        }
        running.order(Order::Take(Line { port: own, loan }));
        *self.slot(slot) = Slot { own: Some(ours), source, is_stale: false };
        if !is_door {
            let connected = self.running()?.client().connect_ports_by_name(&port.id, &own_name);
            if let Err(error) = connected {
                self.disconnect(slot);
                return Err(MidiError::driver("connecting JACK ports", error));
            }
        }
        Ok(slot)
    }

    fn state(&self, slot: &u8) -> LinkState {
        let slot = &self.slots[usize::from(*slot)];
        let connections = slot.own.as_ref().and_then(|own| own.connected_count().ok()).unwrap_or(0);
        match connections {
            _ if slot.is_stale => LinkState::Stale,
            0 => LinkState::Unlinked,
            _ => LinkState::Linked,
        }
    }

    fn disconnect(&mut self, slot: u8) {
        *self.slot(slot) = Slot::default();
        let Ok(running) = self.running() else { return };
        running.order(Order::Give(slot));
        let start = Instant::now();
        while running.settle() == 0 && !running.is_dead() && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The MIDI ports of others.
pub(crate) fn ports(client: &Client, direction: Direction) -> Vec<PortInfo> {
    let flag = if direction == Direction::Input { PortFlags::IS_OUTPUT } else { PortFlags::IS_INPUT };
    let physical = client.ports(None, Some(MIDI), flag | PortFlags::IS_PHYSICAL);
    let ids = client.ports(None, Some(MIDI), flag).into_iter().filter(|id| !is_ours(id));
    ids.map(|id| {
        // The server numbers the ports of devices; what the device calls itself is an alias.
        let alias = client.port_by_name(&id).and_then(|port| port.aliases().ok()?.into_iter().next());
        let name = alias.unwrap_or_else(|| id.clone());
        let is_hardware = physical.contains(&id) && !is_through(&id) && !is_through(&name);
        PortInfo { name, id, direction, is_hardware }
    })
    .collect()
}

/// The ports of a server that may run, by a client of its own.
pub(crate) fn all_ports() -> Result<Vec<PortInfo>, MidiError> {
    let client = client::open()?;
    Ok([Direction::Input, Direction::Output].into_iter().flat_map(|direction| ports(&client, direction)).collect())
}
