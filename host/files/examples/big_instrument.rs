//! How long a big instrument takes until its first note, and what it takes in memory: `cargo run --release -p ripieno-files
//! --example big_instrument -- [FILES] [MIB A FILE] [VOICES]`, 5,120 files of 2 MiB and 64 voices if nothing is said. The files
//! are made for it, sparse, below the system's folder for such things, and removed again.

use ripieno_files::KitFile;
use ripieno_files::samples::BUDGET;
use ripieno_synth::{Synth, SynthConfig};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};
use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const VOICES: usize = 256;
const BLOCK: usize = 64;
const INSTRUMENT: &str = "piano.sfz";
/// How long it plays.
const SECS: f64 = 5.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u32>());
    let mut number = |usual: u32| numbers.next().unwrap_or(Ok(usual));
    let (files, mib, voices) = (number(5_120)?.clamp(128, 16_256), number(2)?.clamp(1, 1_024), number(64)?.min(128));
    let folder = tempfile::tempdir()?;
    make(folder.path(), files / 128, mib)?;
    println!("{} files, {} MiB", files / 128 * 128, files / 128 * 128 * mib);

    let begin = Instant::now();
    let file = KitFile::read(&folder.path().join(INSTRUMENT))?;
    let read = begin.elapsed();
    let (bank, troubles) = file.load(BUDGET, VOICES);
    drop(file);
    let loaded = begin.elapsed();
    let bytes = bank.streams().samples().bytes();
    let mut synth: Box<Synth<_, VOICES>> = Box::new(Synth::new(bank, SynthConfig::new(SampleRate::STUDIO)));
    synth.midi(MidiWord::new(&[0x90, 0, 100])?);
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    synth.render(Block::new(&mut left, &mut right), None);
    let first = begin.elapsed();
    println!(
        "read {read:.2?}, loaded {loaded:.2?}, first note {first:.2?}; {} MiB of samples, {} troubles",
        bytes >> 20,
        troubles.len()
    );
    println!("{}", memory()?);

    for key in 1..voices as u8 {
        synth.midi(MidiWord::new(&[0x90, key, 100])?);
    }
    let start = Instant::now();
    for n in 0..(SECS * 48_000.0 / BLOCK as f64) as u32 {
        let due = Duration::from_secs_f64(f64::from(n) * BLOCK as f64 / 48_000.0);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        synth.render(Block::new(&mut left, &mut right), None);
    }
    println!("{SECS} s of {voices} notes: {} voices, {} late reads", synth.active_voices(), synth.stats().late_reads);
    println!("{}", memory()?);
    Ok(())
}

/// A piano of `layers` stereo recordings for each key, of 24 bits at 48 kHz.
fn make(folder: &Path, layers: u32, mib: u32) -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    let bytes = (mib << 20) / 6 * 6;
    let mut header =
        Vec::from(*b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\x65\x04\0\x06\0\x18\0data\0\0\0\0");
    header[4..8].copy_from_slice(&(bytes + 36).to_le_bytes());
    header[40..].copy_from_slice(&bytes.to_le_bytes());
    for key in 0..128 {
        for layer in 0..layers {
            let mut file = File::create(folder.join(format!("{key}-{layer}.wav")))?;
            file.write_all(&header)?;
            file.set_len(u64::from(bytes) + 44)?;
            let velocity = |layer: u32| (1 + 127 * layer / layers).min(127);
            let (low, high) = (velocity(layer), velocity(layer + 1).max(2) - 1);
            let high = if layer + 1 == layers { 127 } else { high };
            writeln!(text, "<region> sample={key}-{layer}.wav key={key} lovel={low} hivel={high} ampeg_release=0.4")?;
        }
    }
    Ok(File::create(folder.join(INSTRUMENT))?.write_all(text.as_bytes())?)
}

/// What the process holds, as the system says.
fn memory() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    Ok(lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", "))
}
