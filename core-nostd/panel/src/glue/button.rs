//! When a button fires: one small state machine, and nine ways to walk it.
//!
//! A button is *up* or *down*; *waiting* is down with something still to come of the press, *on* is down between an on and
//! its off, *latched* is up between them, *counting* is up between two presses of several, *partner* is up while the other
//! button of a chord waits. *Within* a time is before it is over, *for* a time is when it is over: what is short is never
//! long, and within 0 ms nothing ever happens.
//!
//! | fire | state | event | state | fires |
//! |---|---|---|---|---|
//! | any | down, waiting, on | press | same | |
//! | any | up, latched, counting, partner | press within the guard time | same | |
//! | any | same | its release | same | |
//! | press | up | press | on | on |
//! | | on | release | up | off |
//! | release | up | press | waiting | |
//! | | waiting | release | up | on, off |
//! | short | up | press | waiting | |
//! | | waiting | release within the time | up | on, off |
//! | | waiting | release later | up | |
//! | long | up | press | waiting | |
//! | | waiting | down for the time | on | on |
//! | | waiting | release before | up | |
//! | | on | release | up | off |
//! | double, triple | up | press | waiting | |
//! | | waiting | release | counting | |
//! | | counting | press within the time, not the last | waiting | |
//! | | counting | press within the time, the last | on | on |
//! | | counting | press later, which is a first one | waiting | |
//! | | on | release | up | off |
//! | repeat | up | press | waiting | on, off |
//! | | waiting | a repetition is due | waiting | on, off |
//! | | waiting | release | up | |
//! | latch | up | press | on | on |
//! | | on | release within the time | latched | |
//! | | on | release later | up | off |
//! | | latched | press | down | off |
//! | | down | release | up | |
//! | chord | up | press | waiting | |
//! | | up | other pressed | partner | |
//! | | waiting | release | up | |
//! | | waiting | other pressed within the time | on | on |
//! | | waiting | other pressed later | down | |
//! | | partner | press within the time | on | on |
//! | | partner | press later | waiting | |
//! | | partner | other released | up | |
//! | | on | release | up | off |
//! | | on | other released | down | off |
//! | | down | release | up | |
//! | any | on | let go | down | off |
//! | | waiting | let go | down | |
//! | | latched | let go | up | off |
//! | | counting, partner | let go | up | |
//!
//! Whatever is not in the table changes nothing. A time that ran out before anybody let it pass is made up for: a release
//! that comes late enough ends a long press that it first begins.
//!
//! Several mappings may share a control. Short and long with the same time share its presses between them. Nothing waits to
//! see whether another press will follow: a short mapping beside a double one fires with both presses, at once, and the
//! buttons of a chord do what else is mapped to them.

#[cfg(test)]
mod tests;

use crate::mapper::timing::Timing;
use crate::source::Source;
use serde::{Deserialize, Serialize};

/// How a button fires, and how long it is deaf afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// When it fires.
    pub fire: Fire,
    /// Milliseconds after a press in which the next press is not taken, together with its release.
    pub guard_ms: u16,
}

/// When a button fires. What fires once goes on and off at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fire {
    /// On when pressed, off when released.
    #[default]
    Press,
    /// Once, when released.
    Release,
    /// Once, when released within the time.
    Short {
        /// Milliseconds.
        within_ms: u16,
    },
    /// On when it has been down for the time, off when released.
    Long {
        /// Milliseconds.
        after_ms: u16,
    },
    /// On with a second press within the time after the first, off when released.
    Double {
        /// Milliseconds between the presses.
        within_ms: u16,
    },
    /// Once when pressed, then again and again, each time a little sooner: by an eighth of the interval, and by a whole
    /// millisecond at least. A repetition that is late is not made up for.
    Repeat {
        /// Milliseconds until the first repetition.
        after_ms: u16,
        /// Milliseconds between repetitions, at first; 0 counts as 1.
        every_ms: u16,
        /// Milliseconds between repetitions, at last; `every_ms` or more for no acceleration.
        fastest_ms: u16,
    },
    /// On when pressed; off when released, if it was held for the time, else with the next press.
    Latch {
        /// Milliseconds.
        hold_ms: u16,
    },
    /// On when pressed together with another button of the same device and channel, off when either is released. Each press
    /// counts for one chord.
    Chord {
        /// The other.
        with: Source,
        /// Milliseconds between the presses at most.
        within_ms: u16,
    },
    /// On with a third press, each within the time after the one before, off when released.
    Triple {
        /// Milliseconds between two presses.
        within_ms: u16,
    },
}

/// What happens to a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It goes down, with a force of 1..=65535.
    Down(u16),
    /// It goes up.
    Up,
}

/// What a button says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fired {
    /// On, with the force of the press.
    On(u16),
    /// Off.
    Off,
}

