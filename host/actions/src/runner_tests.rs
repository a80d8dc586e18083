//! The runner as a whole: what is allowed, that nothing quick waits behind anything slow, and how it ends.

use super::*;
use crate::action::{Action, Kind, Phase};
use crate::backends::Fault;
use crate::cancel::Cancel;
use crate::front::Application;
use crate::http::{Http, HttpRequest};
use crate::recording::Record;
use crate::volume::Volume;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Instant;

const PATIENCE: Duration = Duration::from_secs(60);

fn action(json: &str) -> Action {
    serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"))
}

fn pad(json: &str) -> Job {
    Job { action: action(json), value: 65_535, phase: Phase::On, who: "pad".into() }
}

fn knob(json: &str, value: u16) -> Job {
    Job { value, phase: Phase::Set, who: "knob".into(), ..pad(json) }
}

/// All is allowed, nothing is real, and requests are answered as `http` says.
fn start(http: impl Http + 'static) -> (Runner, Receiver<Outcome>, Record) {
    let (recording, record) = Backends::recording();
    let backends = Backends { http: Arc::new(http), ..recording };
    let (runner, outcomes) = Runner::start(Config::allowing(Kind::ALL), backends).expect("there are threads");
    (runner, outcomes, record)
}

/// A server that answers when it is cancelled or told to, and tells which values it is asked with.
struct Held {
    asked: Mutex<Sender<u16>>,
    answers: Mutex<Receiver<()>>,
}

fn held() -> (Held, Receiver<u16>, Sender<()>) {
    let (asked, hears) = channel();
    let (answer, answers) = channel();
    (Held { asked: Mutex::new(asked), answers: Mutex::new(answers) }, hears, answer)
}

impl Http for Held {
    fn send(&self, _: &HttpRequest, value: u16, cancel: &Cancel) -> Result<String, Fault> {
        // The test may have stopped listening.
        let _ = self.asked.lock().unwrap_or_else(PoisonError::into_inner).send(value);
        loop {
            if cancel.is_cancelled() {
                return Err(Fault::Cancelled);
            }
            let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            if answers.recv_timeout(Duration::from_millis(5)) != Err(RecvTimeoutError::Timeout) {
                return Ok("200".into());
            }
        }
    }
}

/// A server that is not asked.
struct Unasked;

impl Http for Unasked {
    fn send(&self, _: &HttpRequest, _: u16, _: &Cancel) -> Result<String, Fault> {
        Err(Fault::Failed("nobody was to ask".into()))
    }
}

const GET: &str = r#"{"type": "http", "url": "http://127.0.0.1/$value"}"#;
const KEY: &str = r#"{"type": "keystroke", "keys": "ctrl+s"}"#;

fn next(outcomes: &Receiver<Outcome>) -> Outcome {
    outcomes.recv_timeout(PATIENCE).expect("it ends")
}

fn done(detail: &str) -> End {
    End::Done { detail: detail.into() }
}

