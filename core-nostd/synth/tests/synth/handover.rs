//! A synth whose bank, polyphony or whole self is exchanged while it plays.

use crate::support::{
    SINE, TestBank, config, interpolation, message, peak, plain, region, render, rich, stereo_pair, word,
};
use proptest::prelude::*;
use ripieno_synth::{
    Bank, CONTROL_FRAMES, Generator, Interpolation, PresetIndex, Region, SamplePool, Synth, SynthConfig,
};
use ripieno_types::midi::{MidiMessage, MidiWord};
use std::cell::Cell;
use std::rc::Rc;

/// A bank that says when it is dropped.
struct Counted {
    bank: TestBank,
    number: usize,
    alive: Rc<Cell<usize>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

impl Bank for Counted {
    type Player<const VOICES: usize> = ripieno_synth::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        self.bank.find(bank, program)
    }

    fn regions(&self, preset: PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region)) {
        self.bank.regions(preset, key, velocity, each);
    }

    fn pool(&self) -> SamplePool<'_> {
        self.bank.pool()
    }
}

/// Makes banks that are told apart by number, by ear and when they go.
#[derive(Default)]
struct Maker {
    alive: Rc<Cell<usize>>,
    made: usize,
}

impl Maker {
    fn bank(&mut self) -> Counted {
        let mut bank = rich();
        bank.presets[3] = stereo_pair();
        // The first plays the sine, each one after it a wave of its own.
        for (n, byte) in bank.pool.iter_mut().enumerate() {
            *byte = byte.wrapping_add((n * self.made) as u8);
        }
        self.made += 1;
        self.alive.set(self.alive.get() + 1);
        Counted { bank, number: self.made - 1, alive: Rc::clone(&self.alive) }
    }

    fn synth(&mut self, interpolation: Interpolation) -> Box<Synth<Counted, 6>> {
        Box::new(Synth::new(self.bank(), config(interpolation)))
    }
}

fn strikes(message: &MidiWord) -> bool {
    matches!(message.message(), MidiMessage::NoteOn(..))
}

