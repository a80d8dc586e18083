//! The firmware's log: written by the emulated board over semihosting, read on the desk.

use super::board::Board;
use super::qemu::{Boot, M4F};
use super::{elf, for_target};
use crate::run::cargo;
use anyhow::{Result, ensure};
use std::fs;
use std::path::Path;

/// What the session of `log` says, in this order.
const LINES: [&str; 4] = ["48 kHz, 64 frames a block", "set-up on its way", "port 1 unplugged", "session ended: true"];

/// Builds the program that logs, runs it and reads its log.
pub fn check(root: &Path, board: &Board, folder: &Path) -> Result<()> {
    let args = ["build", "--release", "--package", board.name, "--bin", "log", "--features", "defmt"];
    for_target(root, board, &args)?.env("DEFMT_LOG", "info").run()?;
    let elf = elf(root, board, "log");
    let boot = Boot { machine: &M4F, elf: &elf, file: None, is_counted: false, more: &[] };
    let done = boot.step(folder, &[]).spawn()?.wait_with_output()?;
    ensure!(done.status.success(), "the session ended with {}", done.status);
    let file = folder.join("log");
    fs::write(&file, &done.stdout)?;
    let (elf, file) = (elf.to_string_lossy(), file.to_string_lossy());
    let args = ["run", "--quiet", "--package", "ripieno-scenes", "--features", "log", "--", "log", &elf, &file];
    let said = cargo(&args).within(root).output()?;
    ensure!(said.lines().eq(LINES), "expected {LINES:#?}, found:\n{said}");
    println!("  {} messages in {} bytes: {}", LINES.len(), done.stdout.len(), LINES.join("; "));
    Ok(())
}
