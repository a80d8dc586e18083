//! Any text as a pack of samples: no panic, no hang, and a kit that the synth can open.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_files::{Pack, WaveInfo};

fuzz_target!(|text: &str| {
    if let Ok((pack, _)) = Pack::parse(text) {
        let short = WaveInfo { rate_hz: 44_100, channels: 2, frames: 100, sustain_loop: None, root_key: None };
        let (tables, recordings) = pack.kit(|_| Ok(short));
        assert_eq!(tables.waves.len(), recordings.found.len());
        assert!(tables.parts.iter().all(|part| (part.wave as usize) < tables.waves.len()));
    }
});
