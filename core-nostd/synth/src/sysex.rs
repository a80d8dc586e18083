//! SysEx that a synth obeys, read byte by byte: General MIDI's resets, master volume and tuning, the MIDI Tuning Standard
//! (CA-020, CA-021, RP-020), and what is common of GS and XG.
//!
//! Nothing but the first bytes of a message is kept. Long tunings are handed out as they arrive and counted only once their
//! F7 has come; a message that is cut short changes nothing. Checksums are not looked at: too many files have wrong ones.

mod maker;

use crate::BankStyle;
use crate::tuning::Program;

/// Bytes of a body that are kept: the longest message that is not handed out as it arrives, a dump of an octave's tuning.
const HEAD: usize = 47;

/// Keys that a tuning change has at most to be kept rather than handed out.
const FEW_KEYS: usize = 8;

/// Bytes of a dump's name.
const NAME: usize = 16;

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// Everything as after power-on. `None`: the bank style that the synth was set up with.
    Reset(Option<BankStyle>),
    /// 0..=16383.
    MasterVolume(u16),
    /// Cents.
    MasterFine(f32),
    /// Semitones; not for percussion.
    MasterCoarse(f32),
    Percussion {
        channel: u8,
        is_on: bool,
    },
    Mono {
        channel: u8,
        is_on: bool,
    },
    /// Keys of every octave, from `first` (0 for C) on, in 8192ths of 100 cents, for channels of one bit each.
    Octave {
        channels: u16,
        first: u8,
        count: u8,
        values: [i16; 12],
        /// Notes that sound follow.
        is_live: bool,
    },
    /// One key, in 16384ths of a semitone above key 0.
    Key {
        program: Program,
        key: u8,
        place: u32,
        is_live: bool,
    },
    /// Keys follow, which count once they are finished.
    Begin {
        program: Program,
    },
    Arrive {
        key: u8,
        place: u32,
    },
    Finish {
        program: Program,
        is_live: bool,
    },
    /// What has begun will not be finished.
    Abandon,
    /// Nothing for a synth.
    Unknown,
}

/// A tuning that is handed out as it arrives.
#[derive(Clone, Copy, Debug)]
struct Stream {
    program: Program,
    /// Where its keys begin in the body.
    start: u16,
    /// Keys that it has.
    keys: u8,
    /// True if each key is named, false for all of them in order.
    is_named: bool,
    is_live: bool,
}

impl Stream {
    /// Where its keys end.
    fn end(&self) -> u16 {
        self.start + u16::from(self.keys) * if self.is_named { 4 } else { 3 }
    }
}

/// Finds messages in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    head: [u8; HEAD],
    /// Bytes of the body so far; `None` outside a message.
    length: Option<u16>,
    stream: Option<Stream>,
    /// The last bytes of a stream, the newest last.
    last: [u8; 4],
}

impl Reader {
    pub const fn new() -> Self {
        Self { head: [0; HEAD], length: None, stream: None, last: [0; 4] }
    }

    /// Takes the next byte of what travels.
    pub fn feed(&mut self, byte: u8, each: &mut impl FnMut(Message)) {
        match byte {
            0..=0x7F => self.data(byte, each),
            0xF0 => {
                self.abort(each);
                self.length = Some(0);
            }
            0xF7 => self.end(each),
            // Real-time bytes may stand anywhere.
            0xF8.. => {}
            _ => self.abort(each),
        }
    }

    fn abort(&mut self, each: &mut impl FnMut(Message)) {
        self.length = None;
        if self.stream.take().is_some() {
            each(Message::Abandon);
        }
    }

    fn data(&mut self, byte: u8, each: &mut impl FnMut(Message)) {
        let Some(at) = self.length else { return };
        self.length = Some(at.saturating_add(1));
        if let Some(slot) = self.head.get_mut(usize::from(at)) {
            *slot = byte;
        }
        if let Some(stream) = self.stream {
            let [_, a, b, c] = self.last;
            self.last = [a, b, c, byte];
            let offset = at.saturating_sub(stream.start);
            let (number, is_whole) =
                if stream.is_named { (offset / 4, offset % 4 == 3) } else { (offset / 3, offset % 3 == 2) };
            if is_whole && number < u16::from(stream.keys) {
                let [key, place @ ..] = self.last;
                let key = if stream.is_named { key } else { number as u8 };
                if let Some(place) = whole(place) {
                    each(Message::Arrive { key, place });
                }
            }
        } else if let Some(stream) = self.opens(at.saturating_add(1)) {
            self.stream = Some(stream);
            each(Message::Begin { program: stream.program });
        }
    }

    /// The stream that begins after so many bytes.
    fn opens(&self, length: u16) -> Option<Stream> {
        let [realm, 0x00 | 0x7F, 0x08, kind, rest @ ..] = &self.head else { return None };
        let is_live = *realm == 0x7F;
        let [a, b, c, ..] = *rest;
        let (program, start, keys, is_named) = match (realm, kind) {
            (0x7E, 0x01) => ((0, a), 5 + NAME, 128, false),
            (0x7E, 0x04) => ((a, b), 6 + NAME, 128, false),
            (0x7F, 0x02) => ((0, a), 6, b, true),
            (0x7E | 0x7F, 0x07) => ((a, b), 7, c, true),
            _ => return None,
        };
        let is_long = !is_named || usize::from(keys) > FEW_KEYS;
        let start = start as u16;
        (is_long && length == start).then_some(Stream { program, start, keys, is_named, is_live })
    }

