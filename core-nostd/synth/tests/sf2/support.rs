//! One instrument, what plays it, and what can be read off the sound.
//!
//! Three recordings make measuring plain. A flat one sounds as its own envelope; a ramp that rises by one a frame has its
//! pitch as its slope; a click sounds as the response of what it runs through.

use crate::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone};
use ripieno_synth::{Generator, Interpolation, SendBuses, Sf2Profile, SoundFont, Synth, SynthConfig};
use ripieno_types::{Block, SampleRate, midi::MidiWord};
use std::sync::OnceLock;

/// Frames a second, of recordings and of the sound.
pub const RATE: f64 = 48_000.0;

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wave {
    /// Half of full scale throughout, looped.
    Flat,
    /// From the lowest value to the highest in steps of one, once.
    Ramp,
    /// Silence but for one frame.
    Click(usize),
}

impl Wave {
    fn sample(self) -> Sample {
        let rate = RATE as u32;
        match self {
            Self::Flat => Sample::from_i16("Flat", rate, &[16_384; 256]).looped(64, 192),
            Self::Ramp => {
                static FRAMES: OnceLock<Vec<i16>> = OnceLock::new();
                Sample::from_i16("Ramp", rate, FRAMES.get_or_init(|| (i16::MIN..=i16::MAX).collect()))
            }
            Self::Click(at) => {
                let mut frames = vec![0; at + 20_000];
                frames[at] = 16_384;
                Sample::from_i16("Click", rate, &frames)
            }
        }
    }
}

/// An instrument of one zone below one preset zone, each with a global zone, and a note on it.
#[derive(Clone, Debug)]
pub struct Case {
    pub wave: Wave,
    pub zone: Zone,
    pub global: Zone,
    pub preset: Zone,
    pub preset_global: Zone,
    pub profile: Sf2Profile,
    pub version: (u16, u16),
    pub key: u8,
    pub velocity: u8,
    /// Messages before the note.
    pub before: Vec<[u8; 3]>,
}

/// The four buses.
#[derive(Clone, Debug, Default)]
pub struct Sound {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
    pub chorus: Vec<f32>,
    pub reverb: Vec<f32>,
}

pub type Player = Box<Synth<SoundFont<Vec<u8>>, 8>>;

impl Case {
    /// Volume and expression full, no sends; key 60 plays the recording as it is.
    pub fn new(wave: Wave) -> Self {
        Self {
            wave,
            zone: Zone::new(),
            global: Zone::new(),
            preset: Zone::new(),
            preset_global: Zone::new(),
            profile: Sf2Profile::V2_04,
            version: (2, 4),
            key: 60,
            velocity: 127,
            before: vec![[0xB0, 7, 127], [0xB0, 91, 0]],
        }
    }

    pub fn set(mut self, generator: Generator, amount: i16) -> Self {
        self.zone = self.zone.set(generator, amount);
        self
    }

    pub fn preset(mut self, generator: Generator, amount: i16) -> Self {
        self.preset = self.preset.set(generator, amount);
        self
    }

    pub fn modulator(mut self, record: ModulatorRecord) -> Self {
        self.zone = self.zone.modulator(record);
        self
    }

    pub fn key(self, key: u8) -> Self {
        Self { key, ..self }
    }

    pub fn velocity(self, velocity: u8) -> Self {
        Self { velocity, ..self }
    }

    pub fn profile(self, profile: Sf2Profile) -> Self {
        Self { profile, ..self }
    }

    pub fn say(mut self, message: [u8; 3]) -> Self {
        self.before.push(message);
        self
    }

    pub fn file(&self) -> SoundFontFile {
        let mut file = SoundFontFile::new("Cases").version(self.version.0, self.version.1);
        let sample = file.sample(self.wave.sample());
        let mut zone = self.zone.clone();
        if self.wave == Wave::Flat {
            zone.generators.insert(0, (Generator::SampleModes as u16, 1));
        }
        let instrument = file.instrument("Case", vec![self.global.clone(), zone.sample(sample)]);
        file.preset("Case", 0, 0, vec![self.preset_global.clone(), self.preset.clone().instrument(instrument)]);
        file
    }

    /// The synth, told everything but the note.
    pub fn player(&self) -> Player {
        player(&self.file(), self.profile, &self.before)
    }

    /// The note, held all the time.
    pub fn play(&self, seconds: f64) -> Sound {
        let mut player = self.player();
        strike(&mut player, self.key, self.velocity);
        render(&mut player, frames(seconds))
    }

    /// The note, held for a while and let go.
    pub fn play_and_release(&self, held: f64, then: f64) -> Sound {
        let mut player = self.player();
        strike(&mut player, self.key, self.velocity);
        let mut sound = render(&mut player, frames(held));
        player.midi(word(&[0x80, self.key, 0]));
        sound.append(render(&mut player, frames(then)));
        sound
    }
}

