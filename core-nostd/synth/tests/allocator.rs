//! The voice allocator against a plain model: lists of notes, searched the obvious way.

use proptest::prelude::*;
use ripieno_synth::{Decision, NoteId, Strategy as Stealing, VoiceAllocator};

const VOICES: usize = 6;

#[derive(Clone, Debug)]
enum Event {
    On {
        id: NoteId,
        class: u8,
        layers: usize,
    },
    Off(NoteId),
    Sustain(u8, bool),
    Sostenuto(u8, bool),
    AllNotesOff(u8),
    AllSoundOff(u8),
    Finished(u16),
    Level(u16, f32),
    Polyphony(usize),
    /// One bit a slot.
    Fade(u16),
}

#[derive(Clone, Debug)]
struct Note {
    serial: u32,
    id: NoteId,
    class: u8,
    key_down: bool,
    caught: bool,
    releasing: bool,
    ending: bool,
    /// Slot and level of each layer that still has one.
    voices: Vec<(u16, f32)>,
}

struct Model {
    polyphony: usize,
    serial: u32,
    /// Oldest first.
    notes: Vec<Note>,
    sustain: [bool; 16],
    sostenuto: [bool; 16],
}

impl Model {
    fn new() -> Self {
        Self { polyphony: VOICES, serial: 0, notes: vec![], sustain: [false; 16], sostenuto: [false; 16] }
    }

    fn owner(&mut self, slot: u16) -> Option<&mut Note> {
        self.notes.iter_mut().find(|note| note.voices.iter().any(|voice| voice.0 == slot))
    }

    fn take(&mut self, slot: u16) {
        for note in &mut self.notes {
            note.voices.retain(|voice| voice.0 != slot);
        }
        self.notes.retain(|note| !note.voices.is_empty());
    }

    fn used(&self) -> usize {
        self.notes.iter().map(|note| note.voices.len()).sum()
    }

    fn end(&mut self, is_meant: impl Fn(&Note) -> bool) -> Vec<Decision> {
        let mut fades = vec![];
        for note in self.notes.iter_mut().filter(|note| !note.ending && is_meant(note)) {
            note.ending = true;
            fades.extend(note.voices.iter().map(|voice| Decision::Fade { slot: voice.0 }));
        }
        fades
    }

    fn release_unpedalled(&mut self) -> Vec<Decision> {
        let mut releases = vec![];
        for note in &mut self.notes {
            let channel = usize::from(note.id.channel);
            let pedalled = self.sustain[channel] || (note.caught && self.sostenuto[channel]);
            if !(note.key_down || pedalled || note.releasing || note.ending) {
                note.releasing = true;
                releases.extend(note.voices.iter().map(|voice| Decision::Release { slot: voice.0 }));
            }
        }
        releases
    }

    /// Slots of notes that do not fade.
    fn kept(&self) -> usize {
        self.notes.iter().filter(|note| !note.ending).map(|note| note.voices.len()).sum()
    }

    fn set_polyphony(&mut self, polyphony: usize, strategy: Stealing) -> Vec<Decision> {
        self.polyphony = polyphony.clamp(1, VOICES);
        self.end_beyond(self.polyphony, strategy)
    }

    fn end_beyond(&mut self, most: usize, strategy: Stealing) -> Vec<Decision> {
        let mut fades = vec![];
        while self.kept() > most {
            let victim = self.victim(strategy, |note| !note.ending).expect("a victim");
            let serial = self.notes[victim].serial;
            fades.extend(self.end(|note| note.serial == serial));
        }
        fades
    }

    /// Index of the note that must give way.
    fn victim(&self, strategy: Stealing, may: impl Fn(&Note) -> bool) -> Option<usize> {
        let rank = |note: &Note| {
            let stage = match strategy {
                _ if note.ending => 0,
                Stealing::ReleasingThenQuietestThenOldest if note.releasing => 1,
                _ => 2,
            };
            let level: f32 = note.voices.iter().map(|voice| voice.1).sum();
            (stage, if strategy == Stealing::Oldest && !note.ending { 0.0 } else { level })
        };
        let mut best: Option<usize> = None;
        for n in (0..self.notes.len()).filter(|&n| may(&self.notes[n])) {
            if best.is_none_or(|best| rank(&self.notes[n]) < rank(&self.notes[best])) {
                best = Some(n);
            }
        }
        best
    }

