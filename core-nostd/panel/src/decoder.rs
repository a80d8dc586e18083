//! From words to readings: pairs of controllers become 14 bits, parameter numbers and data entry become NRPN and RPN.
//!
//! One word may be read in several ways, and every way is said: what is mapped decides. Controller 1 is a control of 7 bits
//! and half of a pair; a program change is a value and a trigger.
//!
//! A pair (controllers n and n + 32, n in 0..=31, each channel for itself):
//!
//! | state | word | state | reading of the pair |
//! |---|---|---|---|
//! | unknown | n + 32 | unknown | |
//! | unknown, known | n | waiting | |
//! | waiting | n + 32 | known | both halves, 14 bits |
//! | waiting | n | waiting, anew | the first half before, alone |
//! | waiting | nothing for [`PAIR_WAIT_MICROS`] | known | the first half, alone |
//! | waiting | too many others wait | known | the first half, alone |
//! | known | n + 32 | known | both halves, 14 bits |
//!
//! A first half alone is read as 7 bits, so that a control that never sends second halves reaches both ends.
//!
//! Parameters (each channel for itself): controllers 99 and 98 choose a non-registered one, 101 and 100 a registered one,
//! each of them in either order, and the kind that is chosen last counts.
//!
//! | state | word | state | reading of the parameter |
//! |---|---|---|---|
//! | any | the first half of a number, or one of the other kind | half chosen | (1) |
//! | half chosen | the other half | chosen | (1) |
//! | chosen | another half of its kind | chosen | (1) |
//! | chosen | 127 for both halves | nothing chosen | (1) |
//! | chosen | 6, 38 | chosen | as the pair 6 above, in the place of that pair |
//! | chosen | 96, 97 | chosen | (1), then one more, one less |
//! | nothing or half chosen | 6, 38, 96, 97 | same | |
//!
//! (1) A first half of data that waits is taken alone before anything else happens, for what was chosen until then.

use crate::source::Source;
use crate::value::{from_7, from_14, to_7};
use heapless::Vec;
use ripieno_types::midi::MidiWord;

/// What one word says about one source. A word may say several things: controller 1 is itself and half of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The source.
    pub source: Source,
    /// The channel, 0..=15; none for system messages.
    pub channel: Option<u8>,
    /// What it says.
    pub event: Event,
}

/// What a control says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Down, with a force of 1..=65535.
    Down(u16),
    /// Up.
    Up,
    /// It stands at a value, 0..=65535. `bits` is what came in 7 bits, for encoders.
    At {
        /// The value.
        value: u16,
        /// As it came: of 14 bits the upper 7.
        bits: u8,
    },
    /// It moves by so many of its own units (data increment and decrement).
    By(i8),
    /// It fires and has no state: clock, transport, a program or SysEx as a trigger.
    Trigger,
}

impl Event {
    fn at_7(bits: u8) -> Self {
        Self::At { value: from_7(bits), bits }
    }

    fn at_14(value: u16) -> Self {
        Self::At { value: from_14(value), bits: to_7(from_14(value)) }
    }
}

/// Readings of one word at most.
pub const READINGS: usize = 3;

/// How long the first half of a pair waits for its second, in microseconds: five times as long as both take on a DIN cable.
pub const PAIR_WAIT_MICROS: u64 = WAIT as u64;

/// The same, as it is counted.
const WAIT: u16 = 10_000;

/// First halves that wait at a time; the oldest of more is taken alone.
const WAITING: usize = 8;

/// The controller pair that carries the values of parameters.
const DATA: u8 = 6;

/// A half that never came.
const UNKNOWN: u8 = u8::MAX;

