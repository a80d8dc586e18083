//! Resets, bank styles, master volume, and SysEx that arrives in any number of pieces.

use super::*;
use crate::BankStyle;
use proptest::prelude::*;

const GM: [u8; 4] = [0x7E, 0x7F, 0x09, 0x01];
const GM2: [u8; 4] = [0x7E, 0x7F, 0x09, 0x03];
const GS: [u8; 9] = [0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41];
const XG: [u8; 7] = [0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00];

/// The bank that a channel plays from, and its program.
fn chosen(synth: &Looped, channel: usize) -> (u16, u16) {
    let PresetIndex(preset) = synth.channels[channel].preset().unwrap();
    (preset >> 7, preset & 0x7F)
}

#[test]
fn bank_select_means_what_the_style_says() {
    // Style, reset that leads to it, controllers 0 and 32, banks of channels 1 and 10.
    let cases: [(_, &[u8], _, _); 12] = [
        (BankStyle::Gm, &GM, (8, 3), (0, 128)),
        (BankStyle::Gs, &GS, (8, 3), (8, 128)),
        (BankStyle::Xg, &XG, (0, 3), (3, 3)),
        (BankStyle::Xg, &XG, (64, 3), (3, 3)),
        (BankStyle::Xg, &XG, (127, 0), (128, 128)),
        (BankStyle::Xg, &XG, (126, 0), (128, 128)),
        (BankStyle::Xg, &XG, (120, 0), (128, 128)),
        (BankStyle::Gm2, &GM2, (121, 3), (3, 3)),
        (BankStyle::Gm2, &GM2, (120, 0), (128, 128)),
        (BankStyle::Gm2, &GM2, (0, 3), (3, 128)),
        (BankStyle::Gs, &GM, (0, 3), (0, 128)),
        (BankStyle::Gs, &GM, (127, 0), (127, 128)),
    ];
    for (style, reset, (msb, lsb), banks) in cases {
        let begun = synth_of(SynthConfig { bank_style: style, ..SynthConfig::new(SampleRate::CD) });
        let told = if reset == GM { synth_of(*begun.config()) } else { synth() };
        for (mut synth, is_told) in [(begun, false), (told, true)] {
            if is_told {
                sysex(&mut synth, reset);
            }
            for channel in [0, 9] {
                send(&mut synth, &[&[0xB0 | channel, 0, msb], &[0xB0 | channel, 32, lsb], &[0xC0 | channel, 7]]);
            }
            let found = (chosen(&synth, 0), chosen(&synth, 9));
            assert_eq!(found, ((banks.0, 7), (banks.1, 7)), "{style:?} {msb} {lsb}, told: {is_told}");
        }
    }
}

#[test]
fn messages_of_makers_choose_drums() {
    let mut synth = synth();
    send(&mut synth, &[&[0xCA, 5], &[0xC9, 8]]);
    sysex(&mut synth, &[0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 0x02, 0x0F]);
    sysex(&mut synth, &[0x41, 0x10, 0x42, 0x12, 0x40, 0x10, 0x15, 0x00, 0x0F]);
    assert_eq!((chosen(&synth, 10), chosen(&synth, 9)), ((128, 5), (0, 8)));
    sysex(&mut synth, &XG);
    sysex(&mut synth, &[0x43, 0x10, 0x4C, 0x08, 0x03, 0x07, 0x01]);
    assert_eq!((chosen(&synth, 3), chosen(&synth, 9)), ((128, 0), (128, 0)));
    sysex(&mut synth, &[0x43, 0x10, 0x4C, 0x08, 0x03, 0x05, 0x00]);
    send(&mut synth, &[&[0x93, 60, 100], &[0x93, 62, 100]]);
    pass(&mut synth, 1);
    expect(&synth, &[(3, 62, 6_200.0)]);
}

#[test]
fn master_volume_is_a_gain_of_everything() {
    let (mut synth, mut other) = (synth(), synth());
    for synth in [&mut synth, &mut other] {
        send(synth, &[&[0x90, 60, 100]]);
    }
    for (low, high) in [(0x7F, 0x3F), (0x00, 0x10), (0x7F, 0x7F), (0, 0), (0x7F, 0x7F)] {
        sysex(&mut synth, &[0x7F, 0x7F, 0x04, 0x01, low, high]);
        let part = f32::from(u16::from(high) << 7 | u16::from(low)) / 16_383.0;
        let ([found, _], [full, _]) = (pass(&mut synth, 8), pass(&mut other, 8));
        // It is there after one period.
        let is_scaled = |(found, full): (&f32, &f32)| (found - full * part * part).abs() < 1e-6;
        assert!(found.iter().zip(&full).skip(64).all(is_scaled), "{part}");
    }
}

