//! The SoundFont reader against a plain model that resolves the zones it wrote itself, with maps and lists.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ripieno_synth::{Bank, Generator, PresetIndex, SoundFont, Wave};
use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};

const SAMPLES: u16 = 3;
const INSTRUMENTS: u16 = 3;

/// May only be set by an instrument.
const INSTRUMENT_ONLY: [Generator; 5] = [
    Generator::Keynum,
    Generator::Velocity,
    Generator::SampleModes,
    Generator::ExclusiveClass,
    Generator::OverridingRootKey,
];

/// Zone numbers and amounts, by name: what the model sees.
fn find(zone: &Zone, generator: Generator) -> Option<i16> {
    let mut found = zone.generators.iter().filter(|(number, _)| *number == generator as u16);
    found.next_back().map(|(_, amount)| *amount)
}

/// The zones that play `key` and `velocity`: what they lead to, and their amounts over the global zone's.
fn sounding(zones: &[Zone], terminal: Generator, key: u8, velocity: u8) -> Vec<(u16, BTreeMap<u16, i16>)> {
    let nothing = Zone::new();
    let global = zones.first().filter(|first| find(first, terminal).is_none()).unwrap_or(&nothing);
    let within = |zone: &Zone, range: Generator, value: u8| {
        let limits = find(zone, range).or(find(global, range)).unwrap_or(0x7F00).to_le_bytes();
        limits[0] <= value && value <= limits[1]
    };
    zones
        .iter()
        .filter(|zone| within(zone, Generator::KeyRange, key) && within(zone, Generator::VelocityRange, velocity))
        .filter_map(|zone| {
            let index = find(zone, terminal)?;
            let amounts = global.generators.iter().chain(&zone.generators).copied().collect();
            Some((index as u16, amounts))
        })
        .collect()
}

fn expected(presets: &[Zone], instruments: &[Vec<Zone>], key: u8, velocity: u8) -> Vec<(u16, Vec<i16>)> {
    let mut expected = vec![];
    for (instrument, offsets) in sounding(presets, Generator::Instrument, key, velocity) {
        let Some(zones) = instruments.get(usize::from(instrument)) else { continue };
        for (sample, amounts) in sounding(zones, Generator::SampleId, key, velocity) {
            if sample >= SAMPLES {
                continue;
            }
            let sums = AMOUNTS.iter().map(|&generator| {
                let number = generator as u16;
                let base = amounts.get(&number).copied().unwrap_or(generator.default());
                let is_additive = !INSTRUMENT_ONLY.contains(&generator);
                let offset = offsets.get(&number).copied().filter(|_| is_additive).unwrap_or(0);
                let (min, max) = generator.range();
                let sum = base.saturating_add(offset);
                if generator.is_fixed() { sum.clamp(min, max) } else { sum }
            });
            expected.push((sample, sums.collect()));
        }
    }
    expected
}

/// A few generators of every kind that leave the sample's frames alone.
const AMOUNTS: [Generator; 10] = [
    Generator::Pan,
    Generator::Attenuation,
    Generator::FilterCutoff,
    Generator::VolEnvAttack,
    Generator::FineTune,
    Generator::Keynum,
    Generator::Velocity,
    Generator::ExclusiveClass,
    Generator::OverridingRootKey,
    Generator::ScaleTuning,
];

fn zone(terminal: Generator, count: u16) -> impl Strategy<Value = Zone> {
    let range = || prop::option::of((0..128u8, 0..128u8));
    let amounts = prop::collection::vec((prop::sample::select(&AMOUNTS[..]), any::<i16>()), 0..5);
    // One index too many, and now and then no terminal at all.
    let index = prop_oneof![8 => (0..=count).prop_map(Some), 1 => Just(None)];
    (range(), range(), amounts, index).prop_map(move |(keys, velocities, amounts, index)| {
        let mut zone = Zone::new();
        if let Some((low, high)) = keys {
            zone = zone.keys(low, high);
        }
        if let Some((low, high)) = velocities {
            zone = zone.velocities(low, high);
        }
        zone = amounts.into_iter().fold(zone, |zone, (generator, amount)| zone.set(generator, amount));
        match index {
            Some(index) => zone.set(terminal, index as i16),
            None => zone,
        }
    })
}

proptest! {
    #[test]
    fn regions_are_the_models(
        presets in prop::collection::vec(zone(Generator::Instrument, INSTRUMENTS), 0..5),
        instruments in prop::collection::vec(
            prop::collection::vec(zone(Generator::SampleId, SAMPLES), 0..5), INSTRUMENTS as usize),
        notes in prop::collection::vec((0..128u8, 0..128u8), 16),
    ) {
        let mut file = SoundFontFile::new("Model");
        for n in 0..SAMPLES {
            file.sample(Sample::sine(&format!("{n}"), 44_100, 100.0, 64));
        }
        for zones in &instruments {
            file.instrument("Instrument", zones.clone());
        }
        file.preset("Preset", 0, 0, presets.clone());
        // A second preset, so that the first one's list ends where the next begins.
        file.preset("Other", 0, 1, vec![Zone::new().instrument(0)]);
        let font = SoundFont::new(file.to_bytes()).expect("a SoundFont");
        for (key, velocity) in notes {
            let mut real = vec![];
            font.regions(PresetIndex(0), key, velocity, |region| {
                let Wave::Sample(sample) = region.wave else { panic!("a SoundFont has only samples") };
                real.push((sample.index, AMOUNTS.map(|generator| region.generators.amount(generator)).to_vec()));
            });
            prop_assert_eq!(real, expected(&presets, &instruments, key, velocity));
        }
    }
}
