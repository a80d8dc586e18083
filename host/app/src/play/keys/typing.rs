//! The computer's keyboard as a piano: which keys are notes, and when a note ends.
//!
//! Most terminals tell of presses and automatic repeats only. There a note ends [`HOLD`] after the last of them; a
//! second press that comes too slowly for a repeat strikes the note again. A terminal repeats only the key pressed last,
//! so held chords need one that reports releases.

use super::{Action, Releases};
use std::time::Duration;

/// How long a note sounds after the last press when releases are not reported.
pub const HOLD: Duration = Duration::from_millis(400);
/// A press of a sounding key within this time is the keyboard's own repeat; no finger is as fast.
const REPEAT: Duration = Duration::from_millis(90);
/// The keys from C upward, a semitone each.
const LAYOUT: &str = "awsedftgyhujkolp;'";
/// Where the first C may lie.
const BASES: std::ops::RangeInclusive<u8> = 0..=108;
/// How far one key press moves the velocity.
const VELOCITY_STEP: u8 = 10;

#[derive(Debug)]
pub struct Typing {
    releases: Releases,
    /// The MIDI key of the layout's first C.
    base: u8,
    velocity: u8,
    held: Vec<Held>,
}

/// A note that sounds because of a key.
#[derive(Debug)]
struct Held {
    symbol: char,
    key: u8,
    pressed: Duration,
}

impl Typing {
    pub fn new(releases: Releases) -> Self {
        Self { releases, base: 60, velocity: 100, held: Vec::new() }
    }

    /// By the rule that middle C is C4.
    pub fn octave(&self) -> i8 {
        (self.base / 12) as i8 - 1
    }

    pub fn velocity(&self) -> u8 {
        self.velocity
    }

    /// A key goes down, or repeats.
    pub fn press(&mut self, symbol: char, now: Duration, actions: &mut Vec<Action>) {
        match symbol {
            'z' if self.base > *BASES.start() => self.base -= 12,
            'x' if self.base < *BASES.end() => self.base += 12,
            'c' => self.velocity = self.velocity.saturating_sub(VELOCITY_STEP).max(1),
            'v' if self.velocity < VELOCITY_STEP => self.velocity = VELOCITY_STEP,
            'v' => self.velocity = (self.velocity + VELOCITY_STEP).min(127),
            _ => self.strike(symbol, now, actions),
        }
    }

    fn strike(&mut self, symbol: char, now: Duration, actions: &mut Vec<Action>) {
        let Some(semitone) = LAYOUT.chars().position(|note| note == symbol) else { return };
        let key = self.base + semitone as u8;
        if key > 127 {
            return;
        }
        if let Some(index) = self.held.iter().position(|held| held.symbol == symbol) {
            let held = &mut self.held[index];
            let is_repeat = self.releases == Releases::Inferred && now < held.pressed + REPEAT;
            if is_repeat {
                held.pressed = now;
                return;
            }
            // A release was missed, or cannot be seen.
            self.let_go(index, actions);
        }
        self.held.push(Held { symbol, key, pressed: now });
        actions.push(Action::NoteOn { key, velocity: self.velocity });
    }

    /// A key goes up.
    pub fn release(&mut self, symbol: char, actions: &mut Vec<Action>) {
        if let Some(index) = self.held.iter().position(|held| held.symbol == symbol) {
            self.let_go(index, actions);
        }
    }

    /// Ends the notes whose time is over.
    pub fn expire(&mut self, now: Duration, actions: &mut Vec<Action>) {
        while self.releases == Releases::Inferred
            && let Some(index) = self.held.iter().position(|held| held.pressed + HOLD <= now)
        {
            self.let_go(index, actions);
        }
    }

    /// When the next note ends by itself.
    pub fn next_expiry(&self) -> Option<Duration> {
        let first = self.held.iter().map(|held| held.pressed + HOLD).min();
        first.filter(|_| self.releases == Releases::Inferred)
    }

    /// Ends every note.
    pub fn release_all(&mut self, actions: &mut Vec<Action>) {
        while !self.held.is_empty() {
            self.let_go(0, actions);
        }
    }

