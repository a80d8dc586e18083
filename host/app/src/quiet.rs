//! How long nothing has been loud enough to hear: the end of a tail.

use ripieno_types::{Block, SampleRate};

/// What counts as quiet: −90 decibels of full scale, linear.
const QUIET: f32 = 3.162e-5;
/// The longest pause between two echoes is the longest delay, a second. Quiet for longer is quiet for good.
const RUNG_OUT_SECS: f32 = 1.1;

/// Counts frames since the last that was loud. Independent of how blocks are cut.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet {
    frames: u64,
}

impl Quiet {
    /// Listens to the next block. Real-time.
    pub fn follow(&mut self, mut block: Block<'_>) {
        let frames = block.frames();
        let [left, right] = block.channels();
        let is_loud = |(left, right): (&mut f32, &mut f32)| left.abs().max(right.abs()) > QUIET;
        self.frames = match left.iter_mut().zip(right).rposition(is_loud) {
            Some(last) => (frames - 1 - last) as u64,
            None => self.frames + frames as u64,
        };
    }

    /// Frames since the last loud one. Real-time.
    pub fn frames(self) -> u64 {
        self.frames
    }

    /// Frames of quiet after which every effect has rung out. Any.
    pub fn rung_out(rate: SampleRate) -> u64 {
        rate.frames(RUNG_OUT_SECS)
    }
}
