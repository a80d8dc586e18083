//! Any bytes as a flash bank, with their checksum put right so that it hides nothing: opened and played. It may refuse; it
//! may not panic, hang or return an unsound region.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_synth::flash::{FlashBank, FlashError};
use ripieno_synth::{Bank, LoopMode, Wave};

/// Where an image keeps its checksum.
const CRC_AT: usize = 12;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    if let Err(FlashError::Checksum { found, .. }) = FlashBank::new(&bytes[..]) {
        bytes[CRC_AT..CRC_AT + 4].copy_from_slice(&found.to_le_bytes());
    }
    let Ok(bank) = FlashBank::new(&bytes[..]) else { return };
    let frames = bank.counts().frames;
    for preset in bank.presets().take(64) {
        let _ = preset.name.to_string();
        for (key, velocity) in [(0, 1), (36, 127), (60, 64), (60, 100), (127, 127)] {
            bank.regions(preset.index, key, velocity, |region| {
                let Wave::Sample(s) = region.wave else { panic!("a bank has only samples") };
                assert!(s.start < s.end && s.end <= frames && s.rate_hz > 0 && s.root_key < 128);
                let loops = s.start <= s.loop_start && s.loop_start < s.loop_end && s.loop_end <= s.end;
                assert!(s.mode == LoopMode::None || loops);
            });
        }
    }
});
