//! The player of kits: which parts an event starts, and what keys and pedals do to those that sound.

use super::aim::Cue;
use super::choose::{Moment, Turns};
use super::groups::Newcomer;
use super::keys::{Keys, Pedals};
use super::kit::Kit;
use super::mix::{ToneMixer, ToneSpan};
use super::part::{Part, Trigger};
use super::player::{PartPlayer, PlayerStats, Room};
use super::slots::{Slots, Start};
use super::voice::{Place, SamplerVoice};
use crate::channel::Channel;
use crate::{Bank, SynthConfig};

/// Plays kits with up to `VOICES` voices, and as many stolen ones that fade.
#[derive(Debug)]
pub struct Sampler<const VOICES: usize> {
    slots: Slots<VOICES>,
    mixer: ToneMixer,
    keys: [Keys; 16],
    turns: Turns,
    /// Counts what may start parts; never 0.
    event: u32,
    choice: Choice<VOICES>,
}

/// Parts that an event starts; of too many the last ones are left out.
#[derive(Debug)]
struct Choice<const VOICES: usize> {
    parts: [u32; VOICES],
    count: usize,
}

impl<const VOICES: usize> Choice<VOICES> {
    fn add(&mut self, part: u32) {
        if let Some(place) = self.parts.get_mut(self.count) {
            *place = part;
            self.count += 1;
        }
    }
}

impl<B> Room<'_, B> {
    pub(super) fn place(&self) -> Place {
        Place { from: self.from, pending: self.pending, fade_frames: self.fade_frames }
    }

    pub(super) fn channel(&self, channel: u8) -> &Channel {
        &self.channels[usize::from(channel & 15)]
    }
}

/// The key of what a controller starts.
const CONTROL_KEY: u8 = 60;

/// A number 0..1, another one for each event.
fn chance(event: u32) -> f32 {
    let mut bits = event.wrapping_mul(0x9E37_79B9);
    for (shift, factor) in [(16, 0x85EB_CA6B), (13, 0xC2B2_AE35)] {
        bits = (bits ^ bits >> shift).wrapping_mul(factor);
    }
    ((bits ^ bits >> 16) >> 8) as f32 * (1.0 / 16_777_216.0)
}

impl<const VOICES: usize> Sampler<VOICES> {
    fn keys(&mut self, channel: u8) -> &mut Keys {
        &mut self.keys[usize::from(channel & 15)]
    }

    fn next_event(&mut self) -> u32 {
        self.event = self.event.wrapping_add(1).max(1);
        self.choice.count = 0;
        self.event
    }

    /// Starts the chosen parts.
    fn start<B: Bank>(&mut self, room: &Room<'_, B>, kit: Kit<'_>, cue: Cue) {
        let parts = self.choice.parts.get(..self.choice.count).unwrap_or(&[]);
        if parts.is_empty() {
            return;
        }
        let place = room.place();
        for part in parts.iter().filter_map(|&number| kit.parts.at(number)) {
            Newcomer { part: &part, cue: &cue, event: self.event }.make_room(&mut self.slots, &place);
        }
        let struck = self.keys[usize::from(cue.channel & 15)].struck(cue.key);
        self.slots.start(room, &Start { kit, cue, struck, parts, event: self.event });
        self.rank(room);
    }

    fn rank<B: Bank>(&mut self, room: &Room<'_, B>) {
        let keys = &self.keys;
        let is_continuous = room.config.half_pedal;
        self.slots.rank(|voice| voice.is_kept(&keys[usize::from(voice.cue.channel & 15)].pedals, is_continuous));
    }

