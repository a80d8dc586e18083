//! The keys that are down on a channel which plays one note at a time: the last one sounds, and when it goes up the one
//! before it sounds again.

use super::{Channel, cc};

/// Keys remembered; of more, the oldest is forgotten.
const KEYS: usize = 8;

/// A key that was struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key {
    pub key: u8,
    pub velocity: u8,
}

/// Keys in the order they went down, and what they sound as.
#[derive(Clone, Debug)]
pub struct Keys {
    stack: [Key; KEYS],
    count: u8,
    /// The key by which the sounding note was begun: slurred notes keep its name.
    sounding: u8,
}

/// What a key that goes up leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lift {
    /// It was not down here.
    Unknown,
    /// It was down but did not sound.
    Unheard,
    /// The note goes back to the key before, which is still down.
    Back(Key),
    /// No key is down any more.
    Last,
}

impl Keys {
    pub(super) const NONE: Self = Self { stack: [Key { key: 0, velocity: 0 }; KEYS], count: 0, sounding: 0 };

    /// The key that sounds, if any is down.
    pub fn top(&self) -> Option<Key> {
        self.stack.get(usize::from(self.count.checked_sub(1)?)).copied()
    }

    /// The key by which the sounding note was begun.
    pub fn sounding(&self) -> u8 {
        self.sounding
    }

    /// A new note was begun for the key that sounds.
    pub fn begin(&mut self, key: u8) {
        self.sounding = key;
    }

    /// A key goes down.
    pub fn press(&mut self, key: Key) {
        self.remove(key.key);
        if usize::from(self.count) == KEYS {
            self.stack.rotate_left(1);
            self.count -= 1;
        }
        if let Some(slot) = self.stack.get_mut(usize::from(self.count)) {
            *slot = key;
            self.count += 1;
        }
    }

    /// A key goes up.
    pub fn lift(&mut self, key: u8) -> Lift {
        let was_top = self.top().is_some_and(|top| top.key == key);
        match (self.remove(key), was_top, self.top()) {
            (false, ..) => Lift::Unknown,
            (true, false, _) => Lift::Unheard,
            (true, true, Some(key)) => Lift::Back(key),
            (true, true, None) => Lift::Last,
        }
    }

    /// Only the key that sounds is still of interest.
    pub fn keep_top(&mut self) {
        if let (Some(top), Some(first)) = (self.top(), self.stack.first_mut()) {
            (*first, self.count) = (top, 1);
        }
    }

    /// Forgets every key.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    fn remove(&mut self, key: u8) -> bool {
        let (mut kept, count) = (0, usize::from(self.count).min(KEYS));
        for n in 0..count {
            let held = self.stack[n];
            if let Some(slot) = self.stack.get_mut(kept) {
                *slot = held;
            }
            kept += usize::from(held.key != key);
        }
        self.count = kept as u8;
        kept < count
    }
}

impl Channel {
    /// True if one note sounds at a time: in mono mode, and while the legato pedal is down.
    pub fn is_mono(&self) -> bool {
        self.is_mono || self.value(cc::LEGATO) >= 64
    }

    /// Plays one note at a time or many. Keys that do not sound are forgotten.
    pub fn set_mono(&mut self, is_mono: bool) {
        self.is_mono = is_mono;
        self.keys.keep_top();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn the_last_of_the_keys_that_are_down_sounds(moves in proptest::collection::vec((0..12_u8, any::<bool>()), 0..200)) {
            let mut keys = Keys::NONE;
            let mut model: Vec<u8> = Vec::new();
            for (n, (key, is_down)) in moves.into_iter().enumerate() {
                let was_top = model.last() == Some(&key);
                let was_down = model.contains(&key);
                model.retain(|held| *held != key);
                if is_down {
                    keys.press(Key { key, velocity: n as u8 });
                    model.push(key);
                    if model.len() > KEYS {
                        model.remove(0);
                    }
                } else {
                    let expected = match (was_down, was_top, keys.top()) {
                        (false, ..) => Lift::Unknown,
                        (_, false, _) => Lift::Unheard,
                        _ if model.is_empty() => Lift::Last,
                        _ => Lift::Back(Key { key: *model.last().unwrap(), velocity: 0 }),
                    };
                    let found = match keys.lift(key) {
                        Lift::Back(key) => Lift::Back(Key { velocity: 0, ..key }),
                        other => other,
                    };
                    prop_assert_eq!(found, expected);
                }
                prop_assert_eq!(keys.top().map(|key| key.key), model.last().copied());
            }
        }
    }
}
