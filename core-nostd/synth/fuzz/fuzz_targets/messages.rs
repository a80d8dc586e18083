//! Any bytes of a cable: words and SysEx for a synth, which stays within bounds and falls silent when it is reset.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_synth::{Builtin, Synth, SynthConfig};
use ripieno_types::midi::{Assembled, Assembler, SysExPart};
use ripieno_types::{Block, SampleRate};

const RESET: [u8; 4] = [0x7E, 0x7F, 0x09, 0x01];

fuzz_target!(|bytes: &[u8]| {
    let mut synth = Box::new(Synth::<Builtin, 16>::new(Builtin::default(), SynthConfig::new(SampleRate::CD)));
    let render = |synth: &mut Synth<Builtin, 16>| {
        let (mut left, mut right) = ([0.0_f32; 64], [0.0; 64]);
        synth.render(Block::new(&mut left, &mut right), None);
        assert!(left.iter().chain(&right).all(|x| x.abs() < 100.0));
    };
    let mut assembler = Assembler::<0>::new();
    for chunk in bytes.chunks(16) {
        for byte in chunk {
            if let Some(Assembled::Word(word)) = assembler.feed(*byte) {
                synth.midi(word);
            }
        }
        SysExPart::cut(chunk.iter().copied()).for_each(|part| synth.sysex(part));
        render(&mut synth);
    }
    SysExPart::of_body(&RESET).for_each(|part| synth.sysex(part));
    (0..8).for_each(|_| render(&mut synth));
    assert!(synth.is_silent());
});