/// The memory of one device's channels. Real-time.
///
/// ```
/// use ripieno_panel::{Decoder, Event, Source};
/// use ripieno_types::midi::MidiWord;
///
/// let mut decoder = Decoder::default();
/// decoder.feed(0, MidiWord::new(&[0xB0, 1, 32])?);
/// let [pair, plain, _] = decoder.feed(900, MidiWord::new(&[0xB0, 33, 1])?);
/// assert_eq!(pair.map(|pair| (pair.source, pair.event)), Some((Source::Control14(1), Event::At { value: 16_388, bits: 32 })));
/// assert_eq!(plain.map(|plain| plain.source), Some(Source::Control(33)));
/// # Ok::<(), ripieno_types::midi::WordError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    channels: [Channel; 16],
    /// First halves without a second, the oldest first.
    waiting: Vec<Waiting, WAITING>,
    /// When the last of them came.
    came: u64,
}

/// A first half that waits.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    /// Microseconds that it waits from when the last came.
    left: u16,
    channel: u8,
    number: u8,
}

#[derive(Clone, Debug)]
struct Channel {
    /// The first halves of pairs as they came last, or [`UNKNOWN`].
    first: [u8; 32],
    parameter: Parameter,
}

impl Default for Channel {
    fn default() -> Self {
        Self { first: [UNKNOWN; 32], parameter: Parameter::default() }
    }
}

/// The number of a parameter as far as it came, halves may be [`UNKNOWN`].
#[derive(Clone, Copy, Debug)]
struct Parameter {
    is_registered: bool,
    upper: u8,
    lower: u8,
}

impl Default for Parameter {
    fn default() -> Self {
        Self { is_registered: false, upper: UNKNOWN, lower: UNKNOWN }
    }
}

impl Parameter {
    fn source(self) -> Option<Source> {
        let (upper, lower) = (self.upper, self.lower);
        let is_chosen = upper != UNKNOWN && lower != UNKNOWN && (upper, lower) != (127, 127);
        let number = u16::from(upper) << 7 | u16::from(lower);
        is_chosen.then_some(if self.is_registered { Source::Rpn(number) } else { Source::Nrpn(number) })
    }

    /// Takes controller 98..=101.
    fn choose(&mut self, number: u8, bits: u8) {
        let is_registered = number >= 100;
        if self.is_registered != is_registered {
            *self = Self { is_registered, ..Self::default() };
        }
        *(if number & 1 == 1 { &mut self.upper } else { &mut self.lower }) = bits;
    }
}

impl Decoder {
    /// What a word says, in the order in which it should be looked up.
    pub fn feed(&mut self, now: u64, word: MidiWord) -> [Option<Reading>; READINGS] {
        let (status, data) = match *word.as_bytes() {
            [status] => (status, [0, 0]),
            [status, one] => (status, [one, 0]),
            [status, one, two] => (status, [one, two]),
            _ => return [None; READINGS],
        };
        let channel = status & 0x0F;
        let [one, two] = data;
        let say = |source, event| Some(Reading { source, channel: Some(channel), event });
        match status & 0xF0 {
            0x90 if two > 0 => [say(Source::Note(one), Event::Down(from_7(two))), None, None],
            0x80 | 0x90 => [say(Source::Note(one), Event::Up), None, None],
            0xA0 => [say(Source::PolyPressure(one), Event::at_7(two)), None, None],
            0xB0 => self.controller(now, channel, one, two),
            0xC0 => [say(Source::Program, Event::at_7(one)), say(Source::ProgramIs(one), Event::Trigger), None],
            0xD0 => [say(Source::ChannelPressure, Event::at_7(one)), None, None],
            0xE0 => [say(Source::PitchBend, Event::at_14(u16::from(two) << 7 | u16::from(one))), None, None],
            _ => [system(status), None, None],
        }
    }

    /// When the first half of a pair has waited long enough for its second to be taken alone, if one waits.
    pub fn due(&self) -> Option<u64> {
        self.waiting.first().map(|waiting| self.came.saturating_add(u64::from(waiting.left)))
    }

    /// The next half that has waited until `now`, as a reading.
    pub fn tick(&mut self, now: u64) -> Option<Reading> {
        if self.due().is_some_and(|due| due <= now) { self.take_alone(0) } else { None }
    }

