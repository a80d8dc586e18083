//! The built-in instruments as oscillators: sums of sines and one frequency modulation, nothing stored.
//!
//! Phases are integers, so harmonics are exact multiples; decays are evaluated on the control grid and ramp linearly.

use crate::Patch;
use crate::lanes::{CONTROL_FRAMES, Ramp};
use core::f32::consts::{LOG2_E, TAU};
use ripieno_dsp::maths::{exp2, sin_turns};

/// Most partials of a patch.
const PARTIALS: usize = 9;

/// The 16-bit scale on which samples and oscillators meet.
const FULL_SCALE: f32 = 32_768.0;

/// A sine of a patch: multiple of the phase, amplitude, decay a second.
struct Partial {
    multiple: u32,
    amplitude: f32,
    decay: f32,
}

const fn partial(multiple: u32, amplitude: f32, decay: f32) -> Partial {
    Partial { multiple, amplitude, decay }
}

static SINE_PIANO: [Partial; 4] =
    [partial(1, 0.48, 3.0), partial(2, 0.2, 7.0), partial(3, 0.08, 8.0), partial(4, 0.04, 9.0)];

/// The carrier is the first; [`modulation`] bends it.
static ELECTRIC_PIANO: [Partial; 2] = [partial(1, 0.6, 2.5), partial(3, 0.09, 7.5)];

/// 0.7 over the sum of the nine drawbars; the phase runs at half the key's frequency.
const DRAWBAR: f32 = 0.7 / 3.45;
static ORGAN: [Partial; 9] = [
    partial(1, 0.8 * DRAWBAR, 0.0),
    partial(3, 0.3 * DRAWBAR, 0.0),
    partial(2, 0.7 * DRAWBAR, 0.0),
    partial(4, 0.5 * DRAWBAR, 0.0),
    partial(6, 0.3 * DRAWBAR, 0.0),
    partial(8, 0.4 * DRAWBAR, 0.0),
    partial(10, 0.2 * DRAWBAR, 0.0),
    partial(12, 0.15 * DRAWBAR, 0.0),
    partial(16, 0.1 * DRAWBAR, 0.0),
];

/// The electric piano's modulator: multiple of the carrier, index in radians, decay a second.
const MODULATOR: Partial = partial(14, 2.0, 4.0);

/// The organ's tremolo: hertz and depth.
const TREMOLO_HZ: f32 = 5.5;
const TREMOLO_DEPTH: f32 = 0.05;

impl Patch {
    fn partials(self) -> &'static [Partial] {
        match self {
            Self::SinePiano => &SINE_PIANO,
            Self::ElectricPiano => &ELECTRIC_PIANO,
            Self::Organ => &ORGAN,
        }
    }
}

/// A built-in voice's oscillators.
#[derive(Clone, Copy, Debug)]
pub struct Oscillators {
    patch: Patch,
    /// Turns, 0.32.
    phase: u32,
    /// Turns a frame, 0.32, moving linearly.
    step: u32,
    step_slope: i32,
    gains: [Ramp; PARTIALS],
    /// Turns of modulation.
    index: Ramp,
}

/// Quieter than this share of full scale (−100 dB) is silence.
const INAUDIBLE: f32 = 1e-5;

impl Oscillators {
    /// At phase zero, silent until aimed.
    pub fn new(patch: Patch) -> Self {
        Self { patch, phase: 0, step: 0, step_slope: 0, gains: [Ramp::default(); PARTIALS], index: Ramp::default() }
    }

