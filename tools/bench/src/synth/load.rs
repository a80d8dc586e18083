//! From a file's name to the first sound of a note, and the memory that takes: each sample in a process of its own, because
//! memory that a process had once tells nothing.

use super::players::Player;
use super::{BLOCK, FONT, RATE};
use crate::harness::Contest;
use std::cell::Cell;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The first argument of a child.
const MARK: &str = "--load-child";

const ENTRANTS: [&str; 3] = ["ripieno", "rustysynth", "oxisynth"];

/// Fonts, and milliseconds within which ours should sound.
const FONTS: [(&str, f64); 2] = [(FONT, 20.0), ("/usr/share/sounds/sf2/FluidR3_GM.sf2", 50.0)];

const ROUNDS: usize = 7;

/// Blocks within which a note must have begun to sound.
const PATIENCE: usize = 1_000;

/// Opens every font with every entrant. What the system keeps of files in memory is warm after the first round, which does
/// not count.
pub fn run() {
    for (font, goal) in FONTS {
        let path = Path::new(font);
        let Ok(found) = path.metadata() else {
            println!("\n## synth: {font} is NOT LOADED, it is missing (apt-get install fluid-soundfont-gm)");
            continue;
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let memory = ENTRANTS.map(|_| Cell::new(0));
        let title = format!("synth: {name} ({} MiB) from its name to the first sound", found.len() >> 20);
        let contest = ENTRANTS.iter().zip(&memory).fold(Contest::new(title, "ms"), |contest, (entrant, memory)| {
            contest.entrant(*entrant, || {
                let (millis, kib) = child(entrant, font);
                memory.set(kib);
                millis
            })
        });
        let standings = contest.run(ROUNDS);
        let verdict = if standings[0].median <= goal { "met" } else { "missed" };
        println!("\nripieno within {goal} ms: {verdict}. Memory by then, beyond the empty process:");
        for (entrant, memory) in ENTRANTS.iter().zip(&memory) {
            println!("  {entrant}: {:.1} MiB", memory.get() as f64 / 1024.0);
        }
    }
}

fn child(entrant: &str, font: &str) -> (f64, usize) {
    let program = std::env::current_exe().expect("this program");
    let said = Command::new(program).args([MARK, entrant, font]).output().expect("this program starts again");
    let said = String::from_utf8_lossy(&said.stdout);
    let mut words = said.split_whitespace();
    let millis = words.next().and_then(|word| word.parse().ok()).expect("a child that says how long it took");
    let kib = words.next().and_then(|word| word.parse().ok()).expect("a child that says what it holds");
    (millis, kib)
}

/// Is this process a child? Then it loads, says milliseconds and KiB, and that is all.
pub fn run_child(arguments: &[String]) -> bool {
    let [mark, entrant, font] = arguments else { return false };
    if mark != MARK {
        return false;
    }
    let before = resident_kib();
    let started = Instant::now();
    let (secs, after) = match entrant.as_str() {
        "ripieno" => {
            let file = ripieno_files::MappedFile::open(Path::new(font)).expect("a file");
            sound(super::ours(file.as_ref(), super::Order::Fine, RATE), started)
        }
        "rustysynth" => {
            let player = super::rusty(&read(font), RATE);
            sound(player, started)
        }
        _ => {
            let player = super::oxi(&read(font), super::Order::Fine, RATE);
            sound(player, started)
        }
    };
    println!("{} {}", secs * 1e3, after.saturating_sub(before));
    true
}

fn read(font: &str) -> Vec<u8> {
    std::fs::read(font).expect("a file")
}

/// Seconds until a note sounds, and the memory then.
fn sound(mut player: impl Player, started: Instant) -> (f64, usize) {
    player.event([0x90, 60, 100]);
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for _ in 0..PATIENCE {
        player.render(&mut left, &mut right);
        if left.iter().any(|x| *x != 0.0) {
            return (started.elapsed().as_secs_f64(), resident_kib());
        }
    }
    panic!("no sound");
}

/// What of this process lies in memory, pages of mapped files included; nought where the system does not tell.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
}
