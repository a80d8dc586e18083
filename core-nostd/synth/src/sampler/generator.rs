//! SFZ's generators: sine, saw, square, triangle, noise and periods of recordings, one or several beside each other.
//!
//! Every frame is a function of phase and step alone. Jumps and bends are smoothed by what a band-limited one differs from
//! a sharp one. Signs, levels and the places of several voices are sfizz's.

use super::aim::Cue;
use super::cycle::Level;
use super::part::Part;
use super::residue::{self, REACH};
use super::senses::bounded;
use super::shapes::{Wave, WaveKind};
use super::waves::Frames;
use crate::lanes::{CONTROL_FRAMES, Line, Ramp, hot};
use ripieno_dsp::maths::{exp2, sin_turns};

/// Most voices of one generator.
const MOST_VOICES: usize = 9;

/// Saw and square: √(2/3), so that they are about as loud as the others.
const LEVEL: f32 = 0.816_496_6;

/// Half a turn a frame: the Nyquist frequency.
const FASTEST: f32 = 0.5;

/// One turn, 0.32.
const TURN: f32 = 4_294_967_296.0;

/// Greatest depth of modulation.
const DEEPEST: f32 = 100.0;

/// Shapes of generators.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Sine,
    Saw,
    Square,
    Triangle,
    Noise,
    Cycle(Level),
}

/// What several voices do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Side by side, spread over left and right; or one alone.
    Unison,
    /// The first times the second.
    Ring,
    /// The second bends the first one's frequency.
    Frequency,
}

/// The oscillators of a voice.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    shape: Shape,
    mode: Mode,
    voices: usize,
    oscillators: [Oscillator; MOST_VOICES],
    /// Of ring and frequency modulation: 1 is 100 per cent.
    depth: Ramp,
    /// Of noise.
    seed: u32,
    /// Frames of a period, and of its table in memory.
    frames: [u32; 2],
}

/// A phase that moves on.
#[derive(Clone, Copy, Debug)]
struct Oscillator {
    /// Turns, 0.32.
    phase: u32,
    /// Turns a frame, 0.32.
    step: u32,
    /// What the step grows by a frame.
    slope: i32,
}

impl Generator {
    /// A generator at `phase` in turns (below 0: anywhere); `None` for silence.
    pub fn new(wave: &Wave, part: &Part, phase: f32, cue: &Cue) -> Option<Self> {
        let shape = match WaveKind::from_number(wave.kind) {
            WaveKind::Silence => return None,
            WaveKind::Recording => Shape::Cycle(Level::new(wave.frames, 0, 0.0)),
            WaveKind::Sine => Shape::Sine,
            WaveKind::Saw => Shape::Saw,
            WaveKind::Square => Shape::Square,
            WaveKind::Triangle => Shape::Triangle,
            WaveKind::Noise => Shape::Noise,
        };
        let several = usize::from(part.unison).clamp(1, MOST_VOICES);
        let (mode, voices) = match (part.oscillator_mode, several) {
            _ if matches!(shape, Shape::Noise) => (Mode::Unison, 1),
            (0, 2) => (Mode::Ring, 2),
            (0, several) => (Mode::Unison, several),
            _ => (Mode::Frequency, 2),
        };
        let mut seed = scatter(cue.serial ^ cue.random.to_bits().rotate_left(16)) | 1;
        let start = (bounded(phase, 0.0, 1.0) * TURN) as u64 as u32;
        let oscillators = core::array::from_fn(|_| {
            seed = scatter(seed);
            Oscillator { phase: if phase < 0.0 { seed } else { start }, step: 0, slope: 0 }
        });
        Some(Self {
            shape,
            mode,
            voices,
            oscillators,
            depth: Ramp::default(),
            seed: seed | 1,
            frames: [wave.frames, 0],
        })
    }

    /// Finds its table.
    pub fn start(&mut self, head: Frames<'_>) {
        let held = match head {
            Frames::Float([left, _]) => left.len(),
            Frames::Short([left, _]) => left.len(),
            Frames::Pool(..) => self.frames[0] as usize,
        };
        self.frames[1] = held.min(u32::MAX as usize) as u32;
    }

