//! Every form of every tuning, on all keys, held to [`TUNING_ERROR`].

use super::*;

/// A key's place in 16384ths of a semitone, of a scale that is none: within a whole tone of the key, never the same.
fn place(key: u8) -> u32 {
    let wander = u32::from(key).wrapping_mul(2_654_435_761) >> 16;
    ((u32::from(key) << 14) + wander).saturating_sub(32_768).min(0x1F_FFFE)
}

fn place_cents(place: u32) -> f64 {
    f64::from(place) * 100.0 / 16_384.0
}

fn bytes(place: u32) -> [u8; 3] {
    [place >> 14, place >> 7 & 0x7F, place & 0x7F].map(|byte| byte as u8)
}

/// Strikes all keys of a channel and looks at each.
#[track_caller]
fn check_all(synth: &mut Looped, channel: u8, expected: impl Fn(u8) -> f64) {
    send(synth, &[&[0xB0 | channel, 120, 0]]);
    pass(synth, 8);
    (0..128).for_each(|key| send(synth, &[&[0x90 | channel, key, 100]]));
    pass(synth, 2);
    check_sounding(synth, channel, expected);
}

#[track_caller]
fn check_sounding(synth: &Looped, channel: u8, expected: impl Fn(u8) -> f64) {
    let expected: Vec<_> = (0..128).map(|key| (channel, key, expected(key))).collect();
    expect(synth, &expected);
}

fn dump(head: &[u8]) -> Vec<u8> {
    let keys: Vec<u8> = (0..128).flat_map(|key| bytes(place(key))).collect();
    [head, b"sixteen letters.", &keys, &[0]].concat()
}

#[test]
fn equal_temperament_is_exact() {
    check_all(&mut synth(), 0, |key| f64::from(key) * 100.0);
}

#[test]
fn dumps_of_all_keys_tune_what_begins_after_them() {
    let mut synth = synth();
    check_all(&mut synth, 0, |key| f64::from(key) * 100.0);
    sysex(&mut synth, &dump(&[0x7E, 0x7F, 0x08, 0x01, 0]));
    pass(&mut synth, 2);
    check_sounding(&synth, 0, |key| f64::from(key) * 100.0);
    check_all(&mut synth, 0, |key| place_cents(place(key)));
    // Another bank and program, for the channel that selects it.
    sysex(&mut synth, &dump(&[0x7E, 0x00, 0x08, 0x04, 3, 9]));
    check_all(&mut synth, 2, |key| place_cents(place(key)));
    sysex(&mut synth, &[&[0x7E, 0x7F, 0x08, 0x05, 5, 1][..], b"sixteen letters.", &[64; 12], &[0]].concat());
    register(&mut synth, 2, 4, (5, 0));
    register(&mut synth, 2, 3, (1, 0));
    check_all(&mut synth, 2, |key| f64::from(key) * 100.0);
    // Notes that sound follow the selection.
    register(&mut synth, 2, 4, (3, 0));
    register(&mut synth, 2, 3, (9, 0));
    pass(&mut synth, 2);
    check_sounding(&synth, 2, |key| place_cents(place(key)));
    // Percussion keys are instruments.
    check_all(&mut synth, 9, |key| f64::from(key) * 100.0);
}

#[test]
fn changes_of_keys_reach_what_sounds_if_they_shall() {
    for (realm, kind, has_bank) in [(0x7F, 0x02, false), (0x7F, 0x07, true), (0x7E, 0x07, true)] {
        let mut synth = synth();
        check_all(&mut synth, 0, |key| f64::from(key) * 100.0);
        // Few keys in one message and many in another.
        for keys in [0..8_u8, 8..128] {
            let head: &[u8] = if has_bank { &[realm, 0x7F, 0x08, kind, 0, 0] } else { &[realm, 0x7F, 0x08, kind, 0] };
            let changes: Vec<u8> = keys.clone().flat_map(|key| [&[key][..], &bytes(place(key))].concat()).collect();
            sysex(&mut synth, &[head, &[keys.len() as u8], &changes].concat());
        }
        let tuned = |key| place_cents(place(key));
        pass(&mut synth, 2);
        match realm {
            0x7F => check_sounding(&synth, 0, tuned),
            _ => check_sounding(&synth, 0, |key| f64::from(key) * 100.0),
        }
        check_all(&mut synth, 0, tuned);
    }
}

