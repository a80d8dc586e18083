//! Messages of Roland's GS and Yamaha's XG: parameters at addresses of three bytes.

use super::Message;
use crate::BankStyle;

/// GS data sets (DT1), from the address on; the checksum behind them is not looked at.
pub(super) fn gs(body: &[u8], each: &mut impl FnMut(Message)) -> bool {
    let Some((data, _checksum)) = body.split_last().map(|(checksum, data)| (data, checksum)) else { return false };
    match data {
        // GS reset, and the system modes of later modules.
        [0x40, 0x00, 0x7F, 0x00, ..] | [0x00, 0x00, 0x7F, _, ..] => each(Message::Reset(Some(BankStyle::Gs))),
        [0x40, 0x00, 0x00, nibbles @ ..] => return tune(nibbles, each),
        [0x40, 0x00, 0x04, volume, ..] => each(Message::MasterVolume(wide(*volume))),
        [0x40, 0x00, 0x05, semitones, ..] => each(Message::MasterCoarse(f32::from(*semitones) - 64.0)),
        [0x40, part @ 0x10..=0x1F, 0x13, mode, ..] => {
            each(Message::Mono { channel: channel(*part), is_on: *mode == 0 })
        }
        [0x40, part @ 0x10..=0x1F, 0x15, kit, ..] => {
            each(Message::Percussion { channel: channel(*part), is_on: *kit != 0 });
        }
        [0x40, part @ 0x10..=0x1F, address @ 0x40..=0x4B, values @ ..] => {
            each(scale(channel(*part), address - 0x40, values));
        }
        _ => return false,
    }
    true
}

/// XG parameter changes, from the address on.
pub(super) fn xg(body: &[u8], each: &mut impl FnMut(Message)) -> bool {
    match body {
        // XG system on, and all parameters reset.
        [0x00, 0x00, 0x7E | 0x7F, 0x00, ..] => each(Message::Reset(Some(BankStyle::Xg))),
        [0x00, 0x00, 0x00, nibbles @ ..] => return tune(nibbles, each),
        [0x00, 0x00, 0x04, volume, ..] => each(Message::MasterVolume(wide(*volume))),
        [0x00, 0x00, 0x06, semitones, ..] => each(Message::MasterCoarse(f32::from(*semitones) - 64.0)),
        [0x08, channel @ 0..=15, 0x05, mode, ..] => each(Message::Mono { channel: *channel, is_on: *mode == 0 }),
        [0x08, channel @ 0..=15, 0x07, mode, ..] => {
            each(Message::Percussion { channel: *channel, is_on: *mode != 0 });
        }
        [0x08, channel @ 0..=15, address @ 0x41..=0x4C, values @ ..] => {
            each(scale(*channel, address - 0x41, values));
        }
        _ => return false,
    }
    true
}

/// Part blocks count from 1, and the percussion part is 0.
fn channel(block: u8) -> u8 {
    match block & 15 {
        0 => 9,
        part @ 1..=9 => part - 1,
        part => part,
    }
}

/// 0..=127 in 14 bits, so that 127 is full.
fn wide(value: u8) -> u16 {
    u16::from(value) << 7 | u16::from(value)
}

/// The master tuning: four nibbles, tenths of a cent, 1024 is none.
fn tune(nibbles: &[u8], each: &mut impl FnMut(Message)) -> bool {
    let Some(nibbles) = nibbles.first_chunk::<4>() else { return false };
    let value = nibbles.iter().fold(0, |value, nibble| value << 4 | u16::from(nibble & 15));
    each(Message::MasterFine(((f32::from(value) - 1024.0) * 0.1).clamp(-100.0, 100.0)));
    true
}

/// A channel's keys of the octave from `first` on, a byte each, 64 is no change.
fn scale(channel: u8, first: u8, bytes: &[u8]) -> Message {
    let (mut values, mut count) = ([0; 12], 0);
    for (value, byte) in values.iter_mut().zip(bytes) {
        *value = super::cents(*byte);
        count += 1;
    }
    Message::Octave { channels: 1 << channel, first, count, values, is_live: true }
}
