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

/// Program 0 is a piano whose every region plays through a low-pass that an envelope moves.
const LOADS: &[Load] = &[
    Load { name: "24-voices", words: &["bench", "24", "0", "0"], goal: None },
    Load { name: "8-voices-effects", words: &["bench", "8", "0", "1"], goal: Some(80_000) },
    Load { name: "24-voices-effects", words: &["bench", "24", "0", "1"], goal: Some(120_000) },
];

/// Counts every load.
pub fn loads(figures: &mut Figures, elf: &Path, font: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::metadata(font)?.len().to_string();
    let boot = Boot { machine: &M4F, elf, file: Some(font), is_counted: true, more: &[] };
    for load in LOADS {
        let said = boot.scene(folder, &[load.words, &[&bytes]].concat())?;
        println!("  {}: {}", load.name, said.trim().replace('\n', ", "));
        let mut words = said.split_ascii_whitespace();
        while let (Some(name), Some(count)) = (words.next(), words.next()) {
            let count = count.parse().with_context(|| format!("{}: no count: {said}", load.name))?;
            figures.take(&format!("{}.{name}", load.name), count);
        }
        if let Some(goal) = load.goal {
            figures.aim(&format!("{}.most", load.name), goal)?;
        }
    }
    Ok(())
}
