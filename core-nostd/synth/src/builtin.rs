//! The built-in bank: three instruments by direct synthesis, no sample memory. What a board plays before it has files.

use crate::{Bank, Generator, Generators, Modulators, Patch, PresetIndex, Region, SamplePool, Wave};

impl Patch {
    /// The instrument's name, as the command line spells it. Any.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SinePiano => "sine-piano",
            Self::ElectricPiano => "electric-piano",
            Self::Organ => "organ",
        }
    }

    /// Timecents of the volume envelope's attack and release.
    const fn times(self) -> (i16, i16) {
        match self {
            // 0.25 s to −100 dB: a damper.
            Self::SinePiano | Self::ElectricPiano => (-12_000, -2_400),
            // 50 ms up, 0.1 s down.
            Self::Organ => (-5_186, -3_986),
        }
    }
}

/// The three built-in instruments as presets 0, 1 and 2 of bank 0.
///
/// Other programs map by family: General MIDI's electric pianos (5 to 8, counted from 1) play the electric piano, its
/// organs and everything that sustains (bowed, blown, sung and pads) the organ, the rest the sine piano. There is no
/// percussion.
///
/// ```
/// use ripieno_synth::{Bank, Builtin, PresetIndex};
/// assert_eq!(Builtin::default().find(0, 2), Some(PresetIndex(2)));
/// assert_eq!(Builtin::NAMES, ["sine-piano", "electric-piano", "organ"]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Builtin {
    only: Option<Patch>,
}

impl Builtin {
    /// The instruments in the order of their programs.
    pub const PATCHES: [Patch; 3] = [Patch::SinePiano, Patch::ElectricPiano, Patch::Organ];

    /// Their names in the same order.
    pub const NAMES: [&'static str; 3] = [Patch::SinePiano.name(), Patch::ElectricPiano.name(), Patch::Organ.name()];

    /// A bank in which every program is this instrument. Any.
    pub const fn only(patch: Patch) -> Self {
        Self { only: Some(patch) }
    }

    /// The instrument with this name. Any.
    pub fn named(name: &str) -> Option<Patch> {
        Self::PATCHES.into_iter().find(|patch| patch.name() == name)
    }
}

impl Bank for Builtin {
    type Player<const VOICES: usize> = crate::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        if bank != 0 {
            return None;
        }
        let patch = self.only.unwrap_or(match program {
            0 => Patch::SinePiano,
            1 | 4..=7 => Patch::ElectricPiano,
            2 | 16..=23 | 40..=44 | 48..=79 | 88..=103 => Patch::Organ,
            _ => Patch::SinePiano,
        });
        Self::PATCHES.iter().position(|p| *p == patch).map(|n| PresetIndex(n as u16))
    }

    fn regions(&self, preset: PresetIndex, _key: u8, _velocity: u8, mut each: impl FnMut(&Region)) {
        let Some(&patch) = Self::PATCHES.get(usize::from(preset.0)) else { return };
        let mut generators = Generators::DEFAULT;
        let (attack, release) = patch.times();
        generators.set(Generator::VolEnvAttack, attack);
        generators.set(Generator::VolEnvRelease, release);
        // A gentle vibrato for the modulation wheel.
        generators.set(Generator::VibLfoFrequency, 600 - 1_200);
        each(&Region { generators, modulators: Modulators::standard(), wave: Wave::Direct(patch) });
    }

    fn pool(&self) -> SamplePool<'_> {
        SamplePool::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_an_instrument_and_names_round_trip() {
        let bank = Builtin::default();
        for program in 0..128 {
            let preset = bank.find(0, program).unwrap();
            let mut regions = 0;
            bank.regions(preset, 60, 100, |_| regions += 1);
            assert_eq!(regions, 1);
        }
        assert_eq!(bank.find(128, 0), None);
        assert!(Builtin::NAMES.iter().zip(Builtin::PATCHES).all(|(name, p)| Builtin::named(name) == Some(p)));
        assert_eq!(Builtin::only(Patch::Organ).find(0, 0), Some(PresetIndex(2)));
    }
}