    /// Moves to a pitch (turns a frame) and to the levels at `secs` after the note began, within the `frames` left of
    /// the period; `jump` is there at once.
    pub fn aim(&mut self, pitch: f32, secs: f32, frames: usize, jump: bool) {
        let base = if self.patch == Patch::Organ { 0.5 * pitch } else { pitch };
        // Half a turn a frame is the Nyquist frequency; no partial is heard near it.
        let target = (base.clamp(0.0, 0.5) * 4_294_967_296.0) as u32;
        if jump {
            (self.step, self.step_slope) = (target, 0);
        } else {
            self.step_slope = ((i64::from(target) - i64::from(self.step)) / frames.max(1) as i64) as i32;
        }
        let tremolo = match self.patch {
            Patch::Organ => 1.0 + TREMOLO_DEPTH * sin_turns(turn(TREMOLO_HZ * secs)),
            _ => 1.0,
        };
        let glide = |ramp: &mut Ramp, target: f32| {
            *ramp = if jump { Ramp::hold(target) } else { ramp.next(target) };
        };
        for (gain, partial) in self.gains.iter_mut().zip(self.patch.partials()) {
            let decay = if partial.decay > 0.0 { exp2(-LOG2_E * partial.decay * secs) } else { 1.0 };
            let room = ((0.5 - base * partial.multiple as f32) * 20.0).clamp(0.0, 1.0);
            glide(gain, FULL_SCALE * partial.amplitude * decay * tremolo * room);
        }
        if self.patch == Patch::ElectricPiano {
            let radians = MODULATOR.amplitude * exp2(-LOG2_E * MODULATOR.decay * secs);
            glide(&mut self.index, radians.min(index_limit(base)) / TAU);
        }
    }

    /// The loudest partial has died away.
    pub fn is_over(&self) -> bool {
        self.patch != Patch::Organ && self.level() < INAUDIBLE
    }

    /// The loudest partial's share of full scale at the end of the period.
    pub fn level(&self) -> f32 {
        self.gains.iter().fold(0.0, |most, gain| gain.at(CONTROL_FRAMES).abs().max(most)) / FULL_SCALE
    }

    /// Keeps pitch and levels from here on.
    pub fn freeze(&mut self) {
        self.step_slope = 0;
        for ramp in self.gains.iter_mut().chain([&mut self.index]) {
            *ramp = Ramp::hold(ramp.at(CONTROL_FRAMES));
        }
    }
}

/// The greatest modulation index in radians whose side bands at `pitch` (turns a frame) stay below the Nyquist
/// frequency: those that would not are below −55 dB of the carrier.
fn index_limit(pitch: f32) -> f32 {
    const LIMITS: [f32; 5] = [0.0, 0.12, 0.45, 0.95, 1.5];
    let bands = ((0.5 / pitch.max(1e-6) - 1.0) / MODULATOR.multiple as f32).max(0.0);
    LIMITS.get(bands as usize).copied().unwrap_or(MODULATOR.amplitude)
}

fn turn(x: f32) -> f32 {
    x - x as u32 as f32
}

/// A phase as turns, −½..½.
#[inline(always)]
fn turns(phase: u32) -> f32 {
    phase as i32 as f32 * (1.0 / 4_294_967_296.0)
}

/// Writes frames `from..` of the period.
#[inline(always)]
pub fn sing(oscillators: &mut Oscillators, from: usize, out: &mut [f32]) {
    let mut phases = [0_u32; CONTROL_FRAMES];
    let count = out.len().min(CONTROL_FRAMES);
    for phase in &mut phases[..count] {
        *phase = oscillators.phase;
        oscillators.phase = oscillators.phase.wrapping_add(oscillators.step);
        oscillators.step = oscillators.step.wrapping_add_signed(oscillators.step_slope);
    }
    let mut sum = [0.0_f32; CONTROL_FRAMES];
    let index = oscillators.index;
    for (n, (gain, partial)) in oscillators.gains.iter().zip(oscillators.patch.partials()).enumerate() {
        if gain.base == 0.0 && gain.slope == 0.0 {
            continue;
        }
        let is_bent = n == 0 && oscillators.patch == Patch::ElectricPiano;
        for (t, (sum, phase)) in sum[..count].iter_mut().zip(&phases[..count]).enumerate() {
            let mut x = turns(phase.wrapping_mul(partial.multiple));
            if is_bent {
                x += index.at(from + t) * sin_turns(turns(phase.wrapping_mul(MODULATOR.multiple)));
            }
            *sum += gain.at(from + t) * sin_turns(x);
        }
    }
    out[..count].copy_from_slice(&sum[..count]);
}
