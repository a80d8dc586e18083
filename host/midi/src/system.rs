//! The system's own MIDI, by midir: ALSA's sequencer, CoreMIDI, WinMM.

use crate::backend::{Backend, CLIENT, is_ours, is_through};
use crate::clock::{StampClock, now};
use crate::error::MidiError;
use crate::feed::Loan;
use crate::port::{Direction, PortInfo};
use midir::{ConnectError, ConnectErrorKind, MidiIO, MidiInput, MidiInputConnection};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// ALSA gives numbers from here on to programs; a device has a lower one.
const FIRST_PROGRAM: u32 = 128;

/// Looks for ports; each connection is a client of its own.
pub(crate) struct System {
    scanner: MidiInput,
}

impl System {
    pub fn open() -> Result<Self, MidiError> {
        quiet();
        Ok(Self { scanner: MidiInput::new(CLIENT).map_err(|_| MidiError::NoSequencer)? })
    }
}

impl Backend for System {
    type Link = MidiInputConnection<Loan>;

    fn inputs(&mut self) -> Result<Vec<PortInfo>, MidiError> {
        quiet();
        Ok(self
            .scanner
            .ports()
            .iter()
            .filter_map(|port| info(&self.scanner, port, port.id(), Direction::Input))
            .collect())
    }

    fn connect(&mut self, wanted: &PortInfo, loan: Loan) -> Result<Self::Link, MidiError> {
        let gone = || MidiError::Gone(wanted.name.clone());
        let port = self.scanner.find_port_by_id(&wanted.id).ok_or_else(gone)?;
        let client = MidiInput::new(CLIENT).map_err(|_| MidiError::NoSequencer)?;
        let mut clock = StampClock::default();
        let arrive = move |stamp: u64, bytes: &[u8], loan: &mut Loan| {
            let at = clock.map(now(), stamp);
            if let Some(feed) = loan.feed() {
                feed.take(at, bytes);
            }
        };
        attempt("connecting a MIDI input", &wanted.name, || client.connect(&port, "in", arrive, loan))
    }

    fn disconnect(&mut self, link: Self::Link) {
        let _ = catch_unwind(AssertUnwindSafe(|| link.close()));
    }
}

/// Connects. ALSA has few queues and midir panics when it gets none; that must not end the program.
pub(super) fn attempt<C, E>(
    what: &'static str,
    name: &str,
    connect: impl FnOnce() -> Result<C, ConnectError<E>>,
) -> Result<C, MidiError> {
    match catch_unwind(AssertUnwindSafe(connect)) {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) if error.kind() == ConnectErrorKind::InvalidPort => Err(MidiError::Gone(name.into())),
        Ok(Err(error)) => Err(MidiError::driver(what, error.kind())),
        Err(_) => Err(MidiError::driver(what, "the system has no more queues or handles")),
    }
}

/// What is known of a port; nothing if it is ours or has just gone.
pub(super) fn info<I: MidiIO>(client: &I, port: &I::Port, id: String, direction: Direction) -> Option<PortInfo> {
    let name = client.port_name(port).ok()?;
    let name = without_address(&name, &id).to_owned();
    if is_ours(&name) {
        return None;
    }
    let is_hardware = !is_through(&name) && is_device(&id);
    Some(PortInfo { name, id, direction, is_hardware })
}

/// Linux: the number of the client tells. Elsewhere programs' ports cannot be told from devices.
fn is_device(id: &str) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let client = id.split_once(':').and_then(|(client, _)| client.parse().ok());
    client.is_some_and(|client: u32| client < FIRST_PROGRAM)
}

/// On Linux midir ends a name with the address of the port, which changes from one plugging-in to the next.
fn without_address<'n>(name: &'n str, id: &str) -> &'n str {
    name.strip_suffix(id).map_or(name, str::trim_end)
}

/// Keeps ALSA's library from printing its troubles, on this thread; what it gathered until now is thrown away.
pub(super) fn quiet() {
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_part_of_a_name() {
        assert_eq!(without_address("Pad:Pad MIDI 1 20:0", "20:0"), "Pad:Pad MIDI 1");
        assert_eq!(without_address("Pad 20", "x"), "Pad 20");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn programs_are_no_devices() {
        assert!(is_device("20:0") && !is_device("128:0") && !is_device("x"));
    }
}
