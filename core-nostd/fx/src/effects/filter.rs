//! Filter: a state-variable low-pass or high-pass, 12 dB an octave, stable however fast it is turned.

use super::clean_block;
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::guard::flush;
use ripieno_dsp::svf::{Step, Svf, prewarp, weights};
use ripieno_dsp::{GRID, Grid, Segment, Smooth};
use ripieno_types::{Block, SampleRate};

/// The cutoff never passes this share of the sample rate.
const HIGHEST: f32 = 0.45;

/// The cutoff glides so many times slower than other parameters: a resonance that is swept faster than it dies away drags
/// what rings in it along.
const CALM: f32 = 3.0;

/// An open low-pass is taken out of the path: cutoff at least, resonance at most.
const OPEN: (f32, f32) = (0.999, 0.005);

/// `filter.cutoff` 80·200^c Hz, `filter.resonance` Q = 0.5 + 7.5r, `filter.mode` below ½ low-pass, else high-pass.
#[derive(Clone, Debug)]
pub struct Filter {
    rate: SampleRate,
    values: [f32; 3],
    cutoff: Smooth,
    resonance: Smooth,
    /// 0 low-pass, 1 high-pass; glides when the mode is switched.
    high: Smooth,
    /// 0 when the filter is open and out of the path.
    amount: Smooth,
    control: Control,
    channels: [Svf; 2],
    is_asleep: bool,
    /// Nothing glides, and the control values are made.
    is_settled: bool,
    grid: Grid,
}

/// What one segment of frames needs.
#[derive(Clone, Copy, Debug, Default)]
struct Control {
    /// tan(π·cutoff/rate).
    g: Segment,
    /// 1/Q.
    k: Segment,
    /// Of input, band and low sums.
    weights: [Segment; 3],
    /// For when all of them are flat.
    step: Step,
    is_flat: bool,
}

impl Filter {
    /// An open low-pass. Control.
    pub fn new(rate: SampleRate) -> Self {
        let smooth = |value| Smooth::new(value, rate);
        Self {
            rate,
            values: [1.0, 0.0, 0.0],
            cutoff: Smooth::slow(1.0, rate, CALM),
            resonance: smooth(0.0),
            high: smooth(0.0),
            amount: smooth(0.0),
            control: Control::default(),
            channels: [Svf::default(); 2],
            is_asleep: false,
            is_settled: false,
            grid: Grid::default(),
        }
    }

    fn glides(&mut self) -> [&mut Smooth; 4] {
        [&mut self.cutoff, &mut self.resonance, &mut self.high, &mut self.amount]
    }

    fn tick(&mut self) {
        self.channels.iter_mut().for_each(Svf::settle);
        let is_still = !self.glides().iter().any(|glide| glide.is_moving());
        if is_still && self.is_settled {
            return;
        }
        self.is_settled = is_still;
        let [cutoff, resonance, high, amount] = self.glides().map(Smooth::segment);
        self.is_asleep = amount.is_zero();
        if self.is_asleep {
            self.channels = [Svf::default(); 2];
            return;
        }
        let rate_hz = self.rate.as_f32();
        let g = |value: f32| prewarp(map::cutoff_hz(value).min(HIGHEST * rate_hz), rate_hz);
        let k = |value: f32| 1.0 / map::quality(value);
        let line = |value: Segment, map: &dyn Fn(f32) -> f32| match value.is_flat() {
            true => Segment::flat(map(value.start)),
            false => Segment::between(map(value.start), map(value.end())),
        };
        let (g, k) = (line(cutoff, &g), line(resonance, &k));
        let start = weights(k.start, high.start, amount.start);
        let end = weights(k.end(), high.end(), amount.end());
        let weights = [0, 1, 2].map(|i| match start[i] == end[i] {
            true => Segment::flat(start[i]),
            false => Segment::between(start[i], end[i]),
        });
        let is_flat = [g, k].iter().chain(&weights).all(|line| line.is_flat());
        self.control = Control { g, k, weights, step: Step::new(g.start, k.start), is_flat };
    }

    /// As [`process`](Effect::process), of frames that are clean. Real-time.
    pub(crate) fn run(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            if self.grid.is_due() {
                self.tick();
            }
            let frames = self.grid.run(block.frames());
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if !self.is_asleep {
                run(&mut self.channels, &self.control, left, right, self.grid.places(frames));
            }
            self.grid.advance(frames);
        }
    }
}

impl Effect for Filter {
    fn prepare(&mut self, rate: SampleRate) {
        self.rate = rate;
        self.glides().into_iter().for_each(|glide| glide.prepare(rate));
        self.reset();
    }

    fn reset(&mut self) {
        self.glides().into_iter().for_each(Smooth::reset);
        self.channels = [Svf::default(); 2];
        self.is_settled = false;
        self.grid = Grid::default();
    }

    fn process(&mut self, mut block: Block<'_>) {
        clean_block(&mut block);
        self.run(block);
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::FILTER.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        let (Some(slot), Some(value)) = (self.values.get_mut(index), accept(value)) else { return };
        *slot = value;
        self.is_settled = false;
        let [cutoff, resonance, mode] = self.values;
        self.cutoff.set(cutoff);
        self.resonance.set(resonance);
        let is_high = mode >= 0.5;
        self.high.set(f32::from(u8::from(is_high)));
        let is_open = !is_high && cutoff >= OPEN.0 && resonance < OPEN.1;
        self.amount.set(f32::from(u8::from(!is_open)));
    }

    fn value(&self, index: usize) -> f32 {
        self.values.get(index).copied().unwrap_or(0.0)
    }
}

/// At most one segment.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn run(channels: &mut [Svf; 2], control: &Control, left: &mut [f32], right: &mut [f32], places: &[f32]) {
    let mut steps = [Step::default(); GRID];
    if control.is_flat {
        segment::<true>(channels, control, &steps, [left, right], places);
    } else {
        // The divisions do not depend on the states: a loop of their own runs them in lanes.
        for (step, place) in steps.iter_mut().zip(places) {
            *step = Step::new(control.g.at(*place), control.k.at(*place));
        }
        segment::<false>(channels, control, &steps, [left, right], places);
    }
}

#[inline(always)]
fn segment<const FLAT: bool>(
    channels: &mut [Svf; 2],
    control: &Control,
    steps: &[Step; GRID],
    [left, right]: [&mut [f32]; 2],
    places: &[f32],
) {
    let [direct, band, low] = control.weights;
    let [mut l, mut r] = *channels;
    for (((x, y), place), step) in left.iter_mut().zip(right).zip(places).zip(steps) {
        let step = if FLAT { control.step } else { *step };
        let weights = [direct, band, low].map(|weight| weight.along::<FLAT>(*place));
        let tick = |svf: &mut Svf, x: &mut f32| {
            let before = *svf;
            svf.tick(*x, step);
            *x = flush(weights[0] * *x + (weights[1] * (before.band + svf.band) + weights[2] * (before.low + svf.low)));
        };
        tick(&mut l, x);
        tick(&mut r, y);
    }
    *channels = [l, r];
}
