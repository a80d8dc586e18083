//! The two sets of non-registered parameters that move generators: SoundFont 2.01's own (section 9.6, MSB 120) and the
//! AWE32's (MSB 127), whose units its developers' guide gives.

use super::Channel;
use crate::Generator;
use crate::units::KEY_0_HZ;

/// The more significant half of the number of SoundFont parameters.
pub const SOUNDFONT: u16 = 120;

/// The more significant half of the number of AWE32 parameters.
pub const AWE32: u16 = 127;

/// What a channel does to a generator of its notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub generator: Generator,
    /// In the generator's unit.
    pub amount: i16,
    pub kind: Kind,
}

/// How it does so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Adds, as a modulator does.
    Offset,
    /// Replaces what the file says, from the next note on.
    Next,
    /// Replaces what the file says, also under notes that sound.
    Live,
}

impl Channel {
    /// Takes a value 0..=16383 for a SoundFont parameter.
    pub(super) fn move_generator(&mut self, lsb: u16, value: u16) {
        self.change = Generator::from_number(lsb).filter(|generator| is_movable(*generator)).map(|generator| {
            let offset = (i32::from(value) - 0x2000) * scale(generator);
            Change { generator, amount: offset as i16, kind: Kind::Offset }
        });
    }

    /// Takes a value 0..=16383 for an AWE32 parameter.
    pub(super) fn set_generator(&mut self, lsb: u16, value: u16) {
        self.change = awe32(lsb, value);
    }

    /// What the last data entry did to a generator, once.
    pub fn take_change(&mut self) -> Option<Change> {
        self.change.take()
    }
}

/// True for hundreds, thousands and ten thousands of a SoundFont parameter's number: they only prepare the next LSB. No
/// generator has a number that needs them.
pub fn is_prefix(number: u16) -> bool {
    number >> 7 == SOUNDFONT && matches!(number & 0x7F, 100..=102)
}

/// False for what chooses or describes a sample, and for what must be settled when a note begins.
fn is_movable(generator: Generator) -> bool {
    use Generator as G;
    !matches!(
        generator,
        G::StartOffset
            | G::EndOffset
            | G::LoopStartOffset
            | G::LoopEndOffset
            | G::StartCoarseOffset
            | G::EndCoarseOffset
            | G::LoopStartCoarseOffset
            | G::LoopEndCoarseOffset
            | G::Instrument
            | G::KeyRange
            | G::VelocityRange
            | G::Keynum
            | G::Velocity
            | G::SampleId
            | G::SampleModes
            | G::ExclusiveClass
            | G::OverridingRootKey
    )
}

/// What a step of the value is worth: ranges beyond 8192 are halved until they fit (section 9.6.3).
fn scale(generator: Generator) -> i32 {
    use Generator as G;
    match generator {
        G::ModLfoFrequency | G::VibLfoFrequency => 4,
        G::ModLfoToPitch | G::VibLfoToPitch | G::ModEnvToPitch => 2,
        G::FilterCutoff | G::ModLfoToFilter | G::ModEnvToFilter => 2,
        G::ModLfoDelay | G::VibLfoDelay => 2,
        G::ModEnvDelay | G::ModEnvAttack | G::ModEnvHold | G::ModEnvDecay | G::ModEnvRelease => 2,
        G::VolEnvDelay | G::VolEnvAttack | G::VolEnvHold | G::VolEnvDecay | G::VolEnvRelease => 2,
        _ => 1,
    }
}

