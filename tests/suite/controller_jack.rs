//! `ripieno controller` and the firmware's own session and store, as two programs on a real JACK server.

use crate::cli::{Run, command};
use ripieno_tests::jack::{Probe, Server};
use ripieno_tests::process::sibling;
use std::fs;
use std::path::Path;
use std::process::Command;

fn controller(server: &Server, folder: &Path, words: &[&str]) -> Run {
    let mut command =
        command(folder, &[&["controller"], words, &["--midi", "jack", "--port", "controller-probe"]].concat());
    Run::of(server.lend(&mut command).output().unwrap())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test's own scratch files, in a folder of its own")]
fn a_studio_goes_to_a_controller_and_comes_back() {
    let server = Server::start(48_000, 256);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |words: &[&str]| controller(&server, folder, words);
    run(&["identify"]).clean();
    run(&["pull"]).refused(4, &["nothing at \"controller-probe\""]);

    let mut board = Command::new(sibling("controller-probe"));
    server.lend(&mut board);
    let mut probe = Probe::run(board);
    probe.wait_for("open");
    let found = run(&["identify", "--json"]).json();
    let found = &found["controllers"][0];
    assert_eq!((found["board"].as_str(), found["slots"].as_u64()), (Some("qemu-mps2"), Some(8)), "{found}");
    assert!(found["active"].is_null());

    let text = "version = 1\n[[pad_presets]]\nid = \"a\"\nname = \"A\"\npads = [{ note = 16, action = { type = \"panic\" } }]\n";
    fs::write(folder.join("studio.toml"), text).unwrap();
    let pushed = run(&["push", "studio.toml", "--slot", "2", "--activate", "--json"]).json();
    let bytes = pushed["pushed"][0]["bytes"].as_u64().unwrap();
    // At first it plays its default.
    assert!(probe.wait_for("plays")["bytes"].is_null());
    assert_eq!(probe.wait_for("plays")["bytes"].as_u64(), Some(bytes));
    run(&["pull"]).clean();
    let pulled = fs::read(folder.join("slot-2.preset")).unwrap();
    assert_eq!(pulled.len() as u64, bytes);
    run(&["pull"]).refused(1, &["slot-2.preset", "--force"]);

    fs::write(folder.join("odd.preset"), b"odd").unwrap();
    run(&["push", "odd.preset"]).refused(3, &["odd.preset is no set-up"]);
    run(&["push", "slot-2.preset", "--slot", "8"]).refused(1, &["no such slot"]);
    run(&["activate", "5"]).refused(1, &["nothing is stored"]);
    assert_eq!(run(&["identify", "--json"]).json()["controllers"][0]["active"], 2);
    run(&["delete", "2"]).clean();
    assert!(probe.wait_for("plays")["bytes"].is_null());
    run(&["push", "."]).clean();
    assert_eq!(probe.wait_for("plays")["bytes"].as_u64(), Some(bytes));
}