    fn on(&mut self, id: NoteId, class: u8, layers: usize, strategy: Stealing, real: &[Decision]) {
        let gives_way = |note: &Note| {
            let restruck = note.id == id && !note.releasing && !note.ending;
            restruck || (class != 0 && note.class == class && note.id.channel == id.channel)
        };
        let starts: Vec<_> = real
            .iter()
            .filter_map(|decision| match *decision {
                Decision::Start { slot, layer, stolen } => Some((slot, layer, stolen)),
                _ => None,
            })
            .collect();
        if strategy == Stealing::Refuse {
            let stays = |note: &&Note| !note.ending && !gives_way(note);
            let staying: usize = self.notes.iter().filter(stays).map(|note| note.voices.len()).sum();
            if self.polyphony < staying + layers {
                assert!(real.is_empty(), "a refused note changed something: {real:?}");
                return;
            }
        }
        assert_eq!(starts.len(), layers, "a note must start with all its layers");
        let mut expected = self.end(gives_way);
        if self.used() > self.polyphony {
            expected.extend(self.end_beyond(self.polyphony - layers, strategy));
        }
        for (n, &(slot, layer, stolen)) in starts.iter().enumerate() {
            assert_eq!(usize::from(layer), n);
            assert_eq!(stolen, self.used() >= self.polyphony, "free slots go first");
            if stolen {
                let newest = (n > 0).then_some(self.serial);
                let victim = self.victim(strategy, |note| Some(note.serial) != newest).expect("a victim");
                assert!(self.notes[victim].voices.iter().any(|voice| voice.0 == slot), "wrong victim: slot {slot}");
                let voices = self.notes[victim].voices.clone();
                if !self.notes[victim].ending {
                    self.notes[victim].ending = true;
                    expected.extend(voices.iter().map(|voice| Decision::Fade { slot: voice.0 }));
                }
                expected.retain(|decision| *decision != Decision::Fade { slot });
                self.take(slot);
            } else {
                assert!(self.owner(slot).is_none(), "slot {slot} was in use");
            }
            if n == 0 {
                self.serial += 1;
                let fresh = Note {
                    serial: self.serial,
                    id,
                    class,
                    key_down: true,
                    caught: false,
                    releasing: false,
                    ending: false,
                    voices: vec![(slot, 1.0)],
                };
                self.notes.push(fresh);
            } else {
                self.notes.last_mut().expect("just pushed").voices.push((slot, 1.0));
            }
        }
        let fades: Vec<_> = real.iter().filter(|decision| matches!(decision, Decision::Fade { .. })).copied().collect();
        assert_same(&fades, &expected);
    }
}

fn slot(decision: &Decision) -> u16 {
    match *decision {
        Decision::Start { slot, .. } | Decision::Fade { slot } | Decision::Release { slot } => slot,
    }
}

fn assert_same(real: &[Decision], expected: &[Decision]) {
    let sorted = |list: &[Decision]| {
        let mut list = list.to_vec();
        list.sort_by_key(slot);
        list
    };
    assert_eq!(sorted(real), sorted(expected));
}

fn apply(allocator: &mut VoiceAllocator<VOICES>, event: &Event) -> Vec<Decision> {
    let mut decisions = vec![];
    let each = |decision| decisions.push(decision);
    match *event {
        Event::On { id, class, layers } => drop(allocator.start(id, class, layers, each)),
        Event::Off(id) => allocator.release(id, each),
        Event::Sustain(channel, down) => allocator.sustain(channel, down, each),
        Event::Sostenuto(channel, down) => allocator.sostenuto(channel, down, each),
        Event::AllNotesOff(channel) => allocator.all_notes_off(channel, each),
        Event::AllSoundOff(channel) => allocator.all_sound_off(channel, each),
        Event::Finished(slot) => allocator.finished(slot),
        Event::Level(slot, level) => allocator.set_level(slot, level),
        Event::Polyphony(polyphony) => allocator.set_polyphony(polyphony, each),
        Event::Fade(slots) => allocator.fade(|slot| slots >> slot & 1 == 1, each),
    }
    decisions
}

