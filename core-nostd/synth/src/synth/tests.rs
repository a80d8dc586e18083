//! What messages do to the voices, seen from inside: pitches are read off the steps with which they run.

mod exclusive;
mod modes;
mod tunings;
mod zones;

extern crate std;
use super::*;
use crate::Modulators;
use crate::{Generators, LoopMode, Sample, SamplePool, Wave};
use ripieno_types::SampleRate;
use ripieno_types::midi::SysExPart;
use std::{boxed::Box, vec, vec::Vec};

/// A cycle of 64 frames, looped, at its own pitch on key 69. Keys above 96 have a sample of their own, at the same pitch.
struct Loop([u8; 128]);

impl Bank for Loop {
    type Player<const VOICES: usize> = crate::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        Some(PresetIndex(bank << 7 | u16::from(program)))
    }

    fn regions(&self, _: PresetIndex, key: u8, _: u8, mut each: impl FnMut(&Region)) {
        let sample = Sample {
            index: u16::from(key > 96),
            start: 0,
            end: 64,
            loop_start: 0,
            loop_end: 64,
            mode: LoopMode::Continuous,
            rate_hz: 44_100,
            root_key: 69,
            correction_cents: 0,
            side: Side::Mono,
            link: 0,
        };
        each(&Region {
            generators: Generators::DEFAULT,
            modulators: Modulators::standard(),
            wave: Wave::Sample(sample),
        });
    }

    fn pool(&self) -> SamplePool<'_> {
        SamplePool { high: &self.0, ..SamplePool::default() }
    }
}

const VOICES: usize = 128;
type Looped = Synth<Loop, VOICES>;

fn synth_of(config: SynthConfig) -> Box<Looped> {
    let bytes = core::array::from_fn(|n| if n / 2 < 32 { 0x20 } else { 0xE0 });
    Box::new(Synth::new(Loop(bytes), config))
}

fn synth() -> Box<Looped> {
    synth_of(SynthConfig::new(SampleRate::CD))
}

fn send(synth: &mut Looped, words: &[&[u8]]) {
    words.iter().for_each(|bytes| synth.midi(MidiWord::new(bytes).unwrap()));
}

/// A registered parameter of a channel, by its number and the two halves of its value.
fn register(synth: &mut Looped, channel: u8, number: u8, value: (u8, u8)) {
    let status = 0xB0 | channel;
    send(synth, &[&[status, 101, 0], &[status, 100, number], &[status, 6, value.0], &[status, 38, value.1]]);
}

fn sysex(synth: &mut Looped, body: &[u8]) {
    SysExPart::of_body(body).for_each(|part| synth.sysex(part));
}

/// Lets whole control periods pass; what sounded, left and right.
fn pass(synth: &mut Looped, periods: usize) -> [Vec<f32>; 2] {
    let mut out = [(); 2].map(|()| vec![0.0; periods * CONTROL_FRAMES]);
    let [left, right] = &mut out;
    synth.render(Block::new(left, right), None);
    out
}

/// Absolute cents that a voice sounds at, measured by its step.
fn cents(voice: &Voice) -> f64 {
    let (step, _) = voice.speed().unwrap();
    6_900.0 + 1_200.0 * (step as f64 / 4_294_967_296.0).log2()
}

/// Channel, key and cents of every voice that is not on its way out, by channel and key.
fn sounding(synth: &Looped) -> Vec<(u8, u8, f64)> {
    let voices = synth.voices.iter().flatten().filter(|voice| !voice.is_ending());
    let mut found: Vec<_> = voices.map(|voice| (voice.channel, voice.key, cents(voice))).collect();
    found.sort_by_key(|(channel, key, _)| (*channel, *key));
    found
}

/// Holds the sounding voices to channels, keys and absolute cents, within [`TUNING_ERROR`].
#[track_caller]
fn expect(synth: &Looped, expected: &[(u8, u8, f64)]) {
    let found = sounding(synth);
    let is_met = found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| (a.0, a.1) == (b.0, b.1) && (a.2 - b.2).abs() <= TUNING_ERROR);
    assert!(is_met, "found {found:?}, expected {expected:?}");
}

/// Cents that a tuned key may be off.
const TUNING_ERROR: f64 = 0.01;
