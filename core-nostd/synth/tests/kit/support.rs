//! Kits whose parts tell themselves by their level: part `n` is a constant of `2^n`, so that a sum says who sounds.

use ripieno_synth::sampler::{
    ControlRange, ControlStart, Frames, Kit, KitDraft, Parameter, Part, Record, Run, Sampler, Trigger, Value, Wave,
    WaveKind, Waves,
};
use ripieno_synth::{Bank, PresetIndex, Region, SamplePool, Synth, SynthConfig};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};

pub const VOICES: usize = 12;

/// Frames of every wave.
pub const FRAMES: u32 = 400_000;

/// A kit and what it plays.
#[derive(Debug)]
pub struct KitBank {
    pub image: Vec<u8>,
    pub waves: Vec<Vec<f32>>,
}

impl Bank for KitBank {
    type Player<const VOICES: usize> = Sampler<VOICES>;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        (bank == 0 && program == 0).then_some(PresetIndex(0))
    }

    fn regions(&self, _: PresetIndex, _: u8, _: u8, _: impl FnMut(&Region)) {}

    fn pool(&self) -> SamplePool<'_> {
        SamplePool::default()
    }

    fn kit(&self) -> Option<Kit<'_>> {
        Kit::new(&self.image).ok()
    }

    fn waves(&self) -> impl Waves {
        self
    }
}

impl Waves for &KitBank {
    fn head(&self, wave: u32) -> Frames<'_> {
        Frames::Float([self.waves.get(wave as usize).map_or(&[], |wave| wave), &[]])
    }

    fn start(&self, _: u16, _: u32, _: u32) {}

    fn read(&self, _: u16, _: u32, out: [&mut [f32]; 2]) -> bool {
        // A kit may promise more frames than there are.
        out.into_iter().for_each(|out| out.fill(0.0));
        true
    }

    fn stop(&self, _: u16) {}
}

/// The tables of a kit, filled.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Of every wave.
    pub frames: u32,
    pub parts: Vec<Part>,
    pub values: Vec<Value>,
    pub ranges: Vec<ControlRange>,
    pub controls: Vec<ControlStart>,
}

impl Default for Tables {
    fn default() -> Self {
        Self { frames: FRAMES, parts: vec![], values: vec![], ranges: vec![], controls: vec![] }
    }
}

impl Tables {
    /// Parts that play wave `n` each.
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let parts = (0..).zip(parts).map(|(wave, part)| Part { wave, ..part }).collect();
        Self { parts, ..Self::default() }
    }

    /// Sets numbers of a part that has none yet.
    pub fn set(mut self, part: usize, values: &[(Parameter, f32)]) -> Self {
        let run = Run { start: self.values.len() as u32, count: values.len() as u32 };
        let value = |&(parameter, value)| Value { parameter: parameter as u16, unused: 0, value };
        self.values.extend(values.iter().map(value));
        self.parts[part].values = run;
        self
    }

    /// A controller's range, 0..=127.
    fn range(&mut self, control: u16, [low, high]: [u8; 2]) -> Run {
        let [low, high] = [low, high].map(|value| f32::from(value) / 127.0);
        self.ranges.push(ControlRange { control, unused: 0, low, high });
        Run { start: self.ranges.len() as u32 - 1, count: 1 }
    }

    /// A part sounds only while a controller is within a range.
    pub fn condition(mut self, part: usize, control: u16, values: [u8; 2]) -> Self {
        self.parts[part].conditions = self.range(control, values);
        self
    }

    /// A controller that comes into a range starts a part.
    pub fn starter(mut self, part: usize, control: u16, values: [u8; 2]) -> Self {
        self.parts[part].starters = self.range(control, values);
        self.parts[part].trigger = Trigger::Control as u8;
        self
    }

    pub fn image(&self) -> Vec<u8> {
        let (mut keys, mut by_key) = (vec![Run::EMPTY; 128], vec![]);
        let of_control = |part: &Part| part.trigger == Trigger::Control as u8;
        for (key, run) in (0_u8..).zip(&mut keys) {
            run.start = by_key.len() as u32;
            let meant = |part: &Part| !of_control(part) && (part.keys[0]..=part.keys[1]).contains(&key);
            by_key.extend((0..).zip(&self.parts).filter(|(_, part)| meant(part)).map(|(number, _): (u32, _)| number));
            run.count = by_key.len() as u32 - run.start;
        }
        let by_control: Vec<u32> =
            (0..).zip(&self.parts).filter(|(_, part)| of_control(part)).map(|(number, _)| number).collect();
        let switches: Vec<u8> = (0..128)
            .filter(|key| self.parts.iter().any(|part| (part.switch_last[0]..=part.switch_last[1]).contains(key)))
            .collect();
        let mut waves: Vec<Wave> = self.parts.iter().map(|_| Wave { frames: self.frames, ..WAVE }).collect();
        (0..).zip(&mut waves).for_each(|(n, wave)| wave.left = n * self.frames);
        let draft = KitDraft {
            parts: &self.parts,
            keys: &keys,
            by_key: &by_key,
            by_control: &by_control,
            values: &self.values,
            ranges: &self.ranges,
            controls: &self.controls,
            switches: &switches,
            waves: &waves,
            ..KitDraft::default()
        };
        let mut image = vec![0; draft.len()];
        draft.write(&mut image).unwrap();
        image
    }

    pub fn bank(&self) -> KitBank {
        let waves = (0..self.parts.len()).map(|n| vec![STEP * (1 << n) as f32; FRAMES as usize]).collect();
        KitBank { image: self.image(), waves }
    }

    pub fn play(&self) -> Player {
        self.play_with(SynthConfig::new(SampleRate::STUDIO))
    }

    pub fn play_with(&self, config: SynthConfig) -> Player {
        Player { synth: Box::new(Synth::new(self.bank(), config)) }
    }
}

