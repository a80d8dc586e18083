//! Banks of fonts that are written here: what is not reduced sounds the same, what is reduced is said and measured.

#[allow(dead_code, reason = "the workspace's own writer of SoundFonts, of which this needs a part")]
#[path = "../../../../../tests/support/sf2.rs"]
mod sf2;

use super::*;
use proptest::prelude::*;
use ripieno_synth::{FlashBank, Generator, LoopMode, Region, Sample, Side, Synth, SynthConfig, Wave};
use ripieno_types::{Block, SampleRate, midi::MidiWord};
use sf2::{Sample as Recorded, SoundFontFile, Zone};

fn built(file: &SoundFontFile, recipe: &Recipe) -> Result<(Built, FlashBank<Vec<u8>>), BuildError> {
    let font = SoundFont::new(file.to_bytes()).unwrap();
    let built = build(&font, recipe, || false)?;
    let bank = FlashBank::new(built.image.clone()).unwrap();
    Ok((built, bank))
}

fn sound(bank: impl Bank) -> Vec<[u32; 2]> {
    let mut synth = Box::new(Synth::<_, 24>::new(bank, SynthConfig::new(SampleRate::STUDIO)));
    let messages: [&[u8]; 10] = [
        &[0xC1, 1],
        &[0x90, 60, 100],
        &[0x91, 47, 120],
        &[0x99, 36, 127],
        &[0x90, 30, 64],
        &[0x80, 60, 0],
        &[0x91, 99, 20],
        &[0x81, 47, 0],
        &[0x80, 30, 0],
        &[0x81, 99, 0],
    ];
    let mut frames = Vec::new();
    for message in messages {
        synth.midi(MidiWord::new(message).unwrap());
        let (mut left, mut right) = ([0.0; 1_000], [0.0; 1_000]);
        synth.render(Block::new(&mut left, &mut right), None);
        frames.extend(left.iter().zip(right).map(|(left, right)| [left.to_bits(), right.to_bits()]));
    }
    frames
}

fn regions(bank: &impl Bank, key: u8) -> Vec<(Region, Sample)> {
    let mut regions = Vec::new();
    bank.regions(bank.find(0, 0).unwrap(), key, 100, |region| {
        let Wave::Sample(sample) = region.wave else { panic!("a bank has only samples") };
        regions.push((region.clone(), sample));
    });
    regions
}

/// A stereo pair, a short looped wave and one that ends with its key, each on keys of its own.
fn three() -> SoundFontFile {
    use Generator as G;
    let mut file = SoundFontFile::new("Three");
    let left = file.sample(Recorded::sine("Left", 44_100, 441.0, 3_000).root(69).kind(4, 1).looped(1_000, 2_000));
    let right = file.sample(Recorded::sine("Right", 44_100, 441.0, 3_000).root(69).kind(2, 0).looped(1_000, 2_000));
    let short = file.sample(Recorded::sine("Short", 44_100, 441.0, 900).root(69).looped(500, 800));
    let ends = file.sample(Recorded::sine("Ends", 32_000, 320.0, 4_000).root(63).looped(1_000, 1_500));
    let zones = vec![
        Zone::new().keys(0, 60).set(G::SampleModes, 1).set(G::Pan, -500).sample(left),
        Zone::new().keys(0, 60).set(G::SampleModes, 1).set(G::Pan, 500).sample(right),
        Zone::new().keys(61, 80).set(G::SampleModes, 1).sample(short),
        Zone::new().keys(81, 90).set(G::SampleModes, 3).sample(ends),
        Zone::new().keys(91, 127).set(G::StartOffset, 100).sample(ends),
    ];
    let instrument = file.instrument("Three", zones);
    file.preset("Three", 0, 0, vec![Zone::new().instrument(instrument)]);
    file.preset("Again", 0, 1, vec![Zone::new().set(G::Attenuation, 50).instrument(instrument)]);
    file.preset("Kit", 128, 0, vec![Zone::new().keys(30, 40).instrument(instrument)]);
    file
}

