//! A delay that moves within a segment, and what is read there.

use ripieno_dsp::GRID;
use ripieno_dsp::interpolate::cubic;
use ripieno_dsp::line::WINDOW;

/// Six bits are left for whole frames, all the places of a window: in a segment a head passes 64 frames at most, at twice
/// the speed.
const PART_BITS: u32 = 26;
const FRAME: u32 = 1 << PART_BITS;

/// Where a head reads over one segment: a parabola, stepped in integers, so that it is the same wherever a block begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// How far before the segment's first frame the window opens.
    opening: usize,
    /// The place in the window, its change per frame and the change of that, in 2⁻²⁶ frames.
    place: u32,
    step: u32,
    bend: u32,
}

impl Sweep {
    /// Through the delays in frames at a segment's start, middle and end, which grow by at most a frame per frame.
    /// Real-time.
    pub fn through([start, middle, end]: [f32; 3]) -> Self {
        const UNIT: f32 = FRAME as f32;
        let length = GRID as f32;
        let whole = start as usize;
        let slope = (4.0 * middle - 3.0 * start - end) / length;
        let bend = (2.0 * start - 4.0 * middle + 2.0 * end) / (length * length);
        let part = ((start - whole as f32) * UNIT) as u32;
        Self::new(whole, part, ((slope + bend) * UNIT) as i32, (2.0 * bend * UNIT) as i32)
    }

    /// From a delay, its change per frame, −1 to 1, and the change of that, in 2⁻³² frames. Real-time.
    pub fn from_fixed(delay: i64, drift: i64, bend: i64) -> Self {
        const DROPPED: u32 = 32 - PART_BITS;
        Self::new((delay >> 32) as usize, delay as u32 >> DROPPED, (drift >> DROPPED) as i32, (bend >> DROPPED) as i32)
    }

    /// A delay that grows is a place that falls behind.
    fn new(whole: usize, part: u32, drift: i32, bend: i32) -> Self {
        Self {
            opening: whole + 2,
            place: FRAME - part,
            step: FRAME.wrapping_sub(drift as u32),
            bend: (bend as u32).wrapping_neg(),
        }
    }

    /// How long before the frame `offset` frames into the segment its window opens.
    #[inline(always)]
    pub fn opening(&self, offset: usize) -> usize {
        self.opening + offset
    }

    /// Reads each window between its samples and moves on by a frame.
    #[inline(always)]
    pub fn tick<const N: usize>(&mut self, windows: [&[f32; WINDOW]; N]) -> [f32; N] {
        let place = (self.place >> PART_BITS) as usize;
        let part = (self.place & (FRAME - 1)) as f32 * (1.0 / FRAME as f32);
        self.place = self.place.wrapping_add(self.step);
        self.step = self.step.wrapping_add(self.bend);
        windows.map(|window| {
            let [a, b, c, d] = window[place..].first_chunk().copied().unwrap_or_default();
            cubic([a, b, c, d], part)
        })
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::array::from_fn;

    /// On a ramp, where a cubic is exact, what is read is the delay itself.
    #[test]
    fn follows_its_delays() {
        let window: [f32; WINDOW] = from_fn(|i| i as f32);
        for delays in [[40.25, 40.25, 40.25], [40.0, 40.5, 41.5], [50.5, 42.5, 34.5], [64.0, 48.0, 32.0]] {
            let mut sweep = Sweep::through(delays);
            for i in 0..GRID {
                let x = i as f32 / GRID as f32;
                let [start, middle, end] = delays;
                let want =
                    start + x * (4.0 * middle - 3.0 * start - end + x * (2.0 * start - 4.0 * middle + 2.0 * end));
                // Frame i is `opening + i` after the window's first.
                let [place] = sweep.tick([&window]);
                let got = sweep.opening(i) as f32 - place;
                assert!((got - want).abs() < 2e-5, "{delays:?} at {i}: {got} for {want}");
            }
        }
    }
}
