//! Reverb: a feedback delay network of eight lines, after diffusion by all-passes.
//!
//! J.-M. Jot, "Digital delay networks for designing artificial reverberators" (1991): a lossless network, here a
//! Hadamard matrix over lines of mutually prime-ish lengths, and in each line the loss that gives all of them one decay.
//! Four lines swing slowly by a few frames, which spreads the modes that would ring.
//!
//! Nothing in it recurs within a segment: loss is a three-tap FIR, every line and all-pass is longer than a segment. So all
//! of it runs in SIMD lanes over time, and in the same order whatever the lanes.

mod kernel;

use super::clean_block;
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::maths::{cos_turns, exp2, sin_turns};
use ripieno_dsp::{GRID, Grid, Line, Phase, Segment, Smooth};
use ripieno_types::{Block, SampleRate};

/// Lines in the network.
const LINES: usize = 8;
/// Of these, the first ones swing.
const SWINGING: usize = 8;
/// Their lengths in frames at [`DESIGN_HZ`]: primes, each about a seventh longer than the one before.
const LENGTHS: [usize; LINES] = [1_277, 2_879, 1_699, 2_221, 1_483, 3_299, 1_949, 2_539];
/// All-passes before the network, left and right, at [`DESIGN_HZ`].
const DIFFUSERS: [[usize; DIFFUSED]; 2] = [[211, 337, 563], [223, 353, 547]];
const DIFFUSED: usize = 3;
/// The rate that lengths are given for.
const DESIGN_HZ: usize = 44_100;
/// How far a line swings to each side, in seconds, and how fast each one does, in hertz.
const SWING_SECS: f32 = 0.000_5;
const SWING_HZ: [f32; SWINGING] = [0.31, 0.43, 0.57, 0.71, 0.37, 0.53, 0.67, 0.83];
/// Gain of the all-passes.
const DIFFUSION: f32 = 0.6;
/// Above this the decay is shortened to [`BRIGHT_SHARE`] of what is stated.
const BRIGHT_HZ: f32 = 6_000.0;
const BRIGHT_SHARE: f32 = 0.55;
/// Longest reach of the loss filter to each side, at the highest sample rate.
const REACH: usize = 8;
/// Loudness of the wet path for noise, about that of the dry one.
const LEVEL: f32 = 1.3;

/// `reverb.decay` RT60 = 0.3·30^d s for low and middle frequencies, `reverb.mix` dry to wet.
///
/// At mix 0 it sleeps: nothing is written, and it wakes with empty lines.
#[derive(Clone, Debug)]
pub struct Reverb<M> {
    memory: M,
    rate: SampleRate,
    values: [f32; 2],
    mix: Smooth,
    /// How much enters the lines: glides from 0 when they wake up.
    intake: Smooth,
    decay: Smooth,
    network: Network,
    control: Control,
    /// The decay that the control values were made for, once it has settled.
    settled: Option<f32>,
    is_asleep: bool,
    is_clear: bool,
    grid: Grid,
}

/// Lines and their state.
#[derive(Clone, Debug)]
struct Network {
    lines: [Line; LINES],
    delays: [usize; LINES],
    diffusers: [[Line; DIFFUSED]; 2],
    diffuser_delays: [[usize; DIFFUSED]; 2],
    /// Of one segment: what enters the network and what its lines give. Here, so that nothing has to clear it.
    inputs: [[f32; GRID]; 2],
    outputs: [[f32; GRID]; LINES],
    /// Frames between the taps of the loss filter.
    reach: usize,
    /// How far a line swings to each side, in frames.
    swing: f32,
    swings: [Phase; SWINGING],
    /// Of each per segment.
    advances: [u32; SWINGING],
    /// The delay that each swinging line has reached, in frames.
    swung: [f32; SWINGING],
}

/// What one segment of frames needs.
#[derive(Clone, Copy, Debug, Default)]
struct Control {
    /// Of each line: gain of the frame and of its two neighbours in the loss filter.
    loss: [[Segment; 2]; LINES],
    /// Of each swinging line: whole delay, and the interpolator's weights.
    swings: [(usize, [Segment; 4]); SWINGING],
    level: Segment,
    mix: Segment,
    intake: Segment,
    /// Mix, level and losses stay.
    is_flat: bool,
}

const fn scaled(frames: usize, rate_hz: u32) -> usize {
    // Wide enough on 32-bit machines too.
    let at_rate = (frames as u64 * rate_hz as u64 / DESIGN_HZ as u64) as usize | 1;
    // Rates below the design's keep every line longer than a segment with its neighbours.
    if at_rate < GRID + 8 { GRID + 8 } else { at_rate }
}

