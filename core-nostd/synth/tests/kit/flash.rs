//! Kits in flash: the same bytes as from memory, and no harm from damaged images.

use crate::hostile::{script, tables};
use crate::support::{KitBank, PART, Tables, VOICES};
use proptest::prelude::*;
use ripieno_synth::flash::{FlashBank, FlashError, FlashKit, KitImage, is_kit};
use ripieno_synth::{Bank, Coding, Synth, SynthConfig};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};

/// Frames of a recording, each another.
fn frames(wave: usize, count: u32) -> Vec<i16> {
    (0..count).map(|x| (f64::from(x) * 0.02 * (wave + 1) as f64).sin() * 32_000.0).map(|x| x as i16).collect()
}

fn image(tables: &Tables) -> Vec<u8> {
    let frame_count = tables.frames * tables.parts.len() as u32;
    let pool: Vec<u8> =
        (0..tables.parts.len()).flat_map(|n| frames(n, tables.frames)).flat_map(i16::to_le_bytes).collect();
    let kit = tables.image();
    let image = KitImage {
        name: *b"pads\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        kit: &kit,
        frames: frame_count,
        coding: Coding::Pcm16,
        pool: &pool,
    };
    let mut bytes = vec![0xFF; image.bytes() as usize + 100];
    let length = image.write(&mut bytes).unwrap();
    assert_eq!(length % 4, 0);
    bytes.truncate(length);
    bytes
}

fn play<B: Bank>(bank: B, script: &[(usize, [u8; 3])]) -> Vec<u32> {
    let mut synth = Box::new(Synth::<B, VOICES>::new(bank, SynthConfig::new(SampleRate::STUDIO)));
    let mut all = vec![];
    let mut render = |synth: &mut Synth<B, VOICES>, frames: usize| {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        synth.render(Block::new(&mut left, &mut right), None);
        all.extend(left.iter().chain(&right).map(|x| x.to_bits()));
    };
    for (frames, bytes) in script {
        render(&mut synth, *frames);
        let length = if (0xC0..0xE0).contains(&bytes[0]) { 2 } else { 3 };
        synth.midi(MidiWord::new(&bytes[..length]).unwrap());
    }
    render(&mut synth, 2_000);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn flash_and_memory_sound_alike(tables in tables(), script in script()) {
        let waves = (0..tables.parts.len())
            .map(|n| frames(n, tables.frames).into_iter().map(|x| f32::from(x) / 32_768.0).collect())
            .collect();
        let image = image(&tables);
        let flash = FlashKit::new(&image[..]).unwrap();
        prop_assert_eq!(flash.name().to_string(), "pads");
        let memory = KitBank { image: tables.image(), waves };
        prop_assert!(play(memory, &script) == play(flash, &script));
    }
}

#[test]
fn one_changed_byte_is_found() {
    let image = image(&Tables { frames: 50, ..Tables::new([PART, PART]) });
    assert!(FlashKit::new(&image).is_ok());
    for place in 0..image.len() {
        let mut damaged = image.clone();
        damaged[place] ^= 0x10;
        assert!(FlashKit::new(&damaged).is_err(), "{place}");
    }
    for length in 0..image.len() {
        assert!(FlashKit::new(&image[..length]).is_err(), "{length}");
    }
    assert_eq!(FlashBank::new(&image).unwrap_err(), FlashError::Version { found: 2 });
    assert!(is_kit(&image) && !is_kit(&image[..9]) && !is_kit(b"RIPIBANK\x01\0"));
}

#[test]
fn a_recording_that_leaves_the_pool_is_refused() {
    let tables = Tables { frames: 50, ..Tables::new([PART]) };
    let kit = tables.image();
    let image = KitImage { name: [0; 20], kit: &kit, frames: 49, coding: Coding::Pcm16, pool: &[0; 98] };
    let error = image.write(&mut vec![0; 4_096]).unwrap_err();
    assert!(matches!(error, FlashError::Record { index: 0, .. }), "{error}");
    assert!(error.to_string().contains("Waves"));
    assert!(matches!(image.write(&mut [0; 64]), Err(FlashError::Cut { .. })));
    assert!(matches!(KitImage { frames: 50, ..image }.write(&mut vec![0; 4_096]), Err(FlashError::Lengths { .. })));
    let error = KitImage { kit: b"RKit", ..image }.write(&mut vec![0; 4_096]).unwrap_err();
    assert!(matches!(error, FlashError::Kit(_)), "{error}");
}
