//! Parameter smoothing: three equal one-pole low-passes at grid rate, joined by straight lines.
//!
//! Three poles make value, slope and curvature continuous, which keeps what a full-scale jump spreads over the spectrum
//! more than 60 dB under a sine that it modulates; one straight ramp of the same length reaches only about −36 dB.

use crate::grid::GRID;
use ripieno_types::SampleRate;

/// Time constant of each pole, in seconds. A jump is 99 % done after 8.4 of them, 50 ms.
const POLE_SECS: f32 = 0.006;

/// Nearer than this to its target a value is taken as arrived; also the least value told from nought.
const NEAR: f32 = 1e-5;

/// One grid segment of a control value: a straight line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Segment {
    /// The value at the segment's first frame.
    pub start: f32,
    /// Change per frame.
    pub step: f32,
}

impl Segment {
    /// A value that stays.
    pub const fn flat(value: f32) -> Self {
        Self { start: value, step: 0.0 }
    }

    /// A line from `start` to `end`, which is the start of the next segment.
    #[inline]
    pub fn between(start: f32, end: f32) -> Self {
        Self { start, step: (end - start) / GRID as f32 }
    }

    /// True when the value stays all through the segment.
    #[inline(always)]
    pub fn is_flat(self) -> bool {
        self.step == 0.0
    }

    /// The value `place` frames into the segment.
    #[inline(always)]
    pub fn at(self, place: f32) -> f32 {
        self.start + self.step * place
    }

    /// As [`at`](Self::at), which for a segment that [is flat](Self::is_flat) needs no place: for loops that are compiled
    /// for both.
    #[inline(always)]
    pub fn along<const FLAT: bool>(self, place: f32) -> f32 {
        if FLAT { self.start } else { self.at(place) }
    }

    /// The value at the end of the segment.
    #[inline]
    pub fn end(self) -> f32 {
        self.at(GRID as f32)
    }

    /// True for a value that is nought and stays.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.start == 0.0 && self.is_flat()
    }
}

/// A value that glides to its target. Before the first [`segment`](Self::segment) it jumps: nothing was heard yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smooth {
    target: f32,
    stages: [f32; 3],
    pole_secs: f32,
    approach: f32,
    is_moving: bool,
    is_fresh: bool,
}

impl Smooth {
    /// Starts settled at `value`. A jump is 99 % done after 50 ms. Control.
    pub fn new(value: f32, rate: SampleRate) -> Self {
        Self::slow(value, rate, 1.0)
    }

    /// As [`new`](Self::new), this many times slower. Control.
    pub fn slow(value: f32, rate: SampleRate, times: f32) -> Self {
        let pole_secs = times * POLE_SECS;
        let mut smooth =
            Self { target: 0.0, stages: [0.0; 3], pole_secs, approach: 1.0, is_moving: false, is_fresh: true };
        smooth.prepare(rate);
        smooth.set(value);
        smooth
    }

    /// Adopts a sample rate. Control.
    pub fn prepare(&mut self, rate: SampleRate) {
        self.approach = 1.0 - libm::expf(-(GRID as f32) / (self.pole_secs * rate.as_f32()));
    }

    /// Sets where to glide to. A NaN is ignored, a value below 1e-5 counts as nought. Real-time.
    pub fn set(&mut self, target: f32) {
        if target.is_nan() {
            return;
        }
        self.target = if target.abs() < NEAR { 0.0 } else { target };
        if self.is_fresh {
            self.stages = [self.target; 3];
        }
        self.is_moving = self.stages != [self.target; 3];
    }

    /// Jumps to the target, and lets the next [`set`](Self::set) jump too. Real-time.
    pub fn reset(&mut self) {
        self.stages = [self.target; 3];
        self.is_moving = false;
        self.is_fresh = true;
    }

    /// Jumps to `value` at once and glides from there. Real-time.
    pub fn restart(&mut self, value: f32) {
        self.stages = [value; 3];
        self.is_fresh = false;
        self.is_moving = self.stages != [self.target; 3];
    }

    /// Where the value glides to. Any.
    pub fn target(&self) -> f32 {
        self.target
    }

    /// Where the value is now. Any.
    pub fn now(&self) -> f32 {
        self.stages[2]
    }

    /// True while the value is on its way. Any.
    pub fn is_moving(&self) -> bool {
        self.is_moving
    }

    /// The line for the next segment; call once at each grid point. Real-time.
    #[inline]
    pub fn segment(&mut self) -> Segment {
        self.is_fresh = false;
        if !self.is_moving {
            return Segment::flat(self.target);
        }
        let start = self.stages[2];
        let mut input = self.target;
        for stage in &mut self.stages {
            *stage += (input - *stage) * self.approach;
            input = *stage;
        }
        if self.stages.iter().all(|stage| (stage - self.target).abs() < NEAR) {
            self.stages = [self.target; 3];
            self.is_moving = false;
        }
        Segment::between(start, self.stages[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_exactly_without_overshoot() {
        let mut smooth = Smooth::new(0.0, SampleRate::CD);
        smooth.segment();
        smooth.set(0.7);
        let mut last = 0.0;
        let mut segments = 0;
        while smooth.is_moving() {
            let segment = smooth.segment();
            assert_eq!(segment.start, last);
            last = smooth.now();
            assert!(last >= segment.start && last <= 0.7);
            segments += 1;
        }
        assert_eq!(smooth.segment(), Segment::flat(0.7));
        // Between 50 and 120 ms, whatever the grid.
        assert!((69..165).contains(&segments), "{segments}");
    }

    #[test]
    fn jumps_until_something_was_heard() {
        let mut smooth = Smooth::new(1.0, SampleRate::CD);
        smooth.set(0.25);
        assert_eq!(smooth.segment(), Segment::flat(0.25));
        smooth.set(f32::NAN);
        assert!(!smooth.is_moving());
        smooth.set(1e-7);
        assert!(smooth.is_moving() && smooth.target() == 0.0);
        smooth.reset();
        assert_eq!(smooth.segment(), Segment::flat(0.0));
    }
}
