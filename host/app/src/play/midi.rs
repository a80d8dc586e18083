//! The MIDI inputs of a performance, or the reason why there are none.

use crate::Failure;
use crate::cli::PlayOptions;
use crate::live::{Input, Inputs};
use ripieno_midi::{Driver, Event, Hub, InputStatus, Wanted};
use std::collections::HashMap;

/// Opens what the options ask for. Without inputs playing goes on, unless one was asked for by name or system.
pub fn open(options: &PlayOptions) -> Result<(Option<ripieno_midi::Inputs>, Inputs), Failure> {
    let Some(driver) = options.midi.driver() else { return Ok((None, Box::new(Vec::new))) };
    let wanted = match options.midi_in.as_slice() {
        [] => Wanted::Hardware,
        names => Wanted::Named(names.to_vec()),
    };
    match Hub::open(driver, wanted) {
        Ok((hub, inputs)) => {
            let mut troubles = HashMap::new();
            let told = move || {
                for event in hub.events() {
                    match event {
                        Event::Failed { name, error } => _ = troubles.insert(name, error.to_string()),
                        Event::Plugged { name, .. } => _ = troubles.remove(&name),
                        _ => {}
                    }
                }
                let told = |input: InputStatus| Input { trouble: troubles.get(&input.name).cloned(), ..input.into() };
                hub.status().into_iter().map(told).collect()
            };
            Ok((Some(inputs), Box::new(told)))
        }
        Err(error) if driver == Driver::Auto && options.midi_in.is_empty() => {
            let told = Input { name: "MIDI".into(), is_connected: false, trouble: Some(error.to_string()) };
            Ok((None, Box::new(move || vec![told.clone()])))
        }
        Err(error) => Err(Failure::Device(error.to_string())),
    }
}
