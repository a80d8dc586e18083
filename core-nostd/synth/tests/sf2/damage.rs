//! Banks of which a hundredth is broken: the rest sounds as if nothing were, bit for bit.

use crate::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone};
use crate::support::{Player, open, player, render, word};
use proptest::prelude::*;
use proptest::sample::Index;
use ripieno_synth::{Generator as G, Sf2Profile, SoundFont};

/// What is wrong with a region.
#[derive(Clone, Debug)]
enum Damage {
    /// Its sample's first frame, end, loop and rate are anything.
    Header([u32; 5]),
    /// Root key, correction, link and kind are anything.
    Kind([u8; 2], [u16; 2]),
    /// Any generators are anything, but for the ranges: they say whose note it is.
    Generators(Vec<(u16, i16)>),
    Modulators(Vec<[u16; 5]>),
    /// Plays a sample that is not there.
    Sample(i16),
}

fn damage() -> impl Strategy<Value = Damage> {
    let is_range = |number: u16| number == G::KeyRange as u16 || number == G::VelocityRange as u16;
    let number = prop_oneof![0..64_u16, any::<u16>()].prop_filter("a range", move |number| !is_range(*number));
    let place = || prop_oneof![any::<u32>(), 0..100_000_u32];
    prop_oneof![
        [place(), place(), place(), place(), place()].prop_map(Damage::Header),
        (any::<[u8; 2]>(), any::<[u16; 2]>()).prop_map(|(bytes, words)| Damage::Kind(bytes, words)),
        prop::collection::vec((number, any::<i16>()), 1..150).prop_map(Damage::Generators),
        prop::collection::vec(any::<[u16; 5]>(), 1..60).prop_map(Damage::Modulators),
        (1_000..i16::MAX).prop_map(Damage::Sample),
    ]
}

/// The note that sounds a region: a key, and a velocity from its layer.
fn note(region: usize) -> [u8; 2] {
    [(region % 100) as u8, (region / 100 * 40 + 20) as u8]
}

/// As many regions as asked, each with a recording of its own, some of them damaged. Their headers are patched behind.
fn bank(regions: usize, damages: &[(usize, Damage)]) -> Vec<u8> {
    let mut file = SoundFontFile::new("Bank");
    let mut zones = vec![Zone::new().set(G::VolEnvRelease, -3_000)];
    let mut headers = vec![];
    for region in 0..regions {
        let frames = 120 + region % 60;
        let sample = Sample::sine("Wave", 22_050 + 50 * region as u32, 300.0 + region as f64, frames).looped(20, 110);
        let index = file.sample(sample.root((40 + region % 40) as u8));
        let [key, velocity] = note(region);
        let zone = Zone::new().keys(key, key).velocities(velocity - 20, velocity + 19);
        let zone = zone.set(G::SampleModes, (region % 4) as i16).set(G::FilterCutoff, 7_000 + 20 * region as i16);
        let zone = zone.set(G::Pan, (region % 9) as i16 * 100 - 400).set(G::ModLfoToPitch, (region % 7) as i16);
        let mut damages = damages.iter().filter(|(n, _)| *n == region).map(|(_, damage)| damage);
        zones.push(match damages.next() {
            Some(Damage::Generators(list)) => {
                list.iter().fold(zone, |zone, (number, amount)| zone.raw(*number, *amount)).sample(index)
            }
            Some(Damage::Modulators(list)) => {
                let record = |[source, destination, amount, amount_source, transform]: [u16; 5]| ModulatorRecord {
                    source,
                    destination,
                    amount: amount as i16,
                    amount_source,
                    transform,
                };
                list.iter().fold(zone, |zone, words| zone.modulator(record(*words))).sample(index)
            }
            Some(Damage::Sample(nowhere)) => zone.set(G::SampleId, *nowhere),
            Some(damage) => {
                headers.push((region, damage));
                zone.sample(index)
            }
            None => zone.sample(index),
        });
    }
    let instrument = file.instrument("Bank", zones);
    file.preset("Bank", 0, 0, vec![Zone::new().instrument(instrument)]);
    let mut bytes = file.to_bytes();
    let table = bytes.windows(4).rposition(|id| id == b"shdr").unwrap() + 8;
    for (region, damage) in headers {
        let header = &mut bytes[table + 46 * region..][..46];
        match damage {
            Damage::Header(places) => {
                for (n, place) in places.iter().enumerate() {
                    header[20 + 4 * n..][..4].copy_from_slice(&place.to_le_bytes());
                }
            }
            Damage::Kind(pitch, words) => {
                header[40..42].copy_from_slice(pitch);
                header[42..44].copy_from_slice(&words[0].to_le_bytes());
                header[44..46].copy_from_slice(&words[1].to_le_bytes());
            }
            _ => {}
        }
    }
    bytes
}

fn play(player: &mut Player, [key, velocity]: [u8; 2]) -> Vec<u32> {
    player.midi(word(&[0x90, key, velocity.max(1)]));
    let mut sound = render(player, 200);
    player.midi(word(&[0x80, key, 0]));
    sound.append(render(player, 100));
    player.midi(word(&[0xB0, 120, 0]));
    render(player, 320);
    assert!(player.is_silent());
    let signals = [sound.left, sound.right, sound.chorus, sound.reverb];
    signals.into_iter().flatten().map(f32::to_bits).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_rest_plays_as_if_nothing_were_broken(
        regions in 100..300_usize,
        damages in prop::collection::vec((any::<Index>(), damage()), 1..4),
        heard in prop::collection::vec(any::<Index>(), 20),
    ) {
        // Not more than one in a hundred.
        let damages: Vec<_> =
            damages.into_iter().take(regions / 100).map(|(index, damage)| (index.index(regions), damage)).collect();
        let broken = bank(regions, &damages);
        let mut issues = 0;
        SoundFont::new(&broken[..]).unwrap().validate(|_| issues += 1);
        prop_assert!(issues < 500);
        let (mut sane, mut broken) = (open(bank(regions, &[]), Sf2Profile::V2_04), open(broken, Sf2Profile::V2_04));
        for index in heard {
            let region = index.index(regions);
            if damages.iter().all(|(n, _)| *n != region) {
                let (expected, found) = (play(&mut sane, note(region)), play(&mut broken, note(region)));
                prop_assert!(expected.iter().any(|bits| *bits << 1 != 0));
                prop_assert!(expected == found, "region {}", region);
            }
        }
        for (region, _) in &damages {
            let found = play(&mut broken, note(*region));
            prop_assert!(found.iter().all(|bits| f32::from_bits(*bits).is_finite()));
        }
    }
}

#[test]
fn zones_without_an_instrument_take_nothing_along() {
    let mut file = SoundFontFile::new("Zones");
    let sample = file.sample(Sample::sine("Wave", 48_000, 440.0, 2_000));
    let instrument = file.instrument("Wave", vec![Zone::new().sample(sample)]);
    let sane = vec![Zone::new().set(G::FineTune, 5), Zone::new().instrument(instrument)];
    let wild = vec![sane[0].clone(), Zone::new().instrument(9_999), sane[1].clone(), Zone::new().set(G::Pan, 500)];
    file.preset("Sane", 0, 0, sane);
    file.preset("Wild", 0, 1, wild);
    let [expected, found] = [0, 1].map(|program| {
        let mut player = player(&file, Sf2Profile::V2_04, &[]);
        player.midi(word(&[0xC0, program]));
        play(&mut player, [60, 100])
    });
    assert!(expected == found);
}
