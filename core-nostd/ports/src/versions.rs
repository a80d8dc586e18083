//! Sources that need nothing: null, scripted, and two wrappers that watch and disturb another source.

use crate::{FrameSource, Period};
use ripieno_types::Block;

/// The null source: silence that counts as real, for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl FrameSource for Silence {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        block.clear();
        block.frames()
    }
}

/// Plays given frames once.
#[derive(Clone, Copy, Debug)]
pub struct Scripted<'a> {
    left: &'a [f32],
    right: &'a [f32],
}

impl<'a> Scripted<'a> {
    /// A source of the frames that both channels have.
    pub fn new(left: &'a [f32], right: &'a [f32]) -> Self {
        let frames = left.len().min(right.len());
        Self { left: &left[..frames], right: &right[..frames] }
    }

    /// Frames not played yet.
    pub fn remaining(&self) -> usize {
        self.left.len()
    }
}

impl FrameSource for Scripted<'_> {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        let frames = block.frames().min(self.remaining());
        for (out, from) in block.channels().into_iter().zip([&mut self.left, &mut self.right]) {
            let (now, later) = from.split_at(frames);
            let (real, silence) = out.split_at_mut(frames);
            real.copy_from_slice(now);
            silence.fill(0.0);
            *from = later;
        }
        frames
    }
}

/// What a [`Traced`] source saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Blocks asked for.
    pub blocks: u64,
    /// Frames asked for.
    pub frames: u64,
    /// Frames that were not real.
    pub missing: u64,
    /// The longest block asked for.
    pub longest: usize,
}

/// Passes another source through and keeps count.
#[derive(Clone, Copy, Debug)]
pub struct Traced<S> {
    source: S,
    trace: Trace,
}

impl<S> Traced<S> {
    /// Watches `source`.
    pub fn new(source: S) -> Self {
        Self { source, trace: Trace::default() }
    }

    /// The counts so far.
    pub fn trace(&self) -> Trace {
        self.trace
    }

    /// The source itself.
    pub fn into_inner(self) -> S {
        self.source
    }
}

impl<S: FrameSource> FrameSource for Traced<S> {
    fn fill(&mut self, block: Block<'_>) -> usize {
        let asked = block.frames();
        let real = self.source.fill(block);
        self.trace.blocks += 1;
        self.trace.frames += asked as u64;
        self.trace.missing += (asked - real.min(asked)) as u64;
        self.trace.longest = self.trace.longest.max(asked);
        real
    }

    fn period(&mut self, period: Period) {
        self.source.period(period);
    }
}

/// Passes another source through, but every `period` blocks gives half a block of silence instead of its end.
#[derive(Clone, Copy, Debug)]
pub struct Faulty<S> {
    source: S,
    period: u32,
    block: u32,
}

impl<S> Faulty<S> {
    /// Disturbs every `period`-th block of `source`; 0 disturbs none.
    pub fn new(source: S, period: u32) -> Self {
        Self { source, period, block: 0 }
    }
}

impl<S: FrameSource> FrameSource for Faulty<S> {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        self.block += 1;
        if self.block != self.period {
            return self.source.fill(block);
        }
        self.block = 0;
        let half = block.frames() / 2;
        let real = self.source.fill(block.split_front(half));
        block.clear();
        real
    }

    fn period(&mut self, period: Period) {
        self.source.period(period);
    }
}
