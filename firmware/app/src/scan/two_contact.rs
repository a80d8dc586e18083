//! A key with two contacts, of which the second closes later: the time between them tells how fast it moves.
//!
//! | state | what | state | told |
//! |---|---|---|---|
//! | up | the first closes | moving, from now | |
//! | moving | the second closes | down | down, by the time since |
//! | moving | the first is let go, debounced | up | |
//! | down | the first is let go, debounced | up | up |
//!
//! Bounces of either contact change nothing: the first closing of each counts, and nothing counts as open before it was
//! so for the debouncing time. A second contact that closes alone does nothing.

use super::{Debounce, Edge, Strike};
use ripieno_panel::glue::Curve;

/// How fast is how loud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoContactConfig {
    /// Microseconds between the contacts, and less, that are velocity 127. At least 1.
    pub fastest_micros: u32,
    /// Microseconds, and more, that are velocity 1. Above `fastest_micros`.
    pub slowest_micros: u32,
    /// Bends the way in between, which is even in speed.
    pub curve: Curve,
    /// Microseconds for which the first contact is open before it counts.
    pub debounce_micros: u32,
}

impl Default for TwoContactConfig {
    fn default() -> Self {
        Self { fastest_micros: 2_000, slowest_micros: 80_000, curve: Curve::Linear, debounce_micros: 5_000 }
    }
}

/// See the head of this file. Real-time.
#[derive(Clone, Copy, Debug)]
pub struct TwoContact {
    config: TwoContactConfig,
    first: Debounce,
    /// When the first contact closed, until the second does.
    moves_since: Option<u64>,
}

impl TwoContact {
    /// Up.
    pub const fn new(config: TwoContactConfig) -> Self {
        Self { config, first: Debounce::new(config.debounce_micros), moves_since: None }
    }

    /// Takes a sample of both contacts, true is closed.
    pub fn sample(&mut self, now: u64, first: bool, second: bool) -> Option<Strike> {
        match self.first.sample(now, first) {
            Some(Edge::Down) => self.moves_since = Some(now),
            // One that never got down to the second contact was not heard either.
            Some(Edge::Up) => return self.moves_since.take().is_none().then_some(Strike::Up),
            None => {}
        }
        let since = self.moves_since.filter(|_| second)?;
        self.moves_since = None;
        Some(Strike::Down(self.velocity(now.saturating_sub(since))))
    }

    fn velocity(&self, micros: u64) -> u8 {
        let fastest = u64::from(self.config.fastest_micros.max(1));
        let slowest = u64::from(self.config.slowest_micros).max(fastest + 1);
        let micros = micros.clamp(fastest, slowest);
        // (1 / micros - 1 / slowest) / (1 / fastest - 1 / slowest), in 65535ths: below 2^32 · 2^32 · 2^16 in the middle.
        let speed = u128::from(fastest) * u128::from(slowest - micros) * 0xFFFF;
        let speed = speed / (u128::from(micros) * u128::from(slowest - fastest));
        velocity(self.config.curve, speed as u16)
    }
}

/// A velocity, 1..=127, of a strength of 0..=65535.
pub(super) fn velocity(curve: Curve, strength: u16) -> u8 {
    let bent = u32::from(curve.bend(strength));
    (1 + (bent * 126 + 0x7FFF) / 0xFFFF) as u8
}
