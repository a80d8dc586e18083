//! SoundFonts to make banks of, and the plainest builder that there can be: nothing is shared, nothing trimmed.

use crate::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone};
use ripieno_synth::flash::{Image, NAME, PresetEntry, RegionEntry};
use ripieno_synth::{Bank, Coding, Generator, Generators, SoundFont, Wave};

/// A small font that uses everything the format has.
pub fn rich() -> SoundFontFile {
    use Generator as G;
    let mut file = SoundFontFile::new("Rich");
    let left = file.sample(Sample::sine("Left", 44_100, 220.0, 2_000).kind(4, 1).looped(500, 1_501));
    let right = file.sample(Sample::sine("Right", 44_100, 221.0, 2_000).kind(2, 0).looped(500, 1_501));
    let drum = file.sample(Sample::sine("Drum", 22_050, 90.0, 1_200).root(36));
    let record = ModulatorRecord { source: 0x0502, destination: 8, amount: 1200, amount_source: 0x0081, transform: 0 };
    let loops = || Zone::new().set(G::SampleModes, 1).set(G::VolEnvRelease, 1200).modulator(record);
    let pair = file.instrument(
        "Pair",
        vec![loops(), Zone::new().set(G::Pan, -500).sample(left), Zone::new().set(G::Pan, 500).sample(right)],
    );
    let layers = (0..6_u8).map(|n| {
        let zone = Zone::new().keys(20 * n, 20 * n + 30).velocities(10 * n, 127).set(G::StartOffset, i16::from(n) * 40);
        let zone =
            zone.set(G::FilterCutoff, 6_000 + i16::from(n) * 500).set(G::FilterQ, 60).set(G::ModEnvDecay, -2_000);
        zone.set(G::ExclusiveClass, 1).set(G::SampleModes, 3).modulator(record).sample(u16::from(n) % 3)
    });
    let layered = file.instrument("Layered", layers.collect());
    let kit = file.instrument("Kit", vec![Zone::new().keys(36, 36).sample(drum)]);
    let global = Zone::new().set(G::Attenuation, 30).modulator(record);
    file.preset("Pair", 0, 0, vec![global, Zone::new().keys(0, 64).instrument(pair), Zone::new().instrument(layered)]);
    file.preset("Kit", 128, 0, vec![Zone::new().instrument(kit)]);
    file.preset("Layered", 0, 1, vec![Zone::new().instrument(layered)]);
    file
}

/// The image of a whole font, or of another pool in its place.
pub fn image_of(font: &SoundFont<Vec<u8>>, instead: Option<(Coding, &[u8])>) -> Vec<u8> {
    let mut presets: Vec<_> = font.presets().collect();
    presets.sort_by_key(|preset| (preset.bank, preset.program));
    presets.dedup_by_key(|preset| (preset.bank, preset.program));
    let (mut entries, mut regions, mut waves) = (vec![], vec![], vec![]);
    let (mut generators, mut modulators) = (vec![], vec![]);
    for preset in presets {
        let first = regions.len() as u32;
        let whole = font.zones(preset.index, |keys, velocities, region| {
            let (first_generator, first_modulator) = (generators.len() as u32, modulators.len() as u32);
            let different = Generator::ALL.iter().map(|&g| (g, region.generators.amount(g)));
            generators.extend(different.filter(|&(g, amount)| amount != Generators::DEFAULT.amount(g)));
            modulators.extend_from_slice(region.modulators.as_slice());
            let Wave::Sample(sample) = region.wave else { panic!("a SoundFont has only samples") };
            regions.push(RegionEntry {
                keys,
                velocities,
                wave: waves.len() as u16,
                generators: (generators.len() as u32 - first_generator) as u8,
                modulators: (modulators.len() as u32 - first_modulator) as u8,
                first_generator,
                first_modulator,
            });
            waves.push(sample);
        });
        assert!(whole);
        let (bank, program, count) = (preset.bank, preset.program, regions.len() as u32 - first);
        entries.push(PresetEntry { bank, program, first, regions: count as u16, name: name(&preset.name.to_string()) });
    }
    let frames = (font.pool().high.len() / 2) as u32;
    let (coding, pool) = instead.unwrap_or((Coding::Pcm16, font.pool().high));
    let image = Image {
        name: name(&font.name().to_string()),
        presets: &entries,
        regions: &regions,
        waves: &waves,
        generators: &generators,
        modulators: &modulators,
        frames,
        coding,
        pool,
    };
    let mut bytes = vec![0xFF; image.part_bytes().total() as usize];
    assert_eq!(image.write(&mut bytes), Ok(bytes.len()));
    bytes
}

fn name(text: &str) -> [u8; NAME] {
    let mut name = [0; NAME];
    name[..text.len()].copy_from_slice(text.as_bytes());
    name
}
