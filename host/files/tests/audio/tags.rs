//! What a recording says of itself is carried, wherever its format keeps it.

use crate::fixtures::{every, named, open, song};

#[test]
fn title_and_the_rest_come_through() {
    let song = song(44_100, 4_000);
    let said = ["title=Prélude", "artist=Someone", "album=Works", "genre=Test", "date=2026", "track=7", "comment=none"];
    for name in ["WAV 16", "FLAC 16", "ALAC", "MP3 VBR", "Vorbis", "Opus", "AAC", "AIFF"] {
        let format = named(name);
        let mut arguments: Vec<&str> = format.arguments.to_vec();
        arguments.extend(said.iter().flat_map(|tag| ["-metadata", tag]));
        arguments.extend(["-write_id3v2", "1"].iter().filter(|_| name == "AIFF"));
        let file = crate::fixtures::encode(&song, format.rate(), format.kind, &arguments);
        let audio = open(&file).unwrap();
        for (tag, expected) in [
            ("TITLE", "Prélude"),
            ("ARTIST", "Someone"),
            ("ALBUM", "Works"),
            ("GENRE", "Test"),
            ("DATE", "2026"),
            ("TRACKNUMBER", "7"),
        ] {
            assert_eq!(audio.tags().first(tag), Some(expected), "{name}: {tag} of {:?}", audio.tags());
        }
        // The encoder has two names for it.
        let comment = audio.tags().first("COMMENT").or(audio.tags().first("DESCRIPTION"));
        assert_eq!(comment, Some("none"), "{name}");
    }
}

#[test]
fn without_words_there_are_no_tags() {
    let song = song(44_100, 4_000);
    for format in every().filter(|format| !matches!(format.kind, "m4a" | "ogg" | "opus" | "flac" | "mp3" | "wav")) {
        let audio = open(&format.file(&song)).unwrap();
        assert!(audio.tags().is_empty(), "{}: {:?}", format.name, audio.tags());
    }
}