fn script(length: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<(usize, MidiWord)>> {
    prop::collection::vec((0..700_usize, message()), length)
}

fn bits(signals: [Vec<f32>; 4]) -> Vec<u32> {
    signals.into_iter().flatten().map(f32::to_bits).collect()
}

fn play<B: Bank, const V: usize>(synth: &mut Synth<B, V>, script: &[(usize, MidiWord)], sizes: &[usize]) -> Vec<u32> {
    let mut all = vec![];
    for (wait, message) in script {
        all.extend(bits(render(synth, *wait, sizes)));
        synth.midi(*message);
    }
    all
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Midi(MidiWord),
    Swap,
    Fetch,
    Polyphony(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => message().prop_map(Event::Midi),
        2 => Just(Event::Swap),
        2 => Just(Event::Fetch),
        1 => (0..9_usize).prop_map(Event::Polyphony),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_sounds_never_hears_of_a_swap(
        interpolation in interpolation(),
        before in script(1..25),
        after in script(0..10),
        pause in 0..300_usize,
    ) {
        let after: Vec<_> = after.into_iter().filter(|(_, message)| !strikes(message)).collect();
        let sound = |swaps: bool| {
            let mut maker = Maker::default();
            let mut synth = maker.synth(interpolation);
            let mut all = play(&mut synth, &before, &[4_096]);
            all.extend(bits(render(&mut synth, pause, &[97])));
            if swaps {
                prop_assert!(synth.swap_bank(maker.bank()).is_ok());
            }
            all.extend(play(&mut synth, &after, &[64]));
            drop(synth.retired_bank());
            all.extend(bits(render(&mut synth, 2_000, &[64])));
            Ok((all, synth.stats()))
        };
        let (calm, swapped) = (sound(false)?, sound(true)?);
        prop_assert!(calm == swapped, "{:?} {:?}", calm.1, swapped.1);
    }

    #[test]
    fn any_split_gives_the_same_bytes_with_swaps(
        interpolation in interpolation(),
        events in prop::collection::vec((0..700_usize, event()), 1..30),
        sizes in prop::collection::vec(1..300_usize, 1..12),
    ) {
        let play = |sizes: &[usize]| {
            let mut maker = Maker::default();
            let mut synth = maker.synth(interpolation);
            let (mut all, mut fetched) = (vec![], vec![]);
            for (wait, event) in &events {
                all.extend(bits(render(&mut synth, *wait, sizes)));
                match *event {
                    Event::Midi(message) => synth.midi(message),
                    Event::Swap => drop(synth.swap_bank(maker.bank())),
                    Event::Fetch => fetched.push(synth.retired_bank().map(|bank| bank.number)),
                    Event::Polyphony(voices) => synth.set_polyphony(voices),
                }
            }
            (all, fetched, synth.stats())
        };
        let (whole, parts) = (play(&[4_096]), play(&sizes));
        prop_assert!(whole == parts, "{:?} {:?}, {:?} {:?}", whole.1, parts.1, whole.2, parts.2);
    }

    #[test]
    fn after_silence_the_old_bank_comes_back_once(before in script(0..25), pause in 0..300_usize) {
        let mut maker = Maker::default();
        let mut synth = maker.synth(Interpolation::Linear);
        play(&mut synth, &before, &[512]);
        render(&mut synth, pause, &[512]);
        prop_assert!(synth.swap_bank(maker.bank()).is_ok());
        synth.panic();
        render(&mut synth, 512, &[64]);
        prop_assert!(synth.is_silent());
        prop_assert_eq!(synth.retired_bank().map(|bank| bank.number), Some(0));
        prop_assert!(synth.retired_bank().is_none());
        prop_assert_eq!((synth.bank().number, maker.alive.get()), (1, 1));
    }

    #[test]
    fn an_heir_plays_the_next_note_alike(before in script(1..40), notes in prop::collection::vec((0..3_u8, 20..110_u8), 1..5)) {
        // A glide depends on the note before, which only one of the two has heard.
        let glides = |word: &MidiWord| matches!(word.as_bytes(), [0xB0..=0xBF, 65 | 84, _]);
        let before: Vec<_> = before.into_iter().filter(|(_, message)| !glides(message)).collect();
        let mut synth = Maker::default().synth(Interpolation::Cubic);
        synth.midi(word(&[0xB0, 64, 127]));
        play(&mut synth, &before, &[512]);
        // What the channels heard besides notes, and pedals lifted, said again to a fresh synth.
        let mut told = Maker::default().synth(Interpolation::Cubic);
        let words = before.iter().map(|(_, message)| *message).filter(|message| !strikes(message));
        let lifted = (0..16).flat_map(|channel| [64, 66].map(|pedal| word(&[0xB0 | channel, pedal, 0])));
        words.chain(lifted).for_each(|word| told.midi(word));
        let mut heir = Maker::default().synth(Interpolation::Cubic);
        heir.inherit(&synth);
        for (channel, key) in notes {
            // A pedal goes down anew, whatever the one of the old synth did.
            let words = [[0x90 | channel, key, 100], [0xB0 | channel, 64, 127], [0x80 | channel, key, 0]];
            let [told, found] = [&mut told, &mut heir].map(|synth| {
                let script = words.map(|bytes| (500, word(&bytes)));
                [play(synth, &script, &[64]), bits(render(synth, 2_000, &[64]))].concat()
            });
            prop_assert!(told == found);
        }
    }
}

#[test]
fn hammering_swaps_loses_no_bank() {
    let mut maker = Maker::default();
    let mut synth = maker.synth(Interpolation::Linear);
    let mut seed = 1_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let (mut back, mut refused) = (vec![], 0);
    for _ in 0..1_000 {
        synth.midi(word(&[0xC0, random(5) as u8]));
        synth.midi(word(&[0x90, 40 + random(40) as u8, 100]));
        render(&mut synth, random(300) as usize, &[64]);
        let bank = maker.bank();
        let number = bank.number;
        match synth.swap_bank(bank) {
            Ok(()) => assert_eq!(synth.bank().number, number),
            Err(bank) => {
                assert_eq!(bank.number, number, "another bank came back");
                refused += 1;
                back.push(bank);
            }
        }
        if random(3) == 0 {
            render(&mut synth, random(1_000) as usize, &[64]);
            back.extend(synth.retired_bank());
        }
        assert_eq!(maker.alive.get(), maker.made, "the synth dropped a bank");
    }
    let mut numbers: Vec<_> = back.iter().map(|bank| bank.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), back.len(), "a bank came back twice");
    assert!(refused > 100 && refused < 900, "one side was hardly tried: {refused} refused");
    let held = maker.made - back.len();
    assert!(held == 1 || held == 2, "{held} banks in one synth");
    drop(synth);
    assert_eq!(maker.alive.get(), back.len(), "a bank outlived its synth");
}

#[test]
fn a_refused_swap_makes_room_for_the_next() {
    let mut maker = Maker::default();
    let mut synth = maker.synth(Interpolation::Cubic);
    // One note a bank, held for ever.
    let strike = |synth: &mut Synth<Counted, 6>, key| {
        synth.midi(word(&[0xC0, 1]));
        synth.midi(word(&[0x90, key, 127]));
        render(synth, 1_000, &[64]);
    };
    strike(&mut synth, 50);
    assert!(synth.swap_bank(maker.bank()).is_ok());
    strike(&mut synth, 57);
    assert!(synth.retired_bank().is_none());
    assert_eq!(synth.active_voices(), 4);
    let refused = synth.swap_bank(maker.bank()).expect_err("the first note still sounds");
    // 5 ms, and a control period to notice.
    render(&mut synth, 221 + 2 * CONTROL_FRAMES, &[64]);
    assert_eq!(synth.active_voices(), 2, "the second note goes on");
    assert!(synth.swap_bank(maker.bank()).is_err(), "the first bank was not fetched");
    assert_eq!(synth.retired_bank().map(|bank| bank.number), Some(0));
    assert!(synth.swap_bank(refused).is_ok());
    assert_eq!(synth.active_voices(), 2);
    assert!(synth.retired_bank().is_none(), "the second note still sounds");
}

#[test]
fn what_reads_no_samples_keeps_no_bank() {
    let mut maker = Maker::default();
    let mut synth = maker.synth(Interpolation::Cubic);
    synth.midi(word(&[0xC0, 4]));
    synth.midi(word(&[0x90, 60, 127]));
    render(&mut synth, 100, &[64]);
    assert!(synth.swap_bank(maker.bank()).is_ok());
    assert_eq!(synth.retired_bank().map(|bank| bank.number), Some(0));
    assert!(peak(&render(&mut synth, 1_000, &[64])[0]) > 0.1, "the note goes on");
}

#[test]
fn a_stolen_voice_fades_on_its_own_bank() {
    let mut maker = Maker::default();
    let mut synth = Box::new(Synth::<_, 1>::new(maker.bank(), config(Interpolation::Linear)));
    synth.midi(word(&[0x90, 50, 127]));
    render(&mut synth, 1_000, &[64]);
    assert!(synth.swap_bank(maker.bank()).is_ok());
    synth.midi(word(&[0x90, 57, 127]));
    assert_eq!((synth.active_voices(), synth.stats().steals), (1, 1));
    assert!(synth.retired_bank().is_none(), "the first note still fades");
    render(&mut synth, 221 + 2 * CONTROL_FRAMES, &[64]);
    assert_eq!(synth.retired_bank().map(|bank| bank.number), Some(0));
}

#[test]
fn programs_are_looked_up_in_the_bank_that_plays() {
    // Program 3 is the second preset of two and the first of three.
    let with = |attenuations: &[i16]| {
        let preset = |attenuation: &i16| vec![region(SINE, &[(Generator::Attenuation, *attenuation)])];
        let bank = TestBank { presets: attenuations.iter().map(preset).collect(), ..plain() };
        Box::new(Synth::<_, 4>::new(bank, config(Interpolation::Cubic)))
    };
    let (mut swapped, mut heir) = (with(&[0, 1_440]), with(&[0, 1_440, 1_440]));
    swapped.midi(word(&[0xC0, 3]));
    heir.inherit(&swapped);
    assert!(swapped.swap_bank(TestBank { presets: heir.bank().presets.clone(), ..plain() }).is_ok());
    for mut synth in [swapped, heir] {
        synth.midi(word(&[0x90, 69, 127]));
        assert!(peak(&render(&mut synth, 2_000, &[64])[0]) > 0.1);
    }
}

#[test]
fn fewer_voices_fade_the_rest_and_more_are_taken_at_once() {
    let mut synth = Box::new(Synth::<_, 8>::new(plain(), config(Interpolation::Linear)));
    let strike = |synth: &mut Synth<TestBank, 8>, keys: std::ops::Range<u8>| {
        for key in keys {
            synth.midi(word(&[0x90, key, 100]));
            render(synth, 300, &[64]);
        }
    };
    strike(&mut synth, 40..48);
    synth.set_polyphony(3);
    assert_eq!((synth.active_voices(), synth.config().polyphony), (8, 3), "they fade, they are not cut");
    render(&mut synth, 221 + 2 * CONTROL_FRAMES, &[64]);
    assert_eq!(synth.active_voices(), 3);
    strike(&mut synth, 50..60);
    assert_eq!(synth.active_voices(), 3);
    for (asked, granted) in [(0, 1), (usize::MAX, 8)] {
        synth.set_polyphony(asked);
        assert_eq!(synth.config(), &SynthConfig { polyphony: granted, ..*synth.config() });
    }
    strike(&mut synth, 60..70);
    assert_eq!(synth.active_voices(), 8);
    // Notes that begin while others fade steal from those.
    synth.set_polyphony(1);
    synth.midi(word(&[0x90, 80, 100]));
    render(&mut synth, 1_000, &[64]);
    assert_eq!(synth.active_voices(), 1);
}
