//! Any bytes as a MIDI stream: every word that comes out is legal, reads back, and the next status byte always recovers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_types::midi::{Assembled, Assembler, MidiWord};

fuzz_target!(|bytes: &[u8]| {
    let mut assembler = Assembler::<32>::new();
    for &byte in bytes {
        match assembler.feed(byte) {
            Some(Assembled::Word(word)) => assert_eq!(MidiWord::new(word.as_bytes()), Ok(word)),
            Some(Assembled::SysEx(body)) => assert!(body.len() <= 32 && body.iter().all(|byte| *byte < 0x80)),
            None => {}
        }
    }
    let note = [0x91, 60, 100].map(|byte| assembler.feed(byte).is_some());
    assert_eq!(note, [false, false, true]);
});
