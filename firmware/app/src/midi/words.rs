//! A queue of words that nobody has to wait for: bounded, and what it gives up does no harm.
//!
//! | word | the queue has room | it has none |
//! |---|---|---|
//! | note-on | queued, and room for its note-off is kept free | refused, counted; its note-off too |
//! | note-off of a key that was queued down | queued | there always is room |
//! | note-off of another key | dropped: the receiver never heard of it | |
//! | controller, pitch wheel, pressure of a channel, program | queued, or the newest value takes the place of one that waits | kept apart, the newest alone, and queued as soon as there is room |
//! | pressure of a key, value of a parameter number | the same | refused, counted, unless one waits |
//! | half of a parameter number | queued | refused, counted, with all values until it came anew |
//! | all notes off, all sound off, a change of mode | queued | a note-off for each key that is down |
//! | real-time, system common | queued | refused, counted: late ones mislead |
//!
//! So after any silence of the receiver every note that it heard ends, and every controller stands at its newest value.

use super::spill::Spill;
use heapless::Deque;
use ripieno_types::midi::{Channel, MidiWord, Note, U7};

/// What was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStats {
    /// Notes refused.
    pub notes: u32,
    /// Values that a newer one overtook.
    pub overtaken: u32,
    /// Pressures of keys, parameter numbers and their values, real-time and system common words refused.
    pub others: u32,
}

impl QueueStats {
    /// All together.
    pub const fn total(&self) -> u32 {
        self.notes.saturating_add(self.overtaken).saturating_add(self.others)
    }
}

/// See the head of this file. `N` is at least 4. All calls are real-time.
#[derive(Clone, Debug)]
pub struct WordQueue<const N: usize> {
    words: Deque<MidiWord, N>,
    spill: Spill,
    /// Keys that are down after the last word that was queued, one bit each.
    down: [u128; 16],
    /// How many those are. Invariant: at least as many places are free.
    owed: usize,
    /// Channels, one bit each, for which the lower and the upper half of a parameter number was refused: of one that is
    /// not registered, and of one that is.
    numberless: [[u16; 2]; 2],
    /// Channels whose parameter number is a registered one.
    registered: u16,
    stats: QueueStats,
}

impl<const N: usize> WordQueue<N> {
    /// An empty queue.
    pub const fn new() -> Self {
        const { assert!(N >= 4, "a queue needs room for a note, its end and more") };
        let stats = QueueStats { notes: 0, overtaken: 0, others: 0 };
        Self {
            words: Deque::new(),
            spill: Spill::new(),
            down: [0; 16],
            owed: 0,
            numberless: [[0; 2]; 2],
            registered: 0,
            stats,
        }
    }

    /// Takes a word; false if it was refused.
    pub fn push(&mut self, word: MidiWord) -> bool {
        match *word.as_bytes() {
            [status @ 0x90..=0x9F, key, 1..=127] => self.note_on(word, status & 0x0F, key),
            [status @ 0x80..=0x9F, key, _] => {
                self.note_off(word, status & 0x0F, key);
                true
            }
            [status @ 0xB0..=0xBF, number @ (6 | 38 | 96..=101), _] => self.parameter(word, status & 0x0F, number),
            [status @ 0xB0..=0xBF, 120 | 123..=127, _] => {
                self.mode(word, status & 0x0F);
                true
            }
            [0xA0..=0xAF, ..] => self.replace(word) || self.push_spare(word),
            [0xB0..=0xEF, ..] => {
                let is_queued = !self.spill.has(word) && (self.replace(word) || self.push_quietly(word));
                if !is_queued {
                    self.stats.overtaken = self.stats.overtaken.saturating_add(u32::from(self.spill.has(word)));
                    self.spill.put(word);
                }
                true
            }
            _ => self.push_spare(word),
        }
    }

    /// The next word to be sent.
    pub fn pop(&mut self) -> Option<MidiWord> {
        let word = self.words.pop_front().or_else(|| self.spill.take());
        if !self.spill.is_empty() && self.has_spare() {
            self.spill.take().into_iter().for_each(|word| _ = self.words.push_back(word));
        }
        word
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.spill.is_empty()
    }

    /// Ends every note that is down.
    pub fn end_all(&mut self) {
        for channel in 0..16 {
            self.end_channel(channel);
        }
    }

    /// Forgets everything that waits and that is down, as after the receiver was unplugged. The counters stay.
    pub fn clear(&mut self) {
        *self = Self { stats: self.stats, ..Self::new() };
    }

    /// Keys that are down once everything that waits was sent.
    pub const fn keys_down(&self) -> usize {
        self.owed
    }

    /// What was given up so far.
    pub const fn stats(&self) -> QueueStats {
        self.stats
    }

    fn free(&self) -> usize {
        N - self.words.len()
    }

    /// There is room besides that for note-offs to come.
    fn has_spare(&self) -> bool {
        self.free() > self.owed
    }

    fn push_quietly(&mut self, word: MidiWord) -> bool {
        self.has_spare() && self.words.push_back(word).is_ok()
    }

    fn push_spare(&mut self, word: MidiWord) -> bool {
        let is_queued = self.push_quietly(word);
        self.stats.others = self.stats.others.saturating_add(u32::from(!is_queued));
        is_queued
    }

