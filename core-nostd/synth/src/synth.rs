//! The synth: MIDI words in, stereo frames out, any number a call.

mod controls;
mod exclusive;
mod handover;
mod mono;
mod offset;
mod spread;

use crate::channel::{Channel, cc, first_melodic};
use crate::lanes::CONTROL_FRAMES;
use crate::mixer::Mixer;
use crate::mpe::Zones;
use crate::offsets::Offsets;
use crate::sampler::{PartPlayer, Room};
use crate::stage::{Players, Span};
use crate::sysex::Reader;
use crate::tuning::Tunings;
use crate::voice::{Sound, Source, Strike, Surroundings, Voice};
use crate::{Bank, Decision, Generator, Interpolation, NoteId, PresetIndex, Region, Side, SynthConfig, VoiceAllocator};
use exclusive::Master;
use ripieno_types::Block;
use ripieno_types::midi::{MidiMessage, MidiWord};

/// How long a voice that must go takes to fade, in seconds.
const FADE_SECS: f32 = 0.005;

/// What the synth has counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SynthStats {
    /// Voices that gave way to others.
    pub steals: u64,
    /// Most voices at once.
    pub voices_peak: usize,
    /// Notes that did not sound: no preset, no voice, or more stolen voices fading than there is room for.
    pub dropped_notes: u64,
    /// Modulators of regions that found no place in [`crate::Modulators`], once a voice.
    pub dropped_modulators: u64,
    /// Messages that a synth has no use for (system messages), or no room (more generators moved by data entry than it can
    /// remember).
    pub ignored_messages: u64,
    /// Tunings for which there was no room: all tables are in use.
    pub dropped_tunings: u64,
    /// Control periods in which a voice was silent because its frames had not arrived from where they lie.
    pub late_reads: u64,
}

/// Two mono buses that effects hang on: every voice's sound times its chorus and reverb send.
#[derive(Debug)]
pub struct SendBuses<'a> {
    chorus: &'a mut [f32],
    reverb: &'a mut [f32],
}

impl<'a> SendBuses<'a> {
    /// Borrows two buses.
    ///
    /// # Panics
    /// When they differ in length: that is a bug of the caller, caught at the door.
    pub fn new(chorus: &'a mut [f32], reverb: &'a mut [f32]) -> Self {
        assert_eq!(chorus.len(), reverb.len(), "send buses must have one length");
        Self { chorus, reverb }
    }
}

