//! Kits that nobody should trust, and any order of events: no panic, no noise that is no number, the same bytes always.

use crate::support::{KitBank, Player, Tables, bytes};
use proptest::prelude::*;
use ripieno_synth::sampler::{Part, Value};
use ripieno_synth::{Interpolation, Synth, SynthConfig};
use ripieno_types::SampleRate;

fn message() -> impl Strategy<Value = [u8; 3]> {
    let byte = 0..128_u8;
    prop_oneof![
        6 => (0..2_u8, 57..64_u8, byte.clone()).prop_map(|(c, k, v)| [0x90 | c, k, v]),
        4 => (0..2_u8, 57..64_u8, byte.clone()).prop_map(|(c, k, v)| [0x80 | c, k, v]),
        3 => (0..2_u8, prop::sample::select(&[1_u8, 64, 66, 67, 120, 121, 123][..]), byte.clone())
            .prop_map(|(c, n, v)| [0xB0 | c, n, v]),
        1 => (0xA0..0xF0_u8, byte.clone(), byte).prop_map(|(s, a, b)| [s, a, b]),
    ]
}

/// Events with the frames before them.
pub fn script() -> impl Strategy<Value = Vec<(usize, [u8; 3])>> {
    prop::collection::vec((0..400_usize, message()), 1..60)
}

/// Frames of each wave.
const FRAMES: u32 = 3_000;

/// Parts whose fields are as they come.
pub fn tables() -> impl Strategy<Value = Tables> {
    let part = prop::collection::vec(any::<u8>(), bytes::<Part>());
    let value = (0..70_u16, prop_oneof![Just(f32::NAN), -200.0..200.0_f32, any::<f32>()]);
    (prop::collection::vec((part, 0..8_u32), 1..8), prop::collection::vec(value, 0..20)).prop_map(|(parts, values)| {
        let values: Vec<_> =
            values.into_iter().map(|(parameter, value)| Value { parameter, unused: 0, value }).collect();
        let parts = parts.into_iter().zip(0_u32..).map(|((bytes, given), number)| {
            let wild = <Part as ripieno_synth::sampler::Record>::read(&bytes);
            // Not so wild that nothing ever sounds.
            Part {
                keys: [57, 60 + number as u8],
                velocities: if given & 1 == 0 { [1, 127] } else { wild.velocities },
                channels: [0, 15],
                channel_pressure: [0, 127],
                key_pressure: [0, 127],
                bend: [-8192, 8191],
                tempo: [0.0, 500.0],
                random: [0.0, if given & 2 == 0 { 1.0 } else { 0.5 }],
                trigger: wild.trigger % 6,
                switch_last: [1, 0],
                switch_down: Part::NO_KEY,
                switch_up: Part::NO_KEY,
                switch_previous: Part::NO_KEY,
                wave: wild.wave % 4,
                group: wild.group % 3,
                off_by: wild.off_by % 3,
                offset: wild.offset % 1_000,
                offset_random: wild.offset_random % 1_000,
                end: if given & 4 == 0 { u32::MAX } else { wild.end % 5_000 },
                loop_start: wild.loop_start % 5_000,
                loop_end: wild.loop_end % 5_000,
                values: wild.values,
                ..wild
            }
        });
        Tables { parts: parts.collect(), values, frames: FRAMES, ..Tables::default() }
    })
}

pub fn play(image: &[u8], script: &[(usize, [u8; 3])], interpolation: Interpolation, sizes: &[usize]) -> Vec<f32> {
    let waves = (0..4).map(|n| (0..FRAMES).map(|x| (x as f32 * 0.02 * (n + 1) as f32).sin()).collect()).collect();
    let config = SynthConfig { interpolation, polyphony: 5, ..SynthConfig::new(SampleRate::STUDIO) };
    let bank = KitBank { image: image.to_vec(), waves };
    let mut player = Player { synth: Box::new(Synth::new(bank, config)) };
    let (mut all, mut sizes) = (vec![], sizes.iter().cycle());
    let mut wait = |player: &mut Player, frames: usize| {
        let mut left = frames;
        while left > 0 {
            let count = left.min(*sizes.next().unwrap());
            all.extend(player.render(count));
            left -= count;
        }
    };
    for (frames, message) in script {
        wait(&mut player, *frames);
        player.send(&[*message]);
    }
    wait(&mut player, 2_000);
    assert!(all.iter().all(|x| x.is_finite()), "noise that is no number");
    all
}

pub fn bits(signal: &[f32]) -> Vec<u32> {
    signal.iter().map(|x| x.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_split_gives_the_same_bytes(
        tables in tables(),
        script in script(),
        interpolation in prop::sample::select(&[Interpolation::Linear, Interpolation::Fine][..]),
        sizes in prop::collection::vec(1..300_usize, 1..8),
    ) {
        let image = tables.image();
        let whole = play(&image, &script, interpolation, &[4_096]);
        let split = play(&image, &script, interpolation, &sizes);
        prop_assert!(bits(&whole) == bits(&split));
    }

    #[test]
    fn damaged_images_do_no_harm(
        tables in tables(),
        script in script(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
        length in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut image = tables.image();
        for (place, byte) in damage {
            // Behind the lengths, so that something is left of the kit.
            let place = 80 + place.index(image.len() - 80);
            image[place] = byte;
        }
        if is_cut {
            image.truncate(length.index(image.len()));
        }
        play(&image, &script, Interpolation::Linear, &[256]);
    }
}
