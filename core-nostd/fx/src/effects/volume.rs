//! Volume: a linear gain.

use super::{clean_block, flat_gain, ramp_gain};
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id};
use ripieno_dsp::{Grid, Segment, Smooth};
use ripieno_types::{Block, SampleRate};

/// Multiplies by `volume.gain`, 0..=1. Settled, the gain is exact.
#[derive(Clone, Debug)]
pub struct Volume {
    gain: Smooth,
    line: Segment,
    grid: Grid,
}

impl Volume {
    /// At full volume. Control.
    pub fn new(rate: SampleRate) -> Self {
        Self { gain: Smooth::new(1.0, rate), line: Segment::flat(1.0), grid: Grid::default() }
    }

    /// As [`process`](Effect::process), of frames that are clean. Real-time.
    pub(crate) fn run(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            if self.grid.is_due() {
                self.line = self.gain.segment();
            }
            // What stays put needs no segments: the rest of the block is one loop.
            let settled = self.line.is_flat() && !self.gain.is_moving();
            let frames = if settled { block.frames() } else { self.grid.run(block.frames()) };
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if self.line.is_flat() {
                flat_gain(left, right, [self.line.start; 2]);
            } else {
                ramp_gain(left, right, [self.line; 2], self.grid.places(frames));
            }
            self.grid.advance(frames);
        }
    }
}

impl Effect for Volume {
    fn prepare(&mut self, rate: SampleRate) {
        self.gain.prepare(rate);
        self.reset();
    }

    fn reset(&mut self) {
        self.gain.reset();
        self.grid = Grid::default();
    }

    fn process(&mut self, mut block: Block<'_>) {
        clean_block(&mut block);
        self.run(block);
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::VOLUME.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        if let (0, Some(value)) = (index, accept(value)) {
            self.gain.set(value);
        }
    }

    fn value(&self, index: usize) -> f32 {
        if index == 0 { self.gain.target() } else { 0.0 }
    }
}
