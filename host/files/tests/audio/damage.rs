//! Damaged files: what can be decoded stays in its place, the rest is silence or missing, and it is told.

use crate::fixtures::{FRAMES, Planes, assert_same, decoded, error_db, named, open, read_on, song};

/// Frames enough for several pages of Ogg.
const LONG: usize = 200_003;

/// Reads a file that is damaged; gives what was read and what is said of it.
fn read(file: &[u8]) -> (Planes, Option<String>) {
    let mut audio = open(file).unwrap();
    let planes = read_on(&mut audio, 4096);
    (planes, audio.damage().map(str::to_owned))
}

/// The frames at which two recordings differ.
fn differing(one: &Planes, other: &Planes) -> Option<(usize, usize)> {
    let mut places = (0..one[0].len()).filter(|n| (0..one.len()).any(|channel| one[channel][*n] != other[channel][*n]));
    places.next().map(|first| (first, places.next_back().unwrap_or(first)))
}

#[test]
fn a_damaged_part_leaves_the_rest_in_its_place() {
    for (name, longest) in [
        ("FLAC 16", 3 * 4_608),
        ("MP3 CBR", 8 * 1_152),
        ("MP3 VBR", 8 * 1_152),
        ("Vorbis", 50_000),
        ("Opus", 50_000),
        ("ALAC", 3 * 4_096),
        ("AAC", 4 * 1_024),
    ] {
        let format = named(name);
        let frames = LONG;
        let sound = format.file(&song(format.rate(), frames));
        let whole = decoded(&sound);
        for (kind, byte) in [("zeros", 0x00), ("noise", 0x5A)] {
            let mut file = sound.clone();
            let middle = file.len() / 2;
            file[middle..middle + 700].fill(byte);
            let (planes, damage) = read(&file);
            assert_eq!(planes[0].len(), frames, "{name}, {kind}");
            // Packets of these have no checksum: what is in them may be decoded to something.
            assert!(damage.is_some() || matches!(name, "ALAC" | "AAC"), "{name}, {kind}: the damage is not told");
            let Some((first, last)) = differing(&planes, &whole) else { panic!("{name}, {kind}: nothing differs") };
            // Noise that a decoder draws goes on otherwise; what it is drawn for is quiet.
            if name == "AAC" || name == "Opus" {
                let from = (first + longest).min(frames - 1_000);
                let error = error_db(&whole[0][from..], &planes[0][from..]);
                assert!(error < -20.0, "{name}, {kind}: {error:.1} dB after the damage");
            } else {
                assert!(last - first < longest, "{name}, {kind}: {first} to {last} differ");
            }
            assert!(first.abs_diff(frames / 2) < 60_000, "{name}, {kind}: {first}");
        }
    }
}

#[test]
fn a_file_that_ends_early_gives_what_is_there() {
    for name in ["WAV 24", "RF64", "W64", "AIFF", "FLAC 16", "ALAC", "AAC", "MP3 CBR", "Vorbis", "Opus", "ADPCM MS"] {
        let format = named(name);
        let sound = format.file(&song(format.rate(), LONG));
        let whole = decoded(&sound);
        let cut = &sound[..sound.len() * 2 / 3];
        // The index of these stands at their end.
        if matches!(name, "ALAC" | "AAC") {
            assert!(open(cut).is_err(), "{name}");
            continue;
        }
        let (planes, damage) = read(cut);
        let frames = planes[0].len();
        assert!((LONG / 3..LONG).contains(&frames), "{name}: {frames} frames");
        assert!(damage.is_some_and(|damage| damage.contains("ends early")), "{name}");
        // What follows the last whole packet may be heard at its end.
        let common = frames.saturating_sub(2_400);
        for (planes, whole) in planes.iter().zip(&whole) {
            assert!(planes[..common] == whole[..common], "{name}");
        }
    }
}

#[test]
fn junk_around_an_mp3_is_not_heard() {
    let format = named("MP3 CBR");
    let sound = format.file(&song(44_100, FRAMES));
    let whole = decoded(&sound);
    let id3 =
        |bytes: usize| [b"ID3\x04\0\0\0\0", &[(bytes >> 7) as u8, (bytes & 127) as u8][..], &vec![0; bytes]].concat();
    let apev2 = |bytes: u32| {
        let mut footer = b"APETAGEX\xD0\x07\0\0".to_vec();
        footer.extend((bytes + 32).to_le_bytes());
        footer.extend([0; 16]);
        [vec![0x41; bytes as usize], footer].concat()
    };
    let id3v1 = [&b"TAG"[..], &[0x20; 125]].concat();
    for (name, before, after) in [
        ("two tags before", [id3(300), id3(5_000)].concat(), Vec::new()),
        ("noise before", vec![0x77; 3_000], Vec::new()),
        ("ID3v1", Vec::new(), id3v1.clone()),
        ("APE", Vec::new(), apev2(700)),
        ("APE and ID3v1", Vec::new(), [apev2(700), id3v1].concat()),
        ("noise after", Vec::new(), vec![0x77; 3_000]),
    ] {
        let (planes, damage) = read(&[&before, &sound, &after[..]].concat());
        assert_eq!(damage, None, "{name}");
        assert!(planes == whole, "{name}");
    }
}

#[test]
fn of_a_chain_of_recordings_the_first_is_read() {
    for name in ["Vorbis", "Opus"] {
        let format = named(name);
        let [first, second] = [60_000, 20_000].map(|frames| format.file(&song(format.rate(), frames)));
        let whole = decoded(&first);
        let mut audio = open(&[first, second].concat()).unwrap();
        assert_eq!(audio.spec().frames, None, "{name}");
        assert!(audio.damage().is_some_and(|damage| damage.contains("left out")), "{name}");
        let read = read_on(&mut audio, 4096);
        assert_same(name, &read, &whole);
    }
}
