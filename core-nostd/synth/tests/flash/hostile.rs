//! Damaged images: whatever the bytes, opening them and playing them neither panics nor hangs nor looks outside, and what
//! passes keeps every promise that a voice relies on.

use crate::fonts::{image_of, rich};
use ripieno_synth::flash::{FlashBank, FlashError};
use ripieno_synth::{
    BLOCK8_BYTES, Bank, Coding, Generator, LoopMode, Modulators, SoundFont, Synth, SynthConfig, Wave,
    soundfont::MAX_LAYERS,
};
use ripieno_types::{Block, SampleRate, midi::MidiWord};

const CRC_AT: usize = 12;

/// CRC-32, bit by bit: a second opinion on the table's.
fn crc(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// The same bytes with a checksum that is right.
fn repaired(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() >= 64 {
        let total = u32::from_le_bytes(bytes[16..20].try_into().unwrap()) as usize;
        let image = &bytes[..total.clamp(16, bytes.len())];
        let sum = crc(image[..CRC_AT].iter().chain(&image[CRC_AT + 4..]).copied());
        bytes[CRC_AT..CRC_AT + 4].copy_from_slice(&sum.to_le_bytes());
    }
    bytes
}

/// Opens and plays. `None` if it was refused.
fn survive(bytes: &[u8]) -> Option<usize> {
    let bank = match FlashBank::new(bytes) {
        Ok(bank) => bank,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    let pool = bank.pool();
    let frames = bank.counts().frames;
    assert_eq!(pool.high.len() as u64, pool.coding.bytes(frames));
    let mut heard = 0;
    for preset in bank.presets() {
        assert!(preset.name.to_string().chars().all(|letter| !letter.is_control()));
        for (key, velocity) in (0..128).step_by(5).flat_map(|key| [1, 64, 127].map(|velocity| (key, velocity))) {
            let mut layers = 0;
            bank.regions(preset.index, key, velocity, |region| {
                layers += 1;
                for &generator in Generator::ALL.iter().filter(|generator| generator.is_fixed()) {
                    let (min, max) = generator.range();
                    assert!((min..=max).contains(&region.generators.amount(generator)), "{generator:?}");
                }
                assert!(region.modulators.as_slice().len() <= Modulators::CAPACITY);
                let Wave::Sample(s) = region.wave else { panic!("a bank has only samples") };
                assert!(s.start < s.end && s.end <= frames, "{s:?}");
                let loops = s.start <= s.loop_start && s.loop_start < s.loop_end && s.loop_end <= s.end;
                assert!(s.mode == LoopMode::None || loops, "{s:?}");
                assert!(s.rate_hz > 0 && s.root_key < 128, "{s:?}");
            });
            assert!(layers <= MAX_LAYERS);
            heard += layers;
        }
    }
    let mut synth = Box::new(Synth::<_, 4>::new(bank, SynthConfig::new(SampleRate::STUDIO)));
    for message in [[0x90, 60, 100], [0x99, 36, 127], [0x90, 100, 30]] {
        synth.midi(MidiWord::new(&message).unwrap());
        let (mut left, mut right) = ([0.0; 96], [0.0; 96]);
        synth.render(Block::new(&mut left, &mut right), None);
        assert!(left.iter().chain(&right).all(|sample| sample.is_finite()));
    }
    Some(heard)
}

fn sound() -> Vec<u8> {
    image_of(&SoundFont::new(rich().to_bytes()).unwrap(), None)
}

/// Bytes before the pool: what can lie.
fn tables(image: &[u8]) -> usize {
    let parts = FlashBank::new(image).unwrap().part_bytes();
    (parts.total() - parts.samples) as usize
}

#[test]
fn the_undamaged_image_is_played_and_its_checksum_is_the_usual_one() {
    let image = sound();
    assert!(survive(&image).unwrap() > 0);
    assert_eq!(repaired(image.clone()), image);
    // What follows in the same flash is none of its business.
    let longer = [image, vec![0xFF; 100]].concat();
    assert!(survive(&longer).is_some());
}

#[test]
fn any_flipped_bit_is_noticed() {
    let image = sound();
    for at in (0..8 * image.len()).step_by(149) {
        let mut damaged = image.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        assert_eq!(survive(&damaged), None, "bit {at}");
    }
}

#[test]
fn any_cut_is_noticed() {
    let image = sound();
    for length in (0..image.len()).step_by(61).chain(0..70) {
        assert_eq!(survive(&image[..length]), None, "{length} bytes");
        assert_eq!(survive(&repaired(image[..length].to_vec())), None, "{length} bytes");
    }
}

#[test]
fn flipped_bits_with_a_repaired_checksum_are_harmless() {
    let image = sound();
    let (tables, mut refused, mut played) = (tables(&image), 0, 0);
    for at in 0..8 * tables {
        // All bits of the header and of each table's first records, some of the rest.
        if at > 8 * 160 && at % 7 != 0 {
            continue;
        }
        let mut damaged = image.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        match survive(&repaired(damaged)) {
            Some(_) => played += 1,
            None => refused += 1,
        }
    }
    assert!(refused + played > 1_000 && refused > 400 && played > 100, "{refused} refused, {played} played");
}

#[test]
fn lies_in_every_field_are_harmless() {
    let image = sound();
    let tables = tables(&image);
    for at in (8..tables).step_by(2) {
        for lie in [0, 1, 0x7F, 0xFF, 0x8000, 0xFFFF_u16] {
            let mut damaged = image.clone();
            damaged[at..at + 2].copy_from_slice(&lie.to_le_bytes());
            survive(&repaired(damaged.clone()));
            damaged[at..(at + 4).min(tables)].fill(lie as u8);
            survive(&repaired(damaged));
        }
    }
}

#[test]
fn each_refusal_names_its_cause() {
    let image = sound();
    let check = |at: usize, bytes: &[u8], expected: &dyn Fn(FlashError) -> bool| {
        let mut damaged = image.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        let error = FlashBank::new(&repaired(damaged)[..]).unwrap_err();
        assert!(expected(error), "{error:?}: {error}");
    };
    check(0, b"x", &|error| error == FlashError::NotBank);
    check(8, &[2, 0], &|error| error == FlashError::Version { found: 2 });
    check(10, &[2], &|error| error == FlashError::Coding { found: 2 });
    check(16, &[0; 4], &|error| matches!(error, FlashError::Lengths { stated: 0, .. }));
    check(40, &[0xFF; 4], &|error| matches!(error, FlashError::Lengths { .. }));
    check(64 + 4, &[0xFF; 4], &|error| matches!(error, FlashError::Record { index: 0, .. }));
    let cut = FlashBank::new(&image[..image.len() - 1]).unwrap_err();
    assert_eq!(cut, FlashError::Cut { bytes: image.len() as u64 - 1, needed: image.len() as u64 });
    let mut changed = image.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(matches!(FlashBank::new(changed).unwrap_err(), FlashError::Checksum { .. }));
    assert_eq!(FlashBank::new([]).unwrap_err(), FlashError::NotBank);
    assert!(matches!(FlashBank::new(b"RIPIBANK").unwrap_err(), FlashError::Cut { bytes: 8, needed: 64 }));
}

#[test]
fn noise_in_blocks_is_only_noise() {
    let font = SoundFont::new(rich().to_bytes()).unwrap();
    let frames = font.pool().high.len() / 2;
    let blocks: Vec<u8> = (0..frames.div_ceil(32) * BLOCK8_BYTES).map(|n| (n * n / 7 % 256) as u8).collect();
    assert!(survive(&image_of(&font, Some((Coding::Block8, &blocks)))).unwrap() > 0);
}
