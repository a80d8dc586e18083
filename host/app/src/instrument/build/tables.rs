//! The tables of an image: whatever regions have in common is stored once.

use super::BuildError;
use super::clips::Plan;
use super::draft::Draft;
use ripieno_synth::flash::{Counts, Image, NAME, PartBytes, PresetEntry, RegionEntry};
use ripieno_synth::{Generator, Modulator, Sample, Side};
use std::collections::HashMap;
use std::hash::Hash;

/// Everything but the samples.
#[derive(Debug)]
pub struct Tables {
    name: [u8; NAME],
    presets: Vec<PresetEntry>,
    regions: Vec<RegionEntry>,
    waves: Vec<Sample>,
    generators: Vec<(Generator, i16)>,
    modulators: Vec<Modulator>,
}

/// Rows that lists are made of, each list stored once. `K` tells rows apart.
struct Shelf<K, T> {
    rows: Vec<T>,
    known: HashMap<Vec<K>, u32>,
}

impl<K: Hash + Eq, T: Clone> Shelf<K, T> {
    fn new() -> Self {
        Self { rows: Vec::new(), known: HashMap::new() }
    }

    /// Where a list lies, which it does from now on.
    fn place(&mut self, list: &[T], key: impl Fn(&T) -> K) -> u32 {
        let rows = &mut self.rows;
        *self.known.entry(list.iter().map(key).collect()).or_insert_with(|| {
            rows.extend_from_slice(list);
            (rows.len() - list.len()) as u32
        })
    }
}

impl Tables {
    /// The tables of a draft whose waves lie as planned.
    ///
    /// # Errors
    /// [`BuildError::TooMany`] where the format has no more numbers.
    pub fn new(draft: &Draft, plan: &Plan) -> Result<Self, BuildError> {
        let numbers = renumbered(&plan.waves);
        let (mut regions, mut generators, mut modulators) = (Shelf::new(), Shelf::new(), Shelf::new());
        let (mut waves, mut known) = (Vec::new(), HashMap::new());
        let mut presets = Vec::new();
        let mut planned = plan.waves.iter();
        for preset in &draft.presets {
            let mut own = Vec::new();
            for (region, wave) in preset.regions.iter().zip(&mut planned) {
                let mut wave = *wave;
                wave.index = numbers[&wave.index];
                match numbers.get(&wave.link) {
                    Some(&link) => wave.link = link,
                    None => (wave.side, wave.link) = (Side::Mono, wave.index),
                }
                let next = waves.len();
                let place = *known.entry(wave_key(&wave)).or_insert(next);
                if place == next {
                    waves.push(wave);
                }
                let too_many = || BuildError::TooMany { what: "different waves".into() };
                own.push(RegionEntry {
                    keys: region.keys,
                    velocities: region.velocities,
                    wave: u16::try_from(place).map_err(|_| too_many())?,
                    // There are fewer generators than 256, and modulators than 33.
                    generators: region.generators.len() as u8,
                    modulators: region.modulators.len() as u8,
                    first_generator: generators.place(&region.generators, |&(g, amount)| (g as u8, amount)),
                    first_modulator: modulators.place(&region.modulators, |m| {
                        (m.source, m.destination as u8, m.amount, m.amount_source, m.absolute)
                    }),
                });
            }
            let first = regions.place(&own, |r| {
                (r.keys, r.velocities, r.wave, r.generators, r.modulators, r.first_generator, r.first_modulator)
            });
            let too_many = |_| BuildError::TooMany { what: format!("regions of preset `{}`", preset.name) };
            let count = u16::try_from(own.len()).map_err(too_many)?;
            let (bank, program, name) = (preset.bank, preset.program, name(&preset.name));
            presets.push(PresetEntry { bank, program, first, regions: count, name });
        }
        let (regions, generators, modulators) = (regions.rows, generators.rows, modulators.rows);
        Ok(Self { name: name(&draft.name), presets, regions, waves, generators, modulators })
    }

    /// The image over a pool.
    pub fn image<'a>(&'a self, plan: &Plan, pool: &'a [u8]) -> Image<'a> {
        Image {
            name: self.name,
            presets: &self.presets,
            regions: &self.regions,
            waves: &self.waves,
            generators: &self.generators,
            modulators: &self.modulators,
            frames: plan.frames,
            coding: plan.coding,
            pool,
        }
    }

    /// How much of each there is.
    pub fn counts(&self, plan: &Plan) -> Counts {
        self.image(plan, &[]).counts()
    }

    /// What the image will take.
    pub fn bytes(&self, plan: &Plan) -> PartBytes {
        self.image(plan, &[]).part_bytes()
    }
}

/// Recordings that are used, counted anew.
fn renumbered(waves: &[Sample]) -> HashMap<u16, u16> {
    let mut used: Vec<u16> = waves.iter().map(|wave| wave.index).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter().zip(0..).collect()
}

/// Everything that tells waves apart, as numbers.
fn wave_key(wave: &Sample) -> ([u32; 5], [u16; 2], [u8; 4]) {
    (
        [wave.start, wave.end, wave.loop_start, wave.loop_end, wave.rate_hz],
        [wave.index, wave.link],
        [wave.root_key, wave.correction_cents.cast_unsigned(), wave.mode as u8, wave.side as u8],
    )
}

/// As much of a name as there is room for.
fn name(text: &str) -> [u8; NAME] {
    let mut name = [0; NAME];
    let mut length = text.len().min(NAME);
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    name[..length].copy_from_slice(&text.as_bytes()[..length]);
    name
}
