//! Any text as an SFZ instrument, split at 0 bytes into the file and what it includes: no panic, no hang, and a kit that the
//! synth can open. Seed it with instruments in `corpus/sfz`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_files::WaveInfo;
use ripieno_files::sfz::{Limits, Memory, read_from};

fuzz_target!(|bytes: &[u8]| {
    let names = ["i.sfz", "a.sfz", "b/a.sfz", "a.wav", "b/A b.wav"];
    let folder = names.into_iter().zip(bytes.splitn(names.len(), |byte| *byte == 0).chain(std::iter::repeat(&b""[..])));
    let folder = folder.fold(Memory::default(), |folder, (name, text)| folder.with(name, text));
    if let Ok(sfz) = read_from(&folder, "i.sfz", &Limits::default()) {
        let short = WaveInfo { rate_hz: 44_100, channels: 2, frames: 100, sustain_loop: Some([10, 90]), root_key: None };
        let (tables, recordings) = sfz.kit(|_| Ok(short));
        assert_eq!(sfz.files.len(), recordings.found.len());
        assert!(tables.parts.iter().all(|part| (part.wave as usize) < tables.waves.len()));
    }
});
