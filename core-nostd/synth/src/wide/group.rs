//! Up to eight filtered voices on their way to the mix.

use super::loops::{self, Filters, Gains};
use crate::filter::FILTERED;
use crate::lanes::{CONTROL_FRAMES, LANES, Period, Ramp, Ramps, Sums};
use crate::voice::Sound;

/// A group that fills lane by lane.
#[derive(Clone, Debug)]
pub struct Group {
    frames: Period,
    filters: Filters,
    gains: Gains,
    members: [u16; LANES],
    count: usize,
    has_sends: bool,
}

impl Group {
    /// Nobody in it.
    pub const EMPTY: Self = {
        const STILL: Ramps = Ramps::STILL;
        Self {
            frames: [[0.0; LANES]; CONTROL_FRAMES],
            filters: Filters { state: [[0.0; LANES]; 2], coefficients: [STILL; 3] },
            gains: [STILL; 4],
            members: [0; LANES],
            count: 0,
            has_sends: false,
        }
    };

    /// Takes a sound and its frames `from..`. True when the group is full.
    pub fn join(&mut self, member: u16, sound: &Sound, from: usize, frames: &[f32]) -> bool {
        let lane = self.count % LANES;
        for (row, frame) in self.frames[from..].iter_mut().zip(frames) {
            row[lane] = *frame;
        }
        self.members[lane] = member;
        for (ramps, gain) in self.gains.iter_mut().zip(sound.gains) {
            ramps.set(lane, gain.scaled(FILTERED));
        }
        self.has_sends |= has_sends(sound);
        for (states, state) in self.filters.state.iter_mut().zip(sound.filter.state) {
            states[lane] = state;
        }
        for (ramps, coefficient) in self.filters.coefficients.iter_mut().zip(sound.filter.coefficients) {
            ramps.set(lane, coefficient);
        }
        self.count += 1;
        self.count == LANES
    }

    /// Filters and mixes frames `from..from + count`; returns each member with its filter's state.
    pub fn flush(
        &mut self,
        from: usize,
        count: usize,
        with_sends: bool,
        sums: &mut Sums,
    ) -> impl Iterator<Item = (u16, [f32; 2])> + '_ {
        for lane in self.count..LANES {
            for ramps in self.gains.iter_mut().chain(&mut self.filters.coefficients) {
                ramps.set(lane, Ramp::default());
            }
            self.filters.state.iter_mut().for_each(|states| states[lane] = 0.0);
        }
        let frames = &mut self.frames[from..from + count];
        if self.count > 0 {
            loops::filter(&mut self.filters, from, frames);
            loops::mix(frames, from, &self.gains, with_sends && self.has_sends, sums);
        }
        let members = core::mem::replace(&mut self.count, 0);
        self.has_sends = false;
        let ([low, band], slots) = (&self.filters.state, &self.members);
        (0..members).map(move |lane| (slots[lane], [low[lane], band[lane]]))
    }
}

/// True when the effect buses hear it.
pub fn has_sends(sound: &Sound) -> bool {
    sound.gains[2..].iter().any(|gain| !gain.is_zero())
}
