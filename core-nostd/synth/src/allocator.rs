//! Which voice plays what: notes in, decisions out, no audio.
//!
//! A note owns as many slots as it has layers. Pedals, restrikes, exclusive classes and stealing act on whole notes; a
//! slot only knows its note and how loud it is. Every call costs at most a few passes over the slots a layer; a note-on
//! that finds room and strikes no sounding key again costs one short pass. A stolen slot is given away at once: the
//! synth moves the old voice to a lane of its own, where it fades.

mod note;
mod victim;

use note::{NO_KEY, Note, Slot, Stage, bit, key, masked, set_bit};

/// A key on a MIDI channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteId {
    /// 0..=15; the allocator uses the low four bits.
    pub channel: u8,
    /// 0..=127.
    pub key: u8,
}

/// What to do with one slot. A call never decides twice about a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Start a layer of the new note here.
    Start {
        /// The slot.
        slot: u16,
        /// The layer, 0 for the first.
        layer: u16,
        /// A voice still sounds here: move it away and fade it first.
        stolen: bool,
    },
    /// End this voice within milliseconds, in its place: struck again, choked, silenced, or part of a stolen note.
    Fade {
        /// The slot.
        slot: u16,
    },
    /// Let this voice enter its release.
    Release {
        /// The slot.
        slot: u16,
    },
}

/// Which note gives way when no slot is free. Notes already told to fade always go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// One in release, else any; the quietest of them, then the oldest.
    #[default]
    ReleasingThenQuietestThenOldest,
    /// The oldest, whatever it does.
    Oldest,
    /// The quietest, then the oldest.
    Quietest,
    /// None: the new note does not sound.
    Refuse,
}

/// Gives `VOICES` slots (1..=65535) to notes.
///
/// ```
/// use ripieno_synth::{Decision, NoteId, VoiceAllocator};
/// let mut allocator = VoiceAllocator::<8>::default();
/// let note = NoteId { channel: 0, key: 60 };
/// let mut decisions = vec![];
/// assert_eq!(allocator.start(note, 0, 2, |decision| decisions.push(decision)), 2);
/// allocator.release(note, |decision| decisions.push(decision));
/// assert_eq!(decisions[0], Decision::Start { slot: 0, layer: 0, stolen: false });
/// assert_eq!(decisions[2..], [Decision::Release { slot: 0 }, Decision::Release { slot: 1 }]);
/// ```
#[derive(Clone, Debug)]
pub struct VoiceAllocator<const VOICES: usize> {
    slots: [Slot; VOICES],
    notes: [Note; VOICES],
    /// The key of each note in use, side by side so that one quick pass tells whether a key sounds at all.
    keys: [u16; VOICES],
    /// No slot before this one is free.
    free_from: usize,
    /// No note before this one is unused.
    unused_from: usize,
    /// Notes from here on have never been used.
    notes_end: usize,
    /// Some note became [`Stage::Ending`] in the current call.
    has_news: bool,
    /// Slots that have a note.
    used: usize,
    strategy: Strategy,
    /// A key that is struck again ends its note.
    restrikes: bool,
    /// Slots given away at most; more are in use while those that became too many fade.
    polyphony: usize,
    serial: u64,
    /// One bit a channel.
    sustain: u16,
    sostenuto: u16,
}

impl<const VOICES: usize> Default for VoiceAllocator<VOICES> {
    fn default() -> Self {
        Self::new(Strategy::default())
    }
}

impl<const VOICES: usize> VoiceAllocator<VOICES> {
    const LEGAL: () = assert!(VOICES > 0 && VOICES < Slot::FREE as usize + 1, "VOICES must be 1..=65535");

    /// All slots free, all pedals up. Any.
    pub const fn new(strategy: Strategy) -> Self {
        Self::with_polyphony(strategy, VOICES)
    }

    /// As [`VoiceAllocator::new`], but only `polyphony` slots (1..=`VOICES`, clamped) are given away at once. Any.
    pub const fn with_polyphony(strategy: Strategy, polyphony: usize) -> Self {
        let () = Self::LEGAL;
        let polyphony = Self::clamped(polyphony);
        Self {
            slots: [Slot { note: Slot::FREE, level: 0.0 }; VOICES],
            notes: [Note::UNUSED; VOICES],
            keys: [NO_KEY; VOICES],
            free_from: 0,
            unused_from: 0,
            notes_end: 0,
            has_news: false,
            used: 0,
            strategy,
            restrikes: true,
            polyphony,
            serial: 0,
            sustain: 0,
            sostenuto: 0,
        }
    }