#[test]
fn what_is_never_heard_is_not_stored_and_what_is_shared_is_stored_once() {
    let (built, bank) = built(&three(), &Recipe::default()).unwrap();
    assert!(built.reduced.is_empty() && built.losses.changed == 0);
    // Up to the loops' ends; the last one whole, because it plays on after the key.
    assert_eq!((built.samples, built.counts.frames), (4, 2_000 + 2_000 + 800 + 4_000));
    assert_eq!(built.counts.presets, 3);
    // The kit is cut to its keys, the others differ in their settings.
    assert_eq!(built.counts.regions, 5 + 5 + 2);
    assert_eq!(built.parts.total(), built.image.len() as u64);
    assert_eq!(bank.name().to_string(), "Three");
    assert!(sound(bank) == sound(SoundFont::new(three().to_bytes()).unwrap()));
}

#[test]
fn chosen_presets_bring_only_what_they_need() {
    let recipe = |list| Recipe { presets: Some(Choice::parse(list).unwrap()), ..Recipe::default() };
    let (built, bank) = self::built(&three(), &recipe("128:0")).unwrap();
    assert_eq!((built.samples, built.counts.presets, built.counts.frames), (2, 1, 4_000));
    assert!(bank.find(128, 0).is_some() && bank.find(0, 0).is_none());
    let error = self::built(&three(), &recipe("again, 3")).unwrap_err();
    assert!(error.to_string().starts_with("has no preset `0:3`"), "{error}");
}

#[test]
fn a_pair_becomes_one_that_is_as_loud_in_the_middle() {
    let (built, bank) = built(&three(), &Recipe { mono: true, ..Recipe::default() }).unwrap();
    assert_eq!(built.counts.frames, 2_000 + 800 + 4_000);
    assert!(built.reduced[0].starts_with("3 stereo pairs"), "{:?}", built.reduced);
    let folded = regions(&bank, 40);
    let [(region, sample)] = &folded[..] else { panic!("{folded:?}") };
    assert_eq!(
        (region.generators.amount(Generator::Pan), sample.side, sample.mode),
        (0, Side::Mono, LoopMode::Continuous)
    );
    // Both sides were alike, each alone on its own: in the middle the same takes 3 dB more.
    let peak = |bank: &dyn Fn() -> Vec<[u32; 2]>| {
        let levels = bank().into_iter().flatten().map(f32::from_bits);
        levels.fold(0.0_f32, |peak, level| peak.max(level.abs()))
    };
    let before = peak(&|| sound(SoundFont::new(three().to_bytes()).unwrap()));
    let after = peak(&|| sound(bank.clone()));
    assert!((after / before - 1.0).abs() < 0.01, "{before} {after}");
}

#[test]
fn a_lower_rate_keeps_pitch_and_loops() {
    let recipe = Recipe { rate_hz: Some(22_050), ..Recipe::default() };
    let (built, bank) = built(&three(), &recipe).unwrap();
    assert!(built.counts.frames < 8_800);
    assert!(built.reduced[0].contains("at 22050 Hz"), "{:?}", built.reduced);
    assert!(built.losses.detune_cents < 0.1);
    let (worst, name) = built.losses.worst.clone().unwrap();
    assert!(worst > 35.0 && built.losses.mean_db().unwrap() >= worst, "{worst} dB: {name}");
    for key in [40, 70, 85, 100] {
        for (_, sample) in regions(&bank, key) {
            assert!(sample.rate_hz <= 22_050 && sample.rate_hz > 21_900, "{sample:?}");
            // The sine's period is 100 frames at its own rate: its loop is a whole number of them.
            let period = if key > 80 { 320.0 } else { 441.0 };
            let periods = f64::from(sample.loop_end - sample.loop_start) * period / f64::from(sample.rate_hz);
            assert!(sample.mode == LoopMode::None || (periods - periods.round()).abs() < 0.01, "{periods}");
        }
    }
}