const fn reach(rate_hz: u32) -> usize {
    let nearest = (rate_hz as usize + DESIGN_HZ / 2) / DESIGN_HZ;
    if nearest < 1 {
        1
    } else if nearest > REACH {
        REACH
    } else {
        nearest
    }
}

/// Room for a line's swing and the interpolator's neighbours.
const fn margin(rate_hz: u32) -> usize {
    rate_hz as usize / 1_500 + 8
}

/// Memory of an all-pass: a segment longer than its delay, so that it is read and written at once.
const fn diffuser(frames: usize, rate_hz: u32) -> usize {
    Line::memory(scaled(frames, rate_hz) + GRID)
}

impl<M> Reverb<M> {
    /// Samples of memory at `rate_hz`. Any.
    pub const fn memory(rate_hz: u32) -> usize {
        let mut sum = 0;
        let mut i = 0;
        while i < LINES {
            sum += Line::memory(scaled(LENGTHS[i], rate_hz) + margin(rate_hz));
            i += 1;
        }
        let mut i = 0;
        while i < 2 * DIFFUSED {
            sum += diffuser(DIFFUSERS[i / DIFFUSED][i % DIFFUSED], rate_hz);
            i += 1;
        }
        sum
    }
}

impl<M: AsMut<[f32]>> Reverb<M> {
    /// A dry reverb in this memory; with less than [`memory`](Self::memory) its lines are shorter. Control.
    pub fn new(memory: M, rate: SampleRate) -> Self {
        let network = Network {
            lines: [Line::default(); LINES],
            delays: [0; LINES],
            diffusers: [[Line::default(); DIFFUSED]; 2],
            diffuser_delays: [[0; DIFFUSED]; 2],
            inputs: [[0.0; GRID]; 2],
            outputs: [[0.0; GRID]; LINES],
            reach: 1,
            swing: 0.0,
            swings: [Phase::default(); SWINGING],
            advances: [0; SWINGING],
            swung: [0.0; SWINGING],
        };
        let mut reverb = Self {
            memory,
            rate,
            values: [0.0, 0.5],
            mix: Smooth::new(0.0, rate),
            intake: Smooth::new(1.0, rate),
            decay: Smooth::new(0.5, rate),
            network,
            control: Control::default(),
            settled: None,
            is_asleep: true,
            is_clear: false,
            grid: Grid::default(),
        };
        reverb.prepare(rate);
        reverb
    }

    /// As [`process`](Effect::process); `send`, mono, joins the wet path's input. Missing frames of it are silent.
    /// Real-time.
    pub fn process_with_send(&mut self, mut block: Block<'_>, send: Option<&[f32]>) {
        clean_block(&mut block);
        self.run(block, send.unwrap_or_default());
    }

    /// As [`process_with_send`](Self::process_with_send), of frames that are clean. Real-time.
    pub(crate) fn run(&mut self, mut block: Block<'_>, mut send: &[f32]) {
        while !block.is_empty() {
            if self.grid.is_due() {
                self.tick();
            }
            let frames = self.grid.run(block.frames());
            let mut part = block.split_front(frames);
            let (now, later) = send.split_at(frames.min(send.len()));
            send = later;
            if !self.is_asleep {
                let places = self.grid.places(frames);
                kernel::run(self.memory.as_mut(), &mut self.network, &self.control, part.channels(), now, places);
            }
            self.grid.advance(frames);
        }
    }

    /// True while anything of the wet path is heard: only then does a send matter. Any.
    pub fn is_wet(&self) -> bool {
        self.mix.is_moving() || self.mix.target() > 0.0
    }

    /// Lets the next sound into the lines with a fade: for an effect that starts in the middle of one. Real-time.
    pub(crate) fn wake(&mut self) {
        self.intake.restart(0.0);
    }

    fn tick(&mut self) {
        let (mix, decay) = (self.mix.segment(), self.decay.segment());
        self.is_asleep = mix.is_zero() || self.network.lines[0].is_empty();
        if self.is_asleep {
            self.clear();
            self.wake();
            return;
        }
        self.is_clear = false;
        (self.control.mix, self.control.intake) = (mix, self.intake.segment());
        if !(decay.is_flat() && self.settled == Some(decay.start)) {
            let (start, end) = (self.losses(decay.start), self.losses(decay.end()));
            self.control.level = Segment::between(start.1, end.1);
            for (line, (start, end)) in self.control.loss.iter_mut().zip(start.0.into_iter().zip(end.0)) {
                *line = [Segment::between(start[0], end[0]), Segment::between(start[1], end[1])];
            }
            self.settled = decay.is_flat().then_some(decay.start);
        }
        self.control.is_flat = mix.is_flat() && self.settled.is_some();
        kernel::advance(&mut self.network, &mut self.control.swings);
    }

