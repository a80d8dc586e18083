//! Controllers: what of a channel's voices and keys follows them.

use super::{Synth, obey};
use crate::channel::{Pedal, cc};
use crate::sampler::PartPlayer;
use crate::{Bank, Modulators, pedal};

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// Voices of a channel work their settings out anew, those that `is_meant` for.
    pub(super) fn touch(&mut self, channel: u8, is_meant: impl Fn(&Modulators) -> bool) {
        for &slot in self.order.iter().take(self.sounding) {
            let slot = usize::from(slot);
            if let (Some(Some(voice)), Some(layer)) = (self.voices.get_mut(slot), self.layers.get(slot))
                && voice.channel == channel
                && is_meant(&layer.modulators)
            {
                voice.touch();
            }
        }
    }

    /// A control change or channel mode message. Real-time.
    pub(super) fn control(&mut self, channel: u8, controller: u8, value: u8) {
        let (from, pending) = self.place();
        let fade = self.fade_frames;
        let voices = &mut self.voices;
        let obey = |decision| obey(voices, decision, from, pending, fade);
        match controller {
            cc::ALL_SOUND_OFF => {
                self.allocator.all_sound_off(channel, obey);
                self.with_player(|player, room| player.all_sound_off(room, channel));
            }
            cc::RESET => {
                let state = &mut self.channels[usize::from(channel & 15)];
                state.reset_controllers();
                state.begin_kit(self.bank.kit(), |controller| matches!(controller, cc::MODULATION | cc::EXPRESSION));
                self.allocator.sostenuto(channel, false, obey);
                self.damp(channel);
                self.voices
                    .iter_mut()
                    .flatten()
                    .filter(|voice| voice.channel == channel)
                    .for_each(|voice| voice.sources.pressure = 0);
                self.forget_offsets(channel);
                self.touch(channel, |_| true);
                self.with_player(|player, room| player.reset_controllers(room, channel));
            }
            cc::LOCAL => {}
            cc::ALL_NOTES_OFF.. => {
                self.allocator.all_notes_off(channel, obey);
                self.with_player(|player, room| player.all_notes_off(room, channel));
            }
            _ => {
                match self.channels[usize::from(channel & 15)].control(controller, value) {
                    Some(Pedal::Sustain) => self.damp(channel),
                    Some(Pedal::Sostenuto(is_down)) => self.allocator.sostenuto(channel, is_down, obey),
                    None => {}
                }
                // A data entry may have changed any registered parameter.
                let is_data = cc::is_data(controller);
                if is_data {
                    self.move_generators(channel);
                }
                self.touch(channel, |modulators| is_data || modulators.listens_to_controller(controller));
                self.with_player(|player, room| player.control(room, channel, controller, value));
            }
        }
    }

    /// The dampers follow a channel's sustain pedal.
    pub(super) fn damp(&mut self, channel: u8) {
        let (from, pending) = self.place();
        let damper = self.channels[usize::from(channel & 15)].damper(self.config.half_pedal);
        for voice in self.voices.iter_mut().flatten().filter(|voice| voice.channel == channel) {
            voice.damp(pending, damper);
        }
        let voices = &mut self.voices;
        let obey = |decision| obey(voices, decision, from, pending, 0.0);
        self.allocator.sustain(channel, damper >= pedal::DOWN, obey);
    }
}