/// The level of part 0.
const STEP: f32 = 1.0 / 1024.0;

const WAVE: Wave = Wave {
    kind: WaveKind::Recording as u8,
    channels: 1,
    unused: 0,
    rate_hz: 48_000,
    frames: FRAMES,
    left: 0,
    right: 0,
};

/// A part that plays at one pitch whatever the key.
pub const PART: Part = Part { ..Part::WHOLE };

/// What plays a kit.
pub struct Player {
    pub synth: Box<Synth<KitBank, VOICES>>,
}

impl Player {
    pub fn send(&mut self, messages: &[[u8; 3]]) -> &mut Self {
        for bytes in messages {
            let length = if (0xC0..0xE0).contains(&bytes[0]) { 2 } else { 3 };
            self.synth.midi(MidiWord::new(&bytes[..length]).unwrap());
        }
        self
    }

    pub fn on(&mut self, key: u8) -> &mut Self {
        self.send(&[[0x90, key, 127]])
    }

    pub fn off(&mut self, key: u8) -> &mut Self {
        self.send(&[[0x80, key, 0]])
    }

    pub fn cc(&mut self, controller: u8, value: u8) -> &mut Self {
        self.send(&[[0xB0, controller, value]])
    }

    /// The next frames of the left channel.
    pub fn render(&mut self, frames: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        self.synth.render(Block::new(&mut left, &mut right), None);
        left
    }

    /// How loud it is 10 ms later, in units of part 0 alone at full level.
    pub fn level(&mut self) -> f32 {
        // Half of full scale, and the centre of the panorama.
        self.render(480)[479] / (STEP * 0.5 * core::f32::consts::FRAC_1_SQRT_2)
    }

    /// The parts that sound, one bit each: their levels must be full.
    #[track_caller]
    pub fn heard(&mut self) -> u32 {
        let level = self.level();
        assert!((level - level.round()).abs() < 0.02, "not everything is silent or full: {level}");
        level.round() as u32
    }

    /// Ends all notes, so that the next ones are heard alone.
    pub fn clear(&mut self) -> &mut Self {
        self.synth.panic();
        self.render(4_800);
        self
    }
}

/// A long release, so that a pedal has something to catch.
pub const LONG: &[(Parameter, f32)] = &[(Parameter::AmpRelease, 2.0)];

/// The bytes that a record takes.
pub const fn bytes<T: Record>() -> usize {
    T::BYTES
}
