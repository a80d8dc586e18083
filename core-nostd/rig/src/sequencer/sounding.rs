//! Notes that the sequencer has begun, and when they end. Every note-on has its own note-off, also where two parts play the
//! same key: the second strike ends the first, and the key is let go with the last of those that want it.

use heapless::Vec;
use ripieno_types::midi::MidiWord;

/// Notes that sound at the same time at most. One more ends the one that would have ended first.
const NOTES: usize = 256;

/// The velocity of a note-off that nobody played.
const RELEASE: u8 = 64;

/// Whose note it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A layer, by its place.
    Layer(u8),
    /// A start of a phrase, by its number.
    Run(u32),
}

/// One key of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    channel: u8,
    note: u8,
}

impl Key {
    /// What is more than a channel or a key can be is cut off.
    pub fn new(channel: u8, note: u8) -> Self {
        Self { channel: channel & 0x0F, note: note & 0x7F }
    }

    fn word(self, status: u8, velocity: u8) -> Option<MidiWord> {
        MidiWord::new(&[status | self.channel, self.note, velocity]).ok()
    }
}

#[derive(Clone, Copy, Debug)]
struct Sound {
    key: Key,
    owner: Owner,
    /// The frame at which it ends.
    ends: u64,
}

#[derive(Debug, Default)]
pub(super) struct Sounding {
    sounds: Vec<Sound, NOTES>,
}

impl Sounding {
    /// Begins a note; velocity 1..=127.
    pub fn begin(&mut self, key: Key, velocity: u8, owner: Owner, ends: u64, each: &mut impl FnMut(MidiWord)) {
        if self.sounds.is_full() {
            let first = self.next();
            let place = self.sounds.iter().position(|sound| Some(sound.ends) == first);
            place.into_iter().for_each(|place| self.end(place, each));
        }
        if self.wants(key) {
            key.word(0x80, RELEASE).into_iter().for_each(&mut *each);
        }
        key.word(0x90, velocity.clamp(1, 127)).into_iter().for_each(each);
        // There is room.
        let _ = self.sounds.push(Sound { key, owner, ends });
    }

    /// Ends what is due.
    pub fn end_due(&mut self, now: u64, each: &mut impl FnMut(MidiWord)) {
        self.end_if(|sound| sound.ends <= now, each);
    }

    /// Ends what belongs to an owner.
    pub fn end_of(&mut self, owner: Owner, each: &mut impl FnMut(MidiWord)) {
        self.end_if(|sound| sound.owner == owner, each);
    }

    /// Ends all.
    pub fn end_all(&mut self, each: &mut impl FnMut(MidiWord)) {
        self.end_if(|_| true, each);
    }

    /// When the next note ends.
    pub fn next(&self) -> Option<u64> {
        self.sounds.iter().map(|sound| sound.ends).min()
    }

    fn end_if(&mut self, is_over: impl Fn(&Sound) -> bool, each: &mut impl FnMut(MidiWord)) {
        let mut place = 0;
        while let Some(sound) = self.sounds.get(place) {
            if is_over(sound) {
                self.end(place, each);
            } else {
                place += 1;
            }
        }
    }

    fn end(&mut self, place: usize, each: &mut impl FnMut(MidiWord)) {
        // Said here, it is no panic that an interrupt could reach.
        if place >= self.sounds.len() {
            return;
        }
        let key = self.sounds.swap_remove(place).key;
        if !self.wants(key) {
            key.word(0x80, RELEASE).into_iter().for_each(each);
        }
    }

    fn wants(&self, key: Key) -> bool {
        self.sounds.iter().any(|sound| sound.key == key)
    }
}
