//! The voices of a player: who has which place, who had to go, and the order in which all are summed.

use super::aim::Cue;
use super::keys::Struck;
use super::kit::Kit;
use super::mix::Tones;
use super::mover::Mover;
use super::part::{Part, Repeat, Trigger};
use super::player::{PlayerStats, Room};
use super::tone::Tone;
use super::voice::{Place, SamplerVoice};
use crate::channel::cc;
use crate::lanes::CONTROL_FRAMES;
use crate::{Bank, Decision, NoteId, Strategy, VoiceAllocator};

/// Voices, and as many places for stolen ones that fade.
#[derive(Debug)]
pub struct Slots<const VOICES: usize> {
    allocator: VoiceAllocator<VOICES>,
    voices: [Option<SamplerVoice>; VOICES],
    /// Sounding slots in the order they began.
    order: [u16; VOICES],
    sounding: usize,
    ghosts: [Option<Tone>; VOICES],
    fading: usize,
    readers: Readers<VOICES>,
    /// Slots of the event that starts voices.
    starting: [u16; VOICES],
    pub stats: PlayerStats,
}

/// Places in the store of waves that are free: twice as many as there are voices.
#[derive(Debug)]
struct Readers<const VOICES: usize> {
    free: [[u16; VOICES]; 2],
    count: usize,
}

impl<const VOICES: usize> Readers<VOICES> {
    fn new() -> Self {
        let row = |row: usize| core::array::from_fn(|n| (2 * VOICES - 1 - row * VOICES - n) as u16);
        Self { free: [row(0), row(1)], count: 2 * VOICES }
    }

    fn place(&mut self, n: usize) -> Option<&mut u16> {
        let [first, second] = &mut self.free;
        first.iter_mut().chain(second).nth(n)
    }

    /// One that is free: there is, for every voice and every one that fades.
    fn take(&mut self) -> u16 {
        self.count = self.count.saturating_sub(1);
        self.place(self.count).map_or(0, |place| *place)
    }

    fn put(&mut self, reader: u16) {
        if let Some(place) = self.place(self.count) {
            *place = reader;
            self.count += 1;
        }
    }
}

/// What starts voices.
#[derive(Debug)]
pub struct Start<'a> {
    pub kit: Kit<'a>,
    pub cue: Cue,
    /// How its key was played.
    pub struck: Struck,
    /// The parts, by number.
    pub parts: &'a [u32],
    pub event: u32,
}

impl<const VOICES: usize> Slots<VOICES> {
    pub fn new(strategy: Strategy, polyphony: usize) -> Self {
        Self {
            allocator: VoiceAllocator::with_polyphony(strategy, polyphony).without_restrikes(),
            voices: [const { None }; VOICES],
            order: [0; VOICES],
            sounding: 0,
            ghosts: [const { None }; VOICES],
            fading: 0,
            readers: Readers::new(),
            starting: [0; VOICES],
            stats: PlayerStats::default(),
        }
    }

    pub fn sounding(&self) -> usize {
        self.sounding
    }

    pub fn is_silent(&self) -> bool {
        self.sounding == 0 && self.fading == 0
    }

    /// The voices in the order they began, with their slots.
    pub fn each(&mut self, mut act: impl FnMut(u16, &mut SamplerVoice)) {
        for &slot in self.order.iter().take(self.sounding) {
            if let Some(Some(voice)) = self.voices.get_mut(usize::from(slot)) {
                act(slot, voice);
            }
        }
    }

    /// The voices in the order they began.
    pub fn iter(&self) -> impl Iterator<Item = &SamplerVoice> {
        self.order.iter().take(self.sounding).filter_map(|&slot| self.voices.get(usize::from(slot))?.as_ref())
    }

