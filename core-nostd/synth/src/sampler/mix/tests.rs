//! Voices of parts as they come out of the mixer.

extern crate std;
use super::*;
use crate::sampler::aim::{Aim, Cue, EqAim, FilterAim};
use crate::sampler::kit::{Kit, KitDraft};
use crate::sampler::part::{FilterKind, Part, Repeat};
use crate::sampler::shapes::{Wave, WaveKind};
use crate::sampler::waves::Frames;
use core::cell::{Cell, RefCell};
use proptest::prelude::*;
use ripieno_types::SampleRate;
use std::vec::Vec;
use std::{format, vec};

const RATE: f32 = 48_000.0;

/// A store whose stream delivers up to a frame.
#[derive(Debug, Default)]
pub struct Store {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
    head: usize,
    arrived: Cell<usize>,
    log: RefCell<Vec<(u32, usize)>>,
}

impl Store {
    pub fn whole(left: Vec<f32>, right: Vec<f32>) -> Self {
        let head = left.len();
        Self { left, right, head, arrived: Cell::new(usize::MAX), log: RefCell::default() }
    }
}

impl Waves for Store {
    fn head(&self, _: u32) -> Frames<'_> {
        Frames::Float([&self.left[..self.head], self.right.get(..self.head).unwrap_or(&[])])
    }

    fn start(&self, _: u16, _: u32, at: u32) {
        self.log.borrow_mut().push((at, 0));
    }

    fn read(&self, _: u16, at: u32, out: [&mut [f32]; 2]) -> bool {
        let until = at as usize + out[0].len();
        assert!(at as usize >= self.head && until <= self.left.len());
        self.log.borrow_mut().push((at, out[0].len()));
        if until > self.arrived.get() {
            return false;
        }
        for (channel, out) in [&self.left, &self.right].into_iter().zip(out) {
            if !out.is_empty() {
                out.copy_from_slice(&channel[at as usize..until]);
            }
        }
        true
    }

    fn stop(&self, _: u16) {}
}

struct One(Tone);

impl Tones for One {
    fn places(&self) -> usize {
        1
    }

    fn tone(&mut self, _: usize) -> Option<&mut Tone> {
        Some(&mut self.0)
    }
}

pub fn wave(store: &Store) -> Wave {
    Wave {
        kind: WaveKind::Recording as u8,
        channels: if store.right.is_empty() { 1 } else { 2 },
        unused: 0,
        rate_hz: RATE as u32,
        frames: store.left.len() as u32,
        left: 0,
        right: 0,
    }
}

pub const STRAIGHT: Aim = Aim {
    ratio: 1.0,
    gains: [[1.0, 0.0], [0.0, 1.0]],
    sends: [0.0; 2],
    filters: [FilterAim { cutoff_hz: 0.0, resonance_db: 0.0, gain_db: 0.0 }; 2],
    equalisers: [EqAim { frequency_hz: 1000.0, bandwidth: 1.0, gain_db: 0.0 }; 3],
    detune_cents: 0.0,
    modulation: 0.0,
    onset: None,
};

pub fn tone(part: &Part, wave: Wave) -> Tone {
    let draft = KitDraft { waves: &[wave], ..KitDraft::default() };
    let mut image = vec![0; draft.len()];
    draft.write(&mut image).unwrap();
    Tone::new(&Kit::new(&image).unwrap(), part, 0, part.offset, 0, &Cue::PLAIN, RATE)
}

/// Renders `frames` in blocks; `act` is called before each period, with its number.
pub fn render(
    tone: Tone,
    store: &Store,
    interpolation: Interpolation,
    blocks: &[usize],
    frames: usize,
    mut act: impl FnMut(usize, &mut Tone),
) -> (Vec<[f32; 4]>, u32) {
    let mut config = SynthConfig::new(SampleRate::STUDIO);
    (config.interpolation, config.gain) = (interpolation, 2.0 * SynthConfig::DEFAULT_GAIN);
    let (mut one, mut mixer, mut late) = (One(tone), ToneMixer::SILENT, 0);
    one.0.start(store);
    let mut out = Vec::new();
    let mut sizes = blocks.iter().cycle();
    while out.len() < frames {
        let from = out.len() % CONTROL_FRAMES;
        if from == 0 {
            act(out.len() / CONTROL_FRAMES, &mut one.0);
        }
        let count = (*sizes.next().unwrap()).clamp(1, CONTROL_FRAMES - from);
        let mut buses = [[0.0; CONTROL_FRAMES]; 4];
        let span = ToneSpan::new(&config, 240.0, from);
        late += mixer.play(&mut one, [store, store], &span, buses.each_mut().map(|bus| &mut bus[..count]));
        out.extend((0..count).map(|n| buses.map(|bus| bus[n])));
    }
    (out, late)
}

