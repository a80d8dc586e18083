//! Programs of this computer: what they are handed, how they end, that none is left behind as a zombie.

#![cfg(unix)]

use super::*;
use crate::action::{Action, Kind, Phase};
use crate::backends::Backends;
use crate::config::Config;
use crate::job::{End, Job, Outcome};
use crate::runner::Runner;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn runner() -> (Runner, Receiver<Outcome>) {
    let (recording, _) = Backends::recording();
    let backends = Backends { programs: Box::new(System), ..recording };
    Runner::start(Config::allowing([Kind::Launch]), backends).expect("there are threads")
}

fn job(launch: Launch) -> Job {
    Job { action: Action::Launch(launch), value: 0, phase: Phase::On, who: "pad".into() }
}

fn shell(line: &str) -> Launch {
    Launch { command: Some(line.into()), shell: true, ..Launch::default() }
}

fn run(launch: Launch) -> End {
    let (runner, outcomes) = runner();
    runner.submit(job(launch)).expect("it is allowed");
    outcomes.recv_timeout(PATIENCE).expect("it ends").end
}

fn done(detail: &str) -> End {
    End::Done { detail: detail.into() }
}

fn failed(error: &str) -> End {
    End::Failed { error: error.into() }
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn ends_are_told() {
    assert_eq!(run(Launch::program(["true"])), done("exit code 0"));
    assert_eq!(run(Launch::program(["false"])), failed("exit code 1"));
    assert_eq!(run(shell("exit 3")), failed("exit code 3"));
    assert_eq!(run(shell("kill -9 $$")), failed("it was ended by signal 9"));
    let End::Failed { error } = run(Launch::program(["/nowhere/no-such-program"])) else { panic!("it is not there") };
    assert!(error.starts_with("\"/nowhere/no-such-program\" cannot be started: "), "{error}");
}

#[test]
fn arguments_are_handed_over_as_they_stand() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name);
    let strange = "$(id); `id` * ~ 'a' \"b\" && $HOME";
    let target = path(strange);
    assert_eq!(run(Launch::program(["touch", target.to_str().expect("it is text")])), done("exit code 0"));
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).expect("it is there").map(|e| e.expect("it is there")).collect();
    assert_eq!(names.len(), 1);
    assert!(target.exists());
    let with = Launch {
        cwd: Some(folder.path().to_str().expect("it is text").into()),
        env: [("NAME".to_owned(), "a b".to_owned())].into(),
        ..shell("touch \"$NAME\"")
    };
    assert_eq!(run(with), done("exit code 0"));
    assert!(path("a b").exists());
}

/// The number that the shell wrote of itself.
fn number(file: &Path) -> String {
    eventually("a number is written", || std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n')));
    std::fs::read_to_string(file).expect("it is there").trim().to_owned()
}

/// Whether a process is there, zombies included.
fn lives(number: &str) -> bool {
    rustix::process::Pid::from_raw(number.parse().expect("it is a number"))
        .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

#[test]
fn a_cancelled_program_goes_with_what_it_started() {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, line) in [
        ("tidy", "echo $$ > $F; sleep 1000 & echo $! > $F.child; wait"),
        ("stubborn", "trap '' TERM; echo $$ > $F; sleep 1000 & echo $! > $F.child; while true; do wait; done"),
    ] {
        let (runner, outcomes) = runner();
        let file = folder.path().join(name);
        let env = [("F".to_owned(), file.to_str().expect("it is text").to_owned())].into();
        let id = runner.submit(job(Launch { env, ..shell(line) })).expect("it is allowed");
        let child = number(&file.with_extension("child"));
        let parent = number(&file);
        assert!(lives(&parent) && lives(&child));
        assert!(runner.cancel(id));
        let outcome = outcomes.recv_timeout(PATIENCE).expect("it ends");
        assert_eq!((outcome.id, outcome.end), (id, End::Cancelled), "{name}");
        assert!(!lives(&parent), "{name} is no zombie either");
        eventually("the child is gone too", || !lives(&child) || is_zombie(&child));
        assert!(!runner.cancel(id), "it has ended");
    }
}

#[test]
fn a_cancelled_program_does_not_outlive_the_runner() {
    let folder = tempfile::tempdir().expect("there is room");
    let (runner, outcomes) = runner();
    let file = folder.path().join("number");
    let env = [("F".to_owned(), file.to_str().expect("it is text").to_owned())].into();
    let line = "trap '' TERM; echo $$ > $F; while true; do sleep 0.1; done";
    let id = runner.submit(job(Launch { env, ..shell(line) })).expect("it is allowed");
    let number = number(&file);
    assert!(runner.cancel(id));
    drop(runner);
    let outcome = outcomes.recv_timeout(PATIENCE).expect("it is told");
    assert_eq!((outcome.id, outcome.end), (id, End::Cancelled));
    eventually("it is gone", || !lives(&number));
}

/// Of a process that is not ours to wait for.
fn is_zombie(number: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z'))
}

#[test]
fn a_program_outlives_the_runner_and_leaves_no_zombie() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("number");
    let env = [("F".to_owned(), file.to_str().expect("it is text").to_owned())].into();
    let (runner, outcomes) = runner();
    let line = "echo $$ > $F; while [ ! -e $F.go ]; do sleep 0.05; done; touch $F.went";
    runner.submit(job(Launch { env, ..shell(line) })).expect("it is allowed");
    let number = number(&file);
    drop(runner);
    let outcome = outcomes.recv_timeout(PATIENCE).expect("it is let go");
    assert_eq!(outcome.end, done(&format!("process {number} runs on")));
    assert!(lives(&number));
    std::fs::File::create(file.with_extension("go")).expect("there is room");
    eventually("it has gone on", || file.with_extension("went").exists());
    eventually("it is waited for", || !lives(&number));
    assert!(outcomes.recv().is_err(), "an outcome is told once");
}

#[test]
fn programs_do_not_hold_up_one_another() {
    let (runner, outcomes) = runner();
    let mut ids = Vec::new();
    for number in 0..20 {
        let job = Job { who: format!("pad {number}"), ..job(Launch::program(["sleep", "1000"])) };
        ids.push(runner.submit(job).expect("there is room"));
    }
    let last = Job { who: "another".into(), ..job(Launch::program(["true"])) };
    let last = runner.submit(last).expect("there is room");
    assert_eq!(outcomes.recv_timeout(PATIENCE).expect("it ends").id, last);
    for id in &ids {
        assert!(runner.cancel(*id));
    }
    let mut cancelled: Vec<_> = (0..20).map(|_| outcomes.recv_timeout(PATIENCE).expect("it ends").id).collect();
    cancelled.sort();
    assert_eq!(cancelled, ids);
}