    /// Starts voices, as many as there is room for.
    pub fn start<B: Bank>(&mut self, room: &Room<'_, B>, start: &Start<'_>) {
        let polyphony = room.config.polyphony.min(VOICES);
        let layers = start.parts.len().min(polyphony);
        let needed = layers.saturating_sub(polyphony.saturating_sub(self.sounding));
        if layers == 0 {
            return;
        }
        // A stolen voice must have a place to fade in.
        if needed > VOICES.saturating_sub(self.fading) {
            self.stats.dropped_notes += 1;
            return;
        }
        let started = self.allocate(&room.place(), NoteId { channel: start.cue.channel, key: start.cue.key }, layers);
        if started == 0 {
            self.stats.dropped_notes += 1;
        }
        for n in 0..started {
            if let (Some(&slot), Some(&number)) = (self.starting.get(n), start.parts.get(n)) {
                match start.kit.parts.at(number) {
                    Some(part) => self.begin(room, start, slot, part),
                    None => self.allocator.finished(slot),
                }
            }
        }
        self.stats.voices_peak = self.stats.voices_peak.max(self.sounding);
    }

    /// Finds slots, [`Slots::starting`]; returns how many.
    fn allocate(&mut self, place: &Place, id: NoteId, layers: usize) -> usize {
        let mut stolen_slots = 0;
        let started = self.allocator.start(id, 0, layers, |decision| match decision {
            Decision::Start { slot, layer, stolen } => {
                if let Some(starting) = self.starting.get_mut(usize::from(layer)) {
                    *starting = slot;
                }
                let old = self.voices.get_mut(usize::from(slot)).and_then(Option::take);
                if let Some(mut old) = old.filter(|_| stolen) {
                    stolen_slots += 1;
                    old.tone.fade(place.from, place.fade_frames);
                    if let Some(ghost) = self.ghosts.iter_mut().find(|ghost| ghost.is_none()) {
                        *ghost = Some(old.tone);
                        self.fading += 1;
                    }
                }
            }
            Decision::Fade { slot } | Decision::Release { slot } => {
                if let Some(Some(voice)) = self.voices.get_mut(usize::from(slot)) {
                    voice.fade(place);
                }
            }
        });
        self.stats.steals += stolen_slots;
        if stolen_slots > 0 {
            // The emptied slots leave the order; they come back at its end.
            self.compact();
        }
        started
    }

    /// Puts a voice for the part into a slot.
    fn begin<B: Bank>(&mut self, room: &Room<'_, B>, start: &Start<'_>, slot: u16, mut part: Part) {
        let (kit, rate) = (&start.kit, room.around.rate);
        let mut cue = start.cue;
        if part.has(Part::PREVIOUS_VELOCITY) && cue.is_by_note() {
            cue.velocity = start.struck.previous_velocity;
        }
        let channel = room.channel(cue.channel);
        if cue.is_release() {
            // Nothing would ever end its loop.
            part.repeat = Repeat::OneShot as u8;
        }
        let mover = Mover::new(kit, &part, &cue, channel, rate);
        let reader = self.readers.take();
        let mut tone = Tone::new(kit, &part, reader, mover.offset_frames(), mover.delay_frames(), &cue, rate);
        tone.start(&room.banks[0].waves());
        let key_cents = room.key_cents(cue.channel, cue.key);
        let glide = room.glide(cue.channel, cue.key);
        let mut voice = SamplerVoice::new(part, cue, mover, tone, start.event, key_cents, glide);
        if !matches!(cue.trigger, Trigger::Control) {
            voice.press(start.struck.pressure);
        }
        if channel.is_soft() && cue.is_by_note() && !reads_soft_pedal(kit, &part) {
            voice.soften();
        }
        voice.begin(kit, channel, room.from);
        self.allocator.set_level(slot, voice.level());
        if let (Some(place), Some(order)) = (self.voices.get_mut(usize::from(slot)), self.order.get_mut(self.sounding))
        {
            *place = Some(voice);
            *order = slot;
            self.sounding += 1;
        }
    }

    /// Begins a control period.
    pub fn steer<B: Bank>(&mut self, room: &Room<'_, B>) {
        let kits = room.banks.map(|bank| bank.kit().unwrap_or_default());
        let waves = room.banks.map(Bank::waves);
        let mut has_ended = false;
        for &slot in self.order.iter().take(self.sounding) {
            let Some(place) = self.voices.get_mut(usize::from(slot)) else { continue };
            let Some(voice) = place else { continue };
            let old = usize::from(voice.tone.is_of_old_bank);
            let channel = room.channel(voice.cue.channel);
            if voice.steer(&kits[old & 1], channel, 0, CONTROL_FRAMES as f32) {
                self.allocator.set_level(slot, voice.level());
            } else {
                voice.tone.stop(&waves[old & 1]);
                self.readers.put(voice.tone.reader());
                self.allocator.finished(slot);
                *place = None;
                has_ended = true;
            }
        }
        if has_ended {
            self.compact();
        }
        if self.fading > 0 {
            for place in &mut self.ghosts {
                let Some(ghost) = place else { continue };
                ghost.drift();
                if ghost.has_faded() {
                    ghost.stop(&waves[usize::from(ghost.is_of_old_bank) & 1]);
                    self.readers.put(ghost.reader());
                    *place = None;
                    self.fading -= 1;
                }
            }
        }
    }

