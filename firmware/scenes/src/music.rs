//! Music that leaves a rig no rest: sixteen channels, every program, all that a controller can send, and every effect moved
//! while it sounds.

use crate::dice::Dice;
use ripieno_fx::{EFFECTS, PARAMS};
use ripieno_rig::Commands;
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, EffectId, ParamId, Timed};

/// Notes that are held at once: another one lets the oldest go.
const HELD: usize = 20;
/// Frames between two commands, at most.
const APART: u32 = 1_600;
/// The channel of percussion.
const DRUMS: u8 = 9;

/// A source of commands without an end.
#[derive(Clone, Debug)]
pub struct Music {
    dice: Dice,
    held: [(u8, u8); HELD],
    oldest: usize,
    next: u64,
}

impl Music {
    /// Another piece for each seed. Any.
    pub fn new(seed: u32) -> Self {
        Self { dice: Dice::new(seed), held: [(0, 0); HELD], oldest: 0, next: 0 }
    }

    fn command(&mut self, each: &mut impl FnMut(Command)) {
        let midi = |bytes: &[u8], each: &mut dyn FnMut(Command)| {
            if let Ok(word) = MidiWord::new(bytes) {
                each(Command::Midi(word));
            }
        };
        let dice = &mut self.dice;
        let channel = dice.below(16) as u8;
        match dice.below(100) {
            0..=59 => {
                let key = if channel == DRUMS { 35 + dice.below(47) } else { 28 + dice.below(70) } as u8;
                let velocity = 1 + dice.below(127) as u8;
                let (held_on, held) = core::mem::replace(&mut self.held[self.oldest], (channel, key));
                self.oldest = (self.oldest + 1) % HELD;
                midi(&[0x80 | held_on, held, 64], each);
                midi(&[0x90 | channel, key, velocity], each);
            }
            60..=64 => midi(&[0xC0 | channel, dice.data()], each),
            65..=69 => midi(&[0xE0 | channel, dice.data(), dice.data()], each),
            70..=73 => midi(&[0xB0 | channel, 1, dice.data()], each),
            // Down more often than not.
            74..=76 => midi(&[0xB0 | channel, 64, dice.data()], each),
            // Volume, pan, expression, sends of reverb and chorus: loud more often than not.
            77..=80 => {
                let controller = [7, 10, 11, 91, 93][dice.below(5) as usize];
                midi(&[0xB0 | channel, controller, 48 + dice.below(80) as u8], each);
            }
            81..=82 => midi(&[0xD0 | channel, dice.data()], each),
            83 => midi(&[0xA0 | channel, dice.data(), dice.data()], each),
            84..=94 => {
                let id = ParamId(dice.below(PARAMS.len() as u32) as u8);
                each(Command::Parameter { id, value: dice.unit() });
            }
            95..=96 => {
                let effect = EffectId(dice.below(EFFECTS.len() as u32) as u8);
                each(Command::Bypass { effect, bypassed: dice.below(4) == 0 });
            }
            97 => {
                let mut order = [0, 1, 2, 3, 4, 5, 6].map(EffectId);
                for last in (1..order.len()).rev() {
                    order.swap(last, dice.below(last as u32 + 1) as usize);
                }
                each(Command::Order(order));
            }
            98 => each(Command::Polyphony(8 + dice.below(32) as u16)),
            _ if dice.below(20) == 0 => each(Command::Panic),
            // Everything a pedal or a wheel still holds.
            _ => midi(&[0xB0 | channel, 121, 0], each),
        }
    }
}

impl Commands for Music {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        while self.next <= now {
            let at = self.next;
            self.command(&mut |value| each(Timed { at, value }));
            self.next += u64::from(self.dice.below(APART)) + 1;
        }
        Some(self.next)
    }
}
