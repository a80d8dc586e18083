//! What a stream of MIDI words holds on to, so that a stream that breaks off can be let go.

use super::MidiWord;
use wmidi::{Channel, Note};

const CHANNELS: usize = 16;

const SUSTAIN: u8 = 64;
/// Controllers of the pedals that hold notes: sustain and sostenuto.
const PEDALS: [u8; 2] = [SUSTAIN, 66];
/// A pedal goes down at this controller value ...
const PEDAL_DOWN: u8 = 64;
/// ... and up below this one: a worn pedal that trembles in between does neither.
const PEDAL_UP: u8 = 56;
/// Where a sustain pedal is a continuum, it holds nothing up to this controller value; above, it may hold a little.
pub const DAMPER_UP: u8 = 16;

const MODULATION: u8 = 1;
const RESET_CONTROLLERS: u8 = 121;
const ALL_SOUND_OFF: u8 = 120;
/// The first of those that end every key: all notes off and the four changes of mode.
const ALL_NOTES_OFF: u8 = 123;
/// A pitch wheel at rest.
const CENTRE: [u8; 2] = [0, 64];
/// The velocity of a note-off that nobody played.
const RELEASE_VELOCITY: u8 = 64;

/// Whether a pedal that was down or not is down at a controller value (0..=127). Real-time.
pub const fn pedal_is_down(was_down: bool, value: u8) -> bool {
    value >= if was_down { PEDAL_UP } else { PEDAL_DOWN }
}

/// The keys and pedals that are down, and the channels whose bend, modulation or pressure is off centre.
///
/// It follows what a synth was told. When the teller falls silent (unplugged, out of song, messages lost on the way),
/// [`release`](Self::release) gives the words that let everything go. A plain value of a few hundred bytes; all its calls
/// are real-time.
///
/// ```
/// use ripieno_types::midi::{Channel, Held, MidiWord, Note};
///
/// let mut held = Held::new();
/// for bytes in [[0x90, 60, 100], [0x90, 64, 100], [0xB0, 64, 127], [0x90, 60, 0]] {
///     held.follow(MidiWord::new(&bytes)?);
/// }
/// assert!(!held.is_down(Channel::Ch1, Note::C4) && held.is_down(Channel::Ch1, Note::E4));
/// let mut words = vec![];
/// assert_eq!(held.release(|word| words.push(word.as_bytes().to_vec())), 1);
/// assert_eq!(words, [[0x80, 64, 64], [0xB0, 64, 0]]);
/// # Ok::<(), ripieno_types::midi::WordError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// One bit a key.
    keys: [u128; CHANNELS],
    controls: HeldControls,
}

impl Held {
    /// Nothing is held.
    pub const fn new() -> Self {
        Self { keys: [0; CHANNELS], controls: HeldControls::new() }
    }

    /// Follows one word; true if it starts a note.
    pub fn follow(&mut self, word: MidiWord) -> bool {
        self.controls.follow(word);
        let (status, data, value) = match *word.as_bytes() {
            [status, data, value] => (status, data, value),
            _ => return false,
        };
        let keys = &mut self.keys[usize::from(status & 0x0F)];
        let key = 1_u128 << (data & 0x7F);
        match (status & 0xF0, data) {
            (0x90, _) if value > 0 => {
                *keys |= key;
                return true;
            }
            (0x80 | 0x90, _) => *keys &= !key,
            (0xB0, ALL_SOUND_OFF | ALL_NOTES_OFF..) => *keys = 0,
            _ => {}
        }
        false
    }

    /// True while a key is down.
    pub fn is_down(&self, channel: Channel, key: Note) -> bool {
        self.keys[usize::from(channel.index())] >> u8::from(key) & 1 == 1
    }

    /// The keys that are down on any channel, one bit each.
    pub fn keys(&self) -> u128 {
        self.keys.iter().fold(0, |all, keys| all | keys)
    }

    /// True when nothing is held: [`release`](Self::release) would give no word.
    pub fn is_empty(&self) -> bool {
        *self == Self::new()
    }

    /// What this holds and `other` does not: of two inputs, what must be let go when this one goes; of what a listener was
    /// told and what is true, what the listener never heard the end of.
    #[must_use]
    pub fn without(mut self, other: &Self) -> Self {
        for (keys, others) in self.keys.iter_mut().zip(&other.keys) {
            *keys &= !others;
        }
        self.controls = self.controls.without(&other.controls);
        self
    }

    /// Gives out what lets sound go: note-offs and pedals up. Returns how many keys were down.
    pub fn lift(&self, mut each: impl FnMut(MidiWord)) -> u32 {
        let mut down = 0;
        for (channel, keys) in channels().zip(self.keys) {
            down += keys.count_ones();
            let mut rest = keys;
            while rest != 0 {
                let key = rest.trailing_zeros() as u8;
                each(MidiWord::channel_voice(0x80, channel, key, RELEASE_VELOCITY));
                rest &= rest - 1;
            }
            self.controls.lift(channel, &mut each);
        }
        down
    }