#[test]
fn octaves_in_one_byte_and_in_two() {
    let one: [u8; 12] = core::array::from_fn(|key| [0, 127, 64, 65, 63, 74, 40, 90, 101, 7, 33, 50][key]);
    let two: [u16; 12] = core::array::from_fn(|key| (key as u16 * 1_489) % 16_384);
    let pairs: Vec<u8> = two.iter().flat_map(|value| [(value >> 7) as u8, (value & 0x7F) as u8]).collect();
    let one_cents = |key: u8| f64::from(key) * 100.0 + f64::from(one[usize::from(key % 12)]) - 64.0;
    let two_cents =
        |key: u8| f64::from(key) * 100.0 + (f64::from(two[usize::from(key % 12)]) - 8_192.0) * 100.0 / 8_192.0;
    for realm in [0x7E, 0x7F] {
        let mut synth = synth();
        check_all(&mut synth, 1, |key| f64::from(key) * 100.0);
        // Channels 2 and 16.
        sysex(&mut synth, &[&[realm, 0x7F, 0x08, 0x08, 0x02, 0x00, 0x02][..], &one].concat());
        pass(&mut synth, 2);
        check_sounding(&synth, 1, |key| if realm == 0x7F { one_cents(key) } else { f64::from(key) * 100.0 });
        check_all(&mut synth, 1, one_cents);
        sysex(&mut synth, &[&[realm, 0x7F, 0x08, 0x09, 0x00, 0x00, 0x02][..], &pairs].concat());
        check_all(&mut synth, 1, two_cents);
        send(&mut synth, &[&[0xB1, 120, 0]]);
        check_all(&mut synth, 15, one_cents);
        send(&mut synth, &[&[0xBF, 120, 0]]);
        check_all(&mut synth, 0, |key| f64::from(key) * 100.0);
    }
    // As the tuning of a program.
    let mut synth = synth();
    sysex(&mut synth, &[&[0x7E, 0x7F, 0x08, 0x05, 0, 0][..], b"sixteen letters.", &one, &[0]].concat());
    // No key is lower than key 0 of equal temperament in a table.
    check_all(&mut synth, 0, |key| one_cents(key).max(0.0));
    sysex(&mut synth, &[&[0x7E, 0x7F, 0x08, 0x06, 0, 0][..], b"sixteen letters.", &pairs, &[0]].concat());
    check_all(&mut synth, 0, |key| two_cents(key).max(0.0));
    // GS and XG, one channel each.
    sysex(&mut synth, &[&[0x41, 0x10, 0x42, 0x12, 0x40, 0x13, 0x40][..], &one, &[0]].concat());
    send(&mut synth, &[&[0xB0, 120, 0]]);
    register(&mut synth, 2, 3, (1, 0));
    check_all(&mut synth, 2, one_cents);
    sysex(&mut synth, &[&[0x43, 0x10, 0x4C, 0x08, 0x03, 0x41][..], &one].concat());
    send(&mut synth, &[&[0xB2, 120, 0]]);
    register(&mut synth, 3, 3, (1, 0));
    check_all(&mut synth, 3, one_cents);
}

#[test]
fn channels_and_all_of_them_are_tuned_under_what_sounds() {
    let mut synth = synth();
    check_all(&mut synth, 0, |key| f64::from(key) * 100.0);
    let mut check = |change: &dyn Fn(&mut Looped), offset: f64| {
        change(&mut synth);
        pass(&mut synth, 2);
        check_sounding(&synth, 0, |key| f64::from(key) * 100.0 + offset);
    };
    let fine = |value: u16| (f64::from(value) - 8_192.0) * 100.0 / 8_192.0;
    check(&|synth| register(synth, 0, 1, (96, 1)), fine(96 << 7 | 1));
    check(&|synth| register(synth, 0, 2, (59, 0)), fine(96 << 7 | 1) - 500.0);
    // Steps of the smallest unit; nothing is selected afterwards.
    check(
        &|synth| send(synth, &[&[0xB0, 100, 1], &[0xB0, 96, 0], &[0xB0, 96, 0], &[0xB0, 97, 0]]),
        fine(96 << 7 | 2) - 500.0,
    );
    check(&|synth| send(synth, &[&[0xB0, 101, 127], &[0xB0, 100, 127], &[0xB0, 6, 0]]), fine(96 << 7 | 2) - 500.0);
    check(&|synth| register(synth, 0, 1, (64, 0)), -500.0);
    check(&|synth| register(synth, 0, 2, (64, 0)), 0.0);
    check(&|synth| sysex(synth, &[0x7F, 0x7F, 0x04, 0x03, 0x23, 0x51]), fine(0x51 << 7 | 0x23));
    check(&|synth| sysex(synth, &[0x7F, 0x7F, 0x04, 0x04, 0x00, 0x42]), fine(0x51 << 7 | 0x23) + 200.0);
    check(&|synth| sysex(synth, &[0x43, 0x10, 0x4C, 0, 0, 0, 0, 3, 14, 9]), -2.3 + 200.0);
    check(&|synth| sysex(synth, &[0x41, 0x10, 0x42, 0x12, 0x40, 0, 5, 0x40, 0]), -2.3);
    check(&|synth| sysex(synth, &[0x41, 0x10, 0x42, 0x12, 0x40, 0, 0, 0, 4, 0, 0, 0]), 0.0);
}

#[test]
fn tunings_without_room_are_counted() {
    let mut synth = synth();
    for channel in 0..5 {
        register(&mut synth, channel, 3, (channel + 1, 0));
        sysex(&mut synth, &[0x7F, 0x7F, 0x08, 0x02, channel + 1, 1, 60, 61, 0, 0]);
    }
    assert_eq!(synth.stats().dropped_tunings, 1);
    (0..5).for_each(|channel| send(&mut synth, &[&[0x90 | channel, 60, 100]]));
    pass(&mut synth, 2);
    expect(&synth, &[(0, 60, 6_100.0), (1, 60, 6_100.0), (2, 60, 6_100.0), (3, 60, 6_100.0), (4, 60, 6_000.0)]);
}
