//! Notes of channels that play one at a time: the last key sounds, slurred where the instrument allows it.

use super::Synth;
use crate::channel::{Key, Lift, cc};
use crate::sampler::PartPlayer;
use crate::{Bank, NoteId};

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// A key goes down.
    pub(super) fn strike(&mut self, channel: u8, key: u8, velocity: u8) {
        if self.channels[usize::from(channel & 15)].is_mono() {
            let keys = &mut self.channels[usize::from(channel & 15)].keys;
            let before = keys.top();
            keys.press(Key { key, velocity });
            match before {
                Some(before) => self.go_over(channel, before.key, Key { key, velocity }),
                None => {
                    self.fade_sustained(channel);
                    self.sound_alone(channel, Key { key, velocity });
                }
            }
        } else {
            self.sound(channel, key, velocity);
        }
        self.channels[usize::from(channel & 15)].struck(key);
    }

    /// A key goes up.
    pub(super) fn lift(&mut self, channel: u8, key: u8, velocity: u8) {
        let keys = &mut self.channels[usize::from(channel & 15)].keys;
        let sounding = keys.sounding();
        match keys.lift(key) {
            Lift::Unknown => self.silence(channel, key, velocity),
            Lift::Unheard => {}
            Lift::Last => self.silence(channel, sounding, velocity),
            Lift::Back(before) => {
                self.go_over(channel, key, before);
                self.channels[usize::from(channel & 15)].struck(before.key);
            }
        }
    }

    /// A mode message (controllers 120 to 127 but 121): those that silence keys or let go of them leave none down.
    pub(super) fn forget_keys(&mut self, channel: u8, controller: u8) {
        let channel = &mut self.channels[usize::from(channel & 15)];
        match controller {
            cc::LOCAL => return,
            cc::MONO => channel.set_mono(true),
            cc::POLY => channel.set_mono(false),
            _ => {}
        }
        channel.keys.clear();
    }

    /// The note that sounds as `from` goes on as another key: slurred, else struck anew.
    fn go_over(&mut self, channel: u8, from: u8, to: Key) {
        if from != to.key && self.slur(channel, from, to) {
            return;
        }
        let before = self.channels[usize::from(channel & 15)].keys.sounding();
        self.sound_alone(channel, to);
        // A key that is struck again has ended its own note already.
        if before != to.key {
            self.silence(channel, before, 0);
        }
    }

    fn sound_alone(&mut self, channel: u8, key: Key) {
        self.sound(channel, key.key, key.velocity);
        self.channels[usize::from(channel & 15)].keys.begin(key.key);
    }

    fn sound(&mut self, channel: u8, key: u8, velocity: u8) {
        if self.bank.kit().is_some() {
            self.with_player(|player, room| player.note_on(room, channel, key, velocity));
        } else {
            self.note_on(channel, key, velocity);
        }
    }

    fn silence(&mut self, channel: u8, key: u8, velocity: u8) {
        let (from, pending) = self.place();
        let id = NoteId { channel, key };
        let voices = &mut self.voices;
        self.allocator.release(id, |decision| super::obey(voices, decision, from, pending, 0.0));
        self.with_player(|player, room| player.note_off(room, channel, key, velocity));
    }

    /// Moves the voices of a sounding key to another key, if that one plays the very same regions; kits have rules of
    /// their own for notes that overlap.
    fn slur(&mut self, channel: u8, from: u8, to: Key) -> bool {
        let state = &self.channels[usize::from(channel & 15)];
        let (Some(preset), None) = (state.preset(), self.bank.kit()) else { return false };
        let mut count = 0;
        for &slot in self.order.iter().take(self.sounding) {
            if let Some(Some(voice)) = self.voices.get(usize::from(slot))
                && voice.channel == channel
                && voice.key == from
                && !voice.is_ending()
                && let Some(place) = self.starting.get_mut(count)
            {
                *place = slot;
                count += 1;
            }
        }
        let slots = self.starting.get(..count).unwrap_or(&[]);
        let (mut met, mut alike, offsets) = (0, 0, &self.offsets);
        self.bank.regions(preset, to.key, to.velocity, |region| {
            let layer = slots.get(met).and_then(|slot| self.layers.get(usize::from(*slot)));
            met += 1;
            let mut generators = region.generators.clone();
            offsets.apply(channel, &mut generators);
            alike +=
                usize::from(layer.is_some_and(|layer| layer.wave == region.wave && layer.generators == generators));
        });
        if count == 0 || met != count || alike != count {
            return false;
        }
        let is_gliding = state.portamento_source(to.key).is_some();
        let key_cents = state.key_cents(to.key, &self.tunings);
        for slot in slots {
            let slot = usize::from(*slot);
            if let (Some(Some(voice)), Some(layer)) = (self.voices.get_mut(slot), self.layers.get(slot)) {
                voice.slur(layer, to.key, key_cents, |way| {
                    if is_gliding { state.glide_over(way, self.around.rate) } else { Default::default() }
                });
            }
        }
        true
    }

    /// What a pedal still holds makes way for a new note.
    fn fade_sustained(&mut self, channel: u8) {
        let mut is_meant = [false; VOICES];
        for ((slot, is_meant), voice) in (0..).zip(&mut is_meant).zip(&self.voices) {
            *is_meant = voice.as_ref().is_some_and(|voice| voice.channel == channel) && self.allocator.is_held(slot);
        }
        if !is_meant.contains(&true) {
            return;
        }
        let (from, pending) = self.place();
        let (fade, voices) = (self.fade_frames, &mut self.voices);
        let is_meant = |slot| is_meant.get(usize::from(slot)).copied().unwrap_or(false);
        self.allocator.fade(is_meant, |decision| super::obey(voices, decision, from, pending, fade));
    }
}