impl Sound {
    pub fn append(&mut self, other: Self) {
        self.left.extend(other.left);
        self.right.extend(other.right);
        self.chorus.extend(other.chorus);
        self.reverb.extend(other.reverb);
    }
}

pub fn frames(seconds: f64) -> usize {
    (seconds * RATE).round() as usize
}

pub fn player(file: &SoundFontFile, profile: Sf2Profile, before: &[[u8; 3]]) -> Player {
    let mut player = open(file.to_bytes(), profile);
    // Pressure of a channel has one value.
    let length = |message: &[u8; 3]| if message[0] & 0xF0 == 0xD0 { 2 } else { 3 };
    before.iter().for_each(|message| player.midi(word(&message[..length(message)])));
    player
}

pub fn open(bytes: Vec<u8>, profile: Sf2Profile) -> Player {
    let font = SoundFont::new(bytes).unwrap();
    // Of four points: what it reads at its own pitch, clicks and straight lines, comes out as it is.
    let interpolation = Interpolation::Cubic;
    let config =
        SynthConfig { gain: 1.0, interpolation, profile, ..SynthConfig::new(SampleRate::new(RATE as u32).unwrap()) };
    Box::new(Synth::new(font, config))
}

pub fn word(bytes: &[u8]) -> MidiWord {
    MidiWord::new(bytes).unwrap()
}

pub fn strike(player: &mut Player, key: u8, velocity: u8) {
    player.midi(word(&[0x90, key, velocity]));
}

pub fn render(player: &mut Player, frames: usize) -> Sound {
    let [mut left, mut right, mut chorus, mut reverb] = [(); 4].map(|()| vec![0.0; frames]);
    player.render(Block::new(&mut left, &mut right), Some(SendBuses::new(&mut chorus, &mut reverb)));
    Sound { left, right, chorus, reverb }
}

pub fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

/// The mean of a flat recording's sound.
pub fn level(signal: &[f32]) -> f64 {
    signal.iter().map(|x| f64::from(*x)).sum::<f64>() / signal.len() as f64
}

/// The level of a held note of the flat recording after `at` seconds, in decibels of a plain note's.
pub fn level_db(case: &Case, at: f64) -> f64 {
    let read = |case: &Case| {
        let Sound { left, right, .. } = case.play(at + 0.01);
        let power = |signal: &[f32]| level(&signal[frames(at)..]).powi(2);
        (power(&left) + power(&right)).sqrt()
    };
    decibels(read(case) / read(&Case { profile: case.profile, ..Case::new(Wave::Flat) }))
}

/// Asserts that a figure lies where it should.
#[track_caller]
pub fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

/// The first place behind `from`, in seconds, at which a signal crosses a threshold, upwards or downwards.
#[track_caller]
pub fn crossing(signal: &[f32], from: f64, threshold: f64, is_rising: bool) -> f64 {
    let first = frames(from);
    let pairs = signal[first..].windows(2).enumerate();
    let mut places = pairs.filter_map(|(n, pair)| {
        let [a, b] = [pair[0], pair[1]].map(|x| f64::from(x) - threshold);
        let has_crossed = if is_rising { a < 0.0 && b >= 0.0 } else { a > 0.0 && b <= 0.0 };
        has_crossed.then(|| (first + n) as f64 + a / (a - b))
    });
    places.next().expect("the signal never gets there") / RATE
}

/// What a timecent amount means, in seconds.
pub fn seconds(timecents: f64) -> f64 {
    (timecents / 1200.0).exp2()
}

/// The amount for a time in seconds.
pub fn timecents(seconds: f64) -> i16 {
    (1200.0 * seconds.log2()).round() as i16
}

/// The pitch of a ramp's sound, in cents above its own, once every [`HOP`] frames.
pub fn pitches(left: &[f32], gain: f64) -> Vec<f64> {
    let hops = left.chunks(HOP).collect::<Vec<_>>();
    let slope = |pair: &[&[f32]]| (f64::from(pair[1][0]) - f64::from(pair[0][0])) / HOP as f64;
    hops.windows(2).map(|pair| 1200.0 * (slope(pair) / gain).log2()).collect()
}

/// Frames between two readings of the pitch: those between two looks of the synth.
pub const HOP: usize = 64;

/// What a ramp's sound rises by a frame where nothing moves it.
pub fn ramp_gain() -> f64 {
    static GAIN: OnceLock<f64> = OnceLock::new();
    *GAIN.get_or_init(|| {
        let sound = Case::new(Wave::Ramp).play(0.6);
        (f64::from(sound.left[24_000]) - f64::from(sound.left[2_400])) / 21_600.0
    })
}

/// The pitch of a held note of the ramp, in cents, read through time.
pub fn held_pitches(case: &Case, seconds: f64) -> Vec<f64> {
    pitches(&case.play(seconds).left, ramp_gain())
}

/// The pitch after 50 ms, in cents.
pub fn pitch(case: &Case) -> f64 {
    let read = held_pitches(case, 0.1);
    read[38..68].iter().sum::<f64>() / 30.0
}
