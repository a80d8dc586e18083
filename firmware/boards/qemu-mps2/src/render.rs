//! Music through the whole rig, its bytes into a file: `render OUT SECONDS linear|cubic BYTES`.

use crate::host::{self, File};
use crate::memory;
use cortex_m_semihosting::hprintln;
use ripieno_scenes::render::Session;
use ripieno_synth::{Interpolation, SoundFont};

pub fn run<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
    let (out, seconds) = (words.next()?, words.next()?.parse::<u32>().ok()?);
    let interpolation = match words.next()? {
        "linear" => Interpolation::Linear,
        "cubic" => Interpolation::Cubic,
        _ => return None,
    };
    let bank = SoundFont::new(host::lent(words.next()?.parse().ok()?)).ok()?;
    let mut file = File::create(out)?;
    let mut session = Session::new(bank, memory::chain()?, interpolation);
    while !session.has_played(seconds) {
        session.block();
        file.write(&session.bytes());
    }
    hprintln!("{:?}", session.stats());
    file.close().then_some(())
}
