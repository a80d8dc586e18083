//! One window of a plan: what of the recording goes into it, and what of its output is kept.

use crate::Plan;
use core::iter::FusedIterator;
use core::ops::Range;

/// One window. What is sent is `before` frames of padding, `frames` of the recording, and `after` frames of padding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Its number, from 0.
    pub index: u64,
    /// Its first real frame in the recording.
    pub start: u64,
    /// Its real frames, at least 1.
    pub frames: usize,
    /// Frames to pad before them.
    pub before: usize,
    /// Frames to pad after them.
    pub after: usize,
    /// What of the window's output is used, in frames from the window's first; never padding.
    pub kept: Range<usize>,
    /// Where `kept.start` lies in the recording.
    pub kept_start: u64,
}

impl Segment {
    /// Frames of the whole window, padding included. Any.
    pub fn window(&self) -> usize {
        self.before + self.frames + self.after
    }

    /// What of the recording is kept. Any.
    pub fn kept_span(&self) -> Range<u64> {
        self.kept_start..self.kept_start + self.kept.len() as u64
    }
}

/// The segments of a [`Plan`], in order; see [`Plan::segments`].
#[derive(Clone, Debug)]
pub struct Segments {
    plan: Plan,
    next: u64,
}

impl Segments {
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan, next: 0 }
    }
}

impl Iterator for Segments {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        let segment = self.plan.segment(self.next)?;
        self.next += 1;
        Some(segment)
    }

    fn nth(&mut self, n: usize) -> Option<Segment> {
        self.next = self.next.saturating_add(n as u64).min(self.plan.chunks());
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.plan.chunks() - self.next);
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

impl ExactSizeIterator for Segments {}

impl FusedIterator for Segments {}
