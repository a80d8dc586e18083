//! `cargo xtask firmware test`: what a board must show, on an emulated one.

use super::figures::Figures;
use super::qemu::{Boot, M4F};
use super::{
    board, build, build_small, compiler_version, count, elf, ensure, figure, live, log, panics, same, size, small_elf,
    target,
};
use crate::setup;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Bytes of stack that rendering may take.
const AUDIO_STACK: u32 = 12 * 1024;

/// Runs every step; `--bless` writes figures down instead of comparing them.
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
    build_small(root, board)?;
    let elf = elf(root, board, board.name);
    let folder = target(root).join("test");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;

    let mut figures = Figures::default();
    // What has no figures need not run to write them down.
    if !is_blessed {
        step("the same bytes", || same::check(&elf, font, &folder))?;
        step("live", || live::check(&elf, &folder))?;
        step("log", || log::check(root, board, &folder))?;
    }
    step("stack", || stack(&elf, font, &folder))?;
    step("instructions", || count::loads(&mut figures, &elf, font, &folder))?;
    let small = small_elf(root, board, board.name);
    step("instructions, built for small flash", || count::small(&mut figures, &small, font, &folder))?;
    step("panics", || panics::check(&mut figures, "size-synth", &super::elf(root, board, "size-synth")))?;
    step("sizes", || size::check(&mut figures, root, board))?;
    let table = root.join("firmware/boards/qemu-mps2/figures.txt");
    step("figures", || figures.settle(&table, &compiler_version(root, board)?, is_blessed))
}

/// The audio interrupt's body, by painted stack.
fn stack(elf: &Path, font: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::metadata(font)?.len().to_string();
    let boot = Boot { machine: &M4F, elf, file: Some(font), is_counted: false, more: &[] };
    let audio = figure(&boot.scene(folder, &["stack", "10", &bytes])?, "audio")?;
    println!("  rendering dense music takes {audio} of {AUDIO_STACK} bytes");
    ensure!(audio <= AUDIO_STACK, "the audio interrupt takes too much stack");
    Ok(())
}

fn step(name: &str, body: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    println!("firmware: {name}");
    body().with_context(|| format!("firmware: {name}"))?;
    println!("firmware: {name}: {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}
