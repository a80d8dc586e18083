//! Chorus: one sine-modulated delay line a channel, the right LFO a quarter turn ahead of the left.

use super::sweep::Sweep;
use super::{blend, clean_block, fade_in};
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::guard::{clean, flush};
use ripieno_dsp::maths::sin_turns;
use ripieno_dsp::{GRID, Grid, Line, Phase, Segment, Smooth};
use ripieno_types::{Block, SampleRate};

/// The delay that the LFO swings around, in milliseconds.
const BASE_MS: f32 = 7.0;

/// `chorus.rate` 0.1 + 4.9r Hz, `chorus.depth` ± (0.5 + 4.5d) ms around 7 ms, `chorus.mix` dry to wet.
///
/// Catmull-Rom interpolation, no feedback. At mix 0 it sleeps: nothing is written, and it wakes with an empty line.
#[derive(Clone, Debug)]
pub struct Chorus<M> {
    memory: M,
    rate: SampleRate,
    values: [f32; 3],
    hz: Smooth,
    depth: Smooth,
    mix: Smooth,
    /// How much enters the lines: glides from 0 when they wake up.
    intake: Smooth,
    phase: Phase,
    line: Line,
    control: Control,
    is_asleep: bool,
    is_clear: bool,
    grid: Grid,
}

/// What one segment of frames needs.
#[derive(Clone, Copy, Debug, Default)]
struct Control {
    /// Each channel's delay: through the LFO's values at start, middle and end.
    sweeps: [Sweep; 2],
    mix: Segment,
    intake: Segment,
}

impl<M> Chorus<M> {
    /// Samples of memory for all of its depth at `rate_hz`. Any.
    pub const fn memory(rate_hz: u32) -> usize {
        // 7 + 5 ms, the segment being written, and the interpolator's neighbours.
        2 * Line::memory((rate_hz as usize * 12).div_ceil(1_000) + 2 * GRID)
    }
}

impl<M: AsMut<[f32]>> Chorus<M> {
    /// A dry chorus in this memory; with less than [`memory`](Self::memory) the depth is cut. Control.
    pub fn new(memory: M, rate: SampleRate) -> Self {
        let smooth = |value| Smooth::new(value, rate);
        let mut chorus = Self {
            memory,
            rate,
            values: [0.3, 0.5, 0.0],
            hz: smooth(0.3),
            depth: smooth(0.5),
            mix: smooth(0.0),
            intake: Smooth::new(1.0, rate),
            phase: Phase::default(),
            line: Line::default(),
            control: Control::default(),
            is_asleep: true,
            is_clear: false,
            grid: Grid::default(),
        };
        chorus.prepare(rate);
        chorus
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
                let memory = self.memory.as_mut();
                run(memory, &mut self.line, &mut self.control, part.channels(), now, self.grid.places(frames));
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
        let (hz, depth, mix) = (self.hz.segment(), self.depth.segment(), self.mix.segment());
        let half = Phase::advance_of(map::chorus_hz(hz.start), GRID / 2, self.rate);
        let phases = [self.phase, self.phase.plus(half), self.phase.plus(half).plus(half)];
        self.phase = phases[2];
        self.is_asleep = mix.is_zero() || self.line.len() < 3 * GRID;
        if self.is_asleep {
            self.clear();
            self.wake();
            return;
        }
        self.is_clear = false;
        let intake = self.intake.segment();
        let per_ms = self.rate.as_f32() / 1_000.0;
        let longest = (self.line.len() - 2 * GRID) as f32;
        let sweeps = [0.0, 0.25].map(|ahead| {
            let at = |i: usize| {
                let swing = map::chorus_ms(depth.at((i * GRID / 2) as f32)) * sin_turns(phases[i].turns() + ahead);
                ((BASE_MS + swing) * per_ms).clamp(2.0, longest)
            };
            Sweep::through([at(0), at(1), at(2)])
        });
        self.control = Control { sweeps, mix, intake };
    }

    fn clear(&mut self) {
        if !self.is_clear {
            self.memory.as_mut().fill(0.0);
            self.line.rewind();
            self.is_clear = true;
        }
    }

    fn glides(&mut self) -> [&mut Smooth; 4] {
        [&mut self.hz, &mut self.depth, &mut self.mix, &mut self.intake]
    }
}

impl<M: AsMut<[f32]>> Effect for Chorus<M> {
    fn prepare(&mut self, rate: SampleRate) {
        self.rate = rate;
        let fits = Self::memory(rate.hz()).min(self.memory.as_mut().len());
        self.line = Line::new(fits / 2);
        self.glides().into_iter().for_each(|glide| glide.prepare(rate));
        self.is_clear = false;
        self.reset();
    }

    fn reset(&mut self) {
        self.glides().into_iter().for_each(Smooth::reset);
        self.phase = Phase::default();
        self.grid = Grid::default();
        self.clear();
    }

    fn process(&mut self, block: Block<'_>) {
        self.process_with_send(block, None);
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::CHORUS.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        if let (Some(slot), Some(value)) = (self.values.get_mut(index), accept(value)) {
            *slot = value;
            self.glides()[index].set(value);
        }
    }

    fn value(&self, index: usize) -> f32 {
        self.values.get(index).copied().unwrap_or(0.0)
    }
}

/// At most one segment: writes it, then reads at the swinging delay. Every delay exceeds one frame, so what is read is
/// already written, however short the block.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn run(
    memory: &mut [f32],
    line: &mut Line,
    control: &mut Control,
    channels: [&mut [f32]; 2],
    send: &[f32],
    places: &[f32],
) {
    let half = memory.len() / 2;
    let (memory_left, memory_right) = memory.split_at_mut(half);
    let before = *line;
    for ((dry, memory), sweep) in channels.into_iter().zip([memory_left, memory_right]).zip(&mut control.sweeps) {
        *line = before;
        if send.is_empty() && control.intake == Segment::flat(1.0) {
            line.write(memory, dry);
        } else {
            let mut input = [0.0; GRID];
            let Some(input) = input.get_mut(..dry.len()) else { continue };
            input.copy_from_slice(dry);
            for (input, send) in input.iter_mut().zip(send) {
                *input = flush(*input + clean(*send));
            }
            fade_in(input, control.intake, places);
            line.write(memory, input);
        }
        if control.mix.is_flat() {
            read::<true>(memory, &before, sweep, control.mix, dry, places);
        } else {
            read::<false>(memory, &before, sweep, control.mix, dry, places);
        }
    }
}

/// Mixes what a swinging delay reads into one channel.
#[inline(always)]
fn read<const FLAT: bool>(
    memory: &[f32],
    before: &Line,
    sweep: &mut Sweep,
    mix: Segment,
    dry: &mut [f32],
    places: &[f32],
) {
    let Some(window) = places.first().and_then(|place| before.window(memory, sweep.opening(*place as usize))) else {
        return;
    };
    // A copy stays in registers.
    let mut now = *sweep;
    for (dry, place) in dry.iter_mut().zip(places) {
        let [wet] = now.tick([window]);
        *dry = blend(*dry, wet, mix.along::<FLAT>(*place));
    }
    *sweep = now;
}