fn left(part: &Part, store: &Store, aim: &Aim, frames: usize) -> Vec<f32> {
    let tone = tone(part, wave(store));
    let (out, _) = render(tone, store, Interpolation::Linear, &[64], frames, |n, tone| tone.aim(aim, 0, n == 0));
    out.iter().map(|frame| frame[0]).take(frames).collect()
}

fn ramp(frames: usize) -> Store {
    Store::whole((1..=frames).map(|n| n as f32).collect(), Vec::new())
}

#[test]
fn frames_follow_each_other_as_the_part_says() {
    let part = |repeat: Repeat, edit: &dyn Fn(&mut Part)| {
        let mut part = Part { repeat: repeat as u8, ..Part::WHOLE };
        edit(&mut part);
        part
    };
    let check = |part: Part, expected: &[f32]| {
        let found = left(&part, &ramp(10), &STRAIGHT, expected.len());
        assert_eq!(found, expected, "{part:?}");
    };
    let none = Repeat::None;
    check(part(none, &|_| ()), &[1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 0., 0.]);
    check(part(none, &|part| (part.offset, part.end) = (2, 5)), &[3., 4., 5., 0., 0.]);
    check(part(none, &|part| part.offset = 10), &[0., 0., 0.]);
    check(part(none, &|part| part.flags |= Part::INVERTED), &[-1., -2., -3.]);
    check(part(none, &|part| (part.offset, part.count) = (8, 3)), &[9., 10., 9., 10., 9., 10., 0., 0.]);
    check(part(none, &|part| (part.count, part.end) = (1, 2)), &[1., 2., 0., 0.]);
    let reverse = |part: &mut Part| part.flags |= Part::REVERSE;
    check(part(none, &reverse), &[10., 9., 8., 7., 6., 5., 4., 3., 2., 1., 0., 0.]);
    check(part(none, &|part| (part.offset, part.end) = (8, 9)), &[9., 0.]);
    let looped = |part: &mut Part| (part.loop_start, part.loop_end) = (2, 5);
    check(part(Repeat::Continuous, &looped), &[1., 2., 3., 4., 5., 3., 4., 5., 3., 4.]);
    check(part(Repeat::Sustain, &looped), &[1., 2., 3., 4., 5., 3., 4., 5., 3., 4.]);
    check(part(none, &looped), &[1., 2., 3., 4., 5., 6.]);
    let twice = |part: &mut Part| (part.loop_start, part.loop_end, part.count) = (2, 5, 2);
    check(part(Repeat::Continuous, &twice), &[1., 2., 3., 4., 5., 3., 4., 5., 3., 4., 5., 6., 7., 8., 9., 10., 0.]);
    let backwards = |part: &mut Part| {
        looped(part);
        reverse(part);
    };
    check(part(Repeat::Continuous, &backwards), &[10., 9., 8., 7., 6., 8., 7., 6., 8.]);
    // Loops that are none, lie outside, or behind the offset.
    check(part(Repeat::Continuous, &|part| (part.loop_start, part.loop_end) = (5, 5)), &[1., 2., 3., 4., 5., 6.]);
    check(
        part(Repeat::Continuous, &|part| (part.loop_start, part.loop_end) = (8, 99)),
        &[1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 9., 10., 9.],
    );
    let behind = |part: &mut Part| (part.loop_start, part.loop_end, part.offset) = (2, 5, 8);
    check(part(Repeat::Continuous, &behind), &[3., 4., 5., 3.]);
}

#[test]
fn a_loop_for_as_long_as_the_key_is_held_plays_out() {
    let part = Part { repeat: Repeat::Sustain as u8, loop_start: 2, loop_end: 5, ..Part::WHOLE };
    let store = ramp(80);
    let (out, _) = render(tone(&part, wave(&store)), &store, Interpolation::Linear, &[64], 256, |n, tone| {
        tone.aim(&STRAIGHT, 0, n == 0);
        if n == 1 {
            tone.release();
        }
        assert_eq!(tone.is_over(), n == 3, "{n}");
    });
    let found: Vec<f32> = out.iter().map(|frame| frame[0]).skip(62).take(6).collect();
    assert_eq!(found, [3., 4., 5., 6., 7., 8.]);
}

