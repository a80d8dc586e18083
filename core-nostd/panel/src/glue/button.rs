//! When a button fires.

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
    /// Once when pressed, then again and again, each time a little sooner.
    Repeat {
        /// Milliseconds until the first repetition.
        after_ms: u16,
        /// Milliseconds between repetitions, at first.
        every_ms: u16,
        /// Milliseconds between repetitions, at last; `every_ms` for no acceleration.
        fastest_ms: u16,
    },
    /// On when pressed; off when released, if it was held for the time, else with the next press.
    Latch {
        /// Milliseconds.
        hold_ms: u16,
    },
    /// On when pressed together with another button of the same device and channel, off when either is released.
    Chord {
        /// The other.
        with: Source,
        /// Milliseconds between the presses at most.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ButtonState {
    is_down: bool,
}

impl ButtonState {
    /// Takes an edge and returns what fires, in order. An edge that is none (down when down, up when up) does nothing.
    /// Real-time.
    pub fn edge(&mut self, button: &Button, now: u64, edge: Edge) -> [Option<Fired>; 2] {
        let _ = (button, now);
        match edge {
            Edge::Down(force) if !self.is_down => {
                self.is_down = true;
                [Some(Fired::On(force)), None]
            }
            Edge::Up if self.is_down => {
                self.is_down = false;
                [Some(Fired::Off), None]
            }
            _ => [None; 2],
        }
    }

    /// Takes an edge of the chord's other button. Real-time.
    pub fn partner(&mut self, button: &Button, now: u64, edge: Edge) -> [Option<Fired>; 2] {
        let _ = (button, now, edge);
        [None; 2]
    }

    /// Takes the passing of time, at or after [`due`](Self::due). Real-time.
    pub fn tick(&mut self, button: &Button, now: u64) -> [Option<Fired>; 2] {
        let _ = (button, now);
        [None; 2]
    }

    /// When [`tick`](Self::tick) has something to do, if nothing else happens before. Real-time.
    pub fn due(&self, button: &Button) -> Option<u64> {
        let _ = button;
        None
    }

    /// True between an on and its off. Real-time.
    pub fn is_on(&self) -> bool {
        self.is_down
    }
}
