//! The same regions for every note, and the same frames for the same messages.

use crate::fonts::{image_of, rich};
use crate::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone};
use proptest::prelude::*;
use ripieno_synth::flash::{FlashBank, FlashError, Image};
use ripieno_synth::{BLOCK8_BYTES, BLOCK8_FRAMES, Bank, Coding, Interpolation, Region, SoundFont, Synth, SynthConfig};
use ripieno_types::{Block, SampleRate, midi::MidiWord};

fn regions(bank: &impl Bank, address: (u16, u8), key: u8, velocity: u8) -> Option<Vec<Region>> {
    let mut regions = vec![];
    bank.regions(bank.find(address.0, address.1)?, key, velocity, |region| regions.push(region.clone()));
    Some(regions)
}

fn assert_alike(one: Option<Vec<Region>>, other: Option<Vec<Region>>) {
    assert_eq!(one.as_ref().map(Vec::len), other.as_ref().map(Vec::len));
    for (one, other) in one.into_iter().flatten().zip(other.into_iter().flatten()) {
        assert_eq!(one.generators, other.generators);
        assert_eq!(one.modulators.as_slice(), other.modulators.as_slice());
        assert_eq!(one.wave, other.wave);
    }
}

/// Every eleventh note of each preset, and a chord with pedals through the synth.
fn check(font: &SoundFont<Vec<u8>>) {
    let image = image_of(font, None);
    let bank = FlashBank::new(&image[..]).unwrap();
    assert_eq!(bank.name().to_string(), font.name().to_string());
    for preset in font.presets() {
        let address = (preset.bank, preset.program as u8);
        for note in (0..128 * 128).step_by(11) {
            let (key, velocity) = ((note / 128) as u8, (note % 128) as u8);
            assert_alike(regions(font, address, key, velocity), regions(&bank, address, key, velocity));
        }
    }
    assert_eq!(bank.find(77, 7), None);
    for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Hq] {
        assert!(sound(font, interpolation) == sound(&bank, interpolation), "{interpolation:?}");
    }
}

/// A bank by reference, so that a synth can be made of one that is still needed.
struct Lent<'a, B>(&'a B);

impl<B: Bank> Bank for Lent<'_, B> {
    type Player<const VOICES: usize> = ripieno_synth::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<ripieno_synth::PresetIndex> {
        self.0.find(bank, program)
    }

    fn regions(&self, preset: ripieno_synth::PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region)) {
        self.0.regions(preset, key, velocity, each);
    }

    fn pool(&self) -> ripieno_synth::SamplePool<'_> {
        self.0.pool()
    }
}

fn sound(bank: &impl Bank, interpolation: Interpolation) -> Vec<[u32; 2]> {
    let mut config = SynthConfig::new(SampleRate::STUDIO);
    config.interpolation = interpolation;
    let mut synth = Box::new(Synth::<_, 24>::new(Lent(bank), config));
    let mut frames = vec![];
    let messages: [&[u8]; 14] = [
        &[0xC1, 1],
        &[0x90, 60, 100],
        &[0x91, 47, 120],
        &[0x99, 36, 127],
        &[0xB0, 64, 127],
        &[0x90, 30, 64],
        &[0xE0, 0, 80],
        &[0x80, 60, 0],
        &[0x91, 99, 20],
        &[0xB1, 1, 90],
        &[0x81, 47, 0],
        &[0xB0, 64, 0],
        &[0x80, 30, 0],
        &[0x81, 99, 0],
    ];
    for message in messages {
        synth.midi(MidiWord::new(message).unwrap());
        let (mut left, mut right) = ([0.0; 441], [0.0; 441]);
        synth.render(Block::new(&mut left, &mut right), None);
        frames.extend(left.iter().zip(right).map(|(left, right)| [left.to_bits(), right.to_bits()]));
    }
    frames
}

#[test]
fn a_rich_font_and_its_bank_are_alike() {
    let font = SoundFont::new(rich().to_bytes()).unwrap();
    check(&font);
    assert!(sound(&font, Interpolation::Cubic).iter().any(|frame| frame[0] << 1 != 0), "it is heard");
}

