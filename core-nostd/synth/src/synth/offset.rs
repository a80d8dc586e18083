//! What data entry does to the generators of notes, those that sound among them.

use super::Synth;
use crate::channel::Kind;
use crate::{Bank, Generators};

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// Sees to what the channel's last data entry did to a generator.
    pub(super) fn move_generators(&mut self, channel: u8) {
        let Some(change) = self.channels[usize::from(channel & 15)].take_change() else { return };
        let added = self.offsets.added(channel, change.generator);
        if !self.offsets.remember(channel, change) {
            self.stats.ignored_messages += 1;
            return;
        }
        let generator = change.generator;
        match change.kind {
            Kind::Next => {}
            Kind::Live => self.reset_layers(channel, |generators| {
                generators.set_raw(generator as u8, change.amount.wrapping_add(added));
            }),
            Kind::Offset => self.reset_layers(channel, |generators| {
                let moved = generators.amount(generator).wrapping_sub(added).wrapping_add(change.amount);
                generators.set_raw(generator as u8, moved);
            }),
        }
    }

    /// Generators are what the file says again; notes that sound lose what was added.
    pub(super) fn forget_offsets(&mut self, channel: u8) {
        let offsets = self.offsets.clone();
        if self.offsets.forget(channel) {
            self.reset_layers(channel, |generators| offsets.take_back(channel, generators));
        }
    }

    fn reset_layers(&mut self, channel: u8, reset: impl Fn(&mut Generators)) {
        for (voice, layer) in self.voices.iter_mut().zip(&mut self.layers) {
            if let Some(voice) = voice
                && voice.channel == channel
            {
                reset(&mut layer.generators);
                voice.touch();
            }
        }
    }
}