    /// Voices of a channel follow its keys and pedals, as far as they are meant.
    fn settle<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, is_meant: impl Fn(&SamplerVoice) -> bool) {
        let pedals = &self.keys[usize::from(channel & 15)].pedals;
        let place = room.place();
        self.slots.each(|_, voice| {
            if voice.cue.channel == channel && is_meant(voice) {
                voice.settle(pedals, room.config.half_pedal, &place);
            }
        });
        self.rank(room);
    }

    /// The parts of a key's release that are `due`.
    fn start_releases<B: Bank>(
        &mut self,
        room: &Room<'_, B>,
        [channel, key, velocity]: [u8; 3],
        due: impl Fn(&Part) -> bool,
    ) {
        let Some(kit) = room.banks[0].kit() else { return };
        let event = self.next_event();
        let keys = &self.keys[usize::from(channel & 15)];
        let struck = keys.struck(key);
        let frames = (room.frame as u32).wrapping_sub(struck.frame);
        let cue = Cue {
            trigger: Trigger::Release,
            channel,
            key,
            velocity: struck.velocity,
            release_velocity: velocity,
            random: chance(event),
            is_alternate: keys.is_alternate(),
            previous_key: keys.previous.unwrap_or(key),
            age_secs: frames as f32 / room.around.rate,
            others_down: keys.is_any_down(),
            serial: event,
        };
        let is_of_key = |voice: &SamplerVoice| voice.cue.channel == channel && voice.cue.key == key;
        let sounds = self.slots.iter().any(|voice| is_of_key(voice) && voice.cue.is_by_note());
        let moment = Moment { cue, channel: room.channel(channel), keys, previous: keys.previous };
        for (number, part) in kit.parts_of_key(key) {
            let starts = is_release(&part)
                && (sounds || part.has(Part::RELEASES_DEAD))
                && due(&part)
                && self.turns.has(&part)
                && moment.admits(&kit, &part);
            if starts {
                self.choice.add(number);
            }
        }
        self.start(room, kit, cue);
    }

    /// The parts that a controller starts on its way from one value to another.
    fn start_by_control<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, controller: u8, [from, to]: [u8; 2]) {
        let Some(kit) = room.banks[0].kit() else { return };
        if kit.by_control.is_empty() {
            return;
        }
        let event = self.next_event();
        let keys = &self.keys[usize::from(channel & 15)];
        let cue = Cue {
            trigger: Trigger::Control,
            channel,
            key: CONTROL_KEY,
            velocity: 127,
            release_velocity: 0,
            random: chance(event),
            is_alternate: keys.is_alternate(),
            previous_key: keys.previous.unwrap_or(CONTROL_KEY),
            age_secs: 0.0,
            others_down: keys.is_any_down(),
            serial: event,
        };
        let moment = Moment { cue, channel: room.channel(channel), keys, previous: keys.previous };
        for (number, part) in kit.parts_of_controls() {
            let is_in = |value: u8| {
                let value = f32::from(value) * (1.0 / 127.0);
                let mut starters = kit.ranges.run(part.starters);
                starters.any(|range| range.control == u16::from(controller) && range.contains(value))
            };
            if !is_in(from) && is_in(to) && self.turns.advance(&part, event) && moment.admits(&kit, &part) {
                self.choice.add(number);
            }
        }
        self.start(room, kit, cue);
    }

    /// A controller moved; parts sound for it only if they `may_start`.
    fn move_control<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, controller: u8, value: u8, may_start: bool) {
        let keys = self.keys(channel);
        let before = keys.pedals;
        if keys.control(controller, value) {
            self.slots.each(|_, voice| {
                if voice.cue.channel == channel && voice.part.sostenuto_control == controller {
                    voice.is_caught = voice.is_down && voice.part.has(Part::CATCHABLE);
                }
            });
        }
        self.settle(room, channel, |voice| {
            voice.part.sustain_control == controller || voice.part.sostenuto_control == controller
        });
        self.let_releases_go(room, channel, &before, may_start);
        if may_start {
            self.start_by_control(room, channel, controller, [before.value(controller), value]);
        }
    }

    /// Pedals have moved from where they were `before`: what they held back of releases sounds now, if it `may_start`.
    fn let_releases_go<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, before: &Pedals, may_start: bool) {
        let Some(kit) = room.banks[0].kit() else { return };
        for key in self.keys(channel).waiting() {
            let now = self.keys(channel).pedals;
            if may_start {
                self.start_releases(room, [channel, key, 0], |part| {
                    is_held_back(before, part, key) && !is_held_back(&now, part, key)
                });
            }
            let waits = kit.parts_of_key(key).any(|(_, part)| is_held_back(&now, &part, key));
            self.keys(channel).set_waiting(key, waits);
        }
    }
}

fn is_release(part: &Part) -> bool {
    matches!(Trigger::from_number(part.trigger), Trigger::Release | Trigger::ReleaseKey)
}

/// True if the part belongs to a key's release and a pedal holds it back.
fn is_held_back(pedals: &Pedals, part: &Part, key: u8) -> bool {
    part.trigger == Trigger::Release as u8 && pedals.hold_back(part, key)
}

impl<const VOICES: usize> PartPlayer for Sampler<VOICES> {
    fn new(config: &SynthConfig) -> Self {
        let keys = Keys::new();
        Self {
            slots: Slots::new(config.strategy, config.polyphony),
            mixer: ToneMixer::SILENT,
            keys: core::array::from_fn(|_| keys.clone()),
            turns: Turns::new(),
            event: 0,
            choice: Choice { parts: [0; VOICES], count: 0 },
        }
    }