    /// Gives out what lets everything go: as [`lift`](Self::lift), then modulation and pressure to nothing and bends to
    /// the centre. Returns how many keys were down.
    pub fn release(&self, mut each: impl FnMut(MidiWord)) -> u32 {
        let down = self.lift(&mut each);
        self.controls.rest(each);
        down
    }

    /// Holds nothing any more, as after its [`release`](Self::release) was heard.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

/// The pedals that are down, and the channels whose bend, modulation or pressure is off centre: a [`Held`] without keys, in
/// ten bytes. Real-time.
///
/// ```
/// use ripieno_types::midi::{HeldControls, MidiWord};
///
/// let mut held = HeldControls::default();
/// held.follow(MidiWord::new(&[0xB0, 64, 127])?);
/// let mut words = vec![];
/// held.release(|word| words.push(word.as_bytes().to_vec()));
/// assert_eq!(words, [[0xB0, 64, 0]]);
/// # Ok::<(), ripieno_types::midi::WordError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldControls {
    /// Here and below one bit a channel.
    pedals: [u16; PEDALS.len()],
    bent: u16,
    modulated: u16,
    pressed: u16,
}

impl HeldControls {
    /// Nothing is held.
    pub const fn new() -> Self {
        Self { pedals: [0; PEDALS.len()], bent: 0, modulated: 0, pressed: 0 }
    }

    /// Follows one word.
    pub fn follow(&mut self, word: MidiWord) {
        let (status, data, value) = match *word.as_bytes() {
            [status, data, value] => (status, data, value),
            [status, data] => (status, data, 0),
            _ => return,
        };
        let channel = status & 0x0F;
        match (status & 0xF0, data) {
            (0xB0, RESET_CONTROLLERS) => {
                for bits in self.flags() {
                    set(bits, channel, false);
                }
            }
            (0xB0, MODULATION) => set(&mut self.modulated, channel, value > 0),
            (0xB0, _) => {
                if let Some((_, bits)) = PEDALS.iter().zip(&mut self.pedals).find(|(pedal, _)| **pedal == data) {
                    let was_down = *bits >> channel & 1 == 1;
                    let is_sustain = data == SUSTAIN;
                    set(bits, channel, if is_sustain { value > DAMPER_UP } else { pedal_is_down(was_down, value) });
                }
            }
            (0xD0, _) => set(&mut self.pressed, channel, data > 0),
            (0xE0, _) => set(&mut self.bent, channel, [data, value] != CENTRE),
            _ => {}
        }
    }

    /// True when nothing is held.
    pub const fn is_empty(&self) -> bool {
        let [sustain, sostenuto] = self.pedals;
        sustain | sostenuto | self.bent | self.modulated | self.pressed == 0
    }

    /// What this holds and `other` does not.
    #[must_use]
    pub fn without(mut self, other: &Self) -> Self {
        let mut other = *other;
        for (bits, others) in self.flags().into_iter().zip(other.flags()) {
            *bits &= !*others;
        }
        self
    }

    /// Gives out what lets everything go: pedals, then modulation, pressure and bends.
    pub fn release(&self, mut each: impl FnMut(MidiWord)) {
        channels().for_each(|channel| self.lift(channel, &mut each));
        self.rest(each);
    }

    /// Pedals of a channel go up.
    fn lift(&self, channel: Channel, mut each: impl FnMut(MidiWord)) {
        for (pedal, _) in PEDALS.iter().zip(self.pedals).filter(|(_, bits)| has(*bits, channel)) {
            each(MidiWord::channel_voice(0xB0, channel, *pedal, 0));
        }
    }

    /// All but pedals goes to where it rests.
    fn rest(&self, mut each: impl FnMut(MidiWord)) {
        for channel in channels() {
            if has(self.modulated, channel) {
                each(MidiWord::channel_voice(0xB0, channel, MODULATION, 0));
            }
            if has(self.pressed, channel) {
                each(MidiWord::channel_voice(0xD0, channel, 0, 0));
            }
            if has(self.bent, channel) {
                let [low, high] = CENTRE;
                each(MidiWord::channel_voice(0xE0, channel, low, high));
            }
        }
    }

    fn flags(&mut self) -> [&mut u16; PEDALS.len() + 3] {
        let [sustain, sostenuto] = &mut self.pedals;
        [sustain, sostenuto, &mut self.bent, &mut self.modulated, &mut self.pressed]
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::new()
    }
}

fn channels() -> impl Iterator<Item = Channel> {
    (0..CHANNELS as u8).filter_map(|index| Channel::from_index(index).ok())
}

fn has(bits: u16, channel: Channel) -> bool {
    bits >> channel.index() & 1 == 1
}

