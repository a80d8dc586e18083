//! `cargo xtask firmware`: boards are built, run, measured and tested.

mod board;
mod count;
mod figures;
mod graph;
mod image;
mod live;
mod log;
mod panics;
mod qemu;
mod same;
mod size;
mod sysroot;
mod test;
mod uf2;

use crate::run::{Step, cargo, program};
use crate::setup;
use anyhow::{Context, Result, bail};
use board::{Board, Image};
use image::Piece;
use std::path::{Path, PathBuf};

/// What `cargo xtask firmware` shows.
pub const HELP: &str = "\
cargo xtask firmware COMMAND [BOARD] [ARGS...]

  build [BOARD...]        release ELF of each board and what its loader takes (UF2 or BIN); all when none is named
  size [BOARD...]         flash and RAM of each program, by crate, and the limits of those that have one
  test [--bless]          all that a board must show, in the emulator; --bless writes figures down
  run BOARD [ARGS...]     boot it in the emulator (qemu-mps2): its scenes and their words are in the board's README
  uf2 FILE --at ADDRESS   wrap bytes, such as a bank, for drag and drop onto a Pico 2: FILE.uf2, written to ADDRESS

The target comes from rustup where it is installed (`rustup target add TRIPLE`), else from Debian's rustc-web and
rust-web-src, out of which a private sysroot is made once.

Examples:
  cargo xtask firmware build pico2
  cargo xtask firmware run qemu-mps2 -device loader,file=F.sf2,addr=0x21000000,force-raw=on -- bench 8 0 1 5969788
  cargo xtask firmware uf2 piano.bank --at 0x10100000
";

/// Does what the words say.
pub fn dispatch(root: &Path, words: &[String]) -> Result<()> {
    let (command, rest) = words.split_first().map_or(("", words), |(first, rest)| (first.as_str(), rest));
    match command {
        "build" => board::named(rest)?.into_iter().try_for_each(|board| build(root, board)),
        "size" => size::report(root, &board::named(rest)?),
        "test" => test::all(root, rest),
        "run" => {
            let Some((name, args)) = rest.split_first() else {
                bail!("which board? `cargo xtask firmware run qemu-mps2`")
            };
            let board = board::named(std::slice::from_ref(name))?[0];
            build(root, board)?;
            qemu::run(&elf(root, board, board.name), args)
        }
        "uf2" => wrap(rest),
        "" | "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("unknown command '{other}'\n\n{HELP}"),
    }
}

/// Builds a board in release, with the file that its loader takes beside the ELF.
pub fn build(root: &Path, board: &Board) -> Result<()> {
    for_target(root, board, &["build", "--release", "--package", board.name])?.run()?;
    let path = elf(root, board, board.name);
    let bytes = read(&path)?;
    let sizes = image::sizes(&bytes).with_context(|| format!("reading {}", path.display()))?;
    eprintln!(
        "{}: {} bytes of flash, {} of RAM without the stack: {}",
        board.name,
        sizes.flash,
        sizes.ram,
        path.display()
    );
    let Some(image) = board.image else { return Ok(()) };
    let pieces = image::pieces(&bytes)?;
    let wrapped = match image {
        Image::Uf2 => uf2::wrap(&pieces, uf2::RP2350_ARM_S)?,
        Image::Bin => image::flat(&pieces),
    };
    write(&path.with_extension(image.extension()), &wrapped)
}

/// Wraps any bytes for a Pico 2.
fn wrap(words: &[String]) -> Result<()> {
    let [file, at, address] = words else { bail!("`cargo xtask firmware uf2 FILE --at ADDRESS`") };
    let digits = address
        .strip_prefix("0x")
        .filter(|_| at == "--at")
        .with_context(|| format!("'{at} {address}' is no address; write it as --at 0x10100000"))?;
    let address = u32::from_str_radix(digits, 16).with_context(|| format!("'{address}' is no 32-bit address"))?;
    let bytes = read(Path::new(file))?;
    let wrapped = uf2::wrap(&[Piece { address, bytes: &bytes }], uf2::RP2350_ARM_S)?;
    write(&PathBuf::from(format!("{file}.uf2")), &wrapped)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))?;
    eprintln!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}

/// A cargo command in the firmware's workspace that builds for a board.
pub fn for_target(root: &Path, board: &Board, args: &[&str]) -> Result<Step> {
    let mut step = cargo(args)
        .within(&root.join("firmware"))
        .env("CARGO_TARGET_DIR", &target(root).to_string_lossy())
        .env("CARGO_BUILD_TARGET", board.triple);
    if let Some(compiler) = sysroot::compiler(&sysroots(root), board.triple)? {
        step = step.env("RUSTC", &compiler.to_string_lossy());
    }
    Ok(step)
}

/// The version of the compiler that builds for a board.
fn compiler_version(root: &Path, board: &Board) -> Result<String> {
    let compiler = sysroot::compiler(&sysroots(root), board.triple)?.unwrap_or_else(|| "rustc".into());
    Ok(program(&compiler.to_string_lossy(), &["--version"]).output()?.trim().to_owned())
}

/// The number after a name in what a scene says.
fn figure(said: &str, name: &str) -> Result<u32> {
    let mut words = said.split_ascii_whitespace().skip_while(|word| *word != name).skip(1);
    let figure = words.next().with_context(|| format!("no figure '{name}' in: {said}"))?;
    figure.parse().with_context(|| format!("'{name}' is no number in: {said}"))
}

/// Builds a board for small flash.
pub fn build_small(root: &Path, board: &Board) -> Result<()> {
    for_target(root, board, &["build", "--profile", "small", "--package", board.name])?.run()
}

/// Where a board's program lies once it is built for small flash.
pub fn small_elf(root: &Path, board: &Board, bin: &str) -> PathBuf {
    target(root).join(board.triple).join("small").join(bin)
}

/// Where a board's program lies once it is built.
pub fn elf(root: &Path, board: &Board, bin: &str) -> PathBuf {
    target(root).join(board.triple).join("release").join(bin)
}

fn target(root: &Path) -> PathBuf {
    shared(root).join("firmware")
}

fn sysroots(root: &Path) -> PathBuf {
    shared(root).join("firmware-sysroot")
}

/// The workspace's own target folder.
pub fn shared(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// Makes sure of what building and running boards needs of this system.
pub fn ensure() -> Result<()> {
    setup::ensure(setup::FIRMWARE)
}