    /// The same, but a key that is struck again lets its notes sound on. Any.
    #[must_use]
    pub const fn without_restrikes(mut self) -> Self {
        self.restrikes = false;
        self
    }

    const fn clamped(polyphony: usize) -> usize {
        if polyphony == 0 {
            1
        } else if polyphony > VOICES {
            VOICES
        } else {
            polyphony
        }
    }

    /// Forgets every note and pedal, as after the synth has silenced all voices. Real-time.
    pub fn reset(&mut self) {
        *self = Self { restrikes: self.restrikes, ..Self::with_polyphony(self.strategy, self.polyphony) };
    }

    /// Who gives way from now on. Real-time.
    pub fn set_strategy(&mut self, strategy: Strategy) {
        self.strategy = strategy;
    }

    /// From now on `polyphony` slots (1..=`VOICES`, clamped) are given away at once. Notes that are too many fade, in the
    /// order in which they would give way. Real-time.
    pub fn set_polyphony(&mut self, polyphony: usize, each: impl FnMut(Decision)) {
        self.polyphony = Self::clamped(polyphony);
        self.end_beyond(self.polyphony);
        self.announce_endings(each);
    }

    /// Every note that owns a slot for which `is_meant` holds fades. Real-time.
    pub fn fade(&mut self, is_meant: impl Fn(u16) -> bool, each: impl FnMut(Decision)) {
        for (n, slot) in self.slots.iter().enumerate() {
            if let Some(note) = self.notes.get_mut(usize::from(slot.note))
                && is_meant(n as u16)
            {
                self.has_news |= note.end();
            }
        }
        self.announce_endings(each);
    }

    /// A note-on with `layers` regions; returns how many of them start (all, as many as there are slots, or with
    /// [`Strategy::Refuse`] possibly none, and then nothing else changes). Real-time.
    ///
    /// The same key's held or sustained note fades (unless [`VoiceAllocator::without_restrikes`] said otherwise), and so does
    /// every other note of the channel in the same `exclusive_class` (0: none). A key that is already in release rings on.
    pub fn start(&mut self, id: NoteId, exclusive_class: u8, layers: usize, mut each: impl FnMut(Decision)) -> usize {
        let id = masked(id);
        let restrikes = self.restrikes;
        let gives_way = |note: &Note| {
            let restruck = restrikes && note.id == id && note.stage >= Stage::Sustained;
            let choked = exclusive_class != 0 && note.class == exclusive_class && note.id.channel == id.channel;
            note.is_used() && (restruck || choked)
        };
        let layers = layers.min(self.polyphony);
        if self.strategy == Strategy::Refuse {
            let stays =
                |slot: &&Slot| self.is_kept(slot) && !self.notes.get(usize::from(slot.note)).is_some_and(gives_way);
            if self.polyphony.saturating_sub(self.slots.iter().filter(stays).count()) < layers {
                return 0;
            }
        }
        if exclusive_class != 0 || (restrikes && self.sounds(id)) {
            self.end(gives_way);
        }
        if self.used > self.polyphony {
            // Since the polyphony fell, slots that fade are there to be stolen beyond what it allows.
            self.end_beyond(self.polyphony - layers);
        }
        if layers > 0 {
            self.serial += 1;
            self.place(id, exclusive_class, layers, &mut each);
        }
        self.announce_endings(each);
        layers
    }

    /// Finds slots for a note that has at least one layer and at most as many as there are slots.
    fn place(&mut self, id: NoteId, class: u8, layers: usize, each: &mut impl FnMut(Decision)) {
        // The entry is claimed after the first slot is found: only then is one sure to be unused.
        let mut entry = None;
        for layer in 0..layers {
            let free = self.free_slot();
            let Some(slot) = free.or_else(|| self.steal(entry)) else { return };
            let stolen = free.is_none();
            // A stolen slot is given away again, a free one is taken.
            if self.free_from == slot {
                self.free_from = slot + 1;
            }
            let owner = match entry {
                Some(owner) => owner,
                None => self.claim(id, class),
            };
            entry = Some(owner);
            if let (Some(note), Some(place)) = (self.notes.get_mut(owner), self.slots.get_mut(slot)) {
                note.layers += 1;
                // Loud until the synth says otherwise: a note that just began is no one's victim.
                *place = Slot { note: owner as u16, level: 1.0 };
            }
            self.used += 1;
            each(Decision::Start { slot: slot as u16, layer: layer as u16, stolen });
        }
    }