    /// True if left and right differ.
    pub fn is_stereo(&self) -> bool {
        self.mode == Mode::Unison && self.voices > 1
    }

    /// Moves to so many turns a frame, cents between the voices and depth by the end of the period.
    pub fn aim(&mut self, turns: f32, detune_cents: f32, depth: f32, from: usize, jump: bool) {
        let frames = CONTROL_FRAMES.saturating_sub(from).max(1) as i64;
        for (n, oscillator) in self.oscillators.iter_mut().enumerate().take(self.voices) {
            let cents = if self.mode == Mode::Unison { detuning(n, detune_cents) } else { n as f32 * detune_cents };
            let ratio = if cents == 0.0 { 1.0 } else { exp2(cents * (1.0 / 1200.0)) };
            let step = (bounded(turns * ratio, 0.0, FASTEST) * TURN) as u32;
            if jump {
                (oscillator.step, oscillator.slope) = (step, 0);
            } else {
                oscillator.slope = ((i64::from(step) - i64::from(oscillator.step)) / frames) as i32;
            }
        }
        let depth = bounded(depth, 0.0, DEEPEST);
        if let Shape::Cycle(level) = &mut self.shape {
            let bend = if self.mode == Mode::Frequency { 1.0 + depth } else { 1.0 };
            *level = Level::new(self.frames[0], self.frames[1], turns.max(0.0) * bend);
        }
        self.depth = if jump { Ramp::hold(depth) } else { self.depth.towards(depth, from) };
    }

    /// Keeps its pitch from here on.
    pub fn freeze(&mut self) {
        self.oscillators.iter_mut().for_each(|oscillator| oscillator.slope = 0);
        self.depth = Ramp::hold(self.depth.at(CONTROL_FRAMES));
    }
}

/// Cents of a voice beside the first one: `detune` either way, then quarters of it.
fn detuning(voice: usize, detune: f32) -> f32 {
    let size = if voice < 3 { 1.0 } else { 0.25 * ((voice - 1) >> 1) as f32 };
    match voice {
        0 => 0.0,
        _ if voice & 1 == 1 => -detune * size,
        _ => detune * size,
    }
}

/// Another number for each number.
fn scatter(x: u32) -> u32 {
    let x = (x ^ x >> 16).wrapping_mul(0x7FEB_352D);
    let x = (x ^ x >> 15).wrapping_mul(0x846C_A68B);
    x ^ x >> 16
}

