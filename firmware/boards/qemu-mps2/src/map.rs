//! Random inputs through the mapper, its outputs into a file: `map OUT`.

use crate::host::File;
use cortex_m_semihosting::hprintln;
use ripieno_scenes::mapper::{BYTES, INPUTS, SEED, Session, write};

/// Bytes that are gathered before the host is asked to write them.
const GATHERED: usize = 4_096;

pub fn run<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
    let mut file = File::create(words.next()?)?;
    let mut setups = [[0; BYTES]; 2];
    let [first, second] = &mut setups;
    let lengths = [write(false, first).ok()?, write(true, second).ok()?];
    let mut session = Session::new([first.get(..lengths[0])?, second.get(..lengths[1])?], SEED).ok()?;
    let mut gathered = heapless::Vec::<u8, GATHERED>::new();
    for _ in 0..INPUTS {
        session.step(&mut |bytes| {
            if gathered.extend_from_slice(bytes).is_err() {
                file.write(&gathered);
                gathered.clear();
                // There is room: an output has some bytes.
                _ = gathered.extend_from_slice(bytes);
            }
        });
    }
    file.write(&gathered);
    hprintln!("{:?}", session.mapper().stats());
    file.close().then_some(())
}
