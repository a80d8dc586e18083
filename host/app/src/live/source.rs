//! The engine as a device sees it: in its callback, or on a render thread behind a ring.

use super::Engine;
use super::buffered::Near;
use ripieno_ports::{FrameSource, MidiIn, Period};
use ripieno_types::Block;

/// What a stream plays.
#[derive(Debug)]
pub enum Source<M> {
    /// The engine itself: the least latency.
    Direct(Box<Engine<M>>),
    /// The near end of a ring.
    Buffered(Near),
}

impl<M: MidiIn> FrameSource for Source<M> {
    fn fill(&mut self, block: Block<'_>) -> usize {
        match self {
            Self::Direct(engine) => engine.fill(block),
            Self::Buffered(near) => near.fill(block),
        }
    }

    fn period(&mut self, period: Period) {
        match self {
            Self::Direct(engine) => engine.period(period),
            Self::Buffered(near) => near.period(period),
        }
    }
}
