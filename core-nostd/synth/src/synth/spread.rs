//! Messages of whole channels, and how an MPE zone's manager hands them on to its members.

use super::Synth;
use crate::Bank;
use crate::channel::{PERCUSSION_CHANNEL, cc};
use crate::mpe::{MANAGER_RANGE, MEMBER_RANGE, Zones};
use crate::sampler::PartPlayer;
use crate::shape::general;

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// A controller or mode message.
    pub(super) fn control_change(&mut self, channel: u8, controller: u8, value: u8) {
        if controller == cc::TIMBRE {
            self.zones.set_timbre(channel, value);
        }
        // What a manager's data entry sets for itself, each member has for itself too.
        let is_own = cc::is_data(controller) && self.channels[usize::from(channel & 15)].enters_own();
        let tuning = self.channels[usize::from(channel & 15)].tuning_program();
        let group = self.group(channel);
        for each in channels(if is_own { 1 << channel } else { group }) {
            let value = if controller == cc::TIMBRE { self.zones.timbre(each) } else { value };
            match controller {
                cc::RESET => self.zones.set_pressure(each, 0),
                cc::ALL_SOUND_OFF.. => self.forget_keys(each, controller),
                _ => {}
            }
            self.control(each, controller, value);
        }
        if cc::is_data(controller) {
            self.data_entered(channel);
            if self.channels[usize::from(channel & 15)].tuning_program() != tuning {
                self.retune(group);
            }
        }
        if controller == cc::RESET || cc::is_data(controller) {
            self.share(channel);
        }
    }

    /// A program change.
    pub(super) fn program_change(&mut self, channel: u8, program: u8) {
        for channel in channels(self.group(channel)) {
            self.channels[usize::from(channel & 15)].select(program, &self.bank, self.first_melodic);
        }
        self.share(channel);
    }

    /// Channel pressure.
    pub(super) fn pressure_change(&mut self, channel: u8, value: u8) {
        self.zones.set_pressure(channel, value);
        for channel in channels(self.group(channel)) {
            self.channels[usize::from(channel & 15)].press(self.zones.pressure(channel));
            self.touch(channel, |modulators| modulators.listens_to_general(general::CHANNEL_PRESSURE));
        }
    }

    /// Key pressure: of the channel's own key, in a zone as well.
    pub(super) fn key_pressure_change(&mut self, channel: u8, key: u8, value: u8) {
        self.player.press_key(channel, key, value);
        for (voice, layer) in self.voices.iter_mut().zip(&self.layers) {
            if let Some(voice) = voice
                && voice.channel == channel
                && voice.key == key
            {
                voice.sources.pressure = value;
                if layer.modulators.listens_to_general(general::KEY_PRESSURE) {
                    voice.touch();
                }
            }
        }
    }

    /// The pitch wheel.
    pub(super) fn bend_change(&mut self, channel: u8, value: u16) {
        self.channels[usize::from(channel & 15)].bend(value);
        self.touch(channel, |modulators| modulators.listens_to_general(general::WHEEL));
        if self.zones.members(channel) != 0 {
            self.share(channel);
        }
    }

    /// Tells a channel, and those that it manages, what it shares of tunings and bends.
    pub(super) fn share(&mut self, channel: u8) {
        for channel in channels(self.group(channel)) {
            let zone = self.zones.manager(channel).map_or(0.0, |manager| {
                let manager = &self.channels[usize::from(manager & 15)];
                manager.wheel() * manager.wheel_range_semitones() * 100.0
            });
            let state = &mut self.channels[usize::from(channel & 15)];
            if state.share_cents(self.master.cents(state.is_percussion()) + zone) {
                self.touch(channel, |_| true);
            }
        }
    }

    /// Goes over to other zones, as a manager's configuration has them: what its channels and those that come or go sound
    /// ends, and they begin anew.
    pub(super) fn rearrange(&mut self, zones: Zones, manager: u8) {
        let before = core::mem::replace(&mut self.zones, zones);
        for channel in channels(u16::MAX) {
            let (was, now) = (before.manager(channel), self.zones.manager(channel));
            if was == now && now != Some(manager) && channel != manager {
                continue;
            }
            self.forget_keys(channel, cc::ALL_SOUND_OFF);
            self.control(channel, cc::ALL_SOUND_OFF, 0);
            self.control(channel, cc::RESET, 0);
            self.zones.set_pressure(channel, 0);
            self.zones.set_timbre(channel, 64);
            let example = now.map(|manager| self.channels[usize::from(manager & 15)].clone());
            let state = &mut self.channels[usize::from(channel & 15)];
            state.set_wheel_range((if now.is_some() { MEMBER_RANGE } else { MANAGER_RANGE }, 0));
            match example {
                Some(example) => state.play_as(&example),
                // It left a zone, in which nobody plays percussion.
                None if was.is_some() => {
                    state.set_percussion(channel == PERCUSSION_CHANNEL);
                    state.select(state.program(), &self.bank, self.first_melodic);
                }
                None => {}
            }
            self.share(channel);
        }
    }

    /// A parameter that matters beyond its channel may have been set.
    fn data_entered(&mut self, channel: u8) {
        let state = &mut self.channels[usize::from(channel & 15)];
        let range = state.wheel_range();
        if let Some(members) = state.take_zone() {
            let mut zones = self.zones.clone();
            if zones.configure(channel, members) {
                self.rearrange(zones, channel);
            }
        } else if state.enters_wheel_range()
            && let Some(manager) = self.zones.manager(channel)
        {
            for member in channels(self.zones.members(manager)) {
                self.channels[usize::from(member & 15)].set_wheel_range(range);
                self.touch(member, |modulators| modulators.listens_to_general(general::WHEEL_RANGE));
            }
        }
    }

    /// A channel and those that it manages, one bit each.
    fn group(&self, channel: u8) -> u16 {
        1 << (channel & 15) | self.zones.members(channel)
    }
}

/// The channels of a set of bits.
pub(super) fn channels(bits: u16) -> impl Iterator<Item = u8> {
    (0..16_u8).filter(move |channel| bits >> channel & 1 == 1)
}
