//! Any text as a scale and as a keyboard map: no panic, no hang, and whatever comes out can be sent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_files::tuning::{KeyMap, Scale, Tuning};

fuzz_target!(|texts: (&[u8], &[u8])| {
    let scale = Scale::parse(texts.0).unwrap_or_else(|_| Scale::semitones());
    let map = KeyMap::parse(texts.1).unwrap_or_default();
    if let Ok(tuning) = Tuning::new(&scale, &map) {
        assert!((0..128).filter_map(|key| tuning.cents(key)).all(f64::is_finite));
        assert!(tuning.dump(0, 0)[1..408].is_ascii());
    }
});
