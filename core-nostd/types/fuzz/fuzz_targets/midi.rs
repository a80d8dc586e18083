//! Any bytes as a MIDI stream: every word that comes out is legal and reads back, the next status byte always recovers,
//! and a release lets go of all that the words held.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_types::midi::{Assembled, Assembler, Held, MidiWord};

fuzz_target!(|bytes: &[u8]| {
    let (mut assembler, mut held) = (Assembler::<32>::new(), Held::new());
    for &byte in bytes {
        match assembler.feed(byte) {
            Some(Assembled::Word(word)) => {
                assert_eq!(MidiWord::new(word.as_bytes()), Ok(word));
                held.follow(word);
            }
            Some(Assembled::SysEx(body)) => assert!(body.len() <= 32 && body.iter().all(|byte| *byte < 0x80)),
            None => {}
        }
    }
    let told = held;
    told.release(|word| _ = held.follow(word));
    assert!(held.is_empty());
    let note = [0x91, 60, 100].map(|byte| assembler.feed(byte).is_some());
    assert_eq!(note, [false, false, true]);
});
