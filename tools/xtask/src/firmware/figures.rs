//! What was measured, held against what it was and against what it shall be.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The share by which figures may differ under another compiler than the one that they are written down for, in percent.
const OTHER_COMPILER_PERCENT: u64 = 10;

/// Bytes by which sizes may differ under the same compiler: how programs are laid out depends on where their sources lie.
const LAYOUT: u64 = 256;

type Numbers = BTreeMap<String, u64>;

/// Figures by name.
#[derive(Debug, Default)]
pub struct Figures {
    numbers: Numbers,
    missed: usize,
}

impl Figures {
    /// Takes one.
    pub fn take(&mut self, name: &str, number: u64) {
        self.numbers.insert(name.to_owned(), number);
    }

    /// Says whether a figure is what it shall be at most. One that is not yet fails nothing: it may only not get worse.
    pub fn aim(&mut self, name: &str, goal: u64) -> Result<()> {
        let number = *self.numbers.get(name).with_context(|| format!("no figure {name}"))?;
        let verdict = if number <= goal { "met" } else { "NOT MET" };
        self.missed += usize::from(number > goal);
        println!("    goal: {name} at most {goal}: {number}, {verdict}");
        Ok(())
    }

    /// Compares all with the table, which `is_blessed` writes anew.
    pub fn settle(&self, table: &Path, compiler: &str, is_blessed: bool) -> Result<()> {
        if self.missed > 0 {
            println!("  NOTE: {} goals are not met; their figures are held where they are", self.missed);
        }
        if is_blessed {
            return write(table, compiler, &self.numbers);
        }
        let (named, expected) = read(table)?;
        if named != compiler {
            println!(
                "  NOTE: measured under {compiler}, written down for {named}: {OTHER_COMPILER_PERCENT} % are let pass"
            );
        }
        let faults = differences(&expected, &self.numbers, if named == compiler { 0 } else { OTHER_COMPILER_PERCENT });
        if !faults.is_empty() {
            bail!(
                "figures are not what {} says; `cargo xtask firmware test --bless` if they shall be so:\n  {}",
                table.display(),
                faults.join("\n  ")
            );
        }
        println!("  {} figures are as they were", expected.len());
        Ok(())
    }
}

fn differences(expected: &Numbers, numbers: &Numbers, percent: u64) -> Vec<String> {
    let mut faults = Vec::new();
    for name in expected.keys().chain(numbers.keys().filter(|name| !expected.contains_key(*name))) {
        match (expected.get(name), numbers.get(name)) {
            (Some(&old), Some(&new)) if old.abs_diff(new) * 100 <= old * percent => {}
            (Some(&old), Some(&new)) if is_size(name) && old.abs_diff(new) <= LAYOUT => {}
            (Some(old), Some(new)) => faults.push(format!("{name}: {new}, was {old}")),
            (Some(old), None) => faults.push(format!("{name}: not measured any more, was {old}")),
            (None, _) => faults.push(format!("{name}: not in the table")),
        }
    }
    faults
}

fn is_size(name: &str) -> bool {
    name.ends_with(".flash") || name.ends_with(".ram")
}

fn read(table: &Path) -> Result<(String, Numbers)> {
    let text = fs::read_to_string(table).with_context(|| format!("reading {}", table.display()))?;
    let (mut compiler, mut numbers) = (String::new(), Numbers::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(' ') {
            Some(("compiler", version)) => compiler = version.to_owned(),
            Some((name, number)) => {
                let number = number.parse().with_context(|| format!("no number: {line}"))?;
                numbers.insert(name.to_owned(), number);
            }
            None => bail!("{}: not a name and a number: {line}", table.display()),
        }
    }
    Ok((compiler, numbers))
}

fn write(table: &Path, compiler: &str, numbers: &Numbers) -> Result<()> {
    let mut text =
        "# What was measured on this board. `cargo xtask firmware test --bless` writes this file.\n".to_owned();
    text += &format!("compiler {compiler}\n");
    numbers.iter().for_each(|(name, number)| text += &format!("{name} {number}\n"));
    fs::write(table, text).with_context(|| format!("writing {}", table.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_moved_is_a_fault() {
        let numbers = |list: &[(&str, u64)]| list.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect();
        let old: Numbers = numbers(&[("a", 1_000), ("b", 10)]);
        assert!(differences(&old, &old, 0).is_empty());
        assert_eq!(differences(&old, &numbers(&[("a", 1_001), ("b", 10)]), 0), ["a: 1001, was 1000"]);
        assert!(differences(&old, &numbers(&[("a", 1_020), ("b", 10)]), 2).is_empty());
        let sizes = numbers(&[("a.ram", 1_000)]);
        assert!(differences(&sizes, &numbers(&[("a.ram", 1_000 + LAYOUT)]), 0).is_empty());
        assert_eq!(differences(&sizes, &numbers(&[("a.ram", 999 - LAYOUT)]), 0), ["a.ram: 743, was 1000"]);
        assert_eq!(differences(&old, &numbers(&[("a", 979), ("b", 10)]), 2), ["a: 979, was 1000"]);
        assert_eq!(
            differences(&old, &numbers(&[("a", 1_000), ("c", 1)]), 0),
            ["b: not measured any more, was 10", "c: not in the table"]
        );
    }
}