/// Where a button is. Times are microseconds on the caller's clock and never run backwards.
///
/// A state belongs to one [`Button`]. When that is replaced by another, [`release`](Self::release) comes first.
///
/// ```
/// use ripieno_panel::glue::{Button, ButtonState, Edge, Fire, Fired};
///
/// let button = Button { fire: Fire::Long { after_ms: 400 }, guard_ms: 0 };
/// let mut state = ButtonState::default();
/// assert_eq!(state.edge(&button, 1_000, Edge::Down(50_000)), [None, None]);
/// assert_eq!(state.due(&button), Some(401_000));
/// assert_eq!(state.tick(&button, 401_000), [Some(Fired::On(50_000)), None]);
/// assert_eq!(state.edge(&button, 900_000, Edge::Up), [Some(Fired::Off), None]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ButtonState {
    /// Presses before this time are not taken.
    deaf_until: u64,
    /// When the phase began; for repetitions, when the next is due.
    at: u64,
    /// Of the last press that was taken.
    force: u16,
    /// Until the repetition after the next.
    interval_ms: u16,
    /// Taken in a row.
    presses: u8,
    phase: Phase,
    /// Down with a press that was not taken.
    is_ignored: bool,
}

/// The states of the table above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Up,
    Down,
    Waiting,
    On,
    Latched,
    Counting,
    Partner,
}

/// The phases by their number.
const PHASES: [Phase; 7] =
    [Phase::Up, Phase::Down, Phase::Waiting, Phase::On, Phase::Latched, Phase::Counting, Phase::Partner];

type Output = [Option<Fired>; 2];

const NOTHING: Output = [None; 2];

const OFF: Output = [Some(Fired::Off), None];

impl ButtonState {
    /// Takes an edge and returns what fires, in order. An edge that is none (down when down, up when up) does nothing.
    /// Real-time.
    pub fn edge(&mut self, button: &Button, now: u64, edge: Edge) -> [Option<Fired>; 2] {
        match edge {
            Edge::Down(force) => self.down(button, now, force),
            Edge::Up => self.up(button, now),
        }
    }

    fn down(&mut self, button: &Button, now: u64, force: u16) -> Output {
        if self.is_ignored || matches!(self.phase, Phase::Down | Phase::Waiting | Phase::On) {
            return NOTHING;
        }
        if now < self.deaf_until {
            self.is_ignored = true;
            return NOTHING;
        }
        self.deaf_until = later(now, button.guard_ms);
        self.force = force;
        let since = core::mem::replace(&mut self.at, now);
        match (button.fire, self.phase) {
            (_, Phase::Latched) => self.go(Phase::Down, OFF),
            (Fire::Press | Fire::Latch { .. }, _) => self.go(Phase::On, self.on()),
            (Fire::Repeat { after_ms, every_ms, .. }, _) => {
                self.at = later(now, after_ms);
                self.interval_ms = every_ms;
                self.go(Phase::Waiting, self.once())
            }
            (Fire::Double { within_ms }, phase) => self.press_again(phase, now < later(since, within_ms), 2),
            (Fire::Triple { within_ms }, phase) => self.press_again(phase, now < later(since, within_ms), 3),
            (Fire::Chord { within_ms, .. }, Phase::Partner) if now < later(since, within_ms) => {
                self.go(Phase::On, self.on())
            }
            (Fire::Release | Fire::Short { .. } | Fire::Long { .. } | Fire::Chord { .. }, _) => {
                self.go(Phase::Waiting, NOTHING)
            }
        }
    }

    fn press_again(&mut self, before: Phase, is_in_time: bool, wanted: u8) -> Output {
        self.presses = if before == Phase::Counting && is_in_time { self.presses.saturating_add(1) } else { 1 };
        if self.presses >= wanted { self.go(Phase::On, self.on()) } else { self.go(Phase::Waiting, NOTHING) }
    }

    fn up(&mut self, button: &Button, now: u64) -> Output {
        if core::mem::take(&mut self.is_ignored) {
            return NOTHING;
        }
        let late = self.tick(button, now);
        match (button.fire, self.phase) {
            (_, Phase::Up | Phase::Latched | Phase::Counting | Phase::Partner) => NOTHING,
            (Fire::Latch { hold_ms }, Phase::On) if now < later(self.at, hold_ms) => self.go(Phase::Latched, NOTHING),
            (_, Phase::On) if late[0].is_some() => self.go(Phase::Up, [late[0], Some(Fired::Off)]),
            (_, Phase::On) => self.go(Phase::Up, OFF),
            (Fire::Release, Phase::Waiting) => self.go(Phase::Up, self.once()),
            (Fire::Short { within_ms }, Phase::Waiting) if now < later(self.at, within_ms) => {
                self.go(Phase::Up, self.once())
            }
            (Fire::Double { .. } | Fire::Triple { .. }, Phase::Waiting) => self.go(Phase::Counting, NOTHING),
            (_, Phase::Waiting | Phase::Down) => self.go(Phase::Up, late),
        }
    }

