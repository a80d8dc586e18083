//! What programs take of flash and RAM.

use super::board::Board;
use super::figures::Figures;
use super::{build, build_small, elf, small_elf};
use crate::run::program;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A program whose size is limited, when built for small flash.
struct Limit {
    bin: &'static str,
    flash: u64,
    /// RAM that is linked, without the stack.
    ram: Option<u64>,
}

/// The board whose programs these are.
const EMULATED: &str = super::board::BOARDS[0].name;

const LIMITS: &[Limit] = &[
    Limit { bin: "size-mapper", flash: 24 << 10, ram: Some(4 << 10) },
    Limit { bin: "size-synth", flash: 192 << 10, ram: None },
];

/// Builds boards and reports their programs.
pub fn report(root: &Path, boards: &[&Board]) -> Result<()> {
    boards.iter().try_for_each(|board| {
        build(root, board)?;
        if board.name == EMULATED {
            build_small(root, board)?;
        }
        check(&mut Figures::default(), root, board)
    })
}

/// Reports the programs of a board that is built, the emulated one's for small flash too.
pub fn check(figures: &mut Figures, root: &Path, board: &Board) -> Result<()> {
    show(board.name, &Size::read(&elf(root, board, board.name))?);
    for Limit { bin, flash, ram } in LIMITS.iter().filter(|_| board.name == EMULATED) {
        let size = Size::read(&small_elf(root, board, bin))?;
        show(bin, &size);
        let names = [format!("{bin}.flash"), format!("{bin}.ram")];
        figures.take(&names[0], size.flash);
        figures.take(&names[1], size.ram);
        figures.aim(&names[0], *flash)?;
        if let Some(ram) = ram {
            figures.aim(&names[1], *ram)?;
        }
    }
    Ok(())
}

fn show(bin: &str, size: &Size) {
    println!("  {bin}: {} bytes of flash, {} of RAM", size.flash, size.ram);
    size.parts.iter().for_each(|(part, (flash, ram))| println!("    {part:24} {flash:8} {ram:8}"));
}

/// A program's size, and the part of each crate: flash and RAM.
struct Size {
    flash: u64,
    ram: u64,
    parts: BTreeMap<String, (u64, u64)>,
}

impl Size {
    fn read(elf: &Path) -> Result<Self> {
        let _ = fs::metadata(elf).with_context(|| format!("{} is not built", elf.display()))?;
        let elf = elf.to_string_lossy();
        let sums = program("arm-none-eabi-size", &[&elf]).output()?;
        let sums: Vec<u64> =
            sums.lines().nth(1).unwrap_or_default().split_ascii_whitespace().map_while(|n| n.parse().ok()).collect();
        let [text, data, bss, ..] = sums[..] else { bail!("arm-none-eabi-size said nothing of {elf}") };
        let symbols =
            program("arm-none-eabi-nm", &["--print-size", "--size-sort", "--radix=d", "-C", &elf]).output()?;
        let mut parts = BTreeMap::new();
        for line in symbols.lines() {
            let mut words = line.splitn(4, ' ');
            let (Some(_), Some(size), Some(kind), Some(name)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let size: u64 = size.parse().with_context(|| format!("no size: {line}"))?;
            let (flash, ram) = parts.entry(owner(name)).or_insert((0, 0));
            // What begins with a value takes room in both.
            match kind {
                "t" | "T" | "r" | "R" | "w" | "W" | "V" => *flash += size,
                "d" | "D" => (*flash, *ram) = (*flash + size, *ram + size),
                "b" | "B" => *ram += size,
                _ => {}
            }
        }
        Ok(Self { flash: text + data, ram: data + bss, parts })
    }
}

/// The crate that a symbol belongs to: of `<A as B>::c` that of `A`.
fn owner(name: &str) -> String {
    let path = name.trim_start_matches(['<', '&', '[', '(']).trim_start_matches("mut ").trim_start_matches("impl ");
    let (owner, rest) = path.split_at(path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len()));
    if rest.starts_with("::") && !owner.is_empty() { owner.to_owned() } else { "no crate".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_belong_to_crates() {
        assert_eq!(owner("ripieno_fx::chain::Chain<M>::process"), "ripieno_fx");
        assert_eq!(owner("<ripieno_fx::effects::pan::Pan as ripieno_fx::effect::Effect>::process"), "ripieno_fx");
        assert_eq!(owner("core::slice::<impl [T]>::fill"), "core");
        assert_eq!(owner("memcpy"), "no crate");
    }
}
