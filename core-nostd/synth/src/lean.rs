//! Voices one after the other, for processors without vector units: each runs through its frames with all that it needs in
//! registers.
//!
//! Every sum has the order that [`crate::wide`] gives it, so both write the same bytes: filtered voices belong to
//! [`LANES`] partial sums in turn, and these are joined as a tree.

mod loops;

use crate::filter::FILTERED;
use crate::lanes::{CONTROL_FRAMES, LANES, Line};
use crate::stage::{Players, Span};
use crate::window::Window;
use loops::Row;

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
    window: Window,
    /// One voice's frames.
    line: Line,
    /// Voices without a filter.
    open: Rows,
    /// Partial sums of filtered ones; at last the lowest is their whole.
    stack: [Rows; DEPTH],
    /// Who is filtered.
    members: [[u16; VOICES]; 2],
    has_open: bool,
    has_filtered: bool,
}

impl<const VOICES: usize> Lean<VOICES> {
    /// With nothing in its sums.
    pub const SILENT: Self = Self {
        window: Window::SILENT,
        line: [0.0; CONTROL_FRAMES],
        open: [[0.0; 4]; CONTROL_FRAMES],
        stack: [[[0.0; 4]; CONTROL_FRAMES]; DEPTH],
        members: [[0; VOICES]; 2],
        has_open: false,
        has_filtered: false,
    };

    /// Sums the span's frames of every sound.
    pub fn play(&mut self, players: &mut Players<'_>, span: &Span<'_>) {
        let mut count = 0;
        self.has_open = false;
        for place in 0..players.places() {
            let member = players.member(place);
            let Some(sound) = players.sound(member) else { continue };
            if sound.filter.is_active {
                if let Some(place) = self.members.as_flattened_mut().get_mut(count) {
                    *place = member;
                    count += 1;
                }
                continue;
            }
            let line = &mut self.line[..span.count];
            loops::sing(sound, span, &mut self.window, line);
            sound.last = line[span.count - 1];
            loops::mix(line, sound.gains, span, self.has_open, &mut self.open);
            self.has_open = true;
        }
        self.has_filtered = count > 0;
        let mut is_waiting = [false; DEPTH];
        for (lane, top, joins) in LEAVES {
            if lane < count {
                // A lane's only voice may join the sum below at once.
                let is_short = joins > 0 && lane + LANES >= count;
                self.lane(players, span, lane..count, top - usize::from(is_short), is_short);
                is_waiting[top] = !is_short;
            }
            for top in (top - joins..top).rev() {
                if core::mem::take(&mut is_waiting[top + 1]) {
                    self.join(top, span);
                }
            }
        }
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
        for n in members.step_by(LANES) {
            let Some(sound) = self.members.as_flattened().get(n).and_then(|member| players.sound(*member)) else { continue };
            let line = &mut self.line[..span.count];
            loops::sing_filtered(sound, span, &mut self.window, line);
            loops::mix(line, sound.gains.map(|gain| gain.scaled(FILTERED)), span, adds, &mut self.stack[place]);
            adds = true;
        }
    }

    /// Adds the sum above to the one at `place`.
    fn join(&mut self, place: usize, span: &Span<'_>) {
        let [lower, upper, ..] = &mut self.stack[place..] else { return };
        loops::add(&mut lower[..span.count], &upper[..span.count], span.with_sends);
    }

    /// Hands over a bus (left, right, chorus, reverb) of the frames that were summed last.
    pub fn collect(&mut self, bus: usize, _from: usize, out: &mut [f32]) {
        let column = loops::COLUMNS[bus % 4];
        match (self.has_open, self.has_filtered) {
            (false, false) => out.fill(0.0),
            (true, false) => loops::take(&self.open, column, out),
            (false, true) => loops::take(&self.stack[0], column, out),
            (true, true) => loops::take_both(&self.open, &self.stack[0], column, out),
        }
    }
}