/// A synthesizer of `VOICES` voices over a bank.
///
/// ```
/// use ripieno_synth::{Builtin, Synth, SynthConfig};
/// use ripieno_types::{Block, SampleRate, midi::MidiWord};
///
/// let mut synth = Synth::<_, 8>::new(Builtin::default(), SynthConfig::new(SampleRate::CD));
/// synth.midi(MidiWord::new(&[0x90, 69, 100]).unwrap());
/// let (mut left, mut right) = ([0.0; 441], [0.0; 441]);
/// synth.render(Block::new(&mut left, &mut right), None);
/// assert!(left.iter().any(|x| x.abs() > 0.01));
/// assert_eq!(synth.active_voices(), 1);
/// ```
#[derive(Debug)]
pub struct Synth<B: Bank, const VOICES: usize> {
    bank: B,
    /// Of the bank.
    first_melodic: PresetIndex,
    /// The bank before, until it is fetched; what still sounds from it says so.
    old_bank: Option<B>,
    config: SynthConfig,
    around: Surroundings,
    fade_frames: f32,
    allocator: VoiceAllocator<VOICES>,
    channels: [Channel; 16],
    tunings: Tunings,
    zones: Zones,
    master: Master,
    reader: Reader,
    offsets: Offsets,
    voices: [Option<Voice>; VOICES],
    /// What each voice plays; left over where there is none.
    layers: [Region; VOICES],
    /// Sounding slots in the order they began.
    order: [u16; VOICES],
    sounding: usize,
    /// Stolen voices, fading.
    ghosts: [Option<Sound>; VOICES],
    fading: usize,
    /// The first layer of the note that begins, so that most notes need the bank only once.
    first: Region,
    /// Slots of the note that begins.
    starting: [u16; VOICES],
    frame: u64,
    serial: u32,
    stats: SynthStats,
    mixer: Mixer<VOICES>,
    /// Plays the bank's kit, if it has one.
    player: B::Player<VOICES>,
}

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// A silent synth; every channel plays program 0. Control: large for many voices, so put it where it stays.
    pub fn new(bank: B, config: SynthConfig) -> Self {
        let config = SynthConfig { polyphony: config.polyphony.clamp(1, VOICES), ..config };
        let rate = config.rate.as_f32();
        let first_melodic = first_melodic(&bank);
        let channels = core::array::from_fn(|n| {
            exclusive::channel(n as u8, config.bank_style, config.mpe, |channel| {
                channel.select(0, &bank, first_melodic);
                channel.begin_kit(bank.kit(), |_| true);
            })
        });
        Self {
            bank,
            first_melodic,
            old_bank: None,
            config,
            around: Surroundings {
                rate,
                gain: gain(config.gain),
                keeps_filter: config.interpolation == Interpolation::Hq,
                profile: config.profile,
                half_pedal: config.half_pedal,
            },
            fade_frames: FADE_SECS * rate,
            allocator: VoiceAllocator::with_polyphony(config.strategy, config.polyphony),
            channels,
            tunings: Tunings::new(),
            zones: Zones::new(config.mpe),
            master: Master::DEFAULT,
            reader: Reader::new(),
            offsets: Offsets::NONE,
            voices: [const { None }; VOICES],
            layers: [const { Region::EMPTY }; VOICES],
            order: [0; VOICES],
            sounding: 0,
            ghosts: [const { None }; VOICES],
            fading: 0,
            first: Region::EMPTY,
            starting: [0; VOICES],
            frame: 0,
            serial: 0,
            stats: SynthStats::default(),
            mixer: Mixer::<VOICES>::SILENT,
            player: PartPlayer::new(&config),
        }
    }

    /// The bank that the next note plays. Any.
    pub fn bank(&self) -> &B {
        &self.bank
    }

    /// How it was set up. Any.
    pub fn config(&self) -> &SynthConfig {
        &self.config
    }

    /// Voices that sound, stolen ones that still fade not counted. Real-time.
    pub fn active_voices(&self) -> usize {
        self.sounding + self.player.active_voices()
    }

    /// True when nothing sounds: a render would write zeros. Real-time.
    pub fn is_silent(&self) -> bool {
        self.regions_are_silent() && self.player.is_silent()
    }

    fn regions_are_silent(&self) -> bool {
        self.sounding == 0 && self.fading == 0
    }

    /// What has been counted so far. Real-time.
    pub fn stats(&self) -> SynthStats {
        let player = self.player.stats();
        SynthStats {
            steals: self.stats.steals + player.steals,
            voices_peak: self.stats.voices_peak.max(player.voices_peak),
            dropped_notes: self.stats.dropped_notes + player.dropped_notes,
            late_reads: player.late_reads,
            ..self.stats
        }
    }

    /// Obeys a message before the next frame. Notes begin on that very frame; controllers move what sounds within the
    /// next [`CONTROL_FRAMES`]. Real-time.
    pub fn midi(&mut self, word: MidiWord) {
        match word.message() {
            MidiMessage::NoteOn(channel, key, velocity) => {
                self.strike(channel.index(), u8::from(key), u8::from(velocity));
            }
            MidiMessage::NoteOff(channel, key, velocity) => {
                self.lift(channel.index(), u8::from(key), u8::from(velocity));
            }
            MidiMessage::PolyphonicKeyPressure(channel, key, value) => {
                self.key_pressure_change(channel.index(), u8::from(key), u8::from(value));
            }
            MidiMessage::ControlChange(channel, controller, value) => {
                self.control_change(channel.index(), u8::from(controller), u8::from(value));
            }
            MidiMessage::ProgramChange(channel, program) => self.program_change(channel.index(), u8::from(program)),
            MidiMessage::ChannelPressure(channel, value) => self.pressure_change(channel.index(), u8::from(value)),
            MidiMessage::PitchBendChange(channel, value) => self.bend_change(channel.index(), u16::from(value)),
            _ => self.stats.ignored_messages += 1,
        }
    }

    /// Fades everything within milliseconds, lifts every pedal and centres every bend. Real-time.
    pub fn panic(&mut self) {
        for channel in 0..16 {
            self.control_change(channel, cc::ALL_SOUND_OFF, 0);
            self.control_change(channel, cc::RESET, 0);
        }
    }

    /// Overwrites the block with the next frames, as many as it holds, and the buses with the sends of the same frames;
    /// buses of another length are filled as far as both reach. Real-time.
    pub fn render(&mut self, mut block: Block<'_>, sends: Option<SendBuses<'_>>) {
        let with_sends = sends.is_some();
        let (mut chorus, mut reverb): (&mut [f32], &mut [f32]) = match sends {
            Some(SendBuses { chorus, reverb }) => (chorus, reverb),
            None => (&mut [], &mut []),
        };
        while !block.is_empty() {
            let from = (self.frame % CONTROL_FRAMES as u64) as usize;
            if from == 0 {
                self.steer();
            }
            let count = (CONTROL_FRAMES - from).min(block.frames());
            let mut part = block.split_front(count);
            let split = count.min(chorus.len()).min(reverb.len());
            let (chorus_part, chorus_rest) = chorus.split_at_mut(split);
            let (reverb_part, reverb_rest) = reverb.split_at_mut(split);
            (chorus, reverb) = (chorus_rest, reverb_rest);
            if self.is_silent() {
                part.clear();
                chorus_part.fill(0.0);
                reverb_part.fill(0.0);
            } else {
                let [left, right] = part.channels();
                self.sum(from, count, with_sends, [left, right, chorus_part, reverb_part]);
                if !self.player.is_silent() {
                    let [left, right] = part.channels();
                    self.with_player(|player, room| player.add(room, [left, right, chorus_part, reverb_part]));
                }
            }
            self.frame += count as u64;
        }
    }

    /// Lets the kit's player do something.
    #[inline]
    fn with_player<T>(&mut self, act: impl FnOnce(&mut B::Player<VOICES>, &Room<'_, B>) -> T) -> T {
        let (from, pending) = self.place();
        let room = Room {
            banks: [&self.bank, self.old_bank.as_ref().unwrap_or(&self.bank)],
            channels: &self.channels,
            tunings: &self.tunings,
            around: &self.around,
            config: &self.config,
            frame: self.frame,
            from,
            pending,
            fade_frames: self.fade_frames,
        };
        act(&mut self.player, &room)
    }

    /// Where the next frame lies in its control period, and how far ahead of it the voices are steered.
    fn place(&self) -> (usize, f32) {
        let from = (self.frame % CONTROL_FRAMES as u64) as usize;
        (from, if from == 0 { 0.0 } else { (CONTROL_FRAMES - from) as f32 })
    }

    fn note_on(&mut self, channel: u8, key: u8, velocity: u8) {
        let number = usize::from(channel & 15);
        let (mut layers, mut class) = (0, 0);
        if let Some(preset) = self.channels[number].preset() {
            self.bank.regions(preset, key, velocity, |region| {
                layers += 1;
                class = class.max(region.generators.amount(Generator::ExclusiveClass));
                if layers == 1 {
                    self.first.copy_from(region);
                }
            });
        }
        // Voices may have to be stolen; a stolen one must have a place to fade in.
        let polyphony = self.config.polyphony;
        let needed = layers.min(polyphony).saturating_sub(polyphony.saturating_sub(self.sounding));
        if layers == 0 || needed > VOICES - self.fading {
            self.stats.dropped_notes += 1;
            return;
        }
        let started = self.allocate(NoteId { channel, key }, class.clamp(0, 127) as u8, layers);
        if started == 0 {
            self.stats.dropped_notes += 1;
            return;
        }
        let state = &self.channels[number];
        let key_cents = state.key_cents(key, &self.tunings);
        let glide = state.glide(key, &self.tunings, self.around.rate);
        self.begin(Strike { channel, key, velocity, serial: self.serial, key_cents, glide }, started);
    }

    /// Gives the note its slots: [`Synth::starting`]. Returns how many.
    fn allocate(&mut self, id: NoteId, class: u8, layers: usize) -> usize {
        self.serial = self.serial.wrapping_add(1);
        let (from, pending) = self.place();
        let fade = self.fade_frames;
        let mut stolen_slots = 0;
        let started = self.allocator.start(id, class, layers, |decision| match decision {
            Decision::Start { slot, layer, stolen } => {
                if let Some(place) = self.starting.get_mut(usize::from(layer)) {
                    *place = slot;
                }
                let old = self.voices.get_mut(usize::from(slot)).and_then(Option::take);
                if let Some(old) = old.filter(|_| stolen) {
                    stolen_slots += 1;
                    let mut sound = old.sound;
                    sound.fade(from, fade);
                    if let Some(place) = self.ghosts.iter_mut().find(|ghost| ghost.is_none()) {
                        *place = Some(sound);
                        self.fading += 1;
                    }
                }
            }
            decision => obey(&mut self.voices, decision, from, pending, fade),
        });
        self.stats.steals += stolen_slots;
        if stolen_slots > 0 {
            // The emptied slots leave the order; they come back at its end.
            self.compact();
        }
        started
    }

    /// Puts voices for the note's regions into its slots.
    fn begin(&mut self, strike: Strike, started: usize) {
        let (from, _) = self.place();
        let number = usize::from(strike.channel & 15);
        let channel = &self.channels[number];
        let Some(preset) = channel.preset() else { return };
        let slots = self.starting.get(..started).unwrap_or(&[]);
        let mut open = slots.iter().map(|&slot| usize::from(slot));
        let mut put = |region: &Region| {
            let Some(slot) = open.next() else { return };
            if let (Some(voice), Some(layer)) = (self.voices.get_mut(slot), self.layers.get_mut(slot)) {
                layer.copy_from(region);
                self.offsets.apply(strike.channel, &mut layer.generators);
                *voice = Some(Voice::new(layer, strike, channel, &self.around));
                self.stats.dropped_modulators += u64::from(region.modulators.dropped());
            }
        };
        if started == 1 {
            put(&self.first);
        } else {
            self.bank.regions(preset, strike.key, strike.velocity, put);
        }
        for &slot in slots {
            if let Some(place) = self.order.get_mut(self.sounding) {
                *place = slot;
                self.sounding += 1;
            }
            if let Some(leader) = leader(&self.voices, slots, slot)
                && let Ok([Some(follower), Some(leader_voice)]) =
                    self.voices.get_disjoint_mut([usize::from(slot), usize::from(leader)])
            {
                follower.tune_like(leader_voice, leader);
            }
        }
        self.stats.voices_peak = self.stats.voices_peak.max(self.sounding);
        if from > 0 {
            for &slot in slots {
                let number = usize::from(slot);
                if let (Some(Some(voice)), Some(layer)) = (self.voices.get_mut(number), self.layers.get(number)) {
                    voice.steer(from, layer, channel, &self.around);
                    self.allocator.set_level(slot, voice.level());
                }
            }
            follow(&mut self.voices, slots);
        }
    }

    /// The look at envelopes, oscillators and controllers that every control period begins with.
    fn steer(&mut self) {
        let mut has_ended = false;
        for &slot in self.order.iter().take(self.sounding) {
            let number = usize::from(slot);
            let (Some(place), Some(layer)) = (self.voices.get_mut(number), self.layers.get(number)) else { continue };
            let goes_on = match place {
                Some(voice) => {
                    let channel = &self.channels[usize::from(voice.channel & 15)];
                    let goes_on = voice.steer(0, layer, channel, &self.around);
                    self.allocator.set_level(slot, voice.level());
                    goes_on
                }
                None => false,
            };
            if !goes_on {
                has_ended = true;
                *place = None;
                self.allocator.finished(slot);
            }
        }
        if has_ended {
            self.compact();
        }
        follow(&mut self.voices, self.order.get(..self.sounding).unwrap_or(&[]));
        if !self.player.is_silent() {
            self.with_player(|player, room| player.steer(room));
        }
        if self.fading > 0 {
            for ghost in &mut self.ghosts {
                if let Some(sound) = ghost {
                    sound.drift();
                    if sound.has_faded() {
                        *ghost = None;
                        self.fading -= 1;
                    }
                }
            }
        }
    }

    /// Takes empty slots out of the order.
    fn compact(&mut self) {
        let mut kept = 0;
        for n in 0..self.sounding.min(VOICES) {
            let slot = self.order[n];
            if let Some(place) = self.order.get_mut(kept) {
                *place = slot;
            }
            kept += usize::from(self.voices.get(usize::from(slot)).is_some_and(Option::is_some));
        }
        self.sounding = kept;
    }

    /// Sums frames `from..from + count` of every voice into left, right, chorus and reverb.
    fn sum(&mut self, from: usize, count: usize, with_sends: bool, buses: [&mut [f32]; 4]) {
        let pool = self.bank.pool();
        let mut players = Players {
            voices: &mut self.voices,
            order: self.order.get(..self.sounding).unwrap_or(&[]),
            ghosts: if self.fading > 0 { &mut self.ghosts } else { &mut [] },
        };
        let span = Span {
            pools: [pool, self.old_bank.as_ref().map_or(pool, Bank::pool)],
            interpolation: self.config.interpolation,
            fade_frames: self.fade_frames,
            from,
            count,
            with_sends,
        };
        self.mixer.play(&mut players, &span);
        self.mixer.collect(&span, buses);
    }
}

