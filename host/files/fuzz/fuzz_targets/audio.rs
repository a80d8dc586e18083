//! Any bytes as a recording: opened, asked what it says to samplers, read, sought in. Seed it with short files of every kind in `corpus/audio`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_files::AudioFile;
use ripieno_files::samples::Header;
use std::io::Cursor;

/// Frames that are read of one case.
const MOST_FRAMES: usize = 1 << 20;

fn read(audio: &mut AudioFile) {
    let block = (1 << 14) / audio.spec().channels + 1;
    let mut planes = vec![vec![0.0; block]; audio.spec().channels];
    for _ in 0..MOST_FRAMES / block {
        match audio.read(&mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>()) {
            Ok(read) if read == block => {}
            _ => return,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut audio) = AudioFile::new(Cursor::new(bytes.to_vec())) else { return };
    if let Ok(Header { info, .. }) = Header::of(&mut audio) {
        assert!(info.sustain_loop.is_none_or(|[start, end]| start < end && end <= info.frames));
    }
    read(&mut audio);
    if audio.seek(1_000).is_ok() {
        read(&mut audio);
    }
});