#[test]
fn a_limit_takes_bits_before_rates_and_refuses_what_cannot_be() {
    let whole = built(&three(), &Recipe::default()).unwrap().0;
    let within =
        |max_bytes: u64, coding| built(&three(), &Recipe { max_bytes: Some(max_bytes), coding, ..Recipe::default() });
    assert_eq!(within(whole.parts.total(), None).unwrap().0.image, whole.image);
    let packed = within(whole.parts.total() - 1, None).unwrap().0;
    assert_eq!((packed.coding, packed.samples), (Coding::Block8, whole.samples));
    assert!(packed.losses.worst.as_ref().is_some_and(|(worst, _)| *worst > 40.0), "{:?}", packed.losses);
    let lower = within(packed.parts.total() - 1, None).unwrap().0;
    assert!(lower.reduced[1].contains("32000 Hz"), "{:?}", lower.reduced);
    // Who asks for 16 bits gets them, at whatever rate.
    let lower = within(packed.parts.total() + 1_000, Some(Coding::Pcm16)).unwrap().0;
    assert_eq!(lower.coding, Coding::Pcm16);
    let Err(BuildError::TooLarge { smallest, allowed: 100 }) = within(100, None) else { panic!("it cannot fit") };
    assert_eq!(within(smallest, None).unwrap().0.parts.total(), smallest);
    assert!(matches!(within(smallest - 1, None), Err(BuildError::TooLarge { .. })));
}

#[test]
fn lower_bits_are_rounded_away() {
    let mut file = SoundFontFile::new("Wide").wide();
    let sample = file.sample(Recorded::new("Fine", 44_100, (0..500).map(|n| n * 1_003).collect()));
    let instrument = file.instrument("I", vec![Zone::new().sample(sample)]);
    file.preset("P", 0, 0, vec![Zone::new().instrument(instrument)]);
    let (built, bank) = built(&file, &Recipe::default()).unwrap();
    assert!(built.reduced[0].contains("24-bit") && built.losses.worst.unwrap().0 > 70.0);
    assert_eq!(bank.pool().high[2 * 499..], (((499 * 1_003 + 128) >> 8) as i16).to_le_bytes());
}

#[test]
fn presets_that_no_message_reaches_stay_behind() {
    let mut file = three();
    file.preset("Hidden", 0, 1, vec![Zone::new().instrument(0)]);
    let (built, bank) = built(&file, &Recipe::default()).unwrap();
    assert_eq!((built.unreachable, bank.presets().len()), (1, 3));
    let font = SoundFont::new(file.to_bytes()).unwrap();
    assert!(matches!(build(&font, &Recipe::default(), || true), Err(BuildError::Interrupted)));
}

fn zone() -> impl Strategy<Value = Zone> {
    let range = || proptest::option::of((0_u8..128, 0_u8..128));
    let amounts = proptest::collection::vec((0_u16..60, any::<i16>()), 0..6);
    (range(), range(), amounts, 0_i16..4).prop_map(|(keys, velocities, amounts, mode)| {
        let zone = keys.into_iter().fold(Zone::new(), |zone, (low, high)| zone.keys(low, high));
        let zone = velocities.into_iter().fold(zone, |zone, (low, high)| zone.velocities(low, high));
        // Terminals, and ranges once more, would make most zones silent.
        let amounts = amounts.into_iter().filter(|(number, _)| ![41, 43, 44, 53].contains(number));
        let zone = amounts.fold(zone, |zone, (number, amount)| zone.raw(number, amount % 2_000));
        zone.set(Generator::SampleModes, mode)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_font_sounds_as_its_bank(
        presets in proptest::collection::vec((0_u16..3, proptest::collection::vec((zone(), 0_u16..3), 0..4)), 1..4),
        instruments in proptest::collection::vec(proptest::collection::vec((zone(), 0_u16..3), 0..5), 3),
    ) {
        let mut file = SoundFontFile::new("Any");
        file.sample(Recorded::sine("Left", 44_100, 220.0, 900).kind(4, 1).looped(50, 650));
        file.sample(Recorded::sine("Right", 48_000, 221.0, 900).kind(2, 0).looped(50, 650));
        file.sample(Recorded::sine("Low", 22_050, 90.0, 700).root(36));
        for zones in instruments {
            file.instrument("I", zones.into_iter().map(|(zone, sample)| zone.sample(sample)).collect());
        }
        for (program, zones) in presets {
            file.preset("P", 0, program, zones.into_iter().map(|(zone, index)| zone.instrument(index)).collect());
        }
        let font = SoundFont::new(file.to_bytes()).unwrap();
        let built = build(&font, &Recipe::default(), || false).unwrap();
        assert!(built.reduced.is_empty() && built.losses.changed == 0);
        let is_alike = sound(FlashBank::new(&built.image[..]).unwrap()) == sound(font);
        assert!(is_alike);
    }
}
