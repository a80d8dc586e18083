//! Instructions that blocks and ticks take.

use super::figures::Figures;
use super::qemu::{Boot, M4F};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// A load, its words but for the bytes of the SoundFont, and what its worst block of held notes shall need at most.
struct Load {
    name: &'static str,
    words: &'static [&'static str],
    goal: Option<u64>,
}

/// Program 0 is a piano whose every region plays through a low-pass that an envelope moves, program 73 a flute without any.
const LOADS: &[Load] = &[
    Load { name: "24-filtered", words: &["bench", "24", "0", "0"], goal: None },
    Load { name: "8-voices-effects", words: &["bench", "8", "73", "1"], goal: Some(80_000) },
    Load { name: "8-filtered-effects", words: &["bench", "8", "0", "1"], goal: None },
    Load { name: "24-filtered-effects", words: &["bench", "24", "0", "1"], goal: Some(120_000) },
];

/// Calls of the mapper, which is given 128 inputs at once, and what they shall take at most.
const TICKS: [&str; 3] = ["tick-all-to-show", "tick-idle", "tick-timers-and-lights"];
const TICK: u64 = 20_000;

/// Counts every load, and the mapper's calls.
pub fn loads(figures: &mut Figures, elf: &Path, font: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::metadata(font)?.len().to_string();
    let boot = Boot { machine: &M4F, elf, file: Some(font), is_counted: true, more: &[] };
    for load in LOADS {
        take(figures, load.name, &boot.scene(folder, &[load.words, &[&bytes]].concat())?)?;
        if let Some(goal) = load.goal {
            figures.aim(&format!("{}.most", load.name), goal)?;
        }
    }
    take(figures, "mapper", &boot.scene(folder, &["mapper"])?)?;
    TICKS.iter().try_for_each(|call| figures.aim(&format!("mapper.{call}"), TICK))
}

/// Counts one load in a program that is built for small flash.
pub fn small(figures: &mut Figures, elf: &Path, font: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::metadata(font)?.len().to_string();
    let boot = Boot { machine: &M4F, elf, file: Some(font), is_counted: true, more: &[] };
    take(figures, "small-8-voices-effects", &boot.scene(folder, &["bench", "8", "73", "1", &bytes])?)
}

fn take(figures: &mut Figures, name: &str, said: &str) -> Result<()> {
    println!("  {name}: {}", said.trim().replace('\n', ", "));
    let mut words = said.split_ascii_whitespace();
    while let (Some(figure), Some(count)) = (words.next(), words.next()) {
        let count = count.parse().with_context(|| format!("{name}: no count: {said}"))?;
        figures.take(&format!("{name}.{figure}"), count);
    }
    Ok(())
}
