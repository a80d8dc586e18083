//! The generators of SoundFont 2.04 section 8.1.2: names, defaults and legal ranges.

/// Declares the enumeration and its table in one place: name, number, default, range.
macro_rules! generators {
    ($($(#[$doc:meta])* $name:ident = $number:literal: $default:literal in $min:literal..=$max:literal,)*) => {
        /// A synthesis parameter. Units as in the standard: cents, timecents, centibels, 0.1 %.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Generator { $($(#[$doc])* $name = $number,)* }

        impl Generator {
            /// Every generator, in numeric order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The generator with this number, if the standard defines one that a file may set.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// The value when no zone sets it.
            pub const fn default(self) -> i16 {
                match self { $(Self::$name => $default,)* }
            }

            /// Smallest and greatest legal value of a merged amount.
            pub const fn range(self) -> (i16, i16) {
                match self { $(Self::$name => ($min, $max),)* }
            }
        }
    };
}

generators! {
    /// Frames added to the sample's start.
    StartOffset = 0: 0 in 0..=32767,
    /// Frames added to the sample's end.
    EndOffset = 1: 0 in -32768..=0,
    /// Frames added to the loop's start.
    LoopStartOffset = 2: 0 in -32768..=32767,
    /// Frames added to the loop's end.
    LoopEndOffset = 3: 0 in -32768..=32767,
    /// 32768 frames each, added to the start.
    StartCoarseOffset = 4: 0 in 0..=32767,
    /// Cents: modulation LFO to pitch.
    ModLfoToPitch = 5: 0 in -12000..=12000,
    /// Cents: vibrato LFO to pitch.
    VibLfoToPitch = 6: 0 in -12000..=12000,
    /// Cents: modulation envelope to pitch.
    ModEnvToPitch = 7: 0 in -12000..=12000,
    /// Absolute cents: low-pass cutoff.
    FilterCutoff = 8: 13500 in 1500..=13500,
    /// Centibels: resonance above DC gain.
    FilterQ = 9: 0 in 0..=960,
    /// Cents: modulation LFO to cutoff.
    ModLfoToFilter = 10: 0 in -12000..=12000,
    /// Cents: modulation envelope to cutoff.
    ModEnvToFilter = 11: 0 in -12000..=12000,
    /// 32768 frames each, added to the end.
    EndCoarseOffset = 12: 0 in -32768..=0,
    /// Centibels: modulation LFO to volume.
    ModLfoToVolume = 13: 0 in -960..=960,
    /// 0.1 %: to the chorus send.
    ChorusSend = 15: 0 in 0..=1000,
    /// 0.1 %: to the reverb send.
    ReverbSend = 16: 0 in 0..=1000,
    /// 0.1 %: −500 is left, 500 right.
    Pan = 17: 0 in -500..=500,
    /// Timecents.
    ModLfoDelay = 21: -12000 in -12000..=5000,
    /// Absolute cents.
    ModLfoFrequency = 22: 0 in -16000..=4500,
    /// Timecents.
    VibLfoDelay = 23: -12000 in -12000..=5000,
    /// Absolute cents.
    VibLfoFrequency = 24: 0 in -16000..=4500,
    /// Timecents.
    ModEnvDelay = 25: -12000 in -12000..=5000,
    /// Timecents.
    ModEnvAttack = 26: -12000 in -12000..=8000,
    /// Timecents.
    ModEnvHold = 27: -12000 in -12000..=5000,
    /// Timecents.
    ModEnvDecay = 28: -12000 in -12000..=8000,
    /// 0.1 % below full scale.
    ModEnvSustain = 29: 0 in 0..=1000,
    /// Timecents.
    ModEnvRelease = 30: -12000 in -12000..=8000,
    /// Timecents a key, 0 at key 60.
    KeyToModEnvHold = 31: 0 in -1200..=1200,
    /// Timecents a key, 0 at key 60.
    KeyToModEnvDecay = 32: 0 in -1200..=1200,
    /// Timecents.
    VolEnvDelay = 33: -12000 in -12000..=5000,
    /// Timecents.
    VolEnvAttack = 34: -12000 in -12000..=8000,
    /// Timecents.
    VolEnvHold = 35: -12000 in -12000..=5000,
    /// Timecents.
    VolEnvDecay = 36: -12000 in -12000..=8000,
    /// Centibels below full scale.
    VolEnvSustain = 37: 0 in 0..=1440,
    /// Timecents.
    VolEnvRelease = 38: -12000 in -12000..=8000,
    /// Timecents a key, 0 at key 60.
    KeyToVolEnvHold = 39: 0 in -1200..=1200,
    /// Timecents a key, 0 at key 60.
    KeyToVolEnvDecay = 40: 0 in -1200..=1200,
    /// Index of an instrument; ends a preset zone.
    Instrument = 41: -1 in -32768..=32767,
    /// Low byte lowest key, high byte highest.
    KeyRange = 43: 0x7F00 in -32768..=32767,
    /// Low byte lowest velocity, high byte highest.
    VelocityRange = 44: 0x7F00 in -32768..=32767,
    /// 32768 frames each, added to the loop's start.
    LoopStartCoarseOffset = 45: 0 in -32768..=32767,
    /// Plays every key as this one; −1: off.
    Keynum = 46: -1 in -1..=127,
    /// Plays every velocity as this one; −1: off.
    Velocity = 47: -1 in -1..=127,
    /// Centibels of attenuation.
    Attenuation = 48: 0 in 0..=1440,
    /// 32768 frames each, added to the loop's end.
    LoopEndCoarseOffset = 50: 0 in -32768..=32767,
    /// Semitones.
    CoarseTune = 51: 0 in -120..=120,
    /// Cents.
    FineTune = 52: 0 in -99..=99,
    /// Index of a sample header; ends an instrument zone.
    SampleId = 53: -1 in -32768..=32767,
    /// Two bits: loop while sounding (1) or while held (3).
    SampleModes = 54: 0 in -32768..=32767,
    /// Cents a key.
    ScaleTuning = 56: 100 in 0..=1200,
    /// A note-on of one class ends the others of its preset; 0: none.
    ExclusiveClass = 57: 0 in 0..=127,
    /// MIDI key; −1: the sample header's.
    OverridingRootKey = 58: -1 in -1..=127,
}

/// One value for every generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generators([i16; Self::SLOTS]);

impl Generators {
    const SLOTS: usize = 59;

    /// Every generator at its default.
    pub const DEFAULT: Self = {
        let mut slots = [0; Self::SLOTS];
        let mut i = 0;
        while i < Generator::ALL.len() {
            slots[Generator::ALL[i] as usize] = Generator::ALL[i].default();
            i += 1;
        }
        Self(slots)
    };

    /// The amount of one generator.
    #[inline]
    pub fn amount(&self, generator: Generator) -> i16 {
        self.0[generator as usize]
    }

    /// Sets one generator, clamped to its legal range.
    #[inline]
    pub fn set(&mut self, generator: Generator, amount: i16) {
        let (min, max) = generator.range();
        self.0[generator as usize] = amount.clamp(min, max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_legal_and_numbers_round_trip() {
        for &generator in Generator::ALL {
            let (min, max) = generator.range();
            assert!((min..=max).contains(&generator.default()), "{generator:?}");
            assert_eq!(Generator::from_number(generator as u16), Some(generator));
        }
        assert_eq!(Generator::from_number(14), None);
        assert_eq!(Generator::from_number(60), None);
    }

    #[test]
    fn amounts_are_clamped() {
        let mut generators = Generators::DEFAULT;
        generators.set(Generator::Pan, 900);
        assert_eq!(generators.amount(Generator::Pan), 500);
        assert_eq!(generators.amount(Generator::FilterCutoff), 13_500);
    }
}
