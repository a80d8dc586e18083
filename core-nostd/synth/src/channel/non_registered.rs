//! Non-registered parameters: what each make of synth has added to its channels.

use super::generators::{AWE32, SOUNDFONT};
use super::{Channel, cc};

/// The GS and XG parameters of a whole part: MSB 1.
const PART: u16 = 1;

impl Channel {
    /// Sets a non-registered parameter: `number` is MSB · 128 + LSB, and so is `value`, 0..=16383, in which senders of
    /// seven bits leave the LSB at 0. Called once the MSB of the value has arrived, and again if an LSB follows it.
    pub(super) fn non_registered(&mut self, number: u16, value: u16) {
        let lsb = number & 0x7F;
        match number >> 7 {
            PART => {
                if let Some(controller) = sound_controller(lsb) {
                    self.set(controller, (value >> 7) as u8);
                }
            }
            SOUNDFONT => self.move_generator(lsb, value),
            AWE32 => self.set_generator(lsb, value),
            _ => {}
        }
    }
}

/// The sound controller that a GS part parameter is the older name of: both are relative, 64 is no change.
fn sound_controller(lsb: u16) -> Option<u8> {
    Some(match lsb {
        0x08 => cc::VIBRATO_RATE,
        0x09 => cc::VIBRATO_DEPTH,
        0x0A => cc::VIBRATO_DELAY,
        0x20 => cc::TIMBRE,
        0x21 => cc::RESONANCE,
        0x63 => cc::ATTACK_TIME,
        0x64 => cc::DECAY_TIME,
        0x66 => cc::RELEASE_TIME,
        _ => return None,
    })
}
