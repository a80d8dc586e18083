//! `ripieno play` as a child: on a JACK server, steered by signals, watched from outside.

use crate::jack::{Recorder, Server};
use crate::process::sibling;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the program may take to appear or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that plays.
#[derive(Debug)]
pub struct Play {
    process: Child,
    _folder: tempfile::TempDir,
    /// The ports that it has on the server.
    pub ports: Ports,
}

/// Where others join it.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    /// Left and right.
    pub audio: [String; 2],
    /// The input that is open to all.
    pub midi: String,
}

/// What a process holds of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Open file descriptors.
    pub files: usize,
    /// Threads.
    pub threads: usize,
    /// Memory that is really there.
    pub resident_kib: u64,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: Option<i32>,
    /// The session's last status.
    pub status: Value,
    /// What it said on stderr.
    pub stderr: String,
}

impl Ended {
    /// Checks that Ctrl-C ended it, and that it had nothing to complain of.
    ///
    /// # Panics
    /// When not.
    pub fn interrupted(&self) {
        assert_eq!((self.code, self.stderr.as_str()), (Some(130), ""), "{}", self.status);
    }
}

impl Play {
    /// Lets the program play on a server, with MIDI from there, and waits until it does.
    ///
    /// # Panics
    /// When it ends by itself or does not come up.
    pub fn start(server: &Server, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the program");
        // Should the test be killed, the system ends the program.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]).arg(sibling("ripieno-under-test"));
        command.args(["play", "--device", "jack", "--midi", "jack", "--no-view", "--json"]).args(arguments);
        command.arg("--studio").arg(folder.path().join("studio.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let process = server.lend(&mut command).spawn().expect("the program starts");
        let mut play = Self { process, _folder: folder, ports: Ports::default() };
        let start = Instant::now();
        loop {
            let ports = server.ports();
            let ours =
                |end: &str| ports.iter().find(|port| port.starts_with("ripieno") && port.ends_with(end)).cloned();
            if let [Some(left), Some(right), Some(midi)] = [":out_1", ":out_2", ":midi_in"].map(ours) {
                play.ports = Ports { audio: [left, right], midi };
                return play;
            }
            let has_ended = play.process.try_wait().is_ok_and(|status| status.is_some());
            assert!(!has_ended && start.elapsed() < PATIENCE, "no player on {ports:?}: {:?}", play.stop());
        }
    }

    /// Records what it plays, for at most `seconds`.
    pub fn record(&self, server: &Server, seconds: f64) -> Recorder {
        Recorder::start(server, [&self.ports.audio[0], &self.ports.audio[1]], seconds)
    }

    /// What it holds of the system (Linux).
    ///
    /// # Panics
    /// When the system does not tell.
    pub fn footprint(&self) -> Footprint {
        let folder = PathBuf::from(format!("/proc/{}", self.process.id()));
        let entries = |name| std::fs::read_dir(folder.join(name)).expect("a process tells its own").count();
        let status = std::fs::read_to_string(folder.join("status")).expect("a process tells its own");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let resident_kib = resident.and_then(|kib| kib.parse().ok()).expect("a size in KiB");
        Footprint { files: entries("fd"), threads: entries("task"), resident_kib }
    }

    /// Ends it as Ctrl-C does.
    ///
    /// # Panics
    /// When it does not end.
    pub fn stop(mut self) -> Ended {
        if self.process.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = kill_process(Pid::from_child(&self.process), Signal::INT);
        }
        let start = Instant::now();
        while self.process.try_wait().is_ok_and(|status| status.is_none()) {
            assert!(start.elapsed() < PATIENCE, "the program does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        let text = |pipe: Option<&mut dyn std::io::Read>| {
            let mut text = String::new();
            pipe.expect("a pipe").read_to_string(&mut text).expect("text");
            text
        };
        let stdout = text(self.process.stdout.as_mut().map(|pipe| pipe as _));
        let stderr = text(self.process.stderr.as_mut().map(|pipe| pipe as _));
        let code = self.process.wait().expect("it has ended").code();
        Ended { code, status: serde_json::from_str(&stdout).unwrap_or_default(), stderr }
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
