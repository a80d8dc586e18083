//! The output gain: glides frame by frame, so that sound does not depend on blocks.

use ripieno_panel::value::to_unit;
use ripieno_types::{Block, SampleRate};

/// Seconds from silence to full.
const GLIDE_SECS: f32 = 0.02;

/// A gain on its way to another.
#[derive(Debug)]
pub struct Fader {
    target: u16,
    goal: f32,
    gain: f32,
    /// The way of one frame.
    step: f32,
}

impl Fader {
    /// At full gain.
    pub fn new(rate: SampleRate) -> Self {
        Self { target: u16::MAX, goal: 1.0, gain: 1.0, step: 1.0 / (GLIDE_SECS * rate.hz() as f32) }
    }

    /// Where it is or glides to, 0..=65535.
    pub const fn target(&self) -> u16 {
        self.target
    }

    /// Glides to a place from now on, 0..=65535 linear.
    pub fn glide_to(&mut self, target: u16) {
        (self.target, self.goal) = (target, to_unit(target));
    }

    /// Scales a block.
    pub fn process(&mut self, mut block: Block<'_>) {
        if self.gain == 1.0 && self.goal == 1.0 {
            return;
        }
        let [left, right] = block.channels();
        for (left, right) in left.iter_mut().zip(right) {
            // Not `clamp`, which can panic.
            self.gain = self.goal.max(self.gain - self.step).min(self.gain + self.step);
            *left *= self.gain;
            *right *= self.gain;
        }
    }
}