/// An AWE32 parameter. Signed ones have 8192 as their centre, small ones are in the less significant half alone.
fn awe32(lsb: u16, value: u16) -> Option<Change> {
    use Generator as G;
    use Kind::{Live, Next, Offset};
    let centred = f32::from(value) - 8_192.0;
    let small = f32::from(value & 0x7F);
    let byte = f32::from(value & 0xFF);
    let seconds = |most: f32, unit: f32| timecents(centred.clamp(0.0, most) * unit);
    let (generator, amount, kind) = match lsb {
        0 => (G::ModLfoDelay, seconds(5_900.0, 0.004), Next),
        1 => (G::ModLfoFrequency, cents(small * 0.084), Live),
        2 => (G::VibLfoDelay, seconds(5_900.0, 0.004), Next),
        3 => (G::VibLfoFrequency, cents(small * 0.084), Live),
        4 => (G::ModEnvDelay, seconds(5_900.0, 0.004), Next),
        5 => (G::ModEnvAttack, seconds(5_940.0, 0.001), Next),
        6 => (G::ModEnvHold, seconds(8_191.0, 0.001), Next),
        7 => (G::ModEnvDecay, seconds(5_940.0, 0.004), Next),
        8 => (G::ModEnvSustain, small * 7.5, Next),
        9 => (G::ModEnvRelease, seconds(5_940.0, 0.004), Next),
        10 => (G::VolEnvDelay, seconds(5_900.0, 0.004), Next),
        11 => (G::VolEnvAttack, seconds(5_940.0, 0.001), Next),
        12 => (G::VolEnvHold, seconds(8_191.0, 0.001), Next),
        13 => (G::VolEnvDecay, seconds(5_940.0, 0.004), Next),
        14 => (G::VolEnvSustain, small * 7.5, Next),
        15 => (G::VolEnvRelease, seconds(5_940.0, 0.004), Next),
        16 => (G::FineTune, centred, Offset),
        17 => (G::ModLfoToPitch, centred.clamp(-127.0, 127.0) * 9.375, Live),
        18 => (G::VibLfoToPitch, centred.clamp(-127.0, 127.0) * 9.375, Live),
        19 => (G::ModEnvToPitch, centred.clamp(-127.0, 127.0) * 9.375, Next),
        20 => (G::ModLfoToVolume, small * 1.875, Live),
        // From 100 Hz to 8 kHz.
        21 => (G::FilterCutoff, cents(100.0) + small * (1_200.0 * 6.321_928 / 127.0), Live),
        // Up to 22 dB.
        22 => (G::FilterQ, small * (220.0 / 127.0), Live),
        23 => (G::ModLfoToFilter, centred.clamp(-64.0, 63.0) * 56.25, Live),
        24 => (G::ModEnvToFilter, centred.clamp(-127.0, 127.0) * 56.25, Next),
        25 => (G::ChorusSend, byte * (1_000.0 / 255.0), Next),
        26 => (G::ReverbSend, byte * (1_000.0 / 255.0), Next),
        _ => return None,
    };
    Some(Change { generator, amount: libm::roundf(amount) as i16, kind })
}

/// Seconds to timecents; no time is less than all.
fn timecents(seconds: f32) -> f32 {
    if seconds > 0.0 { 1_200.0 * libm::log2f(seconds) } else { -32_768.0 }
}

/// Hertz to absolute cents.
fn cents(hertz: f32) -> f32 {
    if hertz > 0.0 { 1_200.0 * libm::log2f(hertz / KEY_0_HZ) } else { -16_000.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awe32_units() {
        let amount = |lsb, value| awe32(lsb, value).map(|change| change.amount);
        assert_eq!(amount(13, 8_192 + 250), Some(0));
        assert_eq!(amount(11, 8_192 + 500), Some(-1_200));
        assert_eq!(amount(10, 8_192), Some(i16::MIN));
        assert_eq!(amount(17, 8_192 - 127), Some(-1_191));
        assert_eq!((amount(21, 0), amount(21, 127)), (Some(4_335), Some(11_921)));
        assert_eq!((amount(26, 255), amount(26, 8_192 + 255)), (Some(1_000), Some(1_000)));
        assert_eq!(amount(27, 8_192), None);
    }

    fn enter(messages: &[(u8, u8)]) -> Option<Change> {
        let mut channel = Channel::new(0);
        for &(controller, value) in messages {
            channel.control(controller, value);
        }
        channel.take_change()
    }

    #[test]
    fn a_soundfont_parameter_is_complete_with_its_upper_half() {
        let select = [(99, 120), (98, 8)];
        assert_eq!(enter(&[select[0], select[1], (38, 5)]), None);
        let moved = |amount| Some(Change { generator: Generator::FilterCutoff, amount, kind: Kind::Offset });
        assert_eq!(enter(&[select[0], select[1], (38, 5), (6, 63)]), moved(2 * (5 - 128)));
        assert_eq!(enter(&[select[0], select[1], (6, 64)]), moved(0));
        assert_eq!(enter(&[(99, 120), (98, 24), (6, 0)]).map(|change| change.amount), Some(i16::MIN));
        // What describes a sample is no such parameter.
        assert_eq!(enter(&[(99, 120), (98, 58), (6, 70)]), None);
    }

    #[test]
    fn hundreds_lead_beyond_the_generators() {
        assert_eq!(enter(&[(99, 120), (98, 100), (98, 8), (6, 65)]), None);
        assert_eq!(enter(&[(99, 120), (98, 100), (6, 65)]), None);
        // The next one counts from zero again.
        assert!(enter(&[(99, 120), (98, 101), (98, 100), (98, 8), (98, 8), (6, 65)]).is_some());
        assert!(enter(&[(98, 100), (99, 120), (98, 8), (6, 65)]).is_some());
    }

    #[test]
    fn an_awe32_parameter_is_complete_with_its_lower_half() {
        let moved = |amount| Some(Change { generator: Generator::ModLfoToPitch, amount, kind: Kind::Live });
        assert_eq!(enter(&[(99, 127), (98, 17), (6, 64)]), None);
        assert_eq!(enter(&[(99, 127), (98, 17), (6, 64), (38, 16)]), moved(150));
        // Small values need no upper half.
        assert_eq!(enter(&[(99, 127), (98, 22), (38, 127)]).map(|change| change.amount), Some(220));
    }
}
