//! Bad files through the whole program: every one ends in a message and exit code 3, or plays with a report. Never a
//! signal, never a hang, never a file left behind.

use crate::cli::{command, names, wait};
use crate::cli_render::{bank, save, two_notes};
use ripieno_tests::hostile::{Case, bit_flips, filled_runs, length_lies, shuffles, truncations};
use ripieno_tests::song::Song;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// The fewest cases of each kind of file.
const CASES: usize = 150;
/// Far more than any case takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Where `id` stands in a file, plus the length of the id.
fn lengths(bytes: &[u8], ids: &[&[u8; 4]]) -> Vec<usize> {
    let found = bytes.windows(4).enumerate().filter(|(_, window)| ids.iter().any(|id| *id == window));
    found.map(|(at, _)| at + 4).collect()
}

fn midi_cases() -> Vec<Case> {
    let mut song = Song::new();
    for n in 0..20 {
        song.note(n * 40, (n % 3) as u8, 50 + n as u8, 90, 100).control(n * 40, 0, 64, (n % 2 * 127) as u8);
    }
    let good = song.bytes(1_000);
    let mut cases = truncations(&good, 50);
    cases.extend(bit_flips(&good, 0, 60, 1));
    cases.extend(filled_runs(&good, 0, 40, 2));
    cases.extend(length_lies(&good, &lengths(&good, &[b"MThd", b"MTrk"]), true));
    let parts: Vec<Vec<u8>> = good.chunks(22).map(<[u8]>::to_vec).collect();
    cases.extend(shuffles(&parts, 10, 3, |parts| parts.concat()));
    cases
}

fn soundfont_cases() -> Vec<Case> {
    let bank = bank();
    let good = bank.to_bytes();
    let tables = good.windows(4).position(|id| id == b"pdta").unwrap_or(0);
    let ids: [&[u8; 4]; 13] = [
        b"RIFF", b"LIST", b"smpl", b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr",
        b"ifil",
    ];
    let mut cases = truncations(&good, 30);
    cases.extend(bit_flips(&good, tables, 50, 4));
    cases.extend(filled_runs(&good, tables, 40, 5));
    cases.extend(length_lies(&good, &lengths(&good, &ids), false));
    cases
}

/// Renders one case and holds the outcome to the rules; true if it played.
fn withstand(folder: &Path, name: &str, song: &str, instrument: &str) -> bool {
    let before = names(folder);
    // A damaged tempo may stretch the song; a limit keeps the test short and is one more thing to refuse.
    let mut child = command(
        folder,
        &["render", song, "-i", instrument, "-o", "out.wav", "--json", "--tail", "0.1", "--max-minutes", "0.5"],
    )
    .spawn()
    .unwrap();
    let status = wait(&mut child, LIMIT).unwrap_or_else(|| panic!("{name}: it hangs"));
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    match status.code() {
        Some(0) => {
            let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
            let file = hound::WavReader::open(folder.join("out.wav")).unwrap();
            assert_eq!(report["frames"].as_u64(), Some(file.duration().into()), "{name}");
            drop(file);
            std::fs::remove_file(folder.join("out.wav")).unwrap();
        }
        Some(3) => {
            assert!(stderr.starts_with("error: ") && stdout.is_empty(), "{name}: {stdout}{stderr}");
        }
        code => panic!("{name}: exit code {code:?}, {stderr}"),
    }
    assert_eq!(names(folder), before, "{name}");
    status.code() == Some(0)
}

/// Runs every case; some must play and some must be refused, or the corpus tests only one of the two.
fn withstand_all(cases: &[Case], file: &str, song: &str, instrument: &str) {
    assert!(cases.len() >= CASES, "{} cases", cases.len());
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "song.mid", &two_notes());
    let mut played = 0;
    for case in cases {
        save(folder.path(), file, &case.bytes);
        played += usize::from(withstand(folder.path(), &case.name, song, instrument));
    }
    assert!((1..cases.len()).contains(&played), "{played} of {} play", cases.len());
}

#[test]
fn bad_midi_files() {
    withstand_all(&midi_cases(), "bad.mid", "bad.mid", "organ");
}

#[test]
fn bad_soundfonts() {
    withstand_all(&soundfont_cases(), "bad.sf2", "song.mid", "bad.sf2");
}

#[test]
fn bad_soundfonts_are_described_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    for case in soundfont_cases().iter().step_by(3) {
        save(folder.path(), "bad.sf2", &case.bytes);
        let run = crate::cli::run(folder.path(), &["instrument", "info", "bad.sf2", "--json"]);
        match run.code {
            Some(0) => assert!(run.json()["quarantined"].is_u64(), "{}", case.name),
            Some(3) => assert!(run.stderr.starts_with("error: "), "{}", case.name),
            code => panic!("{}: {code:?} {}", case.name, run.stderr),
        }
    }
}