fn check(events: &[Event], strategy: Stealing) {
    let mut allocator = VoiceAllocator::<VOICES>::new(strategy);
    let mut model = Model::new();
    for event in events {
        let real = apply(&mut allocator, event);
        let mut slots: Vec<_> = real.iter().map(slot).collect();
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), real.len(), "two decisions for one slot: {real:?}");
        match *event {
            Event::On { id, class, layers } => model.on(id, class, layers.min(model.polyphony), strategy, &real),
            Event::Off(id) => {
                model.notes.iter_mut().filter(|note| note.id == id).for_each(|note| note.key_down = false);
                assert_same(&real, &model.release_unpedalled());
            }
            Event::Sustain(channel, down) => {
                model.sustain[usize::from(channel)] = down;
                for note in model.notes.iter_mut().filter(|note| note.id.channel == channel) {
                    note.releasing &= !down;
                }
                assert_same(&real, &model.release_unpedalled());
            }
            Event::Sostenuto(channel, down) => {
                let was_down = std::mem::replace(&mut model.sostenuto[usize::from(channel)], down);
                for note in model.notes.iter_mut().filter(|note| note.id.channel == channel && down != was_down) {
                    note.caught = down && note.key_down;
                }
                assert_same(&real, &model.release_unpedalled());
            }
            Event::AllNotesOff(channel) => {
                model.notes.iter_mut().filter(|note| note.id.channel == channel).for_each(|note| note.key_down = false);
                assert_same(&real, &model.release_unpedalled());
            }
            Event::AllSoundOff(channel) => assert_same(&real, &model.end(|note| note.id.channel == channel)),
            Event::Finished(slot) => model.take(slot),
            Event::Polyphony(polyphony) => assert_same(&real, &model.set_polyphony(polyphony, strategy)),
            Event::Fade(slots) => {
                let is_meant = |note: &Note| note.voices.iter().any(|voice| slots >> voice.0 & 1 == 1);
                assert_same(&real, &model.end(is_meant));
            }
            Event::Level(slot, level) => {
                if let Some(note) = model.owner(slot) {
                    note.voices.iter_mut().filter(|voice| voice.0 == slot).for_each(|voice| voice.1 = level.max(0.0));
                }
            }
        }
        assert_eq!(allocator.sounding(), model.used());
        assert!(model.kept() <= model.polyphony, "{} of {} voices do not fade", model.kept(), model.polyphony);
        for slot in 0..VOICES as u16 {
            let owner = model.owner(slot).cloned();
            assert_eq!(allocator.note(slot), owner.as_ref().map(|note| note.id));
            assert_eq!(allocator.is_held(slot), owner.is_some_and(|note| !note.releasing && !note.ending));
        }
    }
    every_note_ends(&mut allocator, &mut model);
}

/// Once all keys and pedals are up, no voice is held.
fn every_note_ends(allocator: &mut VoiceAllocator<VOICES>, model: &mut Model) {
    for note in std::mem::take(&mut model.notes) {
        apply(allocator, &Event::Off(note.id));
    }
    for channel in 0..16 {
        apply(allocator, &Event::Sostenuto(channel, false));
        apply(allocator, &Event::Sustain(channel, false));
    }
    assert!((0..VOICES as u16).all(|slot| !allocator.is_held(slot)), "a note hangs");
}

