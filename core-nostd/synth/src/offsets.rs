//! What data entry has done to generators, channel by channel: few songs do, so all channels share one small store.

use crate::channel::{Change, Kind};
use crate::{Generator, Generators};

/// A generator that a channel moves.
#[derive(Clone, Copy, Debug)]
struct Offset {
    channel: u8,
    /// Replaces instead of adding.
    replaces: bool,
    generator: Generator,
    amount: i16,
}

/// The generators that channels move.
#[derive(Clone, Debug)]
pub struct Offsets {
    list: [Offset; Self::CAPACITY],
    length: usize,
}

impl Offsets {
    /// Generators that can be moved at once, all channels together.
    const CAPACITY: usize = 64;

    /// None is moved.
    pub const NONE: Self = Self {
        list: [Offset { channel: 0, replaces: false, generator: Generator::Attenuation, amount: 0 }; Self::CAPACITY],
        length: 0,
    };

    fn entries(&self) -> &[Offset] {
        self.list.get(..self.length).unwrap_or(&[])
    }

    /// Remembers a change for the channel's notes to come. False if there is no room.
    pub fn remember(&mut self, channel: u8, change: Change) -> bool {
        let Change { generator, amount, kind } = change;
        let replaces = kind != Kind::Offset;
        let is_same = |o: &&mut Offset| (o.channel, o.replaces, o.generator) == (channel, replaces, generator);
        if let Some(known) = self.list.iter_mut().take(self.length).find(is_same) {
            known.amount = amount;
            return true;
        }
        let place = self.list.get_mut(self.length);
        let has_room = place.is_some();
        if let Some(place) = place {
            *place = Offset { channel, replaces, generator, amount };
            self.length += 1;
        }
        has_room
    }

    /// What a channel adds to a generator.
    pub fn added(&self, channel: u8, generator: Generator) -> i16 {
        let mut own = self.entries().iter().filter(|o| o.channel == channel && !o.replaces);
        own.find(|o| o.generator == generator).map_or(0, |o| o.amount)
    }

    /// Moves the generators of a note that begins.
    #[inline]
    pub fn apply(&self, channel: u8, generators: &mut Generators) {
        for replaces in [true, false] {
            for offset in self.entries().iter().filter(|o| o.channel == channel && o.replaces == replaces) {
                let before = if replaces { 0 } else { generators.amount(offset.generator) };
                generators.set_raw(offset.generator as u8, before.wrapping_add(offset.amount));
            }
        }
    }

    /// Takes back what a channel adds to a note that sounds.
    pub fn take_back(&self, channel: u8, generators: &mut Generators) {
        for offset in self.entries().iter().filter(|o| o.channel == channel && !o.replaces) {
            let amount = generators.amount(offset.generator).wrapping_sub(offset.amount);
            generators.set_raw(offset.generator as u8, amount);
        }
    }

    /// Forgets all that a channel moves. True if there was something.
    pub fn forget(&mut self, channel: u8) -> bool {
        let mut kept = 0;
        for n in 0..self.length {
            let Some(&offset) = self.list.get(n) else { break };
            if let Some(place) = self.list.get_mut(kept)
                && offset.channel != channel
            {
                *place = offset;
                kept += 1;
            }
        }
        let has_changed = kept != self.length;
        self.length = kept;
        has_changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(generator: Generator, amount: i16, kind: Kind) -> Change {
        Change { generator, amount, kind }
    }

    #[test]
    fn what_replaces_comes_before_what_adds() {
        let mut offsets = Offsets::NONE;
        offsets.remember(3, change(Generator::Pan, 30, Kind::Offset));
        offsets.remember(3, change(Generator::Pan, 100, Kind::Live));
        offsets.remember(4, change(Generator::Pan, -400, Kind::Live));
        let mut generators = Generators::DEFAULT;
        offsets.apply(3, &mut generators);
        assert_eq!((generators.amount(Generator::Pan), offsets.added(3, Generator::Pan)), (130, 30));
        offsets.take_back(3, &mut generators);
        assert_eq!(generators.amount(Generator::Pan), 100);
        assert!(offsets.forget(3) && !offsets.forget(3));
        generators = Generators::DEFAULT;
        offsets.apply(4, &mut generators);
        assert_eq!(generators.amount(Generator::Pan), -400);
    }

    #[test]
    fn room_ends_and_known_ones_still_move() {
        let mut offsets = Offsets::NONE;
        for n in 0..Offsets::CAPACITY {
            assert!(offsets.remember(n as u8, change(Generator::Pan, 1, Kind::Offset)));
        }
        assert!(!offsets.remember(99, change(Generator::Pan, 1, Kind::Offset)));
        assert!(offsets.remember(7, change(Generator::Pan, 2, Kind::Offset)));
        assert_eq!(offsets.added(7, Generator::Pan), 2);
    }
}