#[test]
fn what_no_synth_obeys_is_counted() {
    let mut synth = synth();
    sysex(&mut synth, &[0x7D, 1, 2, 3]);
    sysex(&mut synth, &[0x7E, 0x7F, 0x06, 0x01]);
    assert_eq!(synth.stats().ignored_messages, 2);
    // Cut short by another message.
    SysExPart::cut([0xF0, 0x7E, 0x7F, 9]).for_each(|part| synth.sysex(part));
    sysex(&mut synth, &GM);
    assert_eq!(synth.stats().ignored_messages, 2);
}

#[test]
fn what_each_channel_and_the_messages_take_is_known() {
    assert!(size_of::<Channel>() <= 256, "{}", size_of::<Channel>());
    let whole = size_of::<Tunings>() + size_of::<Zones>() + size_of::<Master>() + size_of::<Reader>();
    assert!(whole <= 1_792, "{whole}");
}

/// Something that makes a difference.
fn meddle() -> impl Strategy<Value = Vec<u8>> {
    let byte = 0..128_u8;
    prop_oneof![
        6 => (0x80..0xC0_u8, byte.clone(), byte.clone()).prop_map(|(status, a, b)| vec![status, a, b]),
        2 => (0xC0..0xE0_u8, byte.clone()).prop_map(|(status, a)| vec![status, a]),
        2 => (0xE0..0xF0_u8, byte.clone(), byte.clone()).prop_map(|(status, a, b)| vec![status, a, b]),
        // Parameters of the channels that manage, and of others.
        3 => (prop_oneof![Just(0_u8), Just(15), 0..16_u8], 0..8_u8, byte.clone())
            .prop_map(|(channel, number, value)| vec![0xB0 | channel, 101, 0, 100, number, 6, value]),
        1 => prop_oneof![Just(vec![126]), Just(vec![127])].prop_map(|mode| vec![0xB0, mode[0], 0]),
        2 => (prop_oneof![
            Just(vec![0x7F, 0x7F, 0x04]),
            Just(vec![0x7F, 0x7F, 0x08, 0x02]),
            Just(vec![0x7E, 0x7F, 0x08, 0x07]),
            Just(vec![0x7F, 0x7F, 0x08, 0x08]),
            Just(vec![0x7E, 0x7F, 0x08, 0x01]),
            Just(vec![0x41, 0x10, 0x42, 0x12, 0x40]),
            Just(vec![0x43, 0x10, 0x4C, 0x08]),
        ], prop::collection::vec(byte, 0..60)).prop_map(|(head, rest)| [&[0xF0], &head[..], &rest].concat()),
    ]
}

fn obey(synth: &mut Looped, bytes: &[u8]) {
    match *bytes {
        [0xF0, ref body @ ..] => sysex(synth, body),
        [status, a, b, c, d, e, f] => send(synth, &[&[status, a, b], &[status, c, d], &[status, e, f]]),
        _ => send(synth, &[bytes]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_reset_synth_is_a_new_one(meddling in prop::collection::vec(meddle(), 0..60), reset in 0..4_usize) {
        let reset: &[u8] = [&GM[..], &GM2, &GS, &XG][reset];
        let (mut used, mut new) = (synth(), synth());
        for bytes in &meddling {
            obey(&mut used, bytes);
            pass(&mut used, 1);
        }
        sysex(&mut used, reset);
        sysex(&mut new, reset);
        pass(&mut used, 8);
        prop_assert!(used.is_silent());
        // Tunings that were sent stay, to be selected; the channels have none now.
        used.tunings = Tunings::new();
        for synth in [&mut used, &mut new] {
            for channel in 0..16 {
                send(synth, &[&[0x90 | channel, 40 + channel, 100], &[0xE0 | channel, 0, 96]]);
            }
        }
        let (used, new) = (pass(&mut used, 4), pass(&mut new, 4));
        prop_assert!(used == new);
    }

    #[test]
    fn sysex_may_come_in_any_pieces(
        messages in prop::collection::vec(meddle(), 0..20),
        cuts in prop::collection::vec(1..12_usize, 1..8),
    ) {
        let wire: Vec<u8> = messages.iter().filter(|bytes| bytes[0] == 0xF0).flat_map(|bytes| [&bytes[..], &[0xF7]].concat()).collect();
        let (mut whole, mut cut) = (synth(), synth());
        for synth in [&mut whole, &mut cut] {
            send(synth, &[&[0x90, 60, 100], &[0x91, 64, 100]]);
        }
        SysExPart::cut(wire.iter().copied()).for_each(|part| whole.sysex(part));
        let (mut rest, mut cuts) = (&wire[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            SysExPart::cut(piece.iter().copied()).for_each(|part| cut.sysex(part));
            rest = after;
        }
        prop_assert_eq!(pass(&mut whole, 3), pass(&mut cut, 3));
    }
}