    /// Takes empty slots out of the order.
    fn compact(&mut self) {
        let mut kept = 0;
        for n in 0..self.sounding.min(VOICES) {
            let Some(&slot) = self.order.get(n) else { break };
            if let Some(place) = self.order.get_mut(kept) {
                *place = slot;
            }
            kept += usize::from(self.voices.get(usize::from(slot)).is_some_and(Option::is_some));
        }
        self.sounding = kept;
    }

    /// Tells the allocator which notes are held: one with any layer that is.
    pub fn rank(&mut self, is_kept: impl Fn(&SamplerVoice) -> bool) {
        for kept in [false, true] {
            for &slot in self.order.iter().take(self.sounding) {
                if let Some(Some(voice)) = self.voices.get(usize::from(slot))
                    && is_kept(voice) == kept
                {
                    self.allocator.set_held(slot, kept);
                    if voice.is_ending {
                        self.allocator.set_level(slot, 0.0);
                    }
                }
            }
        }
    }

    /// Fades the voices that are meant.
    pub fn fade(&mut self, place: &Place, is_meant: impl Fn(&SamplerVoice) -> bool) {
        let voices = &self.voices;
        let mut meant = [false; VOICES];
        for (meant, voice) in meant.iter_mut().zip(voices) {
            *meant = voice.as_ref().is_some_and(&is_meant);
        }
        let is_meant = |slot: u16| meant.get(usize::from(slot)).copied().unwrap_or(false);
        let voices = &mut self.voices;
        self.allocator.fade(is_meant, |decision| obey(voices, decision, place));
    }

    /// So many voices at most.
    pub fn set_polyphony(&mut self, place: &Place, polyphony: usize) {
        let voices = &mut self.voices;
        self.allocator.set_polyphony(polyphony, |decision| obey(voices, decision, place));
    }

    /// Everything of it that sounds.
    pub fn tones(&self) -> impl Iterator<Item = &Tone> {
        let voices = self.voices.iter().flatten().map(|voice| &voice.tone);
        voices.chain(self.ghosts.iter().flatten())
    }

    /// The same, to be changed.
    pub fn tones_mut(&mut self) -> impl Iterator<Item = &mut Tone> {
        let voices = self.voices.iter_mut().flatten().map(|voice| &mut voice.tone);
        voices.chain(self.ghosts.iter_mut().flatten())
    }
}

/// True if the part has a use of its own for the soft pedal.
fn reads_soft_pedal(kit: &Kit<'_>, part: &Part) -> bool {
    let soft = u16::from(cc::SOFT);
    kit.ranges.run(part.conditions).any(|range| range.control == soft)
        || kit.links.run(part.links).any(|link| link.source == soft)
}

/// Carries out what the allocator decided about a sounding slot.
fn obey(voices: &mut [Option<SamplerVoice>], decision: Decision, place: &Place) {
    if let Decision::Fade { slot } = decision
        && let Some(Some(voice)) = voices.get_mut(usize::from(slot))
    {
        voice.fade(place);
    }
}

impl<const VOICES: usize> Tones for Slots<VOICES> {
    fn places(&self) -> usize {
        self.sounding + if self.fading > 0 { VOICES } else { 0 }
    }

    fn tone(&mut self, place: usize) -> Option<&mut Tone> {
        match place.checked_sub(self.sounding) {
            None => {
                let slot = *self.order.get(place)?;
                Some(&mut self.voices.get_mut(usize::from(slot))?.as_mut()?.tone)
            }
            Some(ghost) => self.ghosts.get_mut(ghost)?.as_mut(),
        }
    }
}
