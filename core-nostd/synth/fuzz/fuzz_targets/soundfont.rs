//! Any bytes as a SoundFont: opened, checked and played. It may refuse; it may not panic, hang or return an unsound
//! region.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_synth::{Bank, LoopMode, SoundFont, Wave};

/// Notes tried on each preset: both ends, and where ranges tend to split.
const NOTES: [(u8, u8); 8] = [(0, 1), (24, 40), (36, 127), (48, 64), (60, 64), (60, 100), (96, 20), (127, 127)];

fuzz_target!(|bytes: &[u8]| {
    let Ok(font) = SoundFont::new(bytes) else { return };
    font.validate(|issue| assert!(!issue.to_string().is_empty()));
    let frames = font.pool().high.len() / 2;
    let low = font.pool().low.len();
    assert!(low == 0 || low == frames);
    for preset in font.presets().take(64) {
        let _ = preset.name.to_string();
        for (key, velocity) in NOTES {
            font.regions(preset.index, key, velocity, |region| {
                let Wave::Sample(s) = region.wave else { panic!("a SoundFont has only samples") };
                assert!(s.start < s.end && s.end as usize <= frames && s.rate_hz > 0 && s.root_key < 128);
                let loops = s.start <= s.loop_start && s.loop_start < s.loop_end && s.loop_end <= s.end;
                assert!(s.mode == LoopMode::None || loops);
            });
        }
    }
});