    fn note_on(&mut self, word: MidiWord, channel: u8, key: u8) -> bool {
        let bit = 1_u128 << (key & 0x7F);
        let is_new = self.down.get(usize::from(channel)).is_none_or(|keys| keys & bit == 0);
        let has_room = self.free() > self.owed + usize::from(is_new);
        if !has_room || self.words.push_back(word).is_err() {
            self.stats.notes = self.stats.notes.saturating_add(1);
            return false;
        }
        self.set(channel, key, true);
        true
    }

    fn note_off(&mut self, word: MidiWord, channel: u8, key: u8) {
        if self.set(channel, key, false) {
            // There is room by the invariant.
            _ = self.words.push_back(word);
        }
    }

    /// Notes that a key is down or up; true if that is new.
    fn set(&mut self, channel: u8, key: u8, is_down: bool) -> bool {
        let bit = 1_u128 << (key & 0x7F);
        let Some(keys) = self.down.get_mut(usize::from(channel)) else { return false };
        let is_new = (*keys & bit != 0) != is_down;
        *keys = if is_down { *keys | bit } else { *keys & !bit };
        match (is_new, is_down) {
            (true, true) => self.owed += 1,
            (true, false) => self.owed = self.owed.saturating_sub(1),
            _ => {}
        }
        is_new
    }

    /// All notes off and its like.
    fn mode(&mut self, word: MidiWord, channel: u8) {
        if self.push_quietly(word) {
            for key in 0..128 {
                self.set(channel, key, false);
            }
        } else {
            self.end_channel(channel);
        }
    }

    /// Ends every note of a channel, 0..=15, that is down.
    pub fn end_channel(&mut self, channel: u8) {
        let Ok(wire) = Channel::from_index(channel) else { return };
        while let Some(keys) = self.down.get(usize::from(channel)).filter(|keys| **keys != 0) {
            let key = keys.trailing_zeros() as u8;
            let word = MidiWord::note_off(wire, Note::from_u8_lossy(key), U7::from_u8_lossy(64));
            self.note_off(word, channel, key);
        }
    }

    /// Parameter numbers and their values, whose order matters.
    fn parameter(&mut self, word: MidiWord, channel: u8, number: u8) -> bool {
        let bit = 1_u16 << (channel & 0x0F);
        if number >= 98 {
            let is_queued = self.push_spare(word);
            let is_registered = number >= 100;
            self.registered = if is_registered { self.registered | bit } else { self.registered & !bit };
            let halves = self.numberless.get_mut(usize::from(is_registered));
            if let Some(half) = halves.and_then(|halves| halves.get_mut(usize::from(number & 1))) {
                *half = if is_queued { *half & !bit } else { *half | bit };
            }
            return is_queued;
        }
        let [free, registered] = self.numberless;
        let [lower, upper] = if self.registered & bit != 0 { registered } else { free };
        if (lower | upper) & bit != 0 {
            self.stats.others = self.stats.others.saturating_add(1);
            return false;
        }
        (number < 96 && self.replace(word)) || self.push_spare(word)
    }

    /// Puts a value in the place of one of the same control that waits, unless something between them forbids it.
    fn replace(&mut self, word: MidiWord) -> bool {
        for waiting in self.words.iter_mut().rev() {
            if is_same_control(waiting, &word) {
                *waiting = word;
                self.stats.overtaken = self.stats.overtaken.saturating_add(1);
                return true;
            }
            if is_between(waiting, &word) {
                return false;
            }
        }
        false
    }
}

impl<const N: usize> Default for WordQueue<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// True of two values of the same controller, key or wheel.
fn is_same_control(one: &MidiWord, other: &MidiWord) -> bool {
    match (one.as_bytes(), other.as_bytes()) {
        ([a @ 0xA0..=0xBF, x, _], [b, y, _]) => a == b && x == y,
        ([a @ 0xC0..=0xDF, _] | [a @ 0xE0..=0xEF, ..], [b, ..]) => a == b,
        _ => false,
    }
}

/// True of what a value must not overtake: the note that a pressure is of, the parameter number that a value is of, a reset
/// of all controllers, and bank and program each other.
fn is_between(waiting: &MidiWord, word: &MidiWord) -> bool {
    match (waiting.as_bytes(), word.as_bytes()) {
        ([a @ 0x80..=0x9F, x, _], [b @ 0xA0..=0xAF, y, _]) => a & 0x0F == b & 0x0F && x == y,
        ([a @ 0xB0..=0xBF, 96..=101, _], [b, 6 | 38, _]) => a == b,
        ([a @ 0xB0..=0xBF, 0 | 32, _], [b @ 0xC0..=0xCF, _]) | ([b @ 0xC0..=0xCF, _], [a @ 0xB0..=0xBF, 0 | 32, _]) => {
            a & 0x0F == b & 0x0F
        }
        ([a @ 0xB0..=0xBF, 121, _], [b, ..]) | ([a @ 0xB0..=0xEF, ..], [b @ 0xB0..=0xBF, 121, _]) => {
            a & 0x0F == b & 0x0F
        }
        _ => false,
    }
}