#[test]
fn loops_fade_into_their_start() {
    // Silence before the loop, 1 in it: what fades in is silence.
    let store = Store::whole((0..200).map(|n| f32::from(n >= 100)).collect(), Vec::new());
    let mut part = Part { repeat: Repeat::Continuous as u8, loop_start: 100, loop_end: 200, ..Part::WHOLE };
    part.loop_crossfade = 50;
    let found = left(&part, &store, &STRAIGHT, 400);
    // As sfizz renders it: the squares of cosine and sine.
    for (n, expected) in [(0, 1.0), (1, 0.9990), (2, 0.9961), (10, 0.9045), (25, 0.5), (40, 0.0955), (49, 0.0010)] {
        for pass in [150, 250, 350] {
            assert!((found[pass + n] - expected).abs() < 1e-4, "{pass} {n}: {}", found[pass + n]);
        }
    }
    assert_eq!([found[149], found[200], found[249], found[300]], [1.0; 4]);
    // No longer than what leads to the loop, and than the loop.
    part = Part { loop_start: 5, loop_end: 25, loop_crossfade: 1000, ..part };
    assert_eq!(left(&part, &store, &STRAIGHT, 100), [0.0; 100]);
}

#[test]
fn every_store_reads_alike() {
    struct Shorts(Vec<i16>, Vec<u8>, bool);
    impl Waves for Shorts {
        fn head(&self, _: u32) -> Frames<'_> {
            if self.2 {
                let pool = crate::SamplePool { high: &self.1, ..crate::SamplePool::default() };
                return Frames::Pool(pool, [0, 50]);
            }
            Frames::Short([&self.0[..50], &self.0[50..]])
        }
        fn start(&self, _: u16, _: u32, _: u32) {}
        fn read(&self, _: u16, _: u32, _: [&mut [f32]; 2]) -> bool {
            false
        }
        fn stop(&self, _: u16) {}
    }
    let frames: Vec<i16> = (0..100).map(|n| n * 300 - 7000).collect();
    let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.to_le_bytes()).collect();
    let floats: Vec<f32> = frames.iter().map(|frame| f32::from(*frame) / 32_768.0).collect();
    let store = Store::whole(floats[..50].to_vec(), floats[50..].to_vec());
    for kind in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Fine, Interpolation::Hq] {
        let tone = tone(&Part::WHOLE, wave(&store));
        let play = |waves: &Shorts| {
            let mut config = SynthConfig::new(SampleRate::STUDIO);
            config.interpolation = kind;
            let mut buses = [[0.0; 64]; 2];
            let (mut one, mut mixer) = (One(tone), ToneMixer::SILENT);
            one.0.aim(&Aim { ratio: 0.7, ..STRAIGHT }, 0, true);
            let [left, right] = &mut buses;
            let span = ToneSpan::new(&config, 240.0, 0);
            mixer.play(&mut one, [waves, waves], &span, [left, right, &mut [], &mut []]);
            buses
        };
        let short = play(&Shorts(frames.clone(), bytes.clone(), false));
        assert_eq!(short, play(&Shorts(frames.clone(), bytes.clone(), true)));
        let (floats, _) =
            render(tone, &store, kind, &[64], 64, |_, tone| tone.aim(&Aim { ratio: 0.7, ..STRAIGHT }, 0, true));
        for (n, frame) in floats.iter().enumerate() {
            assert_eq!([frame[0] * 0.5, frame[1] * 0.5], [short[0][n], short[1][n]], "{kind:?} {n}");
        }
    }
}

#[test]
fn late_frames_are_silence_without_a_click() {
    let sine = |n: usize| (n as f32 * 0.02).sin();
    let mut store = Store::whole((0..20_000).map(sine).collect(), (0..20_000).map(|n| sine(n + 50)).collect());
    store.head = 1000;
    store.arrived.set(3000);
    let (out, late) =
        render(tone(&Part::WHOLE, wave(&store)), &store, Interpolation::Fine, &[32], 10_000, |n, tone| {
            tone.aim(&STRAIGHT, 0, n == 0);
            if n == 60 {
                store.arrived.set(usize::MAX);
            }
        });
    // Frames 3000..3840 were late: 13 periods and the one in which the first were missed.
    assert_eq!(late, 14);
    let steps = |from: usize| out[from..].windows(2).map(|pair| (pair[1][0] - pair[0][0]).abs()).fold(0.0, f32::max);
    assert!(steps(0) < 0.09, "{}", steps(0));
    assert!(out[3200..3840].iter().all(|frame| frame[0] == 0.0));
    for n in (0..2900).chain(4100..10_000) {
        assert!((out[n][0] - sine(n)).abs() < 1e-3 && (out[n][1] - sine(n + 50)).abs() < 1e-3, "{n}");
    }
    let log = store.log.borrow();
    assert_eq!(log[0], (1000, 0));
    assert!(log[1..].iter().all(|(_, frames)| *frames > 0));
}