fn set(bits: &mut u16, channel: u8, is_set: bool) {
    *bits = *bits & !(1 << channel) | u16::from(is_set) << channel;
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    fn word(bytes: &[u8]) -> MidiWord {
        MidiWord::new(bytes).unwrap()
    }

    fn after(words: &[&[u8]]) -> Held {
        let mut held = Held::new();
        for bytes in words {
            held.follow(word(bytes));
        }
        held
    }

    fn released(held: &Held) -> Vec<Vec<u8>> {
        let mut words = vec![];
        let keys = held.release(|word| words.push(word.as_bytes().to_vec()));
        assert_eq!(words.iter().filter(|word| word[0] & 0xF0 == 0x80).count(), keys as usize);
        words
    }

    #[track_caller]
    fn check(words: &[&[u8]], expected: &[&[u8]]) {
        assert_eq!(released(&after(words)), expected, "{words:x?}");
    }

    #[test]
    fn what_is_down_is_let_go() {
        check(&[], &[]);
        check(&[&[0x93, 0, 1], &[0x93, 127, 1]], &[&[0x83, 0, 64], &[0x83, 127, 64]]);
        check(&[&[0x90, 60, 1], &[0x90, 60, 1], &[0x90, 60, 0]], &[]);
        check(&[&[0x9F, 60, 1], &[0x8E, 60, 1], &[0x8F, 61, 1]], &[&[0x8F, 60, 64]]);
        check(&[&[0xB5, 66, 64], &[0xB5, 64, 16]], &[&[0xB5, 66, 0]]);
        check(&[&[0xE2, 1, 64], &[0xD1, 9], &[0xB0, 1, 3]], &[&[0xB0, 1, 0], &[0xD1, 0], &[0xE2, 0, 64]]);
        check(&[&[0xE2, 1, 64], &[0xE2, 0, 64], &[0xD1, 9], &[0xD1, 0], &[0xB0, 1, 3], &[0xB0, 1, 0]], &[]);
    }

    #[test]
    fn channel_modes_let_go_of_keys_or_controllers() {
        for mode in [120, 123, 124, 127] {
            check(
                &[&[0x90, 60, 1], &[0x91, 60, 1], &[0xB0, 64, 99], &[0xB0, mode, 0]],
                &[&[0xB0, 64, 0], &[0x81, 60, 64]],
            );
        }
        let all: [&[u8]; 6] =
            [&[0x90, 60, 1], &[0xB0, 64, 99], &[0xB0, 66, 99], &[0xE0, 0, 0], &[0xD0, 1], &[0xB0, 1, 1]];
        check(&[&all[..], &[&[0xB1, 121, 0], &[0xB0, 121, 0]]].concat(), &[&[0x80, 60, 64]]);
        // Local control, and what is no channel message at all.
        check(
            &[&[0x90, 60, 1], &[0xB0, 122, 0], &[0xF8], &[0xF2, 60, 0], &[0xA0, 60, 0], &[0xC0, 60]],
            &[&[0x80, 60, 64]],
        );
    }

    #[test]
    fn a_trembling_pedal_stays() {
        let mut held = Held::new();
        let down = [3, 64, 60, 56, 55, 63, 127].map(|value| {
            held.follow(word(&[0xB0, 66, value]));
            !held.is_empty()
        });
        assert_eq!(down, [false, true, true, true, false, false, true]);
        // Half a sustain pedal holds a little.
        check(&[&[0xB0, 64, 127], &[0xB0, 64, 17]], &[&[0xB0, 64, 0]]);
        check(&[&[0xB0, 64, 127], &[0xB0, 64, 16]], &[]);
    }

    #[test]
    fn a_difference_spares_what_another_holds() {
        let ours = after(&[&[0x90, 60, 1], &[0x90, 62, 1], &[0xB0, 64, 127], &[0xE0, 1, 1], &[0xD3, 1]]);
        let theirs = after(&[&[0x90, 62, 1], &[0x90, 63, 1], &[0xB0, 64, 127], &[0xE0, 7, 7]]);
        assert_eq!(released(&ours.without(&theirs)), [vec![0x80, 60, 64], vec![0xD3, 0]]);
        assert_eq!(released(&theirs.without(&ours)), [[0x80, 63, 64]]);
        assert!(ours.without(&ours).is_empty());
    }

    proptest! {
        #[test]
        fn a_release_leaves_nothing(
            messages in proptest::collection::vec((0x80..0xF0_u8, 0..128_u8, 0..128_u8), 0..200),
            others in proptest::collection::vec((0x80..0xF0_u8, 0..128_u8, 0..128_u8), 0..50),
        ) {
            let hold = |messages: &[(u8, u8, u8)]| {
                let mut held = Held::new();
                for &(status, a, b) in messages {
                    let length = if (0xC0..0xE0).contains(&status) { 2 } else { 3 };
                    held.follow(word(&[status, a, b][..length]));
                }
                held
            };
            let (held, other) = (hold(&messages), hold(&others));
            let (mut all, mut some) = (held, held);
            held.release(|word| _ = all.follow(word));
            prop_assert!(all.is_empty());
            held.without(&other).release(|word| _ = some.follow(word));
            prop_assert!(some.without(&other).is_empty());
            prop_assert_eq!(held.without(&some).without(&held.without(&other)), Held::new());
        }
    }
}
