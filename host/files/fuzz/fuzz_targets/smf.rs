//! Any bytes as a MIDI file, strict and lenient: no panic, no hang, no song beyond its bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_files::smf::{Options, Song};
use ripieno_types::SampleRate;

fuzz_target!(|bytes: &[u8]| {
    for lenient in [false, true] {
        let options = Options { lenient, ..Options::default() };
        if let Ok(song) = Song::parse(bytes, SampleRate::CD, &options) {
            assert!(song.events.is_sorted_by_key(|event| event.at));
            assert!(song.events.last().is_none_or(|event| event.at <= song.frames));
        }
    }
});
