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

            /// Smallest and greatest legal value, once modulators have added theirs.
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
    /// Cents. Wider than the standard's ±99: two levels add up, and files beyond it are in tune elsewhere.
    FineTune = 52: 0 in -12000..=12000,
    /// Index of a sample header; ends an instrument zone.
    SampleId = 53: -1 in -32768..=32767,
    /// Two bits: loop while sounding (1) or while held (3).
    SampleModes = 54: 0 in -32768..=32767,
    /// Cents a key. The standard's lowest is 0; below it the keyboard runs backwards, which files make use of.
    ScaleTuning = 56: 100 in -1200..=1200,
    /// A note-on of one class ends the others of its preset; 0: none.
    ExclusiveClass = 57: 0 in 0..=127,
    /// MIDI key; −1: the sample header's.
    OverridingRootKey = 58: -1 in -1..=127,
}

impl Generator {
    /// True for what [`Bank::regions`](crate::Bank::regions) delivers within [`Generator::range`]: choices that no
    /// modulator moves, and fine tuning, so that no file can ask for an absurd pitch.
    pub const fn is_fixed(self) -> bool {
        use Generator as G;
        matches!(
            self,
            G::Keynum | G::Velocity | G::SampleModes | G::ExclusiveClass | G::OverridingRootKey | G::FineTune
        )
    }
}

/// One value for every generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generators([i16; Self::SLOTS]);

impl Generators {
    /// One for each number up to the greatest, rounded up to whole vector registers.
    const SLOTS: usize = 64;

    /// Every generator at its default.
    pub const DEFAULT: Self = Self(Amounts::DEFAULT.0);

    /// An instrument's amounts plus a preset's offsets. A sum that modulators can move stays as it is: 50 over the range
    /// and 50 back by a modulator is in range. The others are clamped here.
    pub(crate) fn merged(instrument: &Amounts, preset: &Amounts) -> Self {
        const RANGES: ([i16; Generators::SLOTS], [i16; Generators::SLOTS]) = {
            let mut ranges = ([i16::MIN; Generators::SLOTS], [i16::MAX; Generators::SLOTS]);
            let mut i = 0;
            while i < Generator::ALL.len() {
                let slot = Generator::ALL[i] as usize;
                if Generator::ALL[i].is_fixed() {
                    (ranges.0[slot], ranges.1[slot]) = Generator::ALL[i].range();
                }
                i += 1;
            }
            ranges
        };
        let (min, max) = &RANGES;
        let mut slots = [0; Self::SLOTS];
        for (n, slot) in slots.iter_mut().enumerate() {
            *slot = instrument.0[n].saturating_add(preset.0[n]).max(min[n]).min(max[n]);
        }
        Self(slots)
    }

    /// The amount of one generator.
    #[inline]
    pub fn amount(&self, generator: Generator) -> i16 {
        self.0[generator as usize]
    }

    /// Sets one generator as it is: a sum that modulators may bring back into range.
    #[inline]
    pub(crate) fn set_raw(&mut self, number: u8, amount: i16) {
        if let Some(slot) = self.0.get_mut(usize::from(number)) {
            *slot = amount;
        }
    }

    /// Sets one generator, clamped to its legal range.
    #[inline]
    pub fn set(&mut self, generator: Generator, amount: i16) {
        let (min, max) = generator.range();
        self.0[generator as usize] = amount.clamp(min, max);
    }
}

/// Amounts of one level as the file has them, not yet clamped.
#[derive(Clone)]
pub(crate) struct Amounts([i16; Generators::SLOTS]);

impl Amounts {
    /// Nothing added.
    pub(crate) const ZERO: Self = Self([0; Generators::SLOTS]);

    /// Every generator at its default.
    pub(crate) const DEFAULT: Self = {
        let mut slots = [0; Generators::SLOTS];
        let mut i = 0;
        while i < Generator::ALL.len() {
            slots[Generator::ALL[i] as usize] = Generator::ALL[i].default();
            i += 1;
        }
        Self(slots)
    };

    /// Sets the generator with this number; numbers beyond the table are ignored.
    #[inline]
    pub(crate) fn set(&mut self, number: u16, amount: i16) {
        if let Some(slot) = self.0.get_mut(usize::from(number)) {
            *slot = amount;
        }
    }

    /// The amount of one generator.
    #[inline]
    pub(crate) fn amount(&self, generator: Generator) -> i16 {
        self.0[generator as usize]
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
    fn merging_adds_and_clamps_what_no_modulator_moves() {
        let (mut instrument, mut preset) = (Amounts::DEFAULT, Amounts::ZERO);
        instrument.set(Generator::Pan as u16, 900);
        preset.set(Generator::Pan as u16, -600);
        preset.set(Generator::FilterCutoff as u16, i16::MAX);
        instrument.set(Generator::Attenuation as u16, 50);
        preset.set(Generator::Attenuation as u16, -100);
        instrument.set(Generator::ExclusiveClass as u16, 300);
        instrument.set(u16::MAX, 1);
        let merged = Generators::merged(&instrument, &preset);
        assert_eq!(merged.amount(Generator::Pan), 300);
        assert_eq!(merged.amount(Generator::FilterCutoff), i16::MAX);
        assert_eq!(merged.amount(Generator::Attenuation), -50);
        assert_eq!(merged.amount(Generator::ExclusiveClass), 127);
        assert_eq!(Generators::merged(&Amounts::DEFAULT, &Amounts::ZERO), Generators::DEFAULT);
    }

    #[test]
    fn amounts_are_clamped() {
        let mut generators = Generators::DEFAULT;
        generators.set(Generator::Pan, 900);
        assert_eq!(generators.amount(Generator::Pan), 500);
        assert_eq!(generators.amount(Generator::FilterCutoff), 13_500);
    }
}
