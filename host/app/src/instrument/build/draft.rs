//! A font's chosen presets as a bank will have them, still with places in the font's own pool.

use super::BuildError;
use super::choice::Choice;
use ripieno_synth::{Generator, Generators, LoopMode, Modulator, Sample, SoundFont, Wave};
use std::collections::BTreeMap;

/// What a bank is to play.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The font's name.
    pub name: String,
    /// Sorted by bank and program.
    pub presets: Vec<DraftPreset>,
    /// Presets left out because no message can choose them: their address is taken by an earlier one.
    pub unreachable: usize,
    /// Pairs that became one sample, and pairs that could not.
    pub folded: [usize; 2],
}

/// A preset.
#[derive(Clone, Debug)]
pub struct DraftPreset {
    pub bank: u16,
    pub program: u16,
    pub name: String,
    pub regions: Vec<DraftRegion>,
}

/// A region.
#[derive(Clone, Debug)]
pub struct DraftRegion {
    pub keys: [u8; 2],
    pub velocities: [u8; 2],
    /// Those that differ from their defaults.
    pub generators: Vec<(Generator, i16)>,
    pub modulators: Vec<Modulator>,
    pub wave: Sample,
    /// The other side that sounds with it.
    pub blend: Option<Blend>,
}

/// Another stretch of the pool that is added to a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blend {
    /// From a frame of the sample to its partner.
    pub shift: i64,
    /// What both are multiplied by, in 65,536ths.
    pub gain: u32,
}

/// What a wave says already: no voice asks for them.
const SAID_BY_THE_WAVE: [Generator; 10] = [
    Generator::StartOffset,
    Generator::EndOffset,
    Generator::LoopStartOffset,
    Generator::LoopEndOffset,
    Generator::StartCoarseOffset,
    Generator::EndCoarseOffset,
    Generator::LoopStartCoarseOffset,
    Generator::LoopEndCoarseOffset,
    Generator::SampleModes,
    Generator::OverridingRootKey,
];

impl Draft {
    /// Resolves the presets that are chosen, or all.
    ///
    /// # Errors
    /// [`BuildError::NoPreset`] for a choice that means none, [`BuildError::TooMany`] for a preset without end.
    pub fn new(font: &SoundFont<impl AsRef<[u8]>>, choice: Option<&Choice>) -> Result<Self, BuildError> {
        let headers: Vec<_> = font.presets().map(|preset| (preset, preset.name.to_string())).collect();
        let addresses = headers.iter().map(|(preset, name)| ((preset.bank, preset.program), name.as_str()));
        let chosen = match choice {
            Some(choice) => choice.pick(addresses).map_err(BuildError::NoPreset)?,
            None => vec![true; headers.len()],
        };
        let mut unreachable = 0;
        let mut presets = BTreeMap::new();
        for ((preset, name), _) in headers.iter().zip(chosen).filter(|(_, is_chosen)| *is_chosen) {
            let address = (preset.bank, preset.program);
            if preset.program > 127 || presets.contains_key(&address) {
                unreachable += 1;
                continue;
            }
            let mut regions = Vec::new();
            let is_whole = font.zones(preset.index, |keys, velocities, region| {
                let Wave::Sample(wave) = region.wave else { return };
                let amounts = Generator::ALL.iter().map(|&generator| (generator, region.generators.amount(generator)));
                let generators = amounts.filter(|(generator, amount)| {
                    *amount != Generators::DEFAULT.amount(*generator) && !SAID_BY_THE_WAVE.contains(generator)
                });
                let modulators = region.modulators.as_slice().to_vec();
                let (generators, wave) = (generators.collect(), trimmed(wave));
                regions.push(DraftRegion { keys, velocities, generators, modulators, wave, blend: None });
            });
            if !is_whole {
                return Err(BuildError::TooMany { what: format!("regions of preset `{name}`") });
            }
            let (bank, program) = address;
            presets.insert(address, DraftPreset { bank, program, name: name.clone(), regions });
        }
        let name = font.name().to_string();
        Ok(Self { name, presets: presets.into_values().collect(), unreachable, folded: [0; 2] })
    }
}

/// A wave without the frames that it never reaches. What follows a loop that goes on after the release is never heard;
/// what follows one that ends with the key is.
fn trimmed(wave: Sample) -> Sample {
    match wave.mode {
        LoopMode::Continuous => Sample { end: wave.loop_end, ..wave },
        LoopMode::UntilRelease => wave,
        LoopMode::None => Sample { loop_start: wave.start, loop_end: wave.end, ..wave },
    }
}