    /// The first free slot, if the polyphony allows one more.
    fn free_slot(&mut self) -> Option<usize> {
        if self.used >= self.polyphony {
            return None;
        }
        let open = self.slots.get(self.free_from..)?;
        let ahead = open.iter().position(|slot| slot.note == Slot::FREE);
        self.free_from = ahead.map_or(VOICES, |ahead| self.free_from + ahead);
        ahead.map(|_| self.free_from)
    }

    /// Makes the first unused entry a note's own. There is one: a slot is about to be taken by no other note.
    fn claim(&mut self, id: NoteId, class: u8) -> usize {
        let rest = self.notes.get(self.unused_from..).unwrap_or(&[]);
        let unused = rest.iter().position(|note| !note.is_used()).map_or(0, |ahead| self.unused_from + ahead);
        self.unused_from = unused + 1;
        self.notes_end = self.notes_end.max(unused + 1);
        if let (Some(note), Some(place)) = (self.notes.get_mut(unused), self.keys.get_mut(unused)) {
            *note = Note { id, stage: Stage::Held, class, serial: self.serial, ..Note::UNUSED };
            *place = key(id);
        }
        unused
    }

    /// True if a note of this key is in use, whatever its stage.
    fn sounds(&self, id: NoteId) -> bool {
        let wanted = key(id);
        // No early way out: so the keys are compared many at once.
        self.keys.iter().fold(false, |found, &key| found | (key == wanted))
    }

    fn end(&mut self, is_meant: impl Fn(&Note) -> bool) {
        for note in self.notes.iter_mut().take(self.notes_end).filter(|note| is_meant(note)) {
            self.has_news |= note.end();
        }
    }

    fn announce_endings(&mut self, mut each: impl FnMut(Decision)) {
        if !core::mem::take(&mut self.has_news) {
            return;
        }
        for (n, slot) in self.slots.iter().enumerate() {
            if self.notes.get(usize::from(slot.note)).is_some_and(|note| note.news) {
                each(Decision::Fade { slot: n as u16 });
            }
        }
        self.notes.iter_mut().for_each(|note| note.news = false);
    }

    /// A note-off: the key's note is released, or sustained if a pedal holds it. Real-time.
    pub fn release(&mut self, id: NoteId, each: impl FnMut(Decision)) {
        let id = masked(id);
        if self.sounds(id) {
            self.lift(|note| note.id == id, each);
        }
    }

    /// All notes off (controller 123): every key of the channel goes up; pedals still hold. Real-time.
    pub fn all_notes_off(&mut self, channel: u8, each: impl FnMut(Decision)) {
        let channel = channel & 15;
        self.lift(|note| note.id.channel == channel, each);
    }

    /// All sound off (controller 120): every note of the channel fades, released or not. Real-time.
    pub fn all_sound_off(&mut self, channel: u8, each: impl FnMut(Decision)) {
        let channel = channel & 15;
        self.end(|note| note.is_used() && note.id.channel == channel);
        self.announce_endings(each);
    }

    /// The sustain pedal (controller 64): while it is down, what was let go counts as sustained, also what it still
    /// catches in release. Real-time.
    pub fn sustain(&mut self, channel: u8, is_down: bool, each: impl FnMut(Decision)) {
        let channel = channel & 15;
        set_bit(&mut self.sustain, channel, is_down);
        if is_down {
            let ringing = |note: &&mut Note| note.stage == Stage::Releasing && note.id.channel == channel;
            let notes = self.notes.iter_mut().take(self.notes_end);
            notes.filter(ringing).for_each(|note| note.stage = Stage::Sustained);
        }
        self.let_go(channel, each);
    }

    /// The sostenuto pedal (controller 66): going down, it catches the keys that are down. Real-time.
    pub fn sostenuto(&mut self, channel: u8, is_down: bool, each: impl FnMut(Decision)) {
        let channel = channel & 15;
        let was_down = bit(self.sostenuto, channel);
        set_bit(&mut self.sostenuto, channel, is_down);
        if is_down != was_down {
            for note in self.notes.iter_mut().take(self.notes_end).filter(|note| note.id.channel == channel) {
                note.caught = is_down && note.stage == Stage::Held;
            }
            self.let_go(channel, each);
        }
    }

