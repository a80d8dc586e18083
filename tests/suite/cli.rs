//! The program as a user runs it: exit codes, what goes to stdout and what to stderr, help, scripts and pages.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How one run ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// From what a child left.
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// The run's one JSON object.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks an error: its code, an empty stdout, and what the message must say.
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "an error is no data");
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is missing: {}", self.stderr);
        }
    }

    /// Checks a success without a word on stderr.
    pub fn clean(&self) {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
    }
}

/// The program with its stdio piped; it runs in `folder`.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ripieno-under-test"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(command(folder, arguments).output().expect("the program starts"))
}

/// Waits for a child, but not for ever.
pub fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("a child can be ended");
    None
}

/// The names of a folder's files, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

fn here(arguments: &[&str]) -> Run {
    run(Path::new("."), arguments)
}

#[test]
fn help_is_data_and_mistakes_are_not() {
    for verb in [
        &[][..],
        &["demo"],
        &["render"],
        &["devices"],
        &["separate"],
        &["worker"],
        &["model"],
        &["model", "list"],
        &["model", "info"],
        &["model", "check"],
        &["run"],
        &["graph"],
        &["graph", "check"],
        &["graph", "fmt"],
        &["graph", "schema"],
        &["top"],
        &["bench"],
        &["bench", "graph"],
        &["instrument"],
        &["instrument", "build"],
        &["instrument", "info"],
        &["instrument", "list"],
    ] {
        let run = here(&[verb, &["--help"]].concat());
        run.clean();
        assert!(run.stdout.contains("Usage: ripieno"), "{verb:?}");
        assert_eq!(run.stdout.matches("\n  ripieno ").count(), 2, "{verb:?} shows two examples: {}", run.stdout);
    }
    here(&["--version"]).clean();
    for (mistake, word) in [
        (&["rendre"][..], "render"),
        (&["render"], "--instrument"),
        (&["render", "a.mid", "-i", "organ", "-o", "a.wav", "--rate", "1"], "8000..=384000"),
        (&["render", "a.mid", "-i", "organ", "-o", "a.wav", "--interp", "best"], "cubic"),
        (&["demo", "--forse"], "--force"),
        (&["completions", "tcsh"], "bash"),
    ] {
        here(mistake).refused(2, &[word]);
    }
    let run = here(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
}

#[test]
fn every_shell_has_its_completions_and_the_manual_covers_every_verb() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = here(&["completions", shell]);
        run.clean();
        assert!(run.stdout.contains("max-minutes") && run.stdout.contains("completions"), "{shell}");
    }
    let run = here(&["man"]);
    run.clean();
    for verb in [
        "RENDER",
        "SEPARATE",
        "WORKER",
        "MODEL CHECK",
        "DEMO",
        "DEVICES",
        "INSTRUMENT INFO",
        "INSTRUMENT LIST",
        "COMPLETIONS",
        "MAN",
    ] {
        assert!(run.stdout.contains(&format!(".SH \"RIPIENO {verb}\"")), "{verb}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = command(Path::new("."), &["completions", "bash"]).spawn().unwrap();
    drop(child.stdout.take());
    let status = wait(&mut child, Duration::from_secs(20)).expect("it ends");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn colour_is_for_those_who_want_it() {
    let coloured = |set: &str| {
        let output = command(Path::new("."), &["rendre"]).env("NO_COLOR", set).env("CLICOLOR_FORCE", "1").output();
        output.unwrap().stderr.contains(&0x1B)
    };
    assert!(coloured(""), "an empty NO_COLOR says nothing");
    assert!(!coloured("1"), "NO_COLOR has the last word");
    let piped = command(Path::new("."), &["rendre"]).output().unwrap();
    assert!(!piped.stderr.contains(&0x1B), "a pipe has no colours");
}

#[test]
fn instruments_are_listed() {
    let run = here(&["instrument", "list", "--json"]);
    run.clean();
    let json = run.json();
    let names: Vec<_> = json["built_in"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["sine-piano", "electric-piano", "organ", "built-in"]);
    assert!(json["soundfonts"].is_array() && !json["searched"].as_array().unwrap().is_empty());
    let text = here(&["instrument", "list"]);
    text.clean();
    assert!(text.stdout.contains("electric-piano") && text.stdout.contains("searched: /usr/share"));
}
