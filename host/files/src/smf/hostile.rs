//! A generated corpus of broken files, and arbitrary bytes: every one ends in an error or in a song within bounds.

use super::tests::{END, file};
use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// The fewest cases that [`corpus`] must give.
const CASES: usize = 300;

/// A sound file with a bit of everything.
fn seed() -> Vec<u8> {
    let conductor = [
        &[0, 0xFF, 0x03, 4, b'S', b'e', b'e', b'd'][..],
        &[0, 0xFF, 0x58, 4, 4, 2, 24, 8, 0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20],
        &[0x81, 0x40, 0xFF, 0x51, 3, 0x05, 0, 0],
        &END,
    ];
    let notes = [
        &[0, 0xC0, 5, 0, 0xB0, 64, 127, 0, 0x90, 60, 100, 48, 64, 90, 48, 60, 0, 0, 64, 0][..],
        &[0, 0xF0, 5, 0x7E, 0x7F, 9, 1, 0xF7, 0, 0xE0, 0, 64, 10, 0xD0, 33, 0, 0xA0, 60, 1],
        &[0, 0xF7, 2, 0xF3, 1, 0, 0xFF, 0x21, 1, 0, 0, 0xB0, 64, 0],
        &END,
    ];
    file(1, 96, &[&conductor.concat(), &notes.concat()])
}

/// Named broken files: cut, flipped, lying, and the classes that have felled other readers.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let seed = seed();
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>| cases.push((name, bytes));
    for length in 0..seed.len() {
        add(format!("cut to {length}"), seed[..length].to_vec());
    }
    for at in 0..seed.len() {
        let mut bytes = seed.clone();
        bytes[at] ^= 1 << (at % 8);
        add(format!("bit {} of byte {at} flipped", at % 8), bytes);
        let mut bytes = seed.clone();
        bytes[at] = 0xFF;
        add(format!("byte {at} all ones"), bytes);
    }
    let lengths: Vec<usize> =
        seed.windows(4).enumerate().filter(|(_, id)| id == b"MTrk").map(|(at, _)| at + 4).collect();
    for at in [4].into_iter().chain(lengths) {
        for length in [0, 1, 5, 0x7F, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFF8, 0xFFFF_FFFF_u32] {
            let mut bytes = seed.clone();
            bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
            add(format!("length at {at} says {length}"), bytes);
        }
    }
    for division in [0, 1, 0x7FFF, 0x8000, 0xE700, 0xE728, 0xE8FF, 0xE350, 0xE250, 0xFFFF] {
        let mut bytes = seed.clone();
        bytes[12..14].copy_from_slice(&u16::to_be_bytes(division));
        add(format!("division {division:#x}"), bytes);
    }
    for (format, tracks) in [(0, 2), (2, 2), (3, 2), (0xFFFF, 2), (1, 0), (1, 1), (1, 0xFFFF), (2, 0xFFFF)] {
        let mut bytes = seed.clone();
        bytes[8..10].copy_from_slice(&u16::to_be_bytes(format));
        bytes[10..12].copy_from_slice(&u16::to_be_bytes(tracks));
        add(format!("format {format}, {tracks} tracks"), bytes);
    }
    let tracks: [(&str, Vec<u8>); 16] = [
        ("endless number", vec![0x80; 4096]),
        ("endless number of ones", vec![0xFF; 4096]),
        ("data before status", vec![0, 60, 100]),
        ("running status after meta", vec![0, 0x90, 1, 2, 0, 0xFF, 1, 0, 0, 1, 0]),
        ("running status after meta, none before", vec![0, 0xFF, 1, 0, 0, 1, 0]),
        ("running status after sysex", vec![0, 0x90, 1, 2, 0, 0xF0, 0, 0, 1, 0]),
        ("no end", vec![0, 0x90, 1, 2]),
        ("empty track", vec![]),
        ("zero-length metas", (0..=0x7F).flat_map(|kind| [0, 0xFF, kind, 0]).filter(|b| *b != 0x2F).collect()),
        ("sysex that never ends", vec![0, 0xF0, 0xFF, 0xFF, 0xFF, 0x7F, 1]),
        ("greatest delta", [0xFF, 0xFF, 0xFF, 0x7F, 0x90, 1, 2].repeat(64)),
        ("slowest tempo", [0, 0xFF, 0x51, 3, 0xFF, 0xFF, 0xFF].repeat(64)),
        ("fastest tempo", vec![0, 0xFF, 0x51, 3, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0x7F, 0x90, 1, 2]),
        ("zero tempo", vec![0, 0xFF, 0x51, 3, 0, 0, 0, 9, 0x90, 1, 2]),
        ("sixty thousand notes at once", [0, 0x90, 60, 1].repeat(60_000)),
        ("every status byte", (0x80..=0xFF).flat_map(|status| [0, status, 1, 1]).collect()),
    ];
    for (name, track) in tracks {
        for format in [0, 2] {
            add(format!("{name}, type {format}"), file(format, 1, &[&track]));
        }
    }
    add("a header in a header".into(), [&seed[..14], &seed].concat());
    add("two files".into(), [&seed[..], &seed].concat());
    add("a thousand empty tracks".into(), file(1, 96, &vec![&[][..]; 1000]));
    let mut shuffled: Vec<u8> = seed.chunks(7).rev().flatten().copied().collect();
    add("shuffled".into(), shuffled.clone());
    shuffled.splice(0..0, seed[..14].iter().copied());
    add("shuffled behind a header".into(), shuffled);
    for riff in
        [&b"RIFF"[..], b"RIFF\xff\xff\xff\xffRMID", b"RIFF\0\0\0\0RMIDdata\xff\xff\xff\xff", b"RIFF\0\0\0\0RMIDxxxx"]
    {
        add(format!("{riff:?}"), riff.to_vec());
        add(format!("{riff:?} and a file"), [riff, &seed].concat());
    }
    cases
}