    /// Ends a note, unless another key, in another octave, still holds it.
    fn let_go(&mut self, index: usize, actions: &mut Vec<Action>) {
        let key = self.held.remove(index).key;
        if self.held.iter().all(|held| held.key != key) {
            actions.push(Action::NoteOff { key });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action::{NoteOff, NoteOn};
    use proptest::prelude::*;

    /// Presses at the given milliseconds, and what had happened by the end of each.
    fn inferred(steps: &[(u64, Option<char>, &[Action])]) {
        let mut typing = Typing::new(Releases::Inferred);
        for (millis, symbol, expected) in steps {
            let now = Duration::from_millis(*millis);
            let mut actions = Vec::new();
            typing.expire(now, &mut actions);
            if let Some(symbol) = symbol {
                typing.press(*symbol, now, &mut actions);
            }
            assert_eq!(actions, *expected, "at {millis} ms");
        }
    }

    fn on(key: u8) -> Action {
        NoteOn { key, velocity: 100 }
    }

    fn off(key: u8) -> Action {
        NoteOff { key }
    }

    #[test]
    fn the_layout_is_that_of_other_programs() {
        let mut typing = Typing::new(Releases::Reported);
        let mut actions = Vec::new();
        for symbol in "awsedftgyhujkolp;'".chars() {
            typing.press(symbol, Duration::ZERO, &mut actions);
        }
        assert_eq!(actions, (60..78).map(on).collect::<Vec<_>>());
        actions.clear();
        for symbol in "rinm,./ A1é\0".chars() {
            typing.press(symbol, Duration::ZERO, &mut actions);
        }
        assert_eq!(actions, []);
    }

    #[test]
    fn a_tap_ends_by_itself() {
        inferred(&[(0, Some('a'), &[on(60)]), (399, None, &[]), (400, None, &[off(60)]), (900, None, &[])]);
    }

    #[test]
    fn a_held_key_sounds_on_after_its_first_repeat() {
        inferred(&[
            (0, Some('a'), &[on(60)]),
            (300, Some('a'), &[off(60), on(60)]),
            (333, Some('a'), &[]),
            (366, Some('a'), &[]),
            (765, None, &[]),
            (766, None, &[off(60)]),
        ]);
    }

    #[test]
    fn a_note_struck_twice_is_heard_twice() {
        inferred(&[
            (0, Some('d'), &[on(64)]),
            (120, Some('d'), &[off(64), on(64)]),
            (240, Some('d'), &[off(64), on(64)]),
        ]);
    }

    #[test]
    fn octaves_and_velocities_hold_for_the_next_note() {
        inferred(&[
            (0, Some('a'), &[on(60)]),
            (10, Some('x'), &[]),
            (20, Some('c'), &[]),
            (30, Some('s'), &[NoteOn { key: 74, velocity: 90 }]),
            (400, None, &[off(60)]),
            (430, None, &[off(74)]),
        ]);
    }

    #[test]
    fn a_note_that_two_keys_hold_ends_with_the_second() {
        let mut typing = Typing::new(Releases::Reported);
        let mut actions = Vec::new();
        typing.press('k', Duration::ZERO, &mut actions);
        typing.press('x', Duration::ZERO, &mut actions);
        typing.press('a', Duration::ZERO, &mut actions);
        typing.release('k', &mut actions);
        assert_eq!(actions, [on(72), on(72)]);
        typing.release('a', &mut actions);
        assert_eq!(actions.last(), Some(&off(72)));
        typing.expire(Duration::from_secs(9), &mut actions);
        assert_eq!((actions.len(), typing.next_expiry()), (3, None));
    }

    #[test]
    fn the_ends_of_the_ranges_hold() {
        let mut typing = Typing::new(Releases::Reported);
        let mut actions = Vec::new();
        let mut press = |symbol, times| (0..times).for_each(|_| typing.press(symbol, Duration::ZERO, &mut actions));
        press('z', 20);
        press('c', 20);
        press('a', 1);
        press('v', 1);
        press('w', 1);
        press('v', 20);
        press('x', 20);
        press('\'', 1);
        press('o', 1);
        let loud = NoteOn { key: 121, velocity: 127 };
        let expected = [NoteOn { key: 0, velocity: 1 }, NoteOn { key: 1, velocity: 10 }];
        assert_eq!((&actions[..2], actions.contains(&loud)), (&expected[..], true), "{actions:?}");
        assert_eq!(typing.octave(), 8);
    }

    proptest! {
        /// Whatever is pressed, every note that began ends, and in order: no end without a beginning.
        #[test]
        fn nothing_sticks(
            reported in any::<bool>(),
            steps in prop::collection::vec((0_u64..600, 0_u8..3, prop::sample::select(vec!['a', 'k', 'o', ';', 'x', 'z'])), 0..60),
        ) {
            let mut typing = Typing::new(if reported { Releases::Reported } else { Releases::Inferred });
            let (mut now, mut actions) = (Duration::ZERO, Vec::new());
            for (wait, what, symbol) in steps {
                now += Duration::from_millis(wait);
                match what {
                    0 => typing.release(symbol, &mut actions),
                    1 => typing.press(symbol, now, &mut actions),
                    _ => typing.expire(now, &mut actions),
                }
            }
            match typing.next_expiry() {
                Some(_) => typing.expire(now + HOLD, &mut actions),
                None => typing.release_all(&mut actions),
            }
            let mut down = [false; 128];
            for action in actions {
                match action {
                    NoteOn { key, .. } => down[usize::from(key)] = true,
                    NoteOff { key } => prop_assert!(std::mem::take(&mut down[usize::from(key)])),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            prop_assert_eq!(down, [false; 128]);
        }
    }
}
