//! Any bytes as a recording: no panic, no memory beyond what the bytes fill, and no more frames than they hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_pipeline::recording::Recording;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut recording) = Recording::new(bytes) else { return };
    let frame_bytes = recording.spec().bytes();
    if frame_bytes > bytes.len() {
        // No such frame can be whole.
        assert!(recording.skip(u64::MAX).is_err() || recording.frames() == 0);
        return;
    }
    let mut frame = vec![0; frame_bytes];
    while let Ok(Some(_)) = recording.read_into(&mut frame) {}
    assert!(recording.frames() as usize * frame_bytes <= bytes.len());
});
