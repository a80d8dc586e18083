//! What a board plays: the bank in its flash, or what is built in.

use ripieno_synth::{Bank, Builtin, FlashBank, PresetIndex, Region, SamplePool};

/// A bank that is chosen when the board starts.
#[derive(Clone, Debug)]
pub enum Instrument<'a> {
    /// The image that was found.
    Flash(FlashBank<&'a [u8]>),
    /// The three built-in instruments.
    Builtin(Builtin),
}

impl<'a> Instrument<'a> {
    /// The bank in a region of flash, which may be longer than it; what is built in if there is none, or none that is whole
    /// and of this version. Control: it reads every byte of a bank once.
    pub fn open(region: &'a [u8]) -> Self {
        FlashBank::new(region).map_or_else(|_| Self::Builtin(Builtin::default()), Self::Flash)
    }
}

impl Bank for Instrument<'_> {
    type Player<const VOICES: usize> = ripieno_synth::sampler::NoSampler;

    #[inline]
    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        match self {
            Self::Flash(flash) => flash.find(bank, program),
            Self::Builtin(builtin) => builtin.find(bank, program),
        }
    }

    #[inline]
    fn regions(&self, preset: PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region)) {
        match self {
            Self::Flash(flash) => flash.regions(preset, key, velocity, each),
            Self::Builtin(builtin) => builtin.regions(preset, key, velocity, each),
        }
    }

    #[inline]
    fn pool(&self) -> SamplePool<'_> {
        match self {
            Self::Flash(flash) => flash.pool(),
            Self::Builtin(builtin) => builtin.pool(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_without_a_bank_plays_what_is_built_in() {
        for region in [&[][..], &[0xFF; 4096], &[0; 4096], b"not a bank"] {
            let instrument = Instrument::open(region);
            assert!(matches!(instrument, Instrument::Builtin(_)));
            let mut regions = 0;
            instrument.regions(instrument.find(0, 0).expect("built in"), 60, 100, |_| regions += 1);
            assert!(regions > 0 && instrument.pool().high.is_empty());
        }
    }
}