fn note() -> impl Strategy<Value = NoteId> {
    (0..2u8, 0..5u8).prop_map(|(channel, key)| NoteId { channel, key })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (note(), 0..3u8, 0..4usize).prop_map(|(id, class, layers)| Event::On { id, class, layers }),
        1 => (note(), 0..9usize).prop_map(|(id, layers)| Event::On { id, class: 0, layers }),
        6 => note().prop_map(Event::Off),
        2 => (0..2u8, any::<bool>()).prop_map(|(channel, down)| Event::Sustain(channel, down)),
        2 => (0..2u8, any::<bool>()).prop_map(|(channel, down)| Event::Sostenuto(channel, down)),
        1 => (0..2u8).prop_map(Event::AllNotesOff),
        1 => (0..2u8).prop_map(Event::AllSoundOff),
        3 => (0..VOICES as u16 + 1).prop_map(Event::Finished),
        1 => (0..VOICES + 2).prop_map(Event::Polyphony),
        1 => (0..1_u16 << VOICES).prop_map(Event::Fade),
        // Eighths add up exactly, whatever the order.
        3 => (0..VOICES as u16 + 1, -1..9i8).prop_map(|(slot, level)| Event::Level(slot, f32::from(level) / 8.0)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_the_model_does(
        events in prop::collection::vec(event(), 1..80),
        strategy in prop::sample::select(vec![
            Stealing::ReleasingThenQuietestThenOldest, Stealing::Oldest, Stealing::Quietest, Stealing::Refuse,
        ]),
    ) {
        check(&events, strategy);
    }
}

fn key(key: u8) -> NoteId {
    NoteId { channel: 0, key }
}

fn on(id: NoteId, layers: usize) -> Event {
    Event::On { id, class: 0, layers }
}

#[test]
fn a_stolen_note_loses_all_its_layers() {
    let mut allocator = VoiceAllocator::<VOICES>::default();
    for event in [on(key(1), 3), on(key(2), 3), Event::Off(key(2))] {
        apply(&mut allocator, &event);
    }
    let decisions = apply(&mut allocator, &on(key(3), 1));
    let expected =
        [Decision::Start { slot: 3, layer: 0, stolen: true }, Decision::Fade { slot: 4 }, Decision::Fade { slot: 5 }];
    assert_eq!(decisions, expected);
}

#[test]
fn sostenuto_keeps_only_the_keys_it_caught() {
    let mut allocator = VoiceAllocator::<VOICES>::default();
    for event in [on(key(1), 1), Event::Sostenuto(0, true), on(key(2), 1)] {
        apply(&mut allocator, &event);
    }
    assert_eq!(apply(&mut allocator, &Event::Off(key(1))), []);
    assert_eq!(apply(&mut allocator, &Event::Off(key(2))), [Decision::Release { slot: 1 }]);
    assert_eq!(apply(&mut allocator, &Event::Sostenuto(0, false)), [Decision::Release { slot: 0 }]);
}

#[test]
fn a_pedal_catches_what_still_rings() {
    let mut allocator = VoiceAllocator::<VOICES>::default();
    for event in [on(key(1), 1), Event::Off(key(1))] {
        apply(&mut allocator, &event);
    }
    assert!(!allocator.is_held(0));
    assert_eq!(apply(&mut allocator, &Event::Sustain(0, true)), []);
    assert!(allocator.is_held(0));
    assert_eq!(apply(&mut allocator, &Event::Sustain(0, false)), [Decision::Release { slot: 0 }]);
}

#[test]
fn a_key_may_be_struck_again_without_an_end() {
    let mut allocator = VoiceAllocator::<VOICES>::default().without_restrikes();
    apply(&mut allocator, &on(key(1), 1));
    assert_eq!(apply(&mut allocator, &on(key(1), 1)), [Decision::Start { slot: 1, layer: 0, stolen: false }]);
    allocator.set_held(0, false);
    assert!(!allocator.is_held(0) && allocator.is_held(1));
    let both = [Decision::Release { slot: 1 }];
    assert_eq!(apply(&mut allocator, &Event::Off(key(1))), both);
    allocator.reset();
    apply(&mut allocator, &on(key(1), 1));
    assert_eq!(apply(&mut allocator, &on(key(1), 1)).len(), 1);
}

#[test]
fn an_exclusive_class_chokes_its_channel_only() {
    let mut allocator = VoiceAllocator::<VOICES>::default();
    for channel in [0, 1] {
        apply(&mut allocator, &Event::On { id: NoteId { channel, key: 46 }, class: 1, layers: 1 });
    }
    let decisions = apply(&mut allocator, &Event::On { id: key(42), class: 1, layers: 1 });
    assert_eq!(decisions, [Decision::Start { slot: 2, layer: 0, stolen: false }, Decision::Fade { slot: 0 }]);
}

#[test]
fn a_level_that_is_no_number_is_silence() {
    let mut allocator = VoiceAllocator::<2>::default();
    let mut decisions = vec![];
    allocator.start(key(1), 0, 1, |_| {});
    allocator.start(key(2), 0, 1, |_| {});
    allocator.set_level(0, 0.5);
    allocator.set_level(1, f32::NAN);
    allocator.start(key(3), 0, 1, |decision| decisions.push(decision));
    assert_eq!(decisions, [Decision::Start { slot: 1, layer: 0, stolen: true }]);
}