    /// The synth heard this slot's voice end: it is free. Real-time.
    pub fn finished(&mut self, slot: u16) {
        self.free(usize::from(slot));
    }

    /// How loud the slot's voice is now, linear, at control rate; what is not a positive number counts as silence.
    /// Real-time.
    pub fn set_level(&mut self, slot: u16, level: f32) {
        if let Some(slot) = self.slots.get_mut(usize::from(slot)) {
            slot.level = if level > 0.0 { level } else { 0.0 };
        }
    }

    /// How many slots are in use. Real-time.
    pub fn sounding(&self) -> usize {
        self.used
    }

    /// The key and channel that a slot plays, if any. Real-time.
    pub fn note(&self, slot: u16) -> Option<NoteId> {
        self.owner(slot).map(|note| note.id)
    }

    /// True while the slot's key or a pedal holds it. Real-time.
    pub fn is_held(&self, slot: u16) -> bool {
        self.owner(slot).is_some_and(|note| note.stage >= Stage::Sustained)
    }

    /// Whoever asked for the slot holds its note, or has let it go, by rules of its own: one that is let go gives way
    /// before those that are held. Real-time.
    pub fn set_held(&mut self, slot: u16, is_held: bool) {
        let owner = self.slots.get(usize::from(slot)).map_or(Slot::FREE, |slot| slot.note);
        if let Some(note) = self.notes.get_mut(usize::from(owner))
            && note.stage != Stage::Ending
        {
            note.stage = if is_held { Stage::Held } else { Stage::Releasing };
        }
    }

    /// True while the channel's sustain pedal is down. Real-time.
    pub fn is_sustain_down(&self, channel: u8) -> bool {
        bit(self.sustain, channel & 15)
    }

    fn owner(&self, slot: u16) -> Option<&Note> {
        let slot = self.slots.get(usize::from(slot))?;
        self.notes.get(usize::from(slot.note))
    }

    /// Keys go up.
    fn lift(&mut self, is_meant: impl Fn(&Note) -> bool, each: impl FnMut(Decision)) {
        let mut channels = 0;
        let notes = self.notes.iter_mut().take(self.notes_end);
        for note in notes.filter(|note| note.is_used() && note.stage == Stage::Held && is_meant(note)) {
            note.stage = Stage::Sustained;
            channels |= 1 << note.id.channel;
        }
        if channels != 0 {
            self.release_unpedalled(channels, each);
        }
    }

    fn let_go(&mut self, channel: u8, each: impl FnMut(Decision)) {
        self.release_unpedalled(1 << channel, each);
    }

    /// Releases what no pedal holds any more on these channels, one bit each.
    fn release_unpedalled(&mut self, channels: u16, mut each: impl FnMut(Decision)) {
        let (sustain, sostenuto) = (self.sustain, self.sostenuto);
        let goes = |note: &Note| {
            let channel = note.id.channel;
            let is_pedalled = bit(sustain, channel) || (note.caught && bit(sostenuto, channel));
            note.stage == Stage::Sustained && bit(channels, channel) && !is_pedalled
        };
        for (n, slot) in self.slots.iter().enumerate() {
            if self.notes.get(usize::from(slot.note)).is_some_and(goes) {
                each(Decision::Release { slot: n as u16 });
            }
        }
        self.notes
            .iter_mut()
            .take(self.notes_end)
            .filter(|note| note.is_used() && goes(note))
            .for_each(|note| note.stage = Stage::Releasing);
    }

    fn free(&mut self, slot: usize) {
        let Some(place) = self.slots.get_mut(slot) else { return };
        let owner = usize::from(place.note);
        if let (Some(note), Some(key)) = (self.notes.get_mut(owner), self.keys.get_mut(owner)) {
            note.layers -= 1;
            if note.layers == 0 {
                *key = NO_KEY;
                self.unused_from = self.unused_from.min(owner);
            }
            self.used -= 1;
            *place = Slot { note: Slot::FREE, level: 0.0 };
            self.free_from = self.free_from.min(slot);
        }
    }
}
