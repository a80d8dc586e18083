//! `cargo xtask firmware test`: what a board must show, on an emulated one.

use super::{board, build, compiler_version, count, elf, ensure, same, target};
use crate::setup;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Runs every step; `--bless` writes instruction counts down instead of comparing them.
pub fn all(root: &Path, words: &[String]) -> Result<()> {
    let is_blessed = match words {
        [] => false,
        [word] if word == "--bless" => true,
        _ => bail!("`cargo xtask firmware test` takes nothing but --bless"),
    };
    ensure()?;
    setup::ensure(&[setup::SOUNDFONT])?;
    let font = Path::new(setup::SOUNDFONT.provides);
    let board = &board::BOARDS[0];
    build(root, board)?;
    let elf = elf(root, board, board.name);
    let folder = target(root).join("test");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;

    step("the same bytes", || same::check(&elf, font, &folder))?;
    let table = root.join("firmware/boards/qemu-mps2/counts.txt");
    step("instructions", || count::check(&elf, font, &folder, &table, &compiler_version(root, board)?, is_blessed))?;
    Ok(())
}

fn step(name: &str, body: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    println!("firmware: {name}");
    body().with_context(|| format!("firmware: {name}"))?;
    println!("firmware: {name}: {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}
