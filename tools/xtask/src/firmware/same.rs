//! The same bytes on desk and boards.

use super::qemu::{Boot, M4F, M7F, Machine};
use crate::run::cargo;
use anyhow::{Result, ensure};
use std::fs;
use std::path::Path;
use std::thread;

/// Seconds of dense music.
const SECONDS: &str = "30";

/// What is run on one emulated core and on the desk: the core, whether the SoundFont is lent, the scene, its file and its
/// further words.
type Comparison = (&'static Machine, bool, &'static [&'static str]);

const RUNS: [Comparison; 4] = [
    (&M4F, false, &["map", "map-m4f"]),
    (&M7F, false, &["map", "map-m7f"]),
    (&M4F, true, &["render", "render-m4f", SECONDS, "linear"]),
    (&M7F, true, &["render", "render-m7f", SECONDS, "cubic"]),
];

/// Runs every scene on desk and board, side by side, and compares what they write.
pub fn check(elf: &Path, font: &Path, folder: &Path) -> Result<()> {
    // Built before, so that two do not wait for one build.
    desk(&["build"], &[], folder)?;
    let bytes = fs::metadata(font)?.len().to_string();
    thread::scope(|scope| {
        let runs = RUNS.map(|(machine, is_lent, words)| {
            let (font, bytes) = (&font, &bytes);
            scope.spawn(move || {
                let [scene, out, rest @ ..] = words else { return Ok(()) };
                let boot = Boot { machine, elf, file: Some(font), is_counted: false, more: &[] };
                let (path, bytes) = (font.to_string_lossy(), [bytes.as_str()]);
                let (board_font, desk_font) = if is_lent { (&bytes[..], &[&*path][..]) } else { (&[][..], &[][..]) };
                let board = boot.scene(folder, &[&[*scene, *out], rest, board_font].concat())?;
                let beside = format!("{out}-desk");
                let desk = desk(&["run"], &[&[*scene, &beside], rest, desk_font].concat(), folder)?;
                ensure!(board == desk, "{scene} counts otherwise on a {}: {board} and {desk}", machine.name);
                let (board, desk) = (fs::read(folder.join(out))?, fs::read(folder.join(beside))?);
                compare(machine, scene, &board, &desk)
            })
        });
        runs.into_iter().try_for_each(|run| run.join().unwrap_or_else(|_| anyhow::bail!("a run panicked")))
    })
}

fn compare(machine: &Machine, scene: &str, board: &[u8], desk: &[u8]) -> Result<()> {
    ensure!(!board.is_empty(), "{scene} on a {} wrote nothing", machine.name);
    let differs = board.iter().zip(desk).position(|(one, other)| one != other);
    if let Some(at) = differs {
        anyhow::bail!("{scene} on a {} differs from the desk at byte {at} of {}", machine.name, board.len());
    }
    ensure!(board.len() == desk.len(), "{scene}: {} bytes on the board, {} on the desk", board.len(), desk.len());
    println!("  {scene}: {} bytes on a {}, the same as on the desk", board.len(), machine.name);
    Ok(())
}

fn desk(verb: &[&str], words: &[&str], folder: &Path) -> Result<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let manifest = manifest.to_string_lossy();
    let package = ["--quiet", "--package", "ripieno-scenes", "--manifest-path", &manifest];
    let words = if words.is_empty() { vec![] } else { [&["--"], words].concat() };
    cargo(&[verb, &package, &words].concat()).within(folder).output()
}
