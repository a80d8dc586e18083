//! Files written byte by byte, and what must come out of them.

use super::*;

/// A whole file. `division` as the header stores it.
pub(super) fn file(format: u16, division: u16, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06".to_vec();
    for field in [format, tracks.len() as u16, division] {
        bytes.extend(field.to_be_bytes());
    }
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

pub(super) const END: [u8; 4] = [0, 0xFF, 0x2F, 0];
const RATE: SampleRate = SampleRate::STUDIO;
const STRICT: Options = Options { lenient: false, max_secs: 3600.0 };
const LENIENT: Options = Options { lenient: true, ..STRICT };

fn song(bytes: &[u8]) -> Song {
    Song::parse(bytes, RATE, &STRICT).unwrap()
}

/// Frames and bytes of every event.
fn events(song: &Song) -> Vec<(u64, Vec<u8>)> {
    song.events.iter().map(|event| (event.at, event.value.as_bytes().to_vec())).collect()
}

fn check(bytes: &[u8], expected: &[(u64, &[u8])], frames: u64) -> Song {
    let song = song(bytes);
    let expected: Vec<_> = expected.iter().map(|(at, bytes)| (*at, bytes.to_vec())).collect();
    assert_eq!(events(&song), expected);
    assert_eq!(song.frames, frames);
    song
}

#[test]
fn a_plain_song_has_no_warnings() {
    let track =
        [&[0, 0xFF, 0x03, 4][..], b"Tune", &[0, 0xF0, 2, 1, 0xF7], &[0, 0x90, 60, 100, 96, 60, 0], &END].concat();
    let song = check(&file(0, 96, &[&track]), &[(0, &[0x90, 60, 100]), (24_000, &[0x90, 60, 0])], 24_000);
    assert_eq!(song.warnings, []);
    assert_eq!((song.title.as_deref(), song.notes, song.skipped, song.tracks), (Some("Tune"), 1, 0, 1));
}

#[test]
fn sysex_keeps_its_place_among_the_words() {
    let check = |track: &[u8], expected: &[(u64, &[u8])]| {
        let song = song(&file(0, 96, &[&[track, &END].concat()]));
        let found: Vec<_> = song
            .commands()
            .map(|command| match command.value {
                Command::Midi(word) => (command.at, word.as_bytes().to_vec()),
                Command::SysEx(part) => (command.at, part.as_bytes().to_vec()),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(at, bytes)| (*at, bytes.to_vec())).collect();
        assert_eq!(found, expected, "{track:x?}");
        song
    };
    let reset = [0xF0, 0x7E, 0x7F, 9, 1, 0xF7];
    let song = check(
        &[0, 0xC0, 1, 0, 0xF0, 5, 0x7E, 0x7F, 9, 1, 0xF7, 0, 0xC0, 2, 96, 0xF0, 5, 0x7E, 0x7F, 9, 1, 0xF7],
        &[(0, &[0xC0, 1]), (0, &reset), (0, &[0xC0, 2]), (24_000, &reset)],
    );
    assert_eq!((song.events.len(), song.skipped), (2, 0));
    // In packets, one of them within an escape; what an escape holds outside of a message is none of ours.
    let song = check(
        &[0, 0xF0, 3, 0x7E, 0x7F, 9, 96, 0xF7, 2, 1, 0xF7, 0, 0xF7, 2, 0xF3, 1, 0, 0xF7, 2, 0xF0, 0xF7],
        &[(0, &reset[..4]), (24_000, &reset[4..]), (24_000, &[0xF0, 0xF7])],
    );
    assert_eq!(song.skipped, 1);
    check(&[0, 0xF0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7], &[(0, &[0xF0, 1, 2, 3, 4, 5, 6]), (0, &[7, 8, 0xF7])]);
}

#[test]
fn tracks_merge_by_tick_then_by_track() {
    let tempo = [&[0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40][..], &[96, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20], &END].concat();
    let one = [&[96, 0xC0, 1, 96, 0xC0, 3][..], &END].concat();
    let two = [&[96, 0xC1, 2, 0, 0xC1, 4][..], &END].concat();
    check(
        &file(1, 96, &[&tempo, &one, &two]),
        &[(48_000, &[0xC0, 1]), (48_000, &[0xC1, 2]), (48_000, &[0xC1, 4]), (72_000, &[0xC0, 3])],
        72_000,
    );
}

#[test]
fn songs_of_type_2_follow_each_other_and_let_go() {
    let slow = [&[0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40][..], &[0, 0x90, 60, 9, 0, 0xB0, 64, 127], &[96, 0xFF, 0x2F, 0]];
    let next = [&[48, 0x90, 62, 9, 48, 62, 0][..], &END].concat();
    let song = check(
        &file(2, 96, &[&slow.concat(), &next]),
        &[
            (0, &[0x90, 60, 9]),
            (0, &[0xB0, 64, 127]),
            (48_000, &[0x80, 60, 64]),
            (48_000, &[0xB0, 64, 0]),
            (60_000, &[0x90, 62, 9]),
            (72_000, &[0x90, 62, 0]),
        ],
        72_000,
    );
    assert_eq!(song.warnings, [Warning::Hanging { notes: 1 }]);
}

#[test]
fn timecode_ignores_the_tempo() {
    // 25 frames a second, 40 ticks a frame: a millisecond a tick.
    let track = [&[0, 0xFF, 0x51, 3, 0, 0, 1][..], &[0x87, 0x68, 0xC0, 1], &END].concat();
    check(&file(0, 0xE728, &[&track]), &[(48_000, &[0xC0, 1])], 48_000);
}

#[test]
fn riff_wrapping_is_opened_and_offsets_count_from_the_file() {
    let inner = file(0, 96, &[&[0, 0x90, 60, 100, 0, 0xF4]]);
    let mut riff = b"RIFF\0\0\0\0RMIDdata".to_vec();
    riff.extend((inner.len() as u32).to_le_bytes());
    riff.extend(&inner);
    let Err(SmfError::Damaged(damage)) = Song::parse(&riff, RATE, &STRICT) else { panic!("F4 is no file's") };
    assert_eq!(damage, Damage { track: Some(1), offset: 20 + 14 + 8 + 4, reason: Reason::Status(0xF4) });
}

#[test]
fn oddities_are_put_right_with_a_warning() {
    let check = |track: &[u8], events: usize, warning| {
        let song = song(&file(0, 96, &[track]));
        assert_eq!(song.events.len(), events, "{track:x?}");
        assert!(song.warnings.contains(&warning), "{track:x?}: {:?}", song.warnings);
    };
    check(&[0, 0xC0, 1], 1, Warning::NoEnd { track: 1 });
    check(&[0, 0xC0, 1, 0, 0xFF, 0x2F, 0, 1, 2], 1, Warning::AfterEnd { track: 1, bytes: 2 });
    let carried = [&[0, 0x90, 60, 9][..], &[0, 0xFF, 1, 0], &[9, 60, 0], &END].concat();
    check(&carried, 2, Warning::RunningStatus { track: 1, offset: 14 + 8 + 8 });
    check(&[&[0, 0xFF, 0x51, 3, 0, 0, 0][..], &END].concat(), 0, Warning::ZeroTempo { track: 1 });
    check(&[&[0, 0x90, 60, 9][..], &END].concat(), 2, Warning::Hanging { notes: 1 });
    check(&END, 0, Warning::Silent);
}

#[test]
fn odd_meta_events_are_stepped_over() {
    // Zero-length key signature and tempo, a port above 127, an hour of 31.
    for meta in [&[0x59, 0][..], &[0x51, 0], &[0x21, 1, 200], &[0x54, 5, 31, 0, 0, 0, 0], &[0x00, 0]] {
        let track = [&[0, 0xFF][..], meta, &[96, 0xC0, 1], &END].concat();
        assert_eq!(check(&file(0, 96, &[&track]), &[(24_000, &[0xC0, 1])], 24_000).skipped, 1, "{meta:x?}");
    }
}

#[test]
fn damage_is_placed_and_lenient_keeps_what_comes_before() {
    let check = |track: &[u8], at: u64, reason| {
        let whole = [&[0, 0x90, 60, 100, 0, 0x80, 60, 0][..], track].concat();
        let bytes = file(0, 96, &[&whole]);
        let damage = Damage { track: Some(1), offset: 14 + 8 + 8 + at, reason };
        match Song::parse(&bytes, RATE, &STRICT) {
            Err(SmfError::Damaged(found)) => assert_eq!(found, damage, "{track:x?}"),
            other => panic!("{track:x?}: {other:?}"),
        }
        let song = Song::parse(&bytes, RATE, &LENIENT).unwrap();
        assert_eq!(song.events.len(), 2 + usize::from(at > 0));
        assert_eq!(song.warnings, [Warning::Dropped(damage)]);
    };
    check(&[0x80, 0x80, 0x80, 0x80, 0x80], 0, Reason::LongNumber);
    check(&[0x80, 0x80], 0, Reason::CutOff);
    check(&[0], 0, Reason::CutOff);
    check(&[0, 0x90, 60], 0, Reason::CutOff);
    check(&[0, 0x90, 60, 0x90], 0, Reason::Data(0x90));
    check(&[0, 60, 200], 0, Reason::Data(200));
    check(&[0, 0xF4], 0, Reason::Status(0xF4));
    check(&[0, 0xF8, 0, 0xC0, 1], 0, Reason::Status(0xF8));
    check(&[0, 0xF0, 9, 1, 2], 0, Reason::Length { claimed: 9, present: 2 });
    check(&[0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F], 0, Reason::Length { claimed: 0x0FFF_FFFF, present: 0 });
    check(&[0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0xFF], 0, Reason::LongNumber);
    check(&[0, 0xC0, 1, 0, 0xFF], 3, Reason::CutOff);
}

#[test]
fn damage_between_tracks() {
    let check = |bytes: &[u8], expected: Damage| match Song::parse(bytes, RATE, &STRICT) {
        Err(SmfError::Damaged(damage)) => {
            assert_eq!(damage, expected);
            let song = Song::parse(bytes, RATE, &LENIENT).unwrap();
            assert_eq!(song.warnings, [Warning::Dropped(damage)]);
        }
        other => panic!("{expected}: {other:?}"),
    };
    let track = [&[0, 0x90, 60, 9, 0, 60, 0][..], &END].concat();
    let whole = file(1, 96, &[&track, &track]);
    let second = 14 + 8 + track.len();
    let mut broken = whole[..second].to_vec();
    let missing = Reason::MissingTracks { declared: 2, found: 1 };
    check(&broken, Damage { track: None, offset: second as u64, reason: missing });
    broken.extend([0x90, 1, 2, 3, 4, 5, 6, 7, 8]);
    check(&broken, Damage { track: None, offset: second as u64, reason: Reason::NoChunk });
    let mut lying = whole.clone();
    lying[second + 4..second + 8].copy_from_slice(&u32::MAX.to_be_bytes());
    let reason = Reason::Length { claimed: u64::from(u32::MAX), present: track.len() as u64 };
    check(&lying, Damage { track: Some(2), offset: second as u64, reason });
}

#[test]
fn foreign_chunks_and_trailing_bytes_do_no_harm() {
    let track = [&[0, 0x90, 60, 9, 0, 60, 0][..], &END].concat();
    let mut bytes = file(0, 96, &[&track]);
    bytes.splice(14..14, *b"XFIH\0\0\0\x02ab");
    assert_eq!(song(&bytes).warnings, []);
    bytes.extend([0, 0, 0]);
    let offset = bytes.len() as u64 - 3;
    assert_eq!(song(&bytes).warnings, [Warning::Trailing { offset }]);
}

#[test]
fn headers_that_cannot_be_used() {
    let check = |bytes: &[u8], expected: &str| {
        for options in [STRICT, LENIENT] {
            assert_eq!(Song::parse(bytes, RATE, &options).unwrap_err().to_string(), expected);
        }
    };
    check(b"", "is not a MIDI file: it neither starts with MThd nor is it an RMID file");
    check(b"RIFF\x04\0\0\0WAVE", "is not a MIDI file: it neither starts with MThd nor is it an RMID file");
    check(b"MThd\0\0\0\x06\0\0", "has a damaged header: it breaks off in the middle");
    check(b"MThd\0\0\0\x02\0\0\0\x01\0\0", "has a damaged header: it breaks off in the middle");
    check(&file(7, 96, &[&END]), "has a damaged header: format 7 is none of 0, 1 and 2");
    check(&file(0, 0, &[&END]), "has a damaged header: time division 0x0000 has no meaning");
    check(&file(0, 0xE700, &[&END]), "has a damaged header: time division 0xe700 has no meaning");
    check(&file(0, 0x8001, &[&END]), "has a damaged header: time division 0x8001 has no meaning");
    check(&file(0, 96, &[]), "has no tracks");
}

#[test]
fn a_tiny_file_may_not_last_for_years() {
    let hours = [&[0, 0xFF, 0x51, 3, 0xFF, 0xFF, 0xFF][..], &[0xFF, 0xFF, 0xFF, 0x7F, 0xC0, 1], &END].concat();
    let bytes = file(0, 1, &[&hours]);
    assert!(bytes.len() < 60);
    for options in [STRICT, LENIENT] {
        let error = Song::parse(&bytes, RATE, &options).unwrap_err();
        assert!(matches!(error, SmfError::TooLong { secs, .. } if secs > 4e9), "{error}");
    }
    let patient = Options { max_secs: 1e10, ..STRICT };
    assert!(Song::parse(&bytes, RATE, &patient).is_ok());
}

#[test]
fn titles_are_fit_to_print() {
    let check = |name: &[u8], expected: Option<&str>| assert_eq!(title(name).as_deref(), expected);
    check(b" A \x1b[31mtune\0 ", Some("A [31mtune"));
    check("Für Elise".as_bytes(), Some("Für Elise"));
    check(b"F\xfcr Elise", Some("Für Elise"));
    check(b"\0\n", None);
    check("é".repeat(999).as_bytes(), Some(&"é".repeat(Song::MAX_TITLE)));
}

#[test]
fn files_are_read_whole_and_strangers_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.mid");
    let bytes = file(0, 96, &[&[&[0, 0x90, 60, 9, 96, 60, 0][..], &END].concat()]);
    let mut written = crate::AtomicFile::create(&path, crate::Existing::Refuse).unwrap();
    std::io::Write::write_all(&mut written, &bytes).unwrap();
    written.commit().unwrap();
    assert_eq!(Song::open(&path, RATE, &STRICT).unwrap().frames, 24_000);
    assert!(matches!(Song::open(folder.path(), RATE, &STRICT), Err(SmfError::Read(_))));
    assert!(matches!(Song::open(&folder.path().join("none"), RATE, &STRICT), Err(SmfError::Read(_))));
    if cfg!(unix) {
        assert!(matches!(Song::open(Path::new("/dev/zero"), RATE, &STRICT), Err(SmfError::NotMidi)));
    }
}
