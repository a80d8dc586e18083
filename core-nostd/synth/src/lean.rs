//! Voices one after the other, for processors without vector units: each runs through its frames with all that it needs in
//! registers, from the pool to the sums.
//!
//! Every sum has the order that [`crate::wide`] gives it, so both write the same bytes: filtered voices belong to
//! [`LANES`] partial sums in turn, and these are joined as a tree.

mod loops;
mod near;
#[cfg(test)]
mod tests;

use crate::lanes::{CONTROL_FRAMES, LANES};
use crate::stage::{Players, Span};
use crate::window::Window;
use loops::{Buses, Row, Scratch};

/// A control period of the four buses.
type Rows = [Row; CONTROL_FRAMES];

/// The leaves of the tree of partial sums from left to right: the lane; where on the stack its sum is made; how many sums
/// then join the one below.
const LEAVES: [(usize, usize, usize); LANES] =
    [(0, 0, 0), (4, 1, 1), (2, 1, 0), (6, 2, 2), (1, 1, 0), (5, 2, 1), (3, 2, 0), (7, 3, 3)];

/// Most partial sums that wait at once.
const DEPTH: usize = 4;

/// Sings, filters and sums.
#[derive(Debug)]
pub struct Lean<const VOICES: usize> {
    scratch: Scratch,
    /// Voices without a filter.
    open: Rows,
    /// Partial sums of filtered ones; at last the lowest is their whole.
    stack: [Rows; DEPTH],
    /// Who is filtered.
    members: [[u16; VOICES]; 2],
    has_open: bool,
    has_filtered: bool,
    buses: Buses,
}

impl<const VOICES: usize> Lean<VOICES> {
    /// With nothing in its sums.
    pub const SILENT: Self = Self {
        scratch: Scratch { window: Window::SILENT, line: [0.0; CONTROL_FRAMES] },
        open: [[0.0; 4]; CONTROL_FRAMES],
        stack: [[[0.0; 4]; CONTROL_FRAMES]; DEPTH],
        members: [[0; VOICES]; 2],
        has_open: false,
        has_filtered: false,
        buses: Buses::Dry,
    };

    /// Sums the span's frames of every sound.
    pub fn play(&mut self, players: &mut Players<'_>, span: &Span<'_>) {
        let count = self.survey(players, span);
        self.has_open = false;
        self.has_filtered = count > 0;
        for place in 0..players.places() {
            let Some(sound) = players.sound(players.member(place)) else { continue };
            if !sound.filter.is_active {
                loops::voice(sound, span, self.buses, &mut self.scratch, self.has_open, &mut self.open);
                self.has_open = true;
            }
        }
        let mut is_waiting = [false; DEPTH];
        for (lane, top, joins) in LEAVES {
            if lane < count {
                // A lane's only voice may join the sum below at once.
                let is_short = joins > 0 && lane + LANES >= count;
                self.lane(players, span, lane..count, top - usize::from(is_short), is_short);
                if let Some(waits) = is_waiting.get_mut(top) {
                    *waits = !is_short;
                }
            }
            for place in (top - joins..top).rev() {
                if is_waiting.get_mut(place + 1).is_some_and(core::mem::take) {
                    self.join(place, span.count);
                }
            }
        }
    }

    /// Lists who is filtered, and finds out which buses are heard. Returns how many are filtered.
    fn survey(&mut self, players: &mut Players<'_>, span: &Span<'_>) -> usize {
        let mut count = 0;
        let mut has_chorus = false;
        for place in 0..players.places() {
            let member = players.member(place);
            let Some(sound) = players.sound(member) else { continue };
            has_chorus |= !sound.gains[2].is_zero();
            if sound.filter.is_active
                && let Some(place) = self.members.as_flattened_mut().get_mut(count)
            {
                *place = member;
                count += 1;
            }
        }
        self.buses = match (span.with_sends, has_chorus) {
            (false, _) => Buses::Dry,
            (true, false) => Buses::Reverb,
            (true, true) => Buses::All,
        };
        count
    }

    /// Puts the sum of every [`LANES`]th member on the stack, or adds it to what is there.
    fn lane(
        &mut self,
        players: &mut Players<'_>,
        span: &Span<'_>,
        members: core::ops::Range<usize>,
        place: usize,
        mut adds: bool,
    ) {
        let Some(rows) = self.stack.get_mut(place) else { return };
        for n in members.step_by(LANES) {
            let member = self.members.as_flattened().get(n);
            if let Some(sound) = member.and_then(|member| players.sound(*member)) {
                loops::voice(sound, span, self.buses, &mut self.scratch, adds, rows);
                adds = true;
            }
        }
    }

    /// Adds the sum above to the one at `place`.
    fn join(&mut self, place: usize, count: usize) {
        let count = count.min(CONTROL_FRAMES);
        if let Some([lower, upper, ..]) = self.stack.get_mut(place..) {
            loops::join(self.buses, &mut lower[..count], &upper[..count]);
        }
    }

    /// Hands over left, right, chorus and reverb of the frames that were summed last, each as far as asked.
    pub fn collect(&mut self, _: &Span<'_>, [left, right, chorus, reverb]: [&mut [f32]; 4]) {
        let open = self.has_open.then_some(&self.open[..]);
        let filtered = self.has_filtered.then_some(&self.stack[0][..]);
        loops::take::<0>(open, filtered, left);
        loops::take::<1>(open, filtered, right);
        loops::take::<2>(open, filtered, reverb);
        if self.buses == Buses::All {
            loops::take::<3>(open, filtered, chorus);
        } else {
            chorus.fill(0.0);
        }
    }
}
