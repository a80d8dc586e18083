//! Set-ups as bytes: what comes back is what went, and nothing else comes in.

use crate::chaos::{setups, trace};
use crate::support::*;
use proptest::prelude::*;
use ripieno_panel::glue::Takeover;
use ripieno_panel::wire::{MAGIC, VERSION, WireError};
use ripieno_panel::{FlashSetup, PanelKind, Pattern, Setup, SetupError, Source};
use ripieno_types::ParamId;

const ROOM: usize = 16 << 10;

fn bytes(setup: &Small) -> Vec<u8> {
    let mut bytes = vec![0; ROOM];
    let length = setup.encode(&mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

/// A set-up with one of each part.
fn one_of_each() -> Small {
    let mut setup = layout();
    setup.clear();
    setup.zone(zone(Source::Note(16), Source::Note(23), ripieno_panel::Role::Pad(A))).unwrap();
    setup.pattern(Pattern { bytes: [Some(1), None].into_iter().collect() }).unwrap();
    let knob = knob(Source::Control(48), Takeover::PickUp, ripieno_panel::Action::Parameter(ParamId(2)));
    add(&mut setup, 3, PanelKind::Pad, A, &[lit(map(Source::Note(16), plays(60))), set_to(300, knob)]);
    setup
}

/// Version 2, for ever: a change here is a new version.
const GOLDEN: &str = concat!(
    "5250616e02000200010001000100000001000000000004000000000000000000000000000000ffff00000004000000000000",
    "000000000000017f000001003c00000000000000000000000c100101000000000000000000000000ffff0000000200000000",
    "0000000000002c01000000000602000000000000000000000300000002000000030003000300000003001000000017000000",
    "0000000002010000000000000000000000000000000000000000000000000000000000000001000000cb2e205d",
);

#[test]
fn version_2_stays_as_it_is() {
    let hex: String = bytes(&one_of_each()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, GOLDEN);
    assert_eq!(Small::decode(&bytes(&one_of_each())), Ok(one_of_each()));
}

#[test]
fn too_little_room_is_an_error_whatever_is_missing() {
    let whole = bytes(&one_of_each());
    for room in 0..whole.len() {
        assert_eq!(one_of_each().encode(&mut vec![0; room]), Err(WireError::Room), "{room}");
    }
    assert_eq!(one_of_each().encode(&mut vec![0; whole.len()]), Ok(whole.len()));
}

/// The bytes with a body of one's own (all behind the version) and the right CRC.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &[VERSION], body].concat();
    let crc = !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    });
    bytes.extend(crc.to_le_bytes());
    bytes
}

#[test]
fn each_fault_is_named() {
    let whole = bytes(&one_of_each());
    let with = |place: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[place] = byte;
        Small::decode(&bytes)
    };
    assert_eq!(with(0, 0), Err(WireError::Magic));
    assert_eq!(with(4, 1), Err(WireError::Version(1)));
    assert_eq!(with(9, 77), Err(WireError::Crc));
    assert_eq!(Small::decode(&whole[..whole.len() - 1]), Err(WireError::Crc));
    assert_eq!(Small::decode(&[]), Err(WireError::Magic));
    assert_eq!(Small::decode(&sealed(&[])), Err(WireError::Body));
    assert_eq!(Small::decode(&sealed(&[0; 16])), Err(WireError::Body), "something behind the end");
    assert_eq!(Small::decode(&sealed(&[0; 15])), Ok(Small::new()));
    // More than this one has room for.
    assert_eq!(Setup::<1, 1, 1>::decode(&whole), Err(WireError::Body));
    assert!(Setup::<1, 1, 2>::decode(&whole).is_ok());
    // A preset that claims mappings which are not there.
    let preset = [0, 0, 0, 0, 1, 0, 0, 0];
    let body = [&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &preset[..]].concat();
    assert_eq!(Small::decode(&sealed(&body)), Err(WireError::Setup(SetupError::Disorder("presets"))));
}

#[test]
fn lies_about_counts_and_tables_are_named() {
    let whole = bytes(&one_of_each());
    let lie = |place: usize, byte: u8| {
        let mut body = whole[MAGIC.len() + 1..whole.len() - 4].to_vec();
        body[place - MAGIC.len() - 1] = byte;
        Small::decode(&sealed(&body))
    };
    // The counts of mappings, presets, panels, layout rules, chords and patterns, their upper bytes, and what must be 0.
    for place in 5..20 {
        assert!(lie(place, 0xFF).is_err(), "{place}");
    }
    // The first mapping: another kind of source, mode, fire, curve, press, action, and a note above all notes.
    for (place, byte) in [(23, 0xF0), (24, 9), (25, 9), (34, 9), (35, 9), (60, 99), (62, 200)] {
        assert!(lie(place, byte).is_err(), "{place}");
    }
    // The preset's mappings do not begin with the first, or the panel's bank is none.
    let preset = 20 + 2 * 52;
    assert_eq!(lie(preset + 2, 1), Err(WireError::Setup(SetupError::Disorder("presets"))));
    assert_eq!(lie(preset + 8 + 7, 99), Err(WireError::Setup(SetupError::Range("bank", 99))));
    assert_eq!(lie(preset + 8 + 2, 9), Err(WireError::Setup(SetupError::Unknown("preset", 9))));
    assert_eq!(lie(20 + 22, 7).map(|setup| setup.mappings().len()), Ok(2), "a group without a radio button");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_read_maps_as_what_was_written(setup in setups(), inputs in trace()) {
        let read = Small::decode(&bytes(&setup)).unwrap();
        prop_assert_eq!(&read, &setup);
        prop_assert_eq!(crate::chaos::run(read, &inputs)?, crate::chaos::run(setup, &inputs)?);
    }

    #[test]
    fn single_changed_bits_are_refused(setup in setups(), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = bytes(&setup);
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(Small::decode(&bytes).is_err());
    }

    /// A mapper that plays from bytes says what one says that has read them.
    #[test]
    fn bytes_are_played_as_memory_is(all in prop::collection::vec(setups(), 2..4), inputs in trace(), every in 3..20_usize) {
        let kept: Vec<Vec<u8>> = all.iter().map(bytes).collect();
        let flash = |place: usize| FlashSetup::<128>::new(&kept[place % kept.len()]).unwrap();
        let owned = |place: usize| Box::new(all[place % all.len()].clone());
        let next = |place: usize| (place % every == every - 1).then_some(place / every);
        let from_memory = crate::chaos::say(*owned(0), &inputs, |place| next(place).map(|place| *owned(place)));
        let from_bytes = crate::chaos::say(flash(0), &inputs, |place| next(place).map(flash));
        prop_assert_eq!(from_memory, from_bytes);
    }

    /// Cuts, wherever they are, with a CRC that is right for what is left.
    #[test]
    fn what_is_cut_is_refused(setup in setups(), place in any::<prop::sample::Index>()) {
        let whole = bytes(&setup);
        let body = &whole[MAGIC.len() + 1..whole.len() - 4];
        prop_assert!(Small::decode(&sealed(&body[..place.index(body.len())])).is_err());
    }

    /// Bodies that are wrong although their CRC is right: refused, or a set-up that maps without a fault.
    #[test]
    fn no_bytes_do_harm(
        setup in setups(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        inputs in trace(),
    ) {
        let whole = bytes(&setup);
        let mut body = whole[MAGIC.len() + 1..whole.len() - 4].to_vec();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        if let Ok(setup) = Small::decode(&sealed(&body)) {
            crate::chaos::run(setup, &inputs)?;
        }
    }
}