#[test]
fn each_kind_reaches_its_backend() {
    let (recording, record) = Backends::recording();
    let (runner, outcomes) = Runner::start(Config::allowing(Kind::ALL), recording).expect("there are threads");
    let check = |job: Job, line: &str, detail: &str| {
        let (kind, who) = (job.action.kind(), job.who.clone());
        let before = record.lines().len();
        let id = runner.submit(job).expect("it is allowed");
        let outcome = next(&outcomes);
        assert_eq!((outcome.id, outcome.kind, outcome.who), (id, kind, who));
        assert_eq!(outcome.end, done(detail));
        assert_eq!(record.lines()[before..].join("; "), line);
    };
    check(pad(KEY), "press ctrl; press s; release s; release ctrl", "ctrl+s");
    check(pad(r#"{"type": "scroll", "amount": -3}"#), "scroll -3 down", "-3 notches");
    let program = r#"launch Launch { argv: ["a", "b"], command: None, shell: false, cwd: None, env: [] }"#;
    check(pad(r#"{"type": "launch", "argv": ["a", "b"]}"#), program, "exit code 0");
    check(pad(GET), "http GET http://127.0.0.1/1.0000", "200 OK");
    let osc = r#"{"type": "osc", "to": "127.0.0.1:9", "address": "/a", "args": ["$value"]}"#;
    check(knob(osc, 0x8000), "osc 127.0.0.1:9 /a [Float(0.5000076)]", "/a to 127.0.0.1:9");
    let midi = r#"{"type": "midi_out", "port": "synth", "message": "b0 07 $value"}"#;
    check(knob(midi, 0x8000), "midi synth [b0, 07, 40]", "3 bytes to synth");
    check(knob(r#"{"type": "volume", "target": "mic"}"#, 16_384), "volume mic 0.250", "mic at 25 %");
    check(pad(r#"{"type": "obs", "do": "scene", "name": "A"}"#), r#"obs Scene { name: "A" }"#, "done");
    check(
        pad(r#"{"type": "reaper", "action": 40044}"#),
        "osc 127.0.0.1:8000 /action [Int(40044)]",
        "sent to 127.0.0.1:8000",
    );
}

#[test]
fn a_knob_scrolls_by_its_way_from_where_it_stands() {
    let (runner, outcomes, record) = start(Unasked);
    let turn = |value: u16, expected: &str| {
        runner.submit(knob(r#"{"type": "scroll", "amount": 2}"#, value << 9)).expect("it is allowed");
        assert_eq!(next(&outcomes).end, done(expected));
    };
    turn(64, "0 notches");
    turn(67, "6 notches");
    turn(66, "-2 notches");
    turn(0, "-100 notches");
    turn(0, "0 notches");
    assert_eq!(record.lines(), ["scroll 6 down", "scroll -2 down", "scroll -100 down"]);
}

#[test]
fn a_keystroke_may_be_for_one_application_only() {
    let (runner, outcomes, record) = start(Unasked);
    let press = || {
        runner
            .submit(pad(r#"{"type": "app_keystroke", "keys": "space", "process": "VLC.exe"}"#))
            .expect("it is allowed");
        next(&outcomes).end
    };
    let refused = |why: &str| End::Refused { why: why.into() };
    assert_eq!(press(), refused("nothing is in front, so VLC.exe is not"));
    record.set_front(Some(Application::named("bash")));
    assert_eq!(press(), refused("bash is in front, not VLC.exe"));
    assert_eq!(record.lines(), [""; 0]);
    record.set_front(Some(Application::named("vlc")));
    assert_eq!(press(), done("space"));
    assert_eq!(record.lines(), ["press space", "release space"]);
}

#[test]
fn nothing_is_done_that_is_not_allowed() {
    let (recording, record) = Backends::recording();
    let (runner, outcomes) = Runner::start(Config::default(), recording).expect("there are threads");
    let press = |job: &Job| runner.submit(job.clone()).map_err(|refused| refused.to_string());
    for json in [KEY, GET, r#"{"type": "launch", "argv": ["true"]}"#, r#"{"type": "obs", "do": "next_scene"}"#] {
        let job = pad(json);
        let fix = format!("allow = [\"{}\"] under [actions] in studio.toml", job.action.kind());
        assert!(press(&job).is_err_and(|why| why.contains(&fix)), "{json}");
    }
    runner.configure(Config::allowing([Kind::Keystroke]));
    assert!(press(&pad(KEY)).is_ok());
    assert!(press(&pad(GET)).is_err_and(|why| why.contains(r#"allow = ["keystroke", "http"]"#)));
    assert_eq!(next(&outcomes).kind, Kind::Keystroke);
    runner.configure(Config::default());
    assert!(press(&pad(KEY)).is_err());
    assert_eq!(record.lines().len(), 4, "only one keystroke");
    drop(runner);
    assert!(outcomes.recv().is_err(), "what is refused has no outcome");
}

#[test]
fn what_cannot_work_or_does_not_answer_is_refused() {
    let (runner, outcomes, _) = start(Unasked);
    let off = Job { phase: Phase::Off, ..pad(KEY) };
    assert_eq!(runner.submit(off), Err(Refused::Unanswered { kind: Kind::Keystroke, phase: Phase::Off }));
    let wrong = runner.submit(pad(r#"{"type": "launch", "command": "ls"}"#));
    assert!(matches!(&wrong, Err(Refused::Wrong(problem)) if problem.field == "command"), "{wrong:?}");
    drop(runner);
    assert!(outcomes.recv().is_err());
}

#[test]
fn keys_do_not_wait_for_servers() {
    let (http, asked, _answer) = held();
    let (runner, outcomes, _) = start(http);
    for number in 0..SLOW + 3 {
        runner.submit(Job { who: format!("pad {number}"), ..pad(GET) }).expect("there is room");
    }
    for _ in 0..SLOW {
        asked.recv_timeout(PATIENCE).expect("a worker asks");
    }
    runner.submit(pad(KEY)).expect("there is room");
    assert_eq!(next(&outcomes).kind, Kind::Keystroke);
}

#[test]
fn the_newest_value_follows_the_one_that_runs() {
    let (http, asked, answer) = held();
    let (runner, outcomes, _) = start(http);
    let first = runner.submit(knob(GET, 1)).expect("there is room");
    assert_eq!(asked.recv_timeout(PATIENCE), Ok(1));
    let second = runner.submit(knob(GET, 2)).expect("there is room");
    for value in 3..1_000 {
        assert_eq!(runner.submit(knob(GET, value)), Ok(second));
    }
    answer.send(()).expect("the server waits");
    assert_eq!(next(&outcomes).id, first);
    assert_eq!(asked.recv_timeout(PATIENCE), Ok(999));
    answer.send(()).expect("the server waits");
    assert_eq!(next(&outcomes).id, second);
    drop(runner);
    assert!(outcomes.recv().is_err(), "there were two jobs");
}

#[test]
fn jobs_are_cancelled_while_they_wait_and_while_they_run() {
    let (http, asked, _answer) = held();
    let (runner, outcomes, _) = start(http);
    let runs = runner.submit(pad(GET)).expect("there is room");
    asked.recv_timeout(PATIENCE).expect("a worker asks");
    let waits = runner.submit(pad(GET)).expect("there is room");
    assert!(runner.cancel(waits));
    assert!(runner.cancel(runs));
    let mut ended = [next(&outcomes), next(&outcomes)].map(|outcome| (outcome.id, outcome.end));
    ended.sort_by_key(|(id, _)| *id);
    assert_eq!(ended, [(runs, End::Cancelled), (waits, End::Cancelled)]);
    assert!(!runner.cancel(waits) && !runner.cancel(JobId(1_000)));
}

#[test]
fn dropping_ends_every_job_once() {
    let (http, asked, _answer) = held();
    let (runner, outcomes, _) = start(http);
    let mut ids: Vec<_> = (0..40)
        .map(|number| runner.submit(Job { who: format!("pad {number}"), ..pad(GET) }).expect("there is room"))
        .collect();
    asked.recv_timeout(PATIENCE).expect("a worker asks");
    drop(runner);
    let mut ended: Vec<_> = outcomes.into_iter().map(|outcome| (outcome.id, outcome.end)).collect();
    ended.sort_by_key(|(id, _)| *id);
    ids.sort();
    assert_eq!(ended, ids.into_iter().map(|id| (id, End::Cancelled)).collect::<Vec<_>>());
}

/// A server that hears no request to stop.
struct Deaf(Mutex<Receiver<()>>);

impl Http for Deaf {
    fn send(&self, _: &HttpRequest, _: u16, _: &Cancel) -> Result<String, Fault> {
        // Ends when the test does.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).recv();
        Ok(String::new())
    }
}

#[test]
fn dropping_does_not_wait_for_ever() {
    let (end, ends) = channel();
    let (runner, _outcomes, _) = start(Deaf(Mutex::new(ends)));
    runner.submit(pad(GET)).expect("there is room");
    let begin = Instant::now();
    drop(runner);
    assert!(begin.elapsed() < PATIENCE, "it waited for what never ends");
    drop(end);
}

/// A library with a fault.
struct Broken;

impl Volume for Broken {
    fn set(&mut self, _: &str, level: f32) -> Result<String, Fault> {
        assert!(level > 0.5, "a fault on purpose");
        Ok("Master".into())
    }
}

#[test]
fn a_fault_of_a_library_costs_one_job() {
    let (recording, _) = Backends::recording();
    let backends = Backends { volume: Box::new(Broken), ..recording };
    let (runner, outcomes) = Runner::start(Config::allowing(Kind::ALL), backends).expect("there are threads");
    let turn = |value| {
        runner.submit(knob(r#"{"type": "volume", "target": "master"}"#, value)).expect("there is room");
        next(&outcomes).end
    };
    assert_eq!(turn(0), End::Failed { error: "volume broke off by a fault of its own".into() });
    assert_eq!(turn(u16::MAX), done("Master at 100 %"));
}
