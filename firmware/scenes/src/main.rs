//! The desk's side: runs a scene and writes its bytes to a file, to be compared with what a board wrote.

use ripieno_fx::ChainMemory;
use ripieno_scenes::mapper::{self, BYTES, INPUTS, SEED, write};
use ripieno_scenes::render::Session;
use ripieno_synth::{Bank, Builtin, Interpolation, SoundFont};
use ripieno_types::SampleRate;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::process::ExitCode;

#[cfg(feature = "log")]
mod log;

const USAGE: &str = "usage: scenes map OUT | scenes render OUT SECONDS linear|cubic [SOUNDFONT]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["map", out] => map(out),
        ["render", out, seconds, points] => render(Builtin::default(), out, seconds, points),
        ["render", out, seconds, points, font] => fs::read(font).map_err(Into::into).and_then(|bytes| {
            let bank = SoundFont::new(&bytes[..]).map_err(|error| format!("{font}: {error}"))?;
            render(bank, out, seconds, points)
        }),
        #[cfg(feature = "log")]
        ["log", elf, file] => log::print(elf, file),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scenes: {error}");
            ExitCode::FAILURE
        }
    }
}

fn map(out: &str) -> Result<(), Box<dyn Error>> {
    let mut setups = [[0; BYTES]; 2];
    let [first, second] = &mut setups;
    let lengths = [write(false, first)?, write(true, second)?];
    let mut session = mapper::Session::new([&first[..lengths[0]], &second[..lengths[1]]], SEED)?;
    let mut bytes = Vec::new();
    (0..INPUTS).for_each(|_| session.step(&mut |more| bytes.extend_from_slice(more)));
    File::create(out)?.write_all(&bytes)?;
    println!("{:?}", session.mapper().stats());
    Ok(())
}

fn render(bank: impl Bank, out: &str, seconds: &str, points: &str) -> Result<(), Box<dyn Error>> {
    let interpolation = match points {
        "linear" => Interpolation::Linear,
        "cubic" => Interpolation::Cubic,
        _ => return Err(USAGE.into()),
    };
    let seconds: u32 = seconds.parse().map_err(|_| USAGE)?;
    let memory = ChainMemory::with(SampleRate::STUDIO, |frames| vec![0.0; frames]);
    let mut file = BufWriter::new(File::create(out)?);
    let mut session = Session::new(bank, memory, interpolation);
    while !session.has_played(seconds) {
        session.block();
        file.write_all(&session.bytes())?;
    }
    file.flush()?;
    println!("{:?}", session.stats());
    Ok(())
}