    /// Takes an edge of the chord's other button. Real-time.
    pub fn partner(&mut self, button: &Button, now: u64, edge: Edge) -> [Option<Fired>; 2] {
        let Fire::Chord { within_ms, .. } = button.fire else { return NOTHING };
        match (edge, self.phase) {
            (Edge::Down(_), Phase::Up) => {
                self.at = now;
                self.go(Phase::Partner, NOTHING)
            }
            (Edge::Down(_), Phase::Waiting) if now < later(self.at, within_ms) => self.go(Phase::On, self.on()),
            (Edge::Down(_), Phase::Waiting) => self.go(Phase::Down, NOTHING),
            (Edge::Up, Phase::Partner) => self.go(Phase::Up, NOTHING),
            (Edge::Up, Phase::On) => self.go(Phase::Down, OFF),
            _ => NOTHING,
        }
    }

    /// Takes the passing of time, at or after [`due`](Self::due): at most one repetition, however much time has passed.
    /// Real-time.
    pub fn tick(&mut self, button: &Button, now: u64) -> [Option<Fired>; 2] {
        if self.due(button).is_none_or(|due| now < due) {
            return NOTHING;
        }
        match button.fire {
            Fire::Repeat { every_ms, fastest_ms, .. } => {
                let interval_ms = self.interval_ms.max(1);
                let next = later(self.at, interval_ms);
                self.at = if next > now { next } else { later(now, interval_ms) };
                let sooner = interval_ms - (interval_ms / 8).max(1);
                self.interval_ms = sooner.max(fastest_ms.min(every_ms));
                self.once()
            }
            _ => self.go(Phase::On, self.on()),
        }
    }

    /// When [`tick`](Self::tick) has something to do, if nothing else happens before. Real-time.
    pub fn due(&self, button: &Button) -> Option<u64> {
        match (button.fire, self.phase) {
            (Fire::Long { after_ms }, Phase::Waiting) => Some(later(self.at, after_ms)),
            (Fire::Repeat { .. }, Phase::Waiting) => Some(self.at),
            _ => None,
        }
    }

    /// Ends what is on and whatever may still come of the presses so far: the mapping is gone, or all is to be silent. A
    /// button that is down stays so until it is released. Real-time.
    pub fn release(&mut self) -> Option<Fired> {
        let was_on = self.is_on();
        self.phase = match self.phase {
            Phase::Down | Phase::Waiting | Phase::On => Phase::Down,
            Phase::Up | Phase::Latched | Phase::Counting | Phase::Partner => Phase::Up,
        };
        was_on.then_some(Fired::Off)
    }

    /// True between an on and its off. Real-time.
    pub fn is_on(&self) -> bool {
        matches!(self.phase, Phase::On | Phase::Latched)
    }

    /// All but times and force in six bits, and the force.
    pub(crate) fn pack(&self) -> (u8, u16) {
        (self.phase as u8 | u8::from(self.is_ignored) << 3 | (self.presses & 3) << 4, self.force)
    }

    /// What was [packed](Self::pack), with its times.
    pub(crate) fn unpack(bits: u8, force: u16, timing: &Timing) -> Self {
        Self {
            deaf_until: timing.deaf_until,
            at: timing.at,
            force,
            interval_ms: timing.interval_ms,
            presses: bits >> 4 & 3,
            phase: PHASES.get(usize::from(bits & 7)).copied().unwrap_or_default(),
            is_ignored: bits & 8 != 0,
        }
    }

    /// The times, and how long they matter: past that, it makes no difference how long past they are.
    pub(crate) fn timing(&self, button: &Button, mapping: u16) -> Timing {
        let window_ms = match (button.fire, self.phase) {
            (_, Phase::Up | Phase::Down | Phase::Latched) | (Fire::Press | Fire::Release | Fire::Repeat { .. }, _) => 0,
            (Fire::Latch { hold_ms }, _) => hold_ms,
            (_, Phase::On) => 0,
            (Fire::Long { after_ms }, _) => after_ms,
            (
                Fire::Short { within_ms }
                | Fire::Double { within_ms }
                | Fire::Triple { within_ms }
                | Fire::Chord { within_ms, .. },
                _,
            ) => within_ms,
        };
        let is_timed = self.due(button).is_some();
        let Self { at, deaf_until, interval_ms, .. } = *self;
        // A repetition's time is when it is due; else it matters for a window only.
        let at = if window_ms > 0 || is_timed { at } else { 0 };
        Timing { deaf_until, interval_ms, ..Timing::new(mapping, at, window_ms, is_timed) }
    }

    fn go(&mut self, phase: Phase, output: Output) -> Output {
        self.phase = phase;
        output
    }

    fn on(&self) -> Output {
        [Some(Fired::On(self.force)), None]
    }

    fn once(&self) -> Output {
        [Some(Fired::On(self.force)), Some(Fired::Off)]
    }
}

/// So many milliseconds after a time in microseconds.
fn later(at: u64, ms: u16) -> u64 {
    at.saturating_add(u64::from(ms) * 1_000)
}
