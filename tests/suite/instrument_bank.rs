//! `ripieno instrument build` and what plays its banks: the same bytes where nothing was reduced, and a report of what was.

use crate::cli::{Run, command, names, run, wait};
use crate::cli_render::{bank, save};
use ripieno_synth::FlashBank;
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::song::Song;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with `small.sf2` and `song.mid`, a band that plays for some seconds.
fn folder(secs: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "small.sf2", &bank().to_bytes());
    save(folder.path(), "song.mid", &Song::dense(secs).bytes(secs * 1_000));
    folder
}

fn build(folder: &Path, font: &str, extra: &str) -> Run {
    let mut arguments = vec!["instrument", "build", font, "-o", "out.bank"];
    arguments.extend(extra.split_whitespace());
    run(folder, &arguments)
}

fn rendered(folder: &Path, instrument: &str, extra: &[&str]) -> Vec<u8> {
    let arguments = ["render", "song.mid", "-i", instrument, "-o", "out.wav", "--force", "--json"];
    run(folder, &[&arguments, extra].concat()).clean();
    fs::read(folder.join("out.wav")).unwrap()
}

#[test]
fn a_whole_font_and_its_bank_render_to_the_same_bytes() {
    let folder = folder(8);
    let folder = folder.path();
    let built = build(folder, TIMGM6MB, "--json");
    built.clean();
    let report = built.json();
    assert_eq!((report["presets"].as_u64(), report["sample_bits"].as_u64()), (Some(136), Some(16)));
    assert!(report["reduced"].as_array().unwrap().is_empty() && report["error"].is_null(), "{report}");
    let bytes = fs::metadata(folder.join("out.bank")).unwrap().len();
    assert_eq!(report["bytes"].as_u64(), Some(bytes));
    let parts = report["parts"].as_object().unwrap().values();
    assert_eq!(parts.map(|part| part.as_u64().unwrap()).sum::<u64>(), bytes);
    for extra in [&["--set", "reverb.mix=0.3"][..], &["--interp", "hq", "--voices", "24"]] {
        let (font, bank) = (rendered(folder, TIMGM6MB, extra), rendered(folder, "out.bank", extra));
        assert!(font.len() > 1_000_000 && font == bank, "{extra:?}");
    }
}

#[test]
fn what_is_reduced_is_said_and_measured() {
    let folder = folder(1);
    let folder = folder.path();
    let built = build(folder, TIMGM6MB, "--presets 0,16,128:0 --max-bytes 300000 --json");
    built.clean();
    let report = built.json();
    assert!(report["bytes"].as_u64().unwrap() <= 300_000);
    assert_eq!((report["presets"].as_u64(), report["sample_bits"].as_u64()), (Some(3), Some(8)));
    assert!(report["error"]["worst_db"].as_f64().unwrap() <= report["error"]["mean_db"].as_f64().unwrap());
    let text = build(folder, TIMGM6MB, "--presets 0,16,128:0 --max-bytes 300000 --force");
    text.clean();
    for words in ["reduced    samples have 8 bits", "dB mean", "3 presets", "wrote      out.bank"] {
        assert!(text.stdout.contains(words), "`{words}` is missing: {}", text.stdout);
    }
    let info = run(folder, &["instrument", "info", "out.bank", "--json"]);
    info.clean();
    assert_eq!(info.json()["presets"][2]["bank"].as_u64(), Some(128));
    let info = run(folder, &["instrument", "info", "out.bank"]);
    assert!(info.stdout.contains("bank for flash") && info.stdout.contains("128:0"), "{}", info.stdout);
    FlashBank::new(fs::read(folder.join("out.bank")).unwrap()).unwrap();
}

#[test]
fn mistakes_are_refused_and_leave_nothing() {
    let folder = folder(1);
    let folder = folder.path();
    let before = names(folder);
    build(folder, "small.sf2", "--presets 0,7").refused(2, &["small.sf2", "no preset `0:7`", "instrument info"]);
    build(folder, "small.sf2", "--presets 9-1").refused(2, &["backwards"]);
    build(folder, "small.sf2", "--max-bytes 100").refused(2, &["at the least", "100 are allowed", "--presets"]);
    build(folder, "small.sf2", "--rate 10").refused(2, &["4000..=384000"]);
    build(folder, "song.mid", "").refused(3, &["song.mid", "not a SoundFont"]);
    build(folder, "none.sf2", "").refused(3, &["none.sf2"]);
    let over = ["instrument", "build", "small.sf2", "-o", "small.sf2", "--force"];
    run(folder, &over).refused(2, &["small.sf2"]);
    assert_eq!(names(folder), before);

    build(folder, "small.sf2", "").clean();
    build(folder, "small.sf2", "").refused(1, &["out.bank", "exists already", "--force"]);
    build(folder, "small.sf2", "--force").clean();
    run(folder, &["instrument", "build", "out.bank", "-o", "again.bank"]).refused(3, &["is a bank already"]);
    // A damaged bank is refused by whatever opens it.
    let mut image = fs::read(folder.join("out.bank")).unwrap();
    *image.last_mut().unwrap() ^= 1;
    save(folder, "bad.bank", &image);
    run(folder, &["instrument", "info", "bad.bank"]).refused(3, &["bad.bank", "checksum"]);
    run(folder, &["render", "song.mid", "-i", "bad.bank", "-o", "x.wav"]).refused(3, &["checksum"]);
    save(folder, "cut.bank", &image[..70]);
    run(folder, &["instrument", "info", "cut.bank"]).refused(3, &["cut short"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_bank() {
    let folder = folder(1);
    let folder = folder.path();
    let before = names(folder);
    // Everything is resampled, which takes a while; the unfinished file shows that it has begun.
    let arguments = ["instrument", "build", TIMGM6MB, "-o", "out.bank", "--rate", "8000"];
    let mut child = command(folder, &arguments).spawn().unwrap();
    let start = Instant::now();
    while names(folder) == before && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = wait(&mut child, Duration::from_secs(30)).expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert_eq!(names(folder), before);
}