/// Reads a file both ways and holds whatever comes out to its bounds.
fn withstand(name: &str, bytes: &[u8]) {
    let rate = SampleRate::CD;
    for lenient in [false, true] {
        let options = Options { lenient, ..Options::default() };
        let Ok(song) = Song::parse(bytes, rate, &options) else { continue };
        // An event takes at least two bytes; every key and pedal of every channel may be let go once a sequence.
        let releases = song.tracks * 16 * 130;
        assert!(song.events.len() <= bytes.len() / 2 + releases, "{name}: {} events", song.events.len());
        assert!(song.secs(rate) <= options.max_secs, "{name}");
        let parts = song.commands().count() - song.events.len();
        assert!(parts <= bytes.len() / 2, "{name}: {parts} parts of SysEx");
        assert!(song.commands().is_sorted_by_key(|command| command.at), "{name}");
        assert!(song.events.is_sorted_by_key(|event| event.at), "{name}");
        assert!(song.events.last().is_none_or(|event| event.at <= song.frames), "{name}");
        assert!(lenient || !song.warnings.iter().any(|warning| matches!(warning, Warning::Dropped(_))), "{name}");
    }
}

#[test]
fn the_corpus_is_withstood() {
    let corpus = corpus();
    assert!(corpus.len() >= CASES, "{} cases", corpus.len());
    for (name, bytes) in &corpus {
        let start = Instant::now();
        withstand(name, bytes);
        assert!(start.elapsed() < Duration::from_secs(5), "{name} took {:?}", start.elapsed());
    }
}

#[test]
fn the_seed_itself_is_sound() {
    let song = Song::parse(&seed(), SampleRate::CD, &Options::default()).unwrap();
    assert_eq!(song.warnings, []);
    assert_eq!((song.notes, song.title.as_deref()), (2, Some("Seed")));
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        withstand("any bytes", &bytes);
    }

    #[test]
    fn any_tracks(
        format in 0..3_u16,
        division in any::<u16>(),
        tracks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..512), 0..4),
    ) {
        let tracks: Vec<&[u8]> = tracks.iter().map(Vec::as_slice).collect();
        withstand("any tracks", &file(format, division, &tracks));
    }

    #[test]
    fn any_edit_of_a_sound_file(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = seed();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        withstand("edited", &bytes);
    }
}
