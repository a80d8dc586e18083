//! A bank made here, one sine wave in many guises, and what plays it.

use proptest::prelude::*;
use ripieno_synth::{
    Bank, Generator, Generators, Interpolation, LoopMode, Modulators, Patch, PresetIndex, Region, Sample, SamplePool,
    SendBuses, Side, Synth, SynthConfig, Wave,
};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};

/// A cycle of the recorded sine in frames: 441 Hz.
pub const CYCLE: u32 = 100;

/// Presets are lists of layers; the pool is a sine of ten cycles.
pub struct TestBank {
    pub pool: Vec<u8>,
    /// The lowest eight bits of 24-bit frames, or none.
    pub low: Vec<u8>,
    pub presets: Vec<Vec<Region>>,
}

impl Bank for TestBank {
    type Player<const VOICES: usize> = ripieno_synth::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        (bank == 0 || bank == 128).then_some(PresetIndex(u16::from(program) % self.presets.len() as u16))
    }

    fn regions(&self, preset: PresetIndex, _key: u8, _velocity: u8, each: impl FnMut(&Region)) {
        self.presets[usize::from(preset.0)].iter().for_each(each);
    }

    fn pool(&self) -> SamplePool<'_> {
        SamplePool { high: &self.pool, low: &self.low, ..SamplePool::default() }
    }
}

pub fn bank(presets: Vec<Vec<Region>>) -> TestBank {
    let frame = |n: u32| (30_000.0 * (core::f32::consts::TAU * n as f32 / CYCLE as f32).sin()) as i16;
    TestBank { pool: (0..10 * CYCLE).flat_map(|n| frame(n).to_le_bytes()).collect(), low: Vec::new(), presets }
}

/// The sine, looped over whole cycles, sounding at its own pitch on key 69.
pub const SINE: Sample = Sample {
    index: 0,
    start: 0,
    end: 10 * CYCLE,
    loop_start: CYCLE,
    loop_end: 9 * CYCLE,
    mode: LoopMode::Continuous,
    rate_hz: 44_100,
    root_key: 69,
    correction_cents: 0,
    side: Side::Mono,
    link: 0,
};

pub fn region(sample: Sample, amounts: &[(Generator, i16)]) -> Region {
    let mut generators = Generators::DEFAULT;
    amounts.iter().for_each(|(generator, amount)| generators.set(*generator, *amount));
    Region { generators, modulators: Modulators::standard(), wave: Wave::Sample(sample) }
}

pub fn plain() -> TestBank {
    bank(vec![vec![region(SINE, &[])]])
}

pub fn config(interpolation: Interpolation) -> SynthConfig {
    SynthConfig { interpolation, gain: 1.0, ..SynthConfig::new(SampleRate::CD) }
}

pub fn synth<const VOICES: usize>(bank: TestBank) -> Box<Synth<TestBank, VOICES>> {
    Box::new(Synth::new(bank, config(Interpolation::Cubic)))
}

pub fn word(bytes: &[u8]) -> MidiWord {
    MidiWord::new(bytes).unwrap()
}

/// Renders both channels and both sends, in calls of the given sizes, repeated.
pub fn render<B: Bank, const V: usize>(synth: &mut Synth<B, V>, frames: usize, sizes: &[usize]) -> [Vec<f32>; 4] {
    let mut out = [(); 4].map(|()| vec![f32::NAN; frames]);
    let [left, right, chorus, reverb] = &mut out;
    let (mut at, mut sizes) = (0, sizes.iter().cycle());
    while at < frames {
        let until = frames.min(at + sizes.next().unwrap());
        let part = at..until;
        synth.render(
            Block::new(&mut left[part.clone()], &mut right[part.clone()]),
            Some(SendBuses::new(&mut chorus[part.clone()], &mut reverb[part])),
        );
        at = until;
    }
    out
}

pub fn left<B: Bank, const V: usize>(synth: &mut Synth<B, V>, frames: usize) -> Vec<f32> {
    render(synth, frames, &[frames]).into_iter().next().unwrap()
}

pub fn peak(signal: &[f32]) -> f32 {
    signal.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// Two halves of one recording, tuned apart: the right one leads.
pub fn stereo_pair() -> Vec<Region> {
    let left_half = Sample { index: 1, side: Side::Left, link: 2, ..SINE };
    let right_half = Sample { index: 2, side: Side::Right, link: 1, ..SINE };
    vec![
        region(left_half, &[(Generator::Pan, -500), (Generator::FineTune, 9)]),
        region(right_half, &[(Generator::Pan, 500)]),
    ]
}

/// Presets that use everything.
pub fn rich() -> TestBank {
    use Generator::*;
    bank(vec![
        vec![region(SINE, &[(FilterCutoff, 7_000), (FilterQ, 200), (ModLfoToFilter, 1_200), (ModLfoFrequency, -200)])],
        vec![
            region(SINE, &[(Pan, -300), (VibLfoToPitch, 50), (ReverbSend, 500), (VolEnvAttack, -4_000)]),
            region(SINE, &[(Pan, 300), (ModEnvToPitch, -700), (ModEnvAttack, -3_000), (ChorusSend, 300)]),
        ],
        vec![region(
            Sample { mode: LoopMode::UntilRelease, loop_start: 333, loop_end: 334, ..SINE },
            &[(VolEnvDecay, -1_000), (VolEnvSustain, 300), (ExclusiveClass, 1)],
        )],
        vec![region(Sample { mode: LoopMode::None, ..SINE }, &[(CoarseTune, 48), (ModEnvToFilter, -5_000)])],
        vec![Region { wave: Wave::Direct(Patch::ElectricPiano), ..region(SINE, &[]) }],
    ])
}

/// Any message, most of them notes.
pub fn message() -> impl Strategy<Value = MidiWord> {
    let byte = 0..128_u8;
    prop_oneof![
        4 => (0..3_u8, 20..110_u8, byte.clone()).prop_map(|(c, k, v)| word(&[0x90 | c, k, v])),
        2 => (0..3_u8, 20..110_u8).prop_map(|(c, k)| word(&[0x80 | c, k, 0])),
        3 => (0..3_u8, byte.clone(), byte.clone()).prop_map(|(c, n, v)| word(&[0xB0 | c, n, v])),
        1 => (0..3_u8, 0..5_u8).prop_map(|(c, p)| word(&[0xC0 | c, p])),
        1 => (0xA0..0xF0_u8, byte.clone(), byte).prop_map(|(s, a, b)| {
            let length = if (0xC0..0xE0).contains(&s) { 2 } else { 3 };
            word(&[s, a, b][..length])
        }),
    ]
}

pub fn interpolation() -> impl Strategy<Value = Interpolation> {
    prop::sample::select(&[Interpolation::Linear, Interpolation::Cubic, Interpolation::Fine, Interpolation::Hq][..])
}
