//! `ripieno devices`: what is there is listed, what is not is explained, what comes and goes is told.

use crate::cli::{command, wait};
use ripieno_tests::jack::Server;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;
use tempfile::TempDir;

/// A system of one sound card, which throws everything away, and no JACK server.
fn one_card(arguments: &[&str]) -> (TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("asound.conf");
    let text = "pcm.!default { type null hint { show on description \"A silent card\" } }\n";
    std::io::Write::write_all(&mut std::fs::File::create(&config).unwrap(), text.as_bytes()).unwrap();
    let mut command = command(Path::new("."), &[&["devices"], arguments].concat());
    command.env("ALSA_CONFIG_PATH", config).env("JACK_DEFAULT_SERVER", "ripieno-no-such-server");
    (folder, command)
}

#[test]
fn what_is_there_is_listed_and_what_is_not_is_explained() {
    let (_folder, mut text) = one_card(&[]);
    let run = text.output().unwrap();
    let (out, err) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    assert_eq!((run.status.code(), err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("audio outputs\n* alsa:default  A silent card\n"), "{out}");
    assert!(out.contains("\nnot there\n") && out.contains("server runs"), "{out}");

    let (_folder, mut json) = one_card(&["--json"]);
    let run = json.output().unwrap();
    let json: Value = serde_json::from_slice(&run.stdout).unwrap();
    let card = &json["audio_outputs"][0];
    assert_eq!((card["id"].as_str(), card["is_default"].as_bool()), (Some("alsa:default"), Some(true)), "{json}");
    assert!(card["rates_hz"][0][1].as_u64() >= Some(48_000) && card["problem"].is_null(), "{json}");
    let absent = json["absent"].as_array().unwrap();
    let is_explained = |what: &str| {
        absent.iter().any(|entry| entry["what"] == what && entry["reason"].as_str().unwrap().contains("JACK"))
    };
    assert!(is_explained("audio") && is_explained("midi"), "{json}");
}

/// A run of `--watch` that ends when it is interrupted, with nothing on stderr.
struct Watch {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Watch {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on until a line is so.
    fn see(&mut self, is_so: impl Fn(&str) -> bool) -> String {
        let mut others = Vec::new();
        loop {
            match self.lines.next() {
                Some(Ok(line)) if is_so(&line) => return line,
                Some(Ok(line)) => others.push(line),
                end => panic!("{end:?} after {others:?}"),
            }
        }
    }

    fn interrupt(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let status = wait(&mut self.child, Duration::from_secs(20)).expect("it ends");
        let mut errors = String::new();
        std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut errors).unwrap();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    }
}

#[test]
fn watching_begins_with_what_is_there() {
    let (_folder, mut command) = one_card(&["--watch"]);
    let mut watch = Watch::start(&mut command);
    watch.see(|line| line == "+ audio-out alsa:default  A silent card");
    watch.interrupt();
}

#[test]
fn a_jack_server_comes_and_goes_before_a_watcher() {
    let mut server = Server::start(48_000, 1_024);
    server.stop();
    let (_folder, mut command) = one_card(&["--watch", "--json"]);
    let mut watch = Watch::start(server.lend(&mut command));
    let is = |change: &'static str, id: &'static str| {
        move |line: &str| {
            let json: Value = serde_json::from_str(line).unwrap();
            json["kind"] == "audio-out" && json["change"] == change && json["id"] == id
        }
    };
    watch.see(is("added", "alsa:default"));
    server.restart();
    watch.see(is("added", "jack:output"));
    server.stop();
    watch.see(is("removed", "jack:output"));
    watch.interrupt();
}
