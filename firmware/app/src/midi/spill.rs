//! The newest value of every controller that finds no room in a queue.

use ripieno_types::midi::{Channel, ControlFunction, MidiWord, U7};

const CHANNELS: usize = 16;
const RESET_CONTROLLERS: u8 = 121;
/// The halves of a bank's number.
const BANK: u128 = 1 << 0 | 1 << 32;
/// What a reset of all controllers resets (MIDI recommended practice 15), besides wheel and pressure.
const RESET: u128 = 1 << 1 | 1 << 11 | 1 << 64 | 1 << 65 | 1 << 66 | 1 << 67;

/// A value for each controller, and one bit each for those that wait.
#[derive(Clone, Debug)]
pub struct Spill {
    controls: [[u8; 128]; CHANNELS],
    waiting: [u128; CHANNELS],
    bends: [u16; CHANNELS],
    pressures: [u8; CHANNELS],
    programs: [u8; CHANNELS],
    /// Channels whose wheel, pressure and program wait, one bit each.
    others: [u16; 3],
}

const BEND: usize = 0;
const PRESSURE: usize = 1;
const PROGRAM: usize = 2;

impl Spill {
    pub const fn new() -> Self {
        Self {
            controls: [[0; 128]; CHANNELS],
            waiting: [0; CHANNELS],
            bends: [0; CHANNELS],
            pressures: [0; CHANNELS],
            programs: [0; CHANNELS],
            others: [0; 3],
        }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.iter().all(|waiting| *waiting == 0) && self.others == [0; 3]
    }

    /// True if a word has to wait here too: an older value of its control does, or something that must come before it.
    pub fn has(&self, word: MidiWord) -> bool {
        let (channel, bit) = place(word);
        let waiting = self.waiting.get(channel).copied().unwrap_or(0);
        let [bends, pressures, programs] = self.others.map(|others| others & bit != 0);
        let reset = 1 << RESET_CONTROLLERS;
        match *word.as_bytes() {
            [0xB0..=0xBF, RESET_CONTROLLERS, _] => waiting & (RESET | reset) != 0 || bends || pressures,
            [0xB0..=0xBF, number @ (0 | 32), _] => waiting & (1 << number | reset) != 0 || programs,
            [0xB0..=0xBF, number, _] => waiting & (1 << (number & 0x7F) | reset) != 0,
            [0xE0..=0xEF, ..] => bends || waiting & reset != 0,
            [0xD0..=0xDF, ..] => pressures || waiting & reset != 0,
            [0xC0..=0xCF, ..] => programs || waiting & BANK != 0,
            _ => false,
        }
    }

    /// Keeps a value.
    pub fn put(&mut self, word: MidiWord) {
        let (channel, bit) = place(word);
        let [bends, pressures, _] = &mut self.others;
        match *word.as_bytes() {
            [0xB0..=0xBF, number, value] => {
                let Some(waiting) = self.waiting.get_mut(channel) else { return };
                if number == RESET_CONTROLLERS {
                    *waiting &= !RESET;
                    *bends &= !bit;
                    *pressures &= !bit;
                }
                *waiting |= 1 << (number & 0x7F);
                set(self.controls.get_mut(channel).and_then(|values| values.get_mut(usize::from(number))), value);
            }
            [0xE0..=0xEF, lower, upper] => {
                *bends |= bit;
                set(self.bends.get_mut(channel), u16::from(lower) | u16::from(upper) << 7);
            }
            [0xD0..=0xDF, value] => {
                *pressures |= bit;
                set(self.pressures.get_mut(channel), value);
            }
            [0xC0..=0xCF, value] => {
                let [.., programs] = &mut self.others;
                *programs |= bit;
                set(self.programs.get_mut(channel), value);
            }
            _ => {}
        }
    }

    /// Takes a value out: of a channel a reset first, and controllers before programs, so that banks are chosen before their
    /// programs. A bank that comes after a program that waits is chosen with it: the newest of both is meant.
    pub fn take(&mut self) -> Option<MidiWord> {
        for (channel, (waiting, values)) in self.waiting.iter_mut().zip(&self.controls).enumerate() {
            if *waiting == 0 {
                continue;
            }
            let reset = *waiting & 1 << RESET_CONTROLLERS;
            let number = if reset != 0 { RESET_CONTROLLERS } else { waiting.trailing_zeros() as u8 };
            *waiting &= !(1 << number);
            let value = U7::from_u8_lossy(values.get(usize::from(number)).copied().unwrap_or(0));
            let control = ControlFunction(U7::from_u8_lossy(number));
            return Channel::from_index(channel as u8)
                .ok()
                .map(|channel| MidiWord::control_change(channel, control, value));
        }
        for kind in [BEND, PRESSURE, PROGRAM] {
            let Some(bits) = self.others.get_mut(kind).filter(|bits| **bits != 0) else { continue };
            let channel = bits.trailing_zeros() as u8;
            *bits &= *bits - 1;
            let place = usize::from(channel);
            let wire = Channel::from_index(channel).ok()?;
            return match kind {
                BEND => Some(MidiWord::pitch_bend(wire, *self.bends.get(place)?)),
                PRESSURE => MidiWord::new(&[0xD0 | channel, *self.pressures.get(place)?]).ok(),
                _ => Some(MidiWord::program_change(wire, U7::from_u8_lossy(*self.programs.get(place)?))),
            };
        }
        None
    }
}

/// The channel of a channel message, and its bit.
fn place(word: MidiWord) -> (usize, u16) {
    let channel = word.as_bytes().first().map_or(0, |status| status & 0x0F);
    (usize::from(channel), 1 << channel)
}

fn set<T>(place: Option<&mut T>, value: T) {
    if let Some(place) = place {
        *place = value;
    }
}