    fn end(&mut self, each: &mut impl FnMut(Message)) {
        let Some(length) = self.length.take() else { return };
        if let Some(stream) = self.stream.take() {
            let is_whole = length >= stream.end();
            let Stream { program, is_live, .. } = stream;
            each(if is_whole { Message::Finish { program, is_live } } else { Message::Abandon });
            return;
        }
        let body = self.head.get(..usize::from(length)).unwrap_or(&[]);
        let is_known = match body {
            [realm @ (0x7E | 0x7F), 0x00 | 0x7F, rest @ ..] => universal(*realm == 0x7F, rest, each),
            [0x41, _, 0x42, 0x12, rest @ ..] => maker::gs(rest, each),
            [0x43, 0x10..=0x1F, 0x4C, rest @ ..] => maker::xg(rest, each),
            _ => false,
        };
        if !is_known {
            each(Message::Unknown);
        }
    }
}

fn pair(low: u8, high: u8) -> u16 {
    u16::from(low) | u16::from(high) << 7
}

/// A key's place from its three bytes; `None` for the value that means "no change".
fn whole([semitone, high, low]: [u8; 3]) -> Option<u32> {
    let place = u32::from(semitone) << 14 | u32::from(high) << 7 | u32::from(low);
    (place != 0x1F_FFFF).then_some(place)
}

/// Universal messages, from the first sub-id on. False if it is none for a synth.
fn universal(is_live: bool, body: &[u8], each: &mut impl FnMut(Message)) -> bool {
    match (is_live, body) {
        // Off, too, leaves a channel of General MIDI's: there is no other mode to go to.
        (false, [0x09, 0x01 | 0x02, ..]) => each(Message::Reset(None)),
        (false, [0x09, 0x03, ..]) => each(Message::Reset(Some(BankStyle::Gm2))),
        (true, [0x04, 0x01, low, high, ..]) => each(Message::MasterVolume(pair(*low, *high))),
        (true, [0x04, 0x03, low, high, ..]) => {
            each(Message::MasterFine((f32::from(pair(*low, *high)) - 8192.0) * (100.0 / 8192.0)));
        }
        (true, [0x04, 0x04, _, semitones, ..]) => each(Message::MasterCoarse(f32::from(*semitones) - 64.0)),
        (true, [0x08, 0x02, program, count, keys @ ..]) => return changes((0, *program), *count, keys, true, each),
        (_, [0x08, 0x07, bank, program, count, keys @ ..]) => {
            return changes((*bank, *program), *count, keys, is_live, each);
        }
        (_, [0x08, 0x08, top, middle, low, values @ ..]) => {
            let Some(values) = values.first_chunk::<12>() else { return false };
            each(octave(mask([*top, *middle, *low]), values.map(cents), is_live));
        }
        (_, [0x08, 0x09, top, middle, low, values @ ..]) => {
            let Some(values) = pairs(values) else { return false };
            each(octave(mask([*top, *middle, *low]), values, is_live));
        }
        (false, [0x08, kind @ (0x05 | 0x06), bank, program, rest @ ..]) => {
            let values = rest.get(NAME..).unwrap_or(&[]);
            let values =
                if *kind == 0x05 { values.first_chunk().map(|values| values.map(cents)) } else { pairs(values) };
            let Some(values) = values else { return false };
            let program = (*bank, *program);
            each(Message::Begin { program });
            for (key, value) in (0..128_u8).zip(values.iter().cycle()) {
                // 8192ths of a semitone to 16384ths.
                let place = (i32::from(key) << 14) + 2 * i32::from(*value);
                each(Message::Arrive { key, place: place.max(0) as u32 });
            }
            each(Message::Finish { program, is_live });
        }
        _ => return false,
    }
    true
}

/// A few keys of one program.
fn changes(program: Program, count: u8, keys: &[u8], is_live: bool, each: &mut impl FnMut(Message)) -> bool {
    let Some(keys) = keys.get(..4 * usize::from(count)) else { return false };
    let (keys, _) = keys.as_chunks::<4>();
    for &[key, place @ ..] in keys {
        if let Some(place) = whole(place) {
            each(Message::Key { program, key, place, is_live });
        }
    }
    true
}

/// Channels, one bit each, from the three bytes of CA-021: 15 and 16, 8 to 14, 1 to 7.
fn mask([top, middle, low]: [u8; 3]) -> u16 {
    u16::from(low) | u16::from(middle) << 7 | u16::from(top & 3) << 14
}

/// −64..=63 cents in 8192ths of 100 cents, rounded.
fn cents(value: u8) -> i16 {
    let doubled = (i32::from(value) - 64) * 8192 / 50;
    ((doubled + doubled.signum()) / 2) as i16
}

/// Twelve values of 14 bits, the more significant byte first, about their centre.
fn pairs(values: &[u8]) -> Option<[i16; 12]> {
    let values = values.first_chunk::<24>()?;
    let mut out = [0; 12];
    for (out, [high, low]) in out.iter_mut().zip(values.as_chunks::<2>().0) {
        *out = pair(*low, *high) as i16 - 8192;
    }
    Some(out)
}

fn octave(channels: u16, values: [i16; 12], is_live: bool) -> Message {
    Message::Octave { channels, first: 0, count: 12, values, is_live }
}

#[cfg(test)]
mod tests;