#[test]
fn blocks_sound_as_the_frames_that_they_stand_for() {
    let font = SoundFont::new(rich().to_bytes()).unwrap();
    let (mut blocks, mut frames) = (vec![], vec![]);
    for block in font.pool().high.chunks(2 * BLOCK8_FRAMES) {
        // Coarser by turns, and coarse enough that it shows.
        let shift = 6 + blocks.len() / BLOCK8_BYTES % 3;
        blocks.push(shift as u8);
        for frame in block.as_chunks::<2>().0 {
            let byte = (i16::from_le_bytes(*frame) >> shift).clamp(-128, 127);
            blocks.push(byte as u8);
            frames.extend((byte << shift).to_le_bytes());
        }
        blocks.resize(blocks.len().next_multiple_of(BLOCK8_BYTES), 0);
    }
    let image = |coding, pool: &[u8]| image_of(&font, Some((coding, pool)));
    let packed = FlashBank::new(image(Coding::Block8, &blocks)).unwrap();
    let plain = FlashBank::new(image(Coding::Pcm16, &frames)).unwrap();
    for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Hq] {
        let sound_of_packed = sound(&packed, interpolation);
        assert!(sound_of_packed == sound(&plain, interpolation), "{interpolation:?}");
        assert!(sound_of_packed != sound(&font, interpolation), "{interpolation:?}: nothing was lost");
    }
}

#[test]
fn presets_are_sorted_and_named() {
    let font = SoundFont::new(rich().to_bytes()).unwrap();
    let bank = FlashBank::new(image_of(&font, None)).unwrap();
    let presets: Vec<_> = bank.presets().map(|preset| (preset.bank, preset.program, preset.name.to_string())).collect();
    assert_eq!(presets, [(0, 0, "Pair".into()), (0, 1, "Layered".into()), (128, 0, "Kit".into())]);
    assert_eq!(bank.part_bytes().total(), bank.data().len() as u64);
    assert_eq!(bank.counts().presets, 3);
}

#[test]
fn the_writer_refuses_what_could_not_be_played() {
    let mut out = [0; 128];
    let image = Image { frames: 4, pool: &[0; 6], ..Image::default() };
    assert_eq!(image.write(&mut out), Err(FlashError::Lengths { stated: 8, found: 6 }));
    let image = Image { frames: 40, pool: &[0; 80], ..Image::default() };
    assert_eq!(image.write(&mut out), Err(FlashError::Cut { bytes: 128, needed: 144 }));
}

/// First and last, where a zone says.
type Range = Option<(u8, u8)>;

fn ranges(zone: Zone, (keys, velocities): (Range, Range)) -> Zone {
    let zone = keys.into_iter().fold(zone, |zone, (low, high)| zone.keys(low, high));
    velocities.into_iter().fold(zone, |zone, (low, high)| zone.velocities(low, high))
}

fn zone() -> impl Strategy<Value = Zone> {
    let range = || proptest::option::of((0_u8..128, 0_u8..128));
    let amounts = proptest::collection::vec((0_u16..60, any::<i16>()), 0..6);
    let modulators = proptest::collection::vec((0_u16..4, 0_u16..60, any::<i16>()), 0..3);
    (range(), range(), amounts, modulators).prop_map(|(keys, velocities, amounts, modulators)| {
        // Terminals, and ranges once more, would make most zones silent.
        let amounts = amounts.into_iter().filter(|(number, _)| ![41, 43, 44, 53].contains(number));
        let zone =
            amounts.fold(ranges(Zone::new(), (keys, velocities)), |zone, (number, amount)| zone.raw(number, amount));
        modulators.into_iter().fold(zone, |zone, (source, destination, amount)| {
            let source = [0x0502, 0x0081, 0x000D, 0x020E][usize::from(source)];
            zone.modulator(ModulatorRecord { source, destination, amount, amount_source: 0, transform: 0 })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_font_and_its_bank_are_alike(
        presets in proptest::collection::vec((0_u16..3, 0_u16..3, proptest::collection::vec((zone(), 0_u16..3), 0..4)), 1..4),
        instruments in proptest::collection::vec(proptest::collection::vec((zone(), 0_u16..4), 0..5), 3),
    ) {
        let mut file = SoundFontFile::new("Any");
        file.sample(Sample::sine("Left", 44_100, 220.0, 900).kind(4, 1).looped(50, 650));
        file.sample(Sample::sine("Right", 48_000, 221.0, 900).kind(2, 0).looped(50, 650));
        file.sample(Sample::sine("Low", 22_050, 90.0, 700).root(36));
        for zones in instruments {
            let last = |(n, (zone, sample)): (usize, (Zone, u16))| if n == 0 && sample == 3 { zone } else { zone.sample(sample) };
            file.instrument("I", zones.into_iter().enumerate().map(last).collect());
        }
        // Without a preset in bank 0, which one a channel begins with is a matter of order, and only a bank is sorted.
        file.preset("First", 0, 5, vec![Zone::new().instrument(0)]);
        for (bank, program, zones) in presets {
            let zones = zones.into_iter().enumerate();
            let zones = zones.map(|(n, (zone, index))| if n == 0 && index == 2 { zone } else { zone.instrument(index) });
            file.preset("P", bank, program, zones.collect());
        }
        check(&SoundFont::new(file.to_bytes()).unwrap());
    }
}
