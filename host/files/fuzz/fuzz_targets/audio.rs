//! Any bytes as a recording: opened, read, sought in. Seed it with short files of every kind in `corpus/audio`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_files::AudioFile;
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
    read(&mut audio);
    if audio.seek(1_000).is_ok() {
        read(&mut audio);
    }
});