/// A phase as turns, 0..1.
#[inline(always)]
fn turns(phase: u32) -> f32 {
    (phase >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

hot! {
    /// Writes frames `from..` of the period; the right ones only where they differ.
    fn generate(generator: &mut Generator, table: Frames<'_>, from: usize, left: &mut [f32], right: &mut [f32]) {
        let count = left.len().min(CONTROL_FRAMES);
        let left = left.get_mut(..count).unwrap_or(&mut []);
        match (generator.shape, generator.mode) {
            (Shape::Noise, _) => noise(&mut generator.seed, left),
            (shape, Mode::Unison) => unison(shape, table, generator, left, right),
            (shape, _) => modulated(shape, table, generator, from, left),
        }
    }
}

#[inline(always)]
fn noise(seed: &mut u32, out: &mut [f32]) {
    for frame in out {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 17;
        *seed ^= *seed << 5;
        *frame = seed.cast_signed() as f32 * (1.0 / 2_147_483_648.0);
    }
}

#[inline(always)]
fn unison(shape: Shape, table: Frames<'_>, generator: &mut Generator, left: &mut [f32], right: &mut [f32]) {
    let voices = generator.voices.min(MOST_VOICES);
    if voices == 1 {
        let [oscillator, ..] = &mut generator.oscillators;
        return line(shape, table, oscillator, left);
    }
    left.fill(0.0);
    right.fill(0.0);
    let share = 1.0 / (voices - 1) as f32;
    let mut frames: Line = [0.0; CONTROL_FRAMES];
    for (n, oscillator) in generator.oscillators.iter_mut().enumerate().take(voices) {
        let frames = frames.get_mut(..left.len()).unwrap_or(&mut []);
        line(shape, table, oscillator, frames);
        // The first on the right, the last on the left.
        let place = n as f32 * share;
        for ((left, right), frame) in left.iter_mut().zip(&mut *right).zip(frames) {
            *left += *frame * place;
            *right += *frame * (1.0 - place);
        }
    }
}

#[inline(always)]
fn modulated(shape: Shape, table: Frames<'_>, generator: &mut Generator, from: usize, out: &mut [f32]) {
    let mut modulator: Line = [0.0; CONTROL_FRAMES];
    let modulator = modulator.get_mut(..out.len()).unwrap_or(&mut []);
    let [carrier, second, ..] = &mut generator.oscillators;
    line(shape, table, second, modulator);
    for (n, modulator) in modulator.iter_mut().enumerate() {
        *modulator *= generator.depth.at(from + n);
    }
    if generator.mode == Mode::Ring {
        line(shape, table, carrier, out);
        for (frame, modulator) in out.iter_mut().zip(modulator) {
            *frame *= *modulator;
        }
        return;
    }
    for (frame, modulator) in out.iter_mut().zip(modulator) {
        let step = carrier.step as f32 * (1.0 + *modulator);
        let inclination = (step.abs() * (1.0 / TURN)).min(FASTEST);
        *frame = value(shape, table, carrier.phase, inclination);
        carrier.phase = carrier.phase.wrapping_add(step as i64 as u32);
        carrier.step = carrier.step.wrapping_add_signed(carrier.slope);
    }
}

/// The next frames of one oscillator.
#[inline(always)]
fn line(shape: Shape, table: Frames<'_>, oscillator: &mut Oscillator, out: &mut [f32]) {
    for frame in out {
        *frame = value(shape, table, oscillator.phase, oscillator.step as f32 * (1.0 / TURN));
        oscillator.phase = oscillator.phase.wrapping_add(oscillator.step);
        oscillator.step = oscillator.step.wrapping_add_signed(oscillator.slope);
    }
}

/// A shape at a phase, when a frame is `step` turns, 0..=[`FASTEST`].
#[inline(always)]
fn value(shape: Shape, table: Frames<'_>, phase: u32, step: f32) -> f32 {
    const HALF: u32 = 1 << 31;
    const QUARTER: u32 = 1 << 30;
    match shape {
        Shape::Sine => -sin_turns(turns(phase)),
        Shape::Saw => {
            let behind = turns(phase.wrapping_add(HALF));
            LEVEL * (1.0 - 2.0 * behind + 2.0 * jump(behind, step))
        }
        Shape::Square => {
            let (rise, fall) = (turns(phase), turns(phase.wrapping_add(HALF)));
            let sharp = if rise < 0.5 { 1.0 } else { -1.0 };
            LEVEL * (sharp + 2.0 * (jump(rise, step) - jump(fall, step)))
        }
        Shape::Triangle => {
            let (top, bottom) = (phase.wrapping_sub(QUARTER), phase.wrapping_add(QUARTER));
            let sharp = 4.0 * (turns(bottom) - 0.5).abs() - 1.0;
            -sharp + 8.0 * step * (bend(turns(bottom), step) - bend(turns(top), step))
        }
        Shape::Noise => 0.0,
        Shape::Cycle(level) => level.read(table, phase),
    }
}

/// The residues of unit steps at every whole turn, `behind` turns after one of them.
#[inline(always)]
fn jump(behind: f32, step: f32) -> f32 {
    residues(behind, step, residue::step, |frames| -residue::step(frames))
}

/// The residues of slopes that grow by one at every whole turn.
#[inline(always)]
fn bend(behind: f32, step: f32) -> f32 {
    residues(behind, step, residue::ramp, residue::ramp)
}

#[inline(always)]
fn residues(behind: f32, step: f32, after: impl Fn(f32) -> f32, before: impl Fn(f32) -> f32) -> f32 {
    let reach = REACH as f32 * step;
    let (mut passed, mut ahead) = (behind, 1.0 - behind);
    if passed >= reach && ahead >= reach {
        return 0.0;
    }
    let frames = 1.0 / step;
    let mut sum = 0.0;
    // At most as many turns as the residue reaches in half a turn a frame.
    while passed < reach {
        sum += after(passed * frames);
        passed += 1.0;
    }
    while ahead < reach {
        sum += before(ahead * frames);
        ahead += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests;