    /// The lines' loss filters, and the level that makes up for long decays, for a `reverb.decay` value.
    fn losses(&self, decay: f32) -> ([[f32; 2]; LINES], f32) {
        let rate_hz = self.rate.as_f32();
        let frames = map::rt60_secs(decay) * rate_hz;
        // The loss filter is 1 − 2b(1 − cos ω·reach): flat at the bottom, and what is wanted at the bright frequency.
        let bright_hz = BRIGHT_HZ.min(0.4 * rate_hz);
        let fall = 2.0 * (1.0 - cos_turns(bright_hz / rate_hz * self.network.reach as f32));
        let mut loss = [[0.0; 2]; LINES];
        let mut power = 0.0;
        for (loss, delay) in loss.iter_mut().zip(self.network.delays) {
            // −60 dB in `frames` is 2^(−9.965784) in `frames`.
            let octaves = -9.965_784 * delay as f32 / frames;
            let gain = exp2(octaves);
            let bright = exp2(octaves * (1.0 / BRIGHT_SHARE - 1.0));
            let side = ((1.0 - bright) / fall).min(0.25);
            power += gain * gain / LINES as f32;
            // The matrix' 1/√8 rides along.
            *loss = [(1.0 - 2.0 * side), side].map(|share| gain * share * core::f32::consts::FRAC_1_SQRT_2 * 0.5);
        }
        // For noise the lines' powers add up to power / (1 − power) of the input's.
        (loss, LEVEL * libm::sqrtf((1.0 - power) / power.max(0.05)))
    }

    fn clear(&mut self) {
        if !self.is_clear {
            self.memory.as_mut().fill(0.0);
            let network = &mut self.network;
            network.lines.iter_mut().chain(network.diffusers.iter_mut().flatten()).for_each(Line::rewind);
            self.is_clear = true;
        }
    }
}

impl<M: AsMut<[f32]>> Effect for Reverb<M> {
    fn prepare(&mut self, rate: SampleRate) {
        self.rate = rate;
        self.mix.prepare(rate);
        self.intake.prepare(rate);
        self.decay.prepare(rate);
        let have = self.memory.as_mut().len();
        // Too little memory is met by the lengths of a lower rate.
        let mut hz = rate.hz();
        while Self::memory(hz) > have && hz > SampleRate::MIN_HZ {
            hz = (hz - hz / 16).max(SampleRate::MIN_HZ);
        }
        let fits = Self::memory(hz) <= have;
        let line = |memory: usize| if fits { Line::new(memory) } else { Line::default() };
        let network = &mut self.network;
        network.reach = reach(rate.hz());
        network.advances = SWING_HZ.map(|hz| Phase::advance_of(hz, GRID, rate));
        network.swing = SWING_SECS * hz as f32;
        network.delays = LENGTHS.map(|frames| scaled(frames, hz));
        network.lines = LENGTHS.map(|frames| line(Line::memory(scaled(frames, hz) + margin(hz))));
        network.diffuser_delays = DIFFUSERS.map(|side| side.map(|frames| scaled(frames, hz)));
        network.diffusers = DIFFUSERS.map(|side| side.map(|frames| line(diffuser(frames, hz))));
        self.is_clear = false;
        self.reset();
    }

    fn reset(&mut self) {
        self.mix.reset();
        self.intake.reset();
        self.decay.reset();
        let Network { swings, swung, delays, reach, swing, .. } = &mut self.network;
        for (i, (phase, (swung, delay))) in swings.iter_mut().zip(swung.iter_mut().zip(delays)).enumerate() {
            *phase = Phase((i as u32) << 30);
            *swung = (*delay).saturating_sub(*reach) as f32 + *swing * sin_turns(phase.turns());
        }
        self.settled = None;
        self.grid = Grid::default();
        self.clear();
    }

    fn process(&mut self, block: Block<'_>) {
        self.process_with_send(block, None);
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::REVERB.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        if let (Some(slot), Some(value)) = (self.values.get_mut(index), accept(value)) {
            *slot = value;
            [&mut self.mix, &mut self.decay][index].set(value);
        }
    }

    fn value(&self, index: usize) -> f32 {
        self.values.get(index).copied().unwrap_or(0.0)
    }
}
