//! Which input is which device of the panels, and what each holds, so that a device that is renamed leaves no note behind.

use ripieno_midi::SLOTS;
use ripieno_panel::DeviceId;
use ripieno_ports::{Arrived, InputId, Message};
use ripieno_rig::Input;
use ripieno_types::Command;
use ripieno_types::midi::{Held, MidiWord};

/// The devices by their slot.
#[derive(Debug)]
pub struct Slots {
    devices: [DeviceId; SLOTS],
    held: [Held; SLOTS],
}

impl Default for Slots {
    fn default() -> Self {
        Self { devices: [DeviceId::UNKNOWN; SLOTS], held: [Held::new(); SLOTS] }
    }
}

impl Slots {
    /// A message as its device sent it. Real-time.
    pub fn name(&mut self, arrived: &Arrived) -> Input {
        let InputId(slot) = arrived.input;
        let device = self.devices.get(usize::from(slot)).copied().unwrap_or(DeviceId::UNKNOWN);
        match arrived.message {
            Message::Word(word) => {
                if let Some(held) = self.held.get_mut(usize::from(slot)) {
                    held.follow(word);
                }
                Input::Midi { device, word }
            }
            Message::SysEx(body) => Input::SysEx { device, body },
            Message::Part(part) => Input::Direct(Command::SysEx(part)),
        }
    }

    /// Names the slots anew; gives out what lets go of the keys that a slot holds under another name. Real-time.
    pub fn rename(&mut self, devices: [DeviceId; SLOTS], mut each: impl FnMut(DeviceId, MidiWord)) {
        for ((old, new), held) in self.devices.iter_mut().zip(devices).zip(&mut self.held) {
            if *old != new {
                held.lift(|word| each(*old, word));
                held.clear();
                *old = new;
            }
        }
    }
}