#[test]
fn a_stream_turns_with_its_loop() {
    let mut store = Store::whole((0..6_000).map(|n| n as f32).collect(), Vec::new());
    store.head = 1_000;
    let part = Part { repeat: Repeat::Continuous as u8, loop_start: 2_000, loop_end: 5_000, ..Part::WHOLE };
    for (step, frames) in [(1.0, 20_000), (0.125, 60_000)] {
        store.log.borrow_mut().clear();
        let aim = Aim { ratio: step, ..STRAIGHT };
        let tone = tone(&part, wave(&store));
        let (out, late) =
            render(tone, &store, Interpolation::Hq, &[64, 7], frames, |n, tone| tone.aim(&aim, 0, n == 0));
        assert_eq!(late, 0);
        for (n, frame) in out.iter().enumerate() {
            let at = n as f32 * step;
            let expected = if at < 5_000.0 { at } else { 2_000.0 + (at - 2_000.0) % 3_000.0 };
            // Within the kernel's reach of the seam it rings.
            if (2_012.0..4_988.0).contains(&expected) {
                assert!((frame[0] - expected).abs() < 0.02, "{n}: {frame:?} {expected}");
            }
        }
        let starts: Vec<u32> = store.log.borrow().iter().filter(|entry| entry.1 == 0).map(|entry| entry.0).collect();
        let turns = ((frames as f32 * step - 2_000.0) / 3_000.0) as usize;
        assert_eq!(starts[0], 1_000);
        assert_eq!(starts[1..], vec![2_000; turns]);
    }
}

#[test]
fn a_tail_rings_out_before_the_voice_is_over() {
    let store = Store::whole(vec![1.0], Vec::new());
    let part = Part { filters: [FilterKind::Lpf2 as u8, 0], ..Part::WHOLE };
    let mut aim = STRAIGHT;
    aim.filters[0] = FilterAim { cutoff_hz: 100.0, resonance_db: 24.0, gain_db: 0.0 };
    let mut over = None;
    render(tone(&part, wave(&store)), &store, Interpolation::Linear, &[64], 48_000, |n, tone| {
        tone.aim(&aim, 0, n == 0);
        if tone.is_over() && over.is_none() {
            over = Some(n);
        }
    });
    assert!((20..750).contains(&over.unwrap()), "{over:?}");
}

fn arbitrary_aim() -> impl Strategy<Value = Aim> {
    let number = || prop_oneof![8 => -1e5_f32..1e5, 4 => -2.0_f32..2.0, 1 => any::<f32>()];
    let filters = proptest::array::uniform2((number(), number(), number()));
    let bands = proptest::array::uniform3((number(), number(), number()));
    let gains = proptest::array::uniform4(number());
    (number(), gains, [number(), number()], filters, bands).prop_map(|(ratio, gains, sends, filters, bands)| Aim {
        ratio,
        gains: [[gains[0], gains[1]], [gains[2], gains[3]]],
        sends,
        filters: filters.map(|(cutoff_hz, resonance_db, gain_db)| FilterAim { cutoff_hz, resonance_db, gain_db }),
        equalisers: bands.map(|(frequency_hz, bandwidth, gain_db)| EqAim { frequency_hz, bandwidth, gain_db }),
        ..STRAIGHT
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_part_and_aims_give_finite_frames_however_blocks_are_cut(
        frames in proptest::collection::vec(prop_oneof![9 => -1.0_f32..1.0, 1 => any::<f32>()], 1..400),
        aims in proptest::collection::vec(arbitrary_aim(), 1..5),
        (kinds, bands) in (any::<[u8; 2]>(), any::<[u8; 3]>()),
        (repeat, flags, is_stereo) in (0..4_u8, any::<u16>(), any::<bool>()),
        places in proptest::array::uniform6(0..500_u32),
        blocks in proptest::collection::vec(1..65_usize, 1..8),
        quality in 0..4_usize,
    ) {
        let store = Store::whole(frames.clone(), if is_stereo { frames } else { Vec::new() });
        let [offset, end, loop_start, loop_end, loop_crossfade, count] = places;
        let part = Part {
            repeat, flags, offset, end, loop_start, loop_end, loop_crossfade, count,
            filters: kinds.map(|kind| kind % 24), equalisers: bands, ..Part::WHOLE
        };
        let quality = [Interpolation::Linear, Interpolation::Cubic, Interpolation::Fine, Interpolation::Hq][quality];
        let play = |blocks: &[usize]| render(tone(&part, wave(&store)), &store, quality, blocks, 640, |n, tone| {
            match n {
                7 => tone.release(),
                8 => tone.fade(0, 240.0),
                _ => {}
            }
            if n < 9 { tone.aim(&aims[n % aims.len()], 0, n == 0) } else { tone.drift() }
        }).0;
        let whole = play(&[64]);
        prop_assert!(whole.as_flattened().iter().all(|frame| frame.is_finite()));
        let bits = |frames: &[[f32; 4]]| frames.as_flattened().iter().map(|frame| frame.to_bits()).collect::<Vec<_>>();
        prop_assert!(bits(&play(&blocks)) == bits(&whole), "{}", format!("{blocks:?}"));
    }
}