    fn note_on<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, key: u8, velocity: u8) {
        let Some(kit) = room.banks[0].kit() else { return };
        let event = self.next_event();
        let is_switch = kit.switches.iter().any(|switch| switch == key);
        let before = self.keys(channel).press(key, velocity, room.frame as u32, is_switch);
        let keys = &self.keys[usize::from(channel & 15)];
        let cue = Cue {
            trigger: Trigger::Attack,
            channel,
            key,
            velocity,
            release_velocity: 0,
            random: chance(event),
            is_alternate: keys.is_alternate(),
            previous_key: before.key.unwrap_or(key),
            age_secs: 0.0,
            others_down: before.others_down,
            serial: event,
        };
        let moment = Moment { cue, channel: room.channel(channel), keys, previous: before.key };
        for (number, part) in kit.parts_of_key(key) {
            let has_turn = self.turns.advance(&part, event);
            let starts = match Trigger::from_number(part.trigger) {
                Trigger::Attack => true,
                Trigger::First => !before.others_down,
                Trigger::Legato => before.others_down,
                Trigger::Release | Trigger::ReleaseKey | Trigger::Control => false,
            };
            if starts && has_turn && moment.admits(&kit, &part) {
                self.choice.add(number);
            }
        }
        self.start(room, kit, cue);
    }

    fn note_off<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, key: u8, velocity: u8) {
        if !self.keys(channel).lift(key) {
            return;
        }
        let pedals = self.keys(channel).pedals;
        // The releases are chosen while what they belong to still sounds.
        self.start_releases(room, [channel, key, velocity], |part| !is_held_back(&pedals, part, key));
        if let Some(kit) = room.banks[0].kit() {
            let waits = kit.parts_of_key(key).any(|(_, part)| is_held_back(&pedals, &part, key));
            self.keys(channel).set_waiting(key, waits);
        }
        self.slots.each(|_, voice| {
            if voice.cue.channel == channel && voice.cue.key == key {
                voice.is_down = false;
            }
        });
        self.settle(room, channel, |voice| voice.cue.key == key);
    }

    fn press_key(&mut self, channel: u8, key: u8, value: u8) {
        self.keys(channel).press_harder(key, value);
        self.slots.each(|_, voice| {
            if voice.cue.channel == channel && voice.cue.key == key {
                voice.press(value);
            }
        });
    }

    fn control<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, controller: u8, value: u8) {
        self.move_control(room, channel, controller, value, true);
    }

    fn retune<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8) {
        self.slots.each(|_, voice| {
            if voice.cue.channel == channel {
                voice.retune(room.key_cents(channel, voice.cue.key));
            }
        });
    }

    fn all_notes_off<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8) {
        for key in 0..128 {
            if self.keys(channel).is_down(key) {
                self.note_off(room, channel, key, 0);
            }
        }
    }

    fn all_sound_off<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8) {
        self.keys(channel).forget_waiting();
        self.slots.fade(&room.place(), |voice| voice.cue.channel == channel);
    }

    fn reset_controllers<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8) {
        for key in 0..128 {
            self.keys(channel).press_harder(key, 0);
        }
        self.slots.each(|_, voice| {
            if voice.cue.channel == channel {
                voice.press(0);
            }
        });
        for controller in 0..120 {
            let value = room.channel(channel).controller(controller);
            if self.keys(channel).pedals.value(controller) != value {
                self.move_control(room, channel, controller, value, false);
            }
        }
    }

    fn set_polyphony<B: Bank>(&mut self, room: &Room<'_, B>, polyphony: usize) {
        self.slots.set_polyphony(&room.place(), polyphony);
    }

    fn steer<B: Bank>(&mut self, room: &Room<'_, B>) {
        self.slots.steer(room);
    }

    fn add<B: Bank>(&mut self, room: &Room<'_, B>, buses: [&mut [f32]; 4]) {
        // The gain that the synth was set up with, and the master volume on top of it.
        let config = SynthConfig { gain: room.around.gain * 32_768.0, ..*room.config };
        let span = ToneSpan::new(&config, room.fade_frames, room.from);
        let waves = [&room.banks[0].waves(), &room.banks[1].waves()];
        let late = self.mixer.play(&mut self.slots, waves, &span, buses);
        self.slots.stats.late_reads += u64::from(late);
    }

    fn bank_swapped<B: Bank>(&mut self, room: &Room<'_, B>) {
        self.slots.tones_mut().for_each(|tone| tone.is_of_old_bank = true);
        self.turns = Turns::new();
        for (keys, channel) in self.keys.iter_mut().zip(room.channels) {
            keys.begin_bank(channel);
        }
    }

    fn plays_old_bank(&self) -> bool {
        self.slots.tones().any(|tone| tone.is_of_old_bank)
    }

    fn fade_old_bank<B: Bank>(&mut self, room: &Room<'_, B>) {
        self.slots.fade(&room.place(), |voice| voice.tone.is_of_old_bank);
    }

    fn active_voices(&self) -> usize {
        self.slots.sounding()
    }

    fn is_silent(&self) -> bool {
        self.slots.is_silent()
    }

    fn stats(&self) -> PlayerStats {
        self.slots.stats
    }
}
