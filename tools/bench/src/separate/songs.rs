//! Mixes whose parts are known: short pieces for TimGM6mb, each part rendered by itself through our own rig.

use super::RATE;
use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::SoundFont;
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, Timed};

/// Frames a call.
const BLOCK: usize = 64;
/// Frames of a mix, about 15 s.
const FRAMES: usize = 15 * 44_100 / BLOCK * BLOCK;
/// A beat at 120 a minute, in frames.
const BEAT: usize = 22_050;
const DRUMS: u8 = 9;

/// Two parts that are equally loud, stereo, each channel after the other.
pub struct Mix {
    pub name: &'static str,
    pub parts: [Vec<f32>; 2],
}

impl Mix {
    /// Makes the second part as loud as the first.
    fn new(name: &'static str, first: Vec<f32>, mut second: Vec<f32>) -> Self {
        let power = |part: &[f32]| part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let gain = (power(&first) / power(&second)).sqrt() as f32;
        second.iter_mut().for_each(|sample| *sample *= gain);
        Self { name, parts: [first, second] }
    }

    /// Both parts together.
    pub fn sum(&self) -> Vec<f32> {
        self.parts[0].iter().zip(&self.parts[1]).map(|(a, b)| a + b).collect()
    }

    pub fn frames(&self) -> usize {
        self.parts[0].len() / 2
    }

    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(RATE.hz())
    }
}

/// Arrangements and the drums under them.
pub fn pitched_and_struck(font: &[u8]) -> Vec<Mix> {
    let mix = |name, tune: Tune, beat: Beat| Mix::new(name, render(font, tune.notes()), render(font, beat.notes()));
    let vibrato = |tune: Tune| Tune { modulation: 100, ..tune };
    vec![
        mix("piano, bass, strings; rock drums", POP, Beat::Rock),
        mix("guitar, synths; dense drums", SYNTH, Beat::Dense),
        mix("electric piano, bass, saxophone; ride and toms", JAZZ, Beat::Swing),
        mix("nylon guitar, organ, flute; hand drums", FOLK, Beat::Hands),
        mix("the first with vibrato", vibrato(POP), Beat::Rock),
        mix("the last with vibrato", vibrato(FOLK), Beat::Hands),
    ]
}

/// A lead in the middle, the others to the sides.
pub fn middle_and_sides(font: &[u8]) -> Vec<Mix> {
    let mix = |name, lead: u8, tune: Tune, spread: u8| {
        let mut lead = render(font, lead_notes(lead));
        // The synth's reverberation is stereo; what is in the middle is not.
        let (left, right) = lead.split_at_mut(FRAMES);
        for (left, right) in left.iter_mut().zip(right) {
            *left = 0.5 * (*left + *right);
            *right = *left;
        }
        Mix::new(name, lead, render(font, Tune { spread, ..tune }.notes()))
    };
    vec![
        mix("choir; piano and strings wide", 52, POP, 64),
        mix("flute; guitar and synths hard left and right", 73, SYNTH, 64),
        mix("saxophone; electric piano and saxophone, half wide", 66, JAZZ, 44),
    ]
}

/// An event: frame and message.
type Event = (usize, [u8; 3]);

fn render(font: &[u8], mut events: Vec<Event>) -> Vec<f32> {
    // Note-offs before note-ons of one moment, both after what sets their channel up.
    events.sort_by_key(|(at, message)| (*at, message[0] & 0xF0 == 0x90));
    let timed = |(at, message): &Event| {
        let length = if message[0] & 0xF0 == 0xC0 { 2 } else { 3 };
        let Ok(word) = MidiWord::new(&message[..length]) else { panic!("{message:?} is no message") };
        Timed { at: *at as u64, value: Command::Midi(word) }
    };
    let commands: Vec<_> = events.iter().map(timed).collect();
    let Ok(bank) = SoundFont::new(font) else { panic!("no SoundFont") };
    let memory = ChainMemory::with(RATE, |frames| vec![0.0; frames].into_boxed_slice());
    let mut rig = Box::new(Rig::<_, _, 128>::new(bank, memory, RigConfig::new(RATE)));
    let mut out = vec![0.0; 2 * FRAMES];
    let (left, right) = out.split_at_mut(FRAMES);
    let mut queue = &commands[..];
    for (left, right) in left.chunks_exact_mut(BLOCK).zip(right.chunks_exact_mut(BLOCK)) {
        rig.render(Block::new(left, right), &mut queue);
    }
    out
}

fn note(events: &mut Vec<Event>, channel: u8, key: u8, velocity: u8, at: usize, frames: usize) {
    events.push((at, [0x90 | channel, key, velocity]));
    events.push((at + frames, [0x80 | channel, key, 0]));
}

#[derive(Clone, Copy)]
enum Beat {
    Rock,
    Dense,
    Swing,
    Hands,
}

