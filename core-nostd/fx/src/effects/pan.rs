//! Pan: a balance. It turns the far channel down and leaves the near one alone, so that stereo stays stereo.

use super::{clean_block, flat_gain, ramp_gain};
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id};
use ripieno_dsp::{Grid, Segment, Smooth};
use ripieno_types::{Block, SampleRate};

/// `pan.pan` p: left gain is min(1, 2 − 2p), right gain min(1, 2p). At the centre both are exactly 1.
#[derive(Clone, Debug)]
pub struct Pan {
    value: f32,
    gains: [Smooth; 2],
    lines: [Segment; 2],
    grid: Grid,
}

impl Pan {
    /// At the centre. Control.
    pub fn new(rate: SampleRate) -> Self {
        let gain = Smooth::new(1.0, rate);
        Self { value: 0.5, gains: [gain; 2], lines: [Segment::flat(1.0); 2], grid: Grid::default() }
    }

    /// As [`process`](Effect::process), of frames that are clean. Real-time.
    pub(crate) fn run(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            if self.grid.is_due() {
                self.lines = [self.gains[0].segment(), self.gains[1].segment()];
            }
            let flat = self.lines.iter().all(|line| line.is_flat());
            let settled = flat && !self.gains.iter().any(Smooth::is_moving);
            let frames = if settled { block.frames() } else { self.grid.run(block.frames()) };
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if flat {
                flat_gain(left, right, self.lines.map(|line| line.start));
            } else {
                ramp_gain(left, right, self.lines, self.grid.places(frames));
            }
            self.grid.advance(frames);
        }
    }
}

impl Effect for Pan {
    fn prepare(&mut self, rate: SampleRate) {
        self.gains.iter_mut().for_each(|gain| gain.prepare(rate));
        self.reset();
    }

    fn reset(&mut self) {
        self.gains.iter_mut().for_each(Smooth::reset);
        self.grid = Grid::default();
    }

    fn process(&mut self, mut block: Block<'_>) {
        clean_block(&mut block);
        self.run(block);
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::PAN.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        if let (0, Some(value)) = (index, accept(value)) {
            self.value = value;
            self.gains[0].set((2.0 - 2.0 * value).min(1.0));
            self.gains[1].set((2.0 * value).min(1.0));
        }
    }

    fn value(&self, index: usize) -> f32 {
        if index == 0 { self.value } else { 0.0 }
    }
}