/// Master gain from the 16-bit scale; a gain that is no positive number is silence.
fn gain(linear: f32) -> f32 {
    const FULL_SCALE: f32 = 32_768.0;
    if linear > 0.0 { linear.min(1e3) / FULL_SCALE } else { 0.0 }
}

/// Carries out what the allocator decided about a sounding slot.
fn obey(voices: &mut [Option<Voice>], decision: Decision, from: usize, pending: f32, fade: f32) {
    let (Decision::Start { slot, .. } | Decision::Fade { slot } | Decision::Release { slot }) = decision;
    let Some(Some(voice)) = voices.get_mut(usize::from(slot)) else { return };
    match decision {
        Decision::Release { .. } => voice.release(from, pending),
        Decision::Fade { .. } => voice.sound.fade(from, fade),
        Decision::Start { .. } => {}
    }
}

/// The right half of a stereo pair whose left half plays in `slot`, among the slots of one note.
fn leader(voices: &[Option<Voice>], slots: &[u16], slot: u16) -> Option<u16> {
    let sample = |slot: u16| match voices.get(usize::from(slot))?.as_ref()?.sound.source {
        Source::Sample(cursor) => Some(cursor.sample),
        Source::Direct(_) => None,
    };
    let left = sample(slot).filter(|sample| sample.side == Side::Left)?;
    slots.iter().copied().find(|&slot| {
        sample(slot)
            .is_some_and(|right| right.side == Side::Right && right.index == left.link && right.link == left.index)
    })
}

/// Left halves run exactly as fast as their right halves.
fn follow(voices: &mut [Option<Voice>], slots: &[u16]) {
    for &slot in slots {
        let Some(Some(follower)) = voices.get(usize::from(slot)) else { continue };
        let Some(leader) = follower.leader else { continue };
        let serial = follower.note_serial;
        let speed = match voices.get(usize::from(leader)) {
            Some(Some(voice)) if voice.note_serial == serial => voice.speed(),
            _ => None,
        };
        if let (Some(speed), Some(Some(follower))) = (speed, voices.get_mut(usize::from(slot))) {
            follower.follow(speed);
        }
    }
}

#[cfg(test)]
mod tests;