impl Beat {
    fn notes(self) -> Vec<Event> {
        let mut events = Vec::new();
        let step = match self {
            Self::Rock | Self::Hands => BEAT / 2,
            Self::Dense => BEAT / 4,
            Self::Swing => BEAT / 3,
        };
        for (index, at) in (0..FRAMES).step_by(step).enumerate() {
            let mut hit = |keys: &[(bool, u8, u8)]| {
                for (_, key, velocity) in keys.iter().filter(|(is_struck, ..)| *is_struck) {
                    note(&mut events, DRUMS, *key, *velocity, at, step / 2);
                }
            };
            match self {
                Self::Rock => hit(&[(true, 42, 90), (index % 4 == 0, 36, 110), (index % 4 == 2, 38, 105)]),
                Self::Dense => hit(&[
                    (true, if index % 4 == 0 { 46 } else { 42 }, 70 + (index % 3) as u8 * 10),
                    ([0, 3, 6].contains(&(index % 8)), 36, 115),
                    (index % 8 == 4, 40, 110),
                    (index % 32 == 0, 49, 100),
                ]),
                Self::Swing => hit(&[
                    (true, if index % 3 == 1 { 42 } else { 51 }, 80),
                    (index % 6 == 0, 36, 100),
                    (index % 6 == 3, 37, 100),
                    (index % 24 > 20, 45 + (index % 2) as u8 * 2, 100),
                ]),
                Self::Hands => {
                    hit(&[(index % 2 == 0, 54, 80), (true, [60, 62, 64, 61][index % 4], 95), (index % 4 == 2, 39, 100)])
                }
            }
        }
        events
    }
}

/// Chords, a bass and a melody on three channels.
#[derive(Clone, Copy)]
struct Tune {
    programs: [u8; 3],
    /// Notes of a chord one after the other, every so many parts of a beat; `None`: all at once, twice a bar.
    broken: Option<usize>,
    /// The melody stands still: two notes a bar.
    is_held: bool,
    modulation: u8,
    /// How far chords are to the left and the melody to the right, at most 64. The bass moves with neither.
    spread: u8,
}

const POP: Tune = Tune { programs: [0, 33, 48], broken: None, is_held: true, modulation: 0, spread: 0 };
const SYNTH: Tune = Tune { programs: [27, 38, 80], broken: Some(2), is_held: false, ..POP };
const JAZZ: Tune = Tune { programs: [4, 32, 65], is_held: false, ..POP };
const FOLK: Tune = Tune { programs: [24, 19, 73], broken: Some(4), is_held: false, ..POP };

impl Tune {
    fn notes(self) -> Vec<Event> {
        let mut events = Vec::new();
        for (channel, program) in (0u8..).zip(self.programs) {
            events.push((0, [0xC0 | channel, program, 0]));
            events.push((0, [0xB0 | channel, 1, self.modulation]));
        }
        if self.spread > 0 {
            events.push((0, [0xB0, 10, 64 - self.spread]));
            events.push((0, [0xB2, 10, (64 + self.spread).min(127)]));
        }
        for (bar, start) in (0..FRAMES).step_by(4 * BEAT).enumerate() {
            let root = [48, 45, 41, 43][bar % 4];
            self.chords(&mut events, root, start);
            // A bass in the middle would belong to neither side.
            let bass = if self.spread > 0 { 0 } else { 4 };
            for beat in 0..bass {
                let key = root - 12 + if beat == 3 { 7 } else { 0 };
                note(&mut events, 1, key, 95, start + beat * BEAT, BEAT * 9 / 10);
            }
            if self.is_held {
                for key in [12, 19, 28] {
                    note(&mut events, 2, root + key, 60, start, 4 * BEAT);
                }
            } else {
                for beat in 0..4 {
                    let key = root + 24 + [0, 4, 7, 9][(beat + bar) % 4];
                    note(&mut events, 2, key, 80, start + beat * BEAT, BEAT * 24 / 25);
                }
            }
        }
        events
    }

    fn chords(self, events: &mut Vec<Event>, root: u8, start: usize) {
        match self.broken {
            None => {
                for half in 0..2 {
                    for key in [12, 16, 19] {
                        note(events, 0, root + key, 80, start + half * 2 * BEAT, BEAT * 9 / 5);
                    }
                }
            }
            Some(parts) => {
                for index in 0..4 * parts {
                    let key = root + [12, 16, 19, 24][index % 4];
                    note(events, 0, key, 80, start + index * BEAT / parts, BEAT * 2 / 5);
                }
            }
        }
    }
}

/// A melody by itself, in the middle.
fn lead_notes(program: u8) -> Vec<Event> {
    const CHANNEL: u8 = 5;
    let mut events = vec![(0, [0xC0 | CHANNEL, program, 0])];
    for (index, at) in (0..FRAMES).step_by(BEAT).enumerate() {
        note(&mut events, CHANNEL, 60 + [0, 4, 7, 5, 9, 7, 4, 2][index % 8], 100, at, BEAT * 9 / 10);
    }
    events
}
