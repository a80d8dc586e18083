//! Filter: a state-variable low-pass or high-pass, 12 dB an octave, stable however fast it is turned.

use super::clean_block;
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::guard::{clean, flush};
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
    /// For when `g` and `k` are flat.
    step: Step,
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
            grid: Grid::default(),
        }
    }

    fn glides(&mut self) -> [&mut Smooth; 4] {
        [&mut self.cutoff, &mut self.resonance, &mut self.high, &mut self.amount]
    }

    fn tick(&mut self) {
        let [cutoff, resonance, high, amount] = self.glides().map(Smooth::segment);
        self.is_asleep = amount.is_zero();
        if self.is_asleep {
            self.channels = [Svf::default(); 2];
            return;
        }
        self.channels.iter_mut().for_each(Svf::settle);
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
        self.control = Control { g, k, weights, step: Step::new(g.start, k.start) };
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
        self.grid = Grid::default();
    }

    fn process(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            if self.grid.is_due() {
                self.tick();
            }
            let frames = self.grid.run(block.frames());
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if self.is_asleep {
                clean_block(left, right);
            } else {
                run(&mut self.channels, &self.control, left, right, self.grid.places(frames));
            }
            self.grid.advance(frames);
        }
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::FILTER.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        let (Some(slot), Some(value)) = (self.values.get_mut(index), accept(value)) else { return };
        *slot = value;
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

/// At most one segment. The recursion keeps both channels' states in registers and leaves the sums that the outputs are
/// made of in `sums`; mixing them is a second loop that runs in SIMD lanes over time.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn run(channels: &mut [Svf; 2], control: &Control, left: &mut [f32], right: &mut [f32], places: &[f32]) {
    let frames = places.len().min(GRID);
    let (left, right, places) = (&mut left[..frames], &mut right[..frames], &places[..frames]);
    for x in left.iter_mut().chain(right.iter_mut()) {
        *x = clean(*x);
    }
    // The divisions do not depend on the states: a loop of their own runs them in lanes.
    let mut steps = [[0.0f32; GRID]; 3];
    let [keeps, crosses, directs] = &mut steps;
    if control.g.is_flat() && control.k.is_flat() {
        keeps.fill(control.step.keep);
        crosses.fill(control.step.cross);
        directs.fill(control.step.direct);
    } else {
        for (i, place) in places.iter().enumerate() {
            let step = Step::new(control.g.at(*place), control.k.at(*place));
            (keeps[i], crosses[i], directs[i]) = (step.keep, step.cross, step.direct);
        }
    }
    let mut sums = [[[0.0f32; GRID]; 2]; 2];
    let [[band_l, low_l], [band_r, low_r]] = &mut sums;
    let [mut l, mut r] = *channels;
    for i in 0..frames {
        let step = Step { keep: keeps[i], cross: crosses[i], direct: directs[i] };
        let (before_l, before_r) = (l, r);
        l.tick(left[i], step);
        r.tick(right[i], step);
        (band_l[i], low_l[i]) = (before_l.band + l.band, before_l.low + l.low);
        (band_r[i], low_r[i]) = (before_r.band + r.band, before_r.low + r.low);
    }
    *channels = [l, r];
    let [direct, band, low] = control.weights;
    for (channel, [bands, lows]) in [left, right].into_iter().zip(&sums) {
        for (((x, place), b), l) in channel.iter_mut().zip(places).zip(bands).zip(lows) {
            *x = flush(direct.at(*place) * *x + (band.at(*place) * b + low.at(*place) * l));
        }
    }
}
