//! What ports there are, without binding any.

use crate::error::MidiError;
use crate::hub::Driver;
use crate::port::PortInfo;
use crate::{system, system_out};

/// Every port of devices and other programs, inputs and outputs; those of [`Driver::Auto`] are JACK's if a server answers.
/// Control; may block.
///
/// # Errors
/// No such MIDI system here: the error says why.
pub fn ports(driver: Driver) -> Result<Vec<PortInfo>, MidiError> {
    match driver {
        Driver::Jack => jack(),
        Driver::System => system(),
        Driver::Auto => jack().or_else(|jack| {
            system().map_err(|system| MidiError::Nothing { jack: Box::new(jack), system: Box::new(system) })
        }),
    }
}

#[cfg(feature = "jack")]
use crate::jack::all_ports as jack;

#[cfg(not(feature = "jack"))]
fn jack() -> Result<Vec<PortInfo>, MidiError> {
    Err(MidiError::NotBuilt)
}

/// On a thread of its own, as the silence that ALSA's library is asked for lasts as long as the thread.
fn system() -> Result<Vec<PortInfo>, MidiError> {
    let look = || {
        use crate::backend::Backend;
        use crate::output::Outlet;
        let mut ports = system::System::open()?.inputs()?;
        ports.extend(system_out::SystemOut::open()?.outputs()?);
        Ok(ports)
    };
    let looked = std::thread::scope(|scope| scope.spawn(look).join());
    looked.unwrap_or_else(|_| Err(MidiError::driver("listing MIDI ports", "the driver panicked")))
}
