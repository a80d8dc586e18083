//! Instructions, held against what they were and against what they shall be.

use super::qemu::{Boot, M4F};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The share by which counts may differ under another compiler than the one that they are written down for, in percent.
const OTHER_COMPILER_PERCENT: u32 = 10;

/// A scene, its words but for the bytes of the SoundFont, and what it shall need at most.
struct Load {
    name: &'static str,
    words: &'static [&'static str],
    /// Which figure has a goal, and the goal.
    goal: Option<(&'static str, u32)>,
}

/// Program 0 is a piano whose every region plays through a low-pass that an envelope moves.
const LOADS: &[Load] = &[
    Load { name: "24-voices", words: &["bench", "24", "0", "0"], goal: None },
    Load { name: "8-voices-effects", words: &["bench", "8", "0", "1"], goal: Some(("most", 80_000)) },
    Load { name: "24-voices-effects", words: &["bench", "24", "0", "1"], goal: Some(("most", 120_000)) },
];

type Counts = BTreeMap<String, u32>;

/// Counts every load and compares it with the table, which `is_blessed` writes anew.
pub fn check(elf: &Path, font: &Path, folder: &Path, table: &Path, compiler: &str, is_blessed: bool) -> Result<()> {
    let bytes = fs::metadata(font)?.len().to_string();
    let boot = Boot { machine: &M4F, elf, file: Some(font), is_counted: true, more: &[] };
    let mut counts = Counts::new();
    for load in LOADS {
        let said = boot.scene(folder, &[load.words, &[&bytes]].concat())?;
        println!("  {}: {}", load.name, said.trim().replace('\n', ", "));
        let mut words = said.split_ascii_whitespace();
        while let (Some(name), Some(count)) = (words.next(), words.next()) {
            let count = count.parse().with_context(|| format!("{}: no count: {said}", load.name))?;
            counts.insert(format!("{}.{name}", load.name), count);
        }
        if let Some((figure, goal)) = load.goal {
            let count = *counts.get(&format!("{}.{figure}", load.name)).context("a figure is missing")?;
            let verdict = if count <= goal { "met" } else { "not met yet" };
            println!(
                "    goal: {figure} at most {goal}: {verdict}, {:.0} % of it",
                100.0 * f64::from(count) / f64::from(goal)
            );
        }
    }
    if is_blessed {
        return write(table, compiler, &counts);
    }
    let (named, expected) = read(table)?;
    let faults = differences(&expected, &counts, if named == compiler { 0 } else { OTHER_COMPILER_PERCENT });
    if named != compiler {
        println!("  NOTE: counted under {compiler}, written down for {named}: {OTHER_COMPILER_PERCENT} % are let pass");
    }
    if !faults.is_empty() {
        bail!(
            "instruction counts are not what {} says; `cargo xtask firmware test --bless` if they shall be so:\n  {}",
            table.display(),
            faults.join("\n  ")
        );
    }
    Ok(())
}

fn differences(expected: &Counts, counts: &Counts, percent: u32) -> Vec<String> {
    let mut faults = Vec::new();
    for name in expected.keys().chain(counts.keys().filter(|name| !expected.contains_key(*name))) {
        match (expected.get(name), counts.get(name)) {
            (Some(&old), Some(&new)) if old.abs_diff(new) <= old / 100 * percent => {}
            (Some(old), Some(new)) => faults.push(format!("{name}: {new}, was {old}")),
            (Some(old), None) => faults.push(format!("{name}: not counted any more, was {old}")),
            (None, _) => faults.push(format!("{name}: not in the table")),
        }
    }
    faults
}

fn read(table: &Path) -> Result<(String, Counts)> {
    let text = fs::read_to_string(table).with_context(|| format!("reading {}", table.display()))?;
    let (mut compiler, mut counts) = (String::new(), Counts::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(' ') {
            Some(("compiler", version)) => compiler = version.to_owned(),
            Some((name, count)) => {
                _ = counts.insert(name.to_owned(), count.parse().with_context(|| format!("no count: {line}"))?)
            }
            None => bail!("{}: not a name and a count: {line}", table.display()),
        }
    }
    Ok((compiler, counts))
}

fn write(table: &Path, compiler: &str, counts: &Counts) -> Result<()> {
    let mut text =
        "# Instructions a block; voices that sound. `cargo xtask firmware test --bless` writes this file.\n".to_owned();
    text += &format!("compiler {compiler}\n");
    counts.iter().for_each(|(name, count)| text += &format!("{name} {count}\n"));
    fs::write(table, text).with_context(|| format!("writing {}", table.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_moved_is_a_fault() {
        let counts = |list: &[(&str, u32)]| list.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let old: Counts = counts(&[("a", 1_000), ("b", 10)]);
        assert!(differences(&old, &old, 0).is_empty());
        assert_eq!(differences(&old, &counts(&[("a", 1_001), ("b", 10)]), 0), ["a: 1001, was 1000"]);
        assert!(differences(&old, &counts(&[("a", 1_020), ("b", 10)]), 2).is_empty());
        assert_eq!(differences(&old, &counts(&[("a", 979), ("b", 10)]), 2), ["a: 979, was 1000"]);
        assert_eq!(
            differences(&old, &counts(&[("a", 1_000), ("c", 1)]), 0),
            ["b: not counted any more, was 10", "c: not in the table"]
        );
    }
}
