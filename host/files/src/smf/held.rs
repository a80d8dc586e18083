//! Which notes and pedals are down, so that a song that ends too early still ends.

use ripieno_types::midi::MidiWord;

/// The controllers of the pedals that hold notes: sustain and sostenuto.
const PEDALS: [u8; 2] = [64, 66];
/// The first value of a pedal that counts as down.
const DOWN: u8 = 64;
const CHANNELS: u8 = 16;

/// One bit a key and channel, and one a pedal.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    keys: [u128; CHANNELS as usize],
    pedals: [[bool; PEDALS.len()]; CHANNELS as usize],
}

impl Held {
    /// Follows one word; true if it starts a note.
    pub fn follow(&mut self, word: MidiWord) -> bool {
        let &[status, data, value] = word.as_bytes() else { return false };
        let channel = usize::from(status & 0x0F);
        let key = 1_u128 << (data & 0x7F);
        match (status & 0xF0, data) {
            (0x90, _) if value > 0 => {
                self.keys[channel] |= key;
                return true;
            }
            (0x80 | 0x90, _) => self.keys[channel] &= !key,
            // All sound off, all notes off.
            (0xB0, 120 | 123) => self.keys[channel] = 0,
            // Reset all controllers.
            (0xB0, 121) => self.pedals[channel] = Default::default(),
            (0xB0, _) => {
                if let Some(pedal) = PEDALS.iter().position(|pedal| *pedal == data) {
                    self.pedals[channel][pedal] = value >= DOWN;
                }
            }
            _ => {}
        }
        false
    }

    /// Gives out what lets everything go; returns how many notes were down.
    pub fn release(&self, mut each: impl FnMut(MidiWord)) -> u32 {
        let mut notes = 0;
        let mut give = |bytes: [u8; 3]| each(MidiWord::new(&bytes).expect("a status byte and two data bytes"));
        for (channel, (&keys, pedals)) in (0..CHANNELS).zip(self.keys.iter().zip(&self.pedals)) {
            for key in (0..128_u8).filter(|key| keys >> key & 1 == 1) {
                give([0x80 | channel, key, 64]);
                notes += 1;
            }
            for (pedal, _) in PEDALS.iter().zip(pedals).filter(|(_, down)| **down) {
                give([0xB0 | channel, *pedal, 0]);
            }
        }
        notes
    }
}
