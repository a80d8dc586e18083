//! Any bytes as the body of a set-up, and what is left of them as words for it: nothing panics, what is read comes out as it
//! went in, and a set-up says the same from its bytes as from memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_panel::wire::{MAGIC, VERSION};
use ripieno_panel::{DeviceId, FlashSetup, Mapper, Output, Setup, SetupRead};
use ripieno_types::midi::{Assembled, Assembler};

type Small = Setup<8, 8, 64>;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (body, stream) = input;
    let mut bytes = [&MAGIC[..], &[VERSION], body].concat();
    let crc = !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    });
    bytes.extend(crc.to_le_bytes());
    let flash = FlashSetup::<64>::new(&bytes);
    let Ok(setup) = Small::decode(&bytes) else { return };
    let mut again = [0; 1 << 14];
    let length = setup.encode(&mut again).unwrap();
    assert_eq!(Small::decode(&again[..length]), Ok(setup.clone()));
    assert_eq!(said(setup, stream), said(flash.unwrap(), stream));
});

/// What a mapper says of a stream of bytes.
fn said<S: SetupRead>(setup: S, stream: &[u8]) -> Vec<Output> {
    let (mut said, mut assembler) = (Vec::new(), Assembler::<32>::new());
    let mut mapper = Box::new(Mapper::<S, 64>::with_memory(setup));
    let mut each = |output| said.push(output);
    for (now, byte) in stream.iter().enumerate() {
        let now = now as u64 * 3_000;
        match assembler.feed(*byte) {
            Some(Assembled::Word(word)) => mapper.map(now, DeviceId(byte % 4), word, &mut each),
            Some(Assembled::SysEx(body)) => mapper.sysex(now, DeviceId(0), body, &mut each),
            None => {}
        }
        mapper.tick(now, &mut each);
    }
    mapper.release_all(u64::MAX, &mut each);
    said
}
