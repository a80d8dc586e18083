//! When to move to another device, where the system's default is followed. Time is an argument.

use crate::STABLE_MICROS;
use ripieno_ports::Micros;

/// How often to look which device is the default.
const LOOK_MICROS: u64 = 1_000_000;
/// How often to look at one that has just become it.
const WATCH_MICROS: u64 = 50_000;
/// The pause after a move that was not possible.
const REST_MICROS: u64 = 2_000_000;

/// Follows the name of the device that should play. Control.
#[derive(Clone, Debug)]
pub struct Follow {
    current: Option<String>,
    /// Another one, and since when it has been wanted.
    other: Option<(String, Micros)>,
    next: Micros,
}

impl Follow {
    /// `current` has just begun to play.
    pub fn new(current: Option<String>, now: Micros) -> Self {
        Self { current, other: None, next: Micros(now.0 + LOOK_MICROS) }
    }

    /// True when it is time to look.
    pub fn is_due(&self, now: Micros) -> bool {
        now >= self.next
    }

    /// `wanted` is the default now. True when it is another than the one that plays, and has been for long enough to move
    /// there.
    pub fn look(&mut self, wanted: Option<String>, now: Micros) -> bool {
        let Some(wanted) = wanted.filter(|wanted| Some(wanted) != self.current.as_ref()) else {
            self.other = None;
            self.next = Micros(now.0 + LOOK_MICROS);
            return false;
        };
        let since = match &self.other {
            Some((name, since)) if *name == wanted => *since,
            _ => now,
        };
        self.other = Some((wanted, since));
        self.next = Micros(now.0 + WATCH_MICROS);
        now.0 - since.0 >= STABLE_MICROS
    }

    /// A move was not possible.
    pub fn failed(&mut self, now: Micros) {
        self.next = Micros(now.0 + REST_MICROS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every 10 ms; returns the milliseconds at which it would move.
    fn moves(wanted: impl Fn(u64) -> Option<&'static str>) -> Vec<u64> {
        let mut follow = Follow::new(Some("desk".into()), Micros(0));
        let mut moves = Vec::new();
        for ms in (0..6_000).step_by(10) {
            let now = Micros(ms * 1_000);
            if follow.is_due(now) && follow.look(wanted(ms).map(Into::into), now) {
                moves.push(ms);
                follow = Follow::new(wanted(ms).map(Into::into), now);
            }
        }
        moves
    }

    #[test]
    fn it_moves_once_to_what_stays() {
        assert!(moves(|_| Some("desk")).is_empty());
        assert!(moves(|_| None).is_empty());
        assert_eq!(moves(|ms| Some(if ms < 1_500 { "desk" } else { "headset" })), [2_250]);
        assert!(moves(|ms| Some(if ms / 150 % 2 == 0 { "headset" } else { "desk" })).is_empty());
    }
}
