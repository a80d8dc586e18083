//! The session's part in panels: it hands set-ups over, hears what the audio side says of them, and passes that on.

use super::{Devices, Session};
use crate::live::order::Order;
use crate::live::panels::{Outcome, master};
use crate::panels::{HostMapper, HostSetup};
use ripieno_panel::Output;
use ripieno_ports::MidiIn;
use ripieno_types::Command;

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    pub(super) fn panels(&mut self, setup: Box<HostSetup>) {
        if !std::mem::replace(&mut self.has_panels, true) {
            // The first set-up comes as all others do: with what it says when it takes the place of another.
            self.order(Order::Mapper(Box::new(HostMapper::new(HostSetup::new()))));
        }
        self.order(Order::Panels(setup));
    }

    /// Hears what there is, keeps account of it and passes it on.
    pub(super) fn listen(&mut self) {
        while let Some(outcome) = self.outcomes.pop() {
            if let Outcome::Output(output) = &outcome {
                if let Some(gain) = master(output) {
                    self.settings.master = gain;
                }
                if let Output::Rig(command) = output {
                    self.note(*command);
                }
            }
            self.listeners.retain_mut(|listener| listener(outcome));
        }
    }

    /// Keeps account of what a command sets.
    pub(super) fn note(&mut self, command: Command) {
        match command {
            Command::Parameter { id, value } if !value.is_nan() => {
                if let Some(place) = self.values.get_mut(usize::from(id.0)) {
                    *place = value.clamp(0.0, 1.0);
                }
            }
            Command::Bypass { effect, bypassed } => {
                if let Some(place) = self.bypassed.get_mut(usize::from(effect.0)) {
                    *place = bypassed;
                }
            }
            _ => {}
        }
    }
}
