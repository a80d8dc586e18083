//! `ripieno run` as a child: its JSON lines as they come, signals to it, and looks at it by `ripieno top`.

use crate::process::sibling;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take before a test fails. Nothing is as slow, only a hang.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A place for a graph, its files and its socket, so that no test sees another's pipelines.
#[derive(Debug)]
pub struct Bench {
    folder: TempDir,
}

/// A graph that runs.
#[derive(Debug)]
pub struct Run<'b> {
    bench: &'b Bench,
    child: Child,
    lines: Receiver<String>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its last JSON line.
    pub summary: Value,
    /// What it said to people.
    pub stderr: String,
}

impl Default for Bench {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }
}

impl Bench {
    /// An empty place.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a graph in `graph.toml`.
    pub fn with(graph: &str) -> Self {
        let bench = Self::new();
        bench.write("graph.toml", graph);
        bench
    }

    /// A file of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a text at once, as editors do.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        let mut file = tempfile::NamedTempFile::new_in(self.folder()).expect("a file");
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("room");
        file.persist(self.path(name)).expect("the same folder");
    }

    /// The program in this place.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(sibling("ripieno-under-test"));
        command.args(arguments).current_dir(self.folder()).env("XDG_RUNTIME_DIR", self.folder());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end: code, stdout, stderr.
    ///
    /// # Panics
    /// When it does not start.
    pub fn output(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.command(arguments).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Runs a graph in the background; its JSON lines are kept.
    ///
    /// # Panics
    /// When it does not start.
    pub fn run(&self, arguments: &[&str]) -> Run<'_> {
        let mut child = self.command(&[&["run", "--json"], arguments].concat()).spawn().expect("the program starts");
        let (tell, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).all(|line| tell.send(line).is_ok()));
        Run { bench: self, child, lines }
    }

    /// Waits until a pipeline is as wanted, by `top --once --json`; gives what it said then.
    ///
    /// # Panics
    /// When it does not become so.
    pub fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let (code, stdout, stderr) = self.output(&["top", "--once", "--json"]);
            let status = serde_json::from_str(&stdout).unwrap_or_default();
            if code == Some(0) && is_so(&status) {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "never: {what}; but {code:?} {status:.2000} {stderr}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Run<'_> {
    /// Waits for a line of this event.
    ///
    /// # Panics
    /// When it does not come.
    pub fn event(&mut self, event: &str) -> Value {
        let start = Instant::now();
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            let value: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if value["event"] == event {
                return value;
            }
            seen.push(line);
        }
        panic!("no {event}: {seen:?} {}", self.stderr());
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// When it has ended.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a program that takes signals");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not come, or the last line is no summary.
    pub fn end(mut self) -> Ended {
        let summary = self.event("summary");
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status.code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end after {summary}");
            std::thread::sleep(Duration::from_millis(5));
        };
        let ended = Ended { code, summary, stderr: self.stderr() };
        assert_eq!(leftovers(self.bench.folder()), Vec::<String>::new(), "nothing is left behind");
        ended
    }

    fn stderr(&mut self) -> String {
        let mut text = String::new();
        let _ = self.child.kill();
        self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut text));
        text
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sockets and unfinished files in a place.
fn leftovers(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let sockets = std::fs::read_dir(folder.join("ripieno")).into_iter().flatten().filter_map(Result::ok);
    let names = names.chain(sockets).map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".part") || name.ends_with(".sock")).collect()
}
