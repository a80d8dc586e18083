//! Which MIDI input is which controller of the studio, and watching them come and go.

use crate::studio::DeviceSpec;
use ripieno_midi::{Driver, Event, Hub, Inputs, MidiError, SLOTS, Wanted};
use ripieno_panel::DeviceId;
use ripieno_web::shape::{Device, MidiStatus};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often the hub is asked what has happened.
const LOOK: Duration = Duration::from_millis(50);

/// A MIDI input that is there or awaited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    /// Its slot; none if it was never there.
    pub slot: Option<usize>,
    /// Its name, or the one that was asked for.
    pub name: String,
    /// What tells it from others of its name.
    pub id: String,
    /// True while messages can come.
    pub is_connected: bool,
    /// Why it cannot be had, if that is known.
    pub trouble: Option<String>,
}

/// Tells of every change of the inputs, from a thread of its own. Dropping it lets go of all devices.
#[derive(Debug)]
pub struct Watch {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Opens the inputs; `tell` hears how they are at once, and again whenever something changes. Control; blocks.
    ///
    /// # Errors
    /// There is no such MIDI system.
    pub fn open(
        driver: Driver,
        wanted: Wanted,
        tell: impl Fn(Vec<Port>) + Send + 'static,
    ) -> Result<(Self, Inputs, Driver), MidiError> {
        let (hub, inputs) = Hub::open(driver, wanted)?;
        let driver = hub.driver();
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = is_over.clone();
        let run = move || {
            let mut troubles = HashMap::new();
            let mut known = None;
            while !ends.load(Ordering::Relaxed) {
                let ports = look(&hub, &mut troubles);
                if known.as_ref() != Some(&ports) {
                    tell(ports.clone());
                    known = Some(ports);
                }
                thread::sleep(LOOK);
            }
        };
        let thread = thread::Builder::new().name("ripieno-ports".into()).spawn(run);
        let thread =
            thread.map_err(|error| MidiError::Driver { what: "watching MIDI devices", cause: error.to_string() })?;
        Ok((Self { is_over, thread: Some(thread) }, inputs, driver))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn look(hub: &Hub, troubles: &mut HashMap<String, String>) -> Vec<Port> {
    for event in hub.events() {
        match event {
            Event::Failed { name, error } => _ = troubles.insert(name, error.to_string()),
            Event::Plugged { name, .. } => _ = troubles.remove(&name),
            _ => {}
        }
    }
    let port = |status: ripieno_midi::InputStatus| Port {
        slot: status.input.map(|input| usize::from(input.0)),
        trouble: troubles.get(&status.name).cloned(),
        name: status.name,
        id: status.id,
        is_connected: status.is_connected,
    };
    hub.status().into_iter().map(port).collect()
}

/// A port has a device's whole name, or its id.
fn is_exactly(port: &Port, device: &DeviceSpec) -> bool {
    let same = |text: &str| text.trim().to_lowercase() == device.name.trim().to_lowercase();
    same(&port.name) || same(&port.id)
}

/// A port has a device's name, or a part of it that was given.
fn fits(port: &Port, device: &DeviceSpec) -> bool {
    let part = device.name.trim().to_lowercase();
    is_exactly(port, device) || (!part.is_empty() && port.name.to_lowercase().contains(&part))
}

/// The studio's device of each port, by its place. A whole name or id is worth more than a part of the name; of several
/// devices that fit, each takes one port, in order, and the first takes those that are left.
pub fn devices_of(ports: &[Port], devices: &[DeviceSpec]) -> Vec<Option<usize>> {
    let mut found = vec![None; ports.len()];
    let mut is_taken = vec![false; devices.len()];
    for is_whole in [true, false] {
        let rule = if is_whole { is_exactly } else { fits };
        for (port, found) in ports.iter().zip(&mut found).filter(|(port, found)| port.is_connected && found.is_none()) {
            let place = (0..devices.len()).find(|n| !is_taken[*n] && rule(port, &devices[*n]));
            is_taken
                .iter_mut()
                .enumerate()
                .filter(|(n, _)| Some(*n) == place)
                .for_each(|(_, is_taken)| *is_taken = true);
            *found = place;
        }
    }
    for (port, found) in ports.iter().zip(&mut found).filter(|(port, found)| port.is_connected && found.is_none()) {
        *found = devices.iter().position(|device| fits(port, device));
    }
    found
}

/// The device in each slot of the engine's inputs.
pub fn slots(ports: &[Port], devices: &[DeviceSpec]) -> [DeviceId; SLOTS] {
    let mut slots = [DeviceId::UNKNOWN; SLOTS];
    for (port, device) in ports.iter().zip(devices_of(ports, devices)) {
        if let (Some(place), Some(n)) = (port.slot.and_then(|slot| slots.get_mut(slot)), device) {
            *place = u8::try_from(n).map_or(DeviceId::UNKNOWN, DeviceId);
        }
    }
    slots
}

/// How the inputs are, as it is served.
pub fn status(ports: &[Port], devices: &[DeviceSpec]) -> MidiStatus {
    let mut found = devices_of(ports, devices);
    // A port that is away and the device that it was are one.
    for (at, port) in ports.iter().enumerate().filter(|(_, port)| !port.is_connected) {
        found[at] = (0..devices.len()).find(|n| !found.contains(&Some(*n)) && fits(port, &devices[*n]));
    }
    let served = |port: &Port, device: Option<&DeviceSpec>| Device {
        id: device.map(|device| device.id.clone()),
        name: port.name.clone(),
        layout: device.and_then(|device| device.layout.clone()),
        connected: port.is_connected,
        trouble: port.trouble.clone(),
    };
    let mut list: Vec<Device> =
        ports.iter().zip(&found).map(|(port, device)| served(port, device.map(|n| &devices[n]))).collect();
    let absent = (0..devices.len()).filter(|n| !found.contains(&Some(*n))).map(|n| &devices[n]);
    list.extend(absent.map(|device| Device {
        id: Some(device.id.clone()),
        name: device.name.clone(),
        layout: device.layout.clone(),
        connected: false,
        trouble: None,
    }));
    MidiStatus {
        connected: ports.iter().any(|port| port.is_connected),
        port_name: ports.iter().find(|port| port.is_connected).map(|port| port.name.clone()),
        device_name: devices.first().map(|device| device.name.clone()),
        devices: list,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(slot: usize, name: &str) -> Port {
        Port { slot: Some(slot), name: name.into(), id: format!("{slot}:0"), is_connected: true, trouble: None }
    }

    fn device(id: &str, name: &str) -> DeviceSpec {
        DeviceSpec { id: id.into(), name: name.into(), layout: None, lights: false }
    }

    #[test]
    fn ports_find_their_devices() {
        let check = |ports: &[&str], devices: &[&str], expected: &[Option<usize>]| {
            let ports: Vec<_> = ports.iter().enumerate().map(|(n, name)| port(n, name)).collect();
            let devices: Vec<_> = devices.iter().map(|name| device(name, name)).collect();
            assert_eq!(devices_of(&ports, &devices), expected, "{ports:?} {devices:?}");
        };
        check(&["Akai MPK mini"], &["mpk"], &[Some(0)]);
        check(&["Other"], &["mpk", ""], &[None]);
        check(&["MPK 2", "MPK"], &["mpk"], &[Some(0), Some(0)]);
        check(&["MPK 2", "mpk"], &["MPK", "MPK 2"], &[Some(1), Some(0)]);
        check(&["APC", "APC"], &["apc", "apc"], &[Some(0), Some(1)]);
        check(&["APC", "APC"], &["1:0", "apc"], &[Some(1), Some(0)]);
    }

    #[test]
    fn what_is_away_is_served_and_takes_no_slot() {
        let away = Port { is_connected: false, ..port(3, "MPK") };
        let ports = [away, port(5, "nanoKONTROL")];
        let devices = [device("keys", "mpk"), device("mix", "nanokontrol")];
        let slots = slots(&ports, &devices);
        assert_eq!((slots[3], slots[5]), (DeviceId::UNKNOWN, DeviceId(1)));
        let status = status(&ports, &devices);
        assert!(status.connected);
        assert_eq!((status.port_name.as_deref(), status.device_name.as_deref()), (Some("nanoKONTROL"), Some("mpk")));
        let list: Vec<_> = status.devices.iter().map(|device| (device.id.as_deref(), device.connected)).collect();
        assert_eq!(list, [(Some("keys"), false), (Some("mix"), true)], "one row each");
        let apart = [device("pads", "other"), device("mix", "nanokontrol")];
        let list: Vec<_> = super::status(&ports, &apart).devices.into_iter().map(|device| device.id).collect();
        assert_eq!(list, [None, Some("mix".into()), Some("pads".into())], "what does not fit has rows of its own");
    }
}