    fn controller(&mut self, now: u64, channel: u8, number: u8, bits: u8) -> [Option<Reading>; READINGS] {
        let plain = Reading { source: Source::Control(number), channel: Some(channel), event: Event::at_7(bits) };
        match number {
            0..=31 => {
                let mut before = self.settle(channel, number);
                if self.waiting.is_full() {
                    before = self.take_alone(0);
                }
                *self.first(channel, number) = bits;
                let passed = now.saturating_sub(self.came).min(u64::from(WAIT)) as u16;
                for waiting in &mut self.waiting {
                    waiting.left = waiting.left.saturating_sub(passed);
                }
                self.came = now;
                // There is room: one that waited has just left.
                let _ = self.waiting.push(Waiting { left: WAIT, channel, number });
                [before, Some(plain), None]
            }
            32..=63 => [self.complete(channel, number - 32, bits), Some(plain), None],
            96 | 97 => {
                let by = self.parameter(channel).source().map(|source| Reading {
                    source,
                    channel: Some(channel),
                    event: Event::By(if number == 96 { 1 } else { -1 }),
                });
                [self.settle(channel, DATA), Some(plain), by]
            }
            98..=101 => {
                let before = self.settle(channel, DATA);
                let chosen = self.parameter(channel).source();
                self.parameter(channel).choose(number, bits);
                if self.parameter(channel).source() != chosen {
                    // A second half alone must not refine what another parameter was set to.
                    *self.first(channel, DATA) = UNKNOWN;
                }
                [before, Some(plain), None]
            }
            _ => [Some(plain), None, None],
        }
    }

    /// The second half of a pair came: both are a value, if there is a first.
    fn complete(&mut self, channel: u8, number: u8, second: u8) -> Option<Reading> {
        let first = *self.first(channel, number);
        if let Some(place) = self.place(channel, number) {
            self.leave(place);
        }
        let event = Event::at_14(u16::from(first) << 7 | u16::from(second));
        (first != UNKNOWN).then(|| Reading { source: self.pair(channel, number), channel: Some(channel), event })
    }

    /// The first half of a pair is taken alone, if it waits.
    fn settle(&mut self, channel: u8, number: u8) -> Option<Reading> {
        self.place(channel, number).and_then(|place| self.take_alone(place))
    }

    fn take_alone(&mut self, place: usize) -> Option<Reading> {
        let Waiting { channel, number, .. } = self.leave(place)?;
        let event = Event::at_7(*self.first(channel, number));
        Some(Reading { source: self.pair(channel, number), channel: Some(channel), event })
    }

    /// Takes out one that waits; the others stay in order, moved one by one: a board has no other use for `memmove`.
    fn leave(&mut self, place: usize) -> Option<Waiting> {
        let rest = self.waiting.get_mut(place..).unwrap_or_default();
        let mut next = None;
        for waiting in rest.iter_mut().rev() {
            next = Some(match next {
                Some(later) => core::mem::replace(waiting, later),
                None => *waiting,
            });
        }
        if next.is_some() {
            self.waiting.pop();
        }
        next
    }

    fn place(&self, channel: u8, number: u8) -> Option<usize> {
        self.waiting.iter().position(|waiting| (waiting.channel, waiting.number) == (channel, number))
    }

    /// What a pair is: the data of the parameter that is chosen, or itself.
    fn pair(&mut self, channel: u8, number: u8) -> Source {
        let parameter = if number == DATA { self.parameter(channel).source() } else { None };
        parameter.unwrap_or(Source::Control14(number))
    }

    fn first(&mut self, channel: u8, number: u8) -> &mut u8 {
        &mut self.channels[usize::from(channel & 15)].first[usize::from(number & 31)]
    }

    fn parameter(&mut self, channel: u8) -> &mut Parameter {
        &mut self.channels[usize::from(channel & 15)].parameter
    }
}

fn system(status: u8) -> Option<Reading> {
    let source = match status {
        0xF8 => Source::Clock,
        0xFA => Source::Start,
        0xFB => Source::Continue,
        0xFC => Source::Stop,
        _ => return None,
    };
    Some(Reading { source, channel: None, event: Event::Trigger })
}
