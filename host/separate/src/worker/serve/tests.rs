//! A worker in a thread, spoken to through pipes.

use super::*;
use crate::{Phase, PlanReport, Stem, Warning, WarningCode};
use serde_json::{Value, json};
use std::io::{BufRead, PipeReader, PipeWriter, Write, pipe};
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::JoinHandle;

/// Does what the description says.
struct Script;

impl Work for Script {
    fn run(
        &mut self,
        settings: &JobSettings,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        let step = |percent: f64| Event::Progress {
            phase: Phase::Separating,
            percent,
            done: 0,
            chunks: 1,
            eta_secs: None,
            message: "on the way".into(),
        };
        observer.event(step(50.0));
        match settings.description.as_str() {
            "obey" => {
                while !cancel.is_requested() {
                    thread::sleep(Duration::from_millis(1));
                }
                return Err(JobError::new(ErrorCode::Cancelled, "as asked"));
            }
            "deaf" => loop {
                thread::sleep(Duration::from_secs(1));
            },
            "slow" => thread::sleep(Duration::from_millis(2_300)),
            "panic" => panic!("at the disco"),
            "bad" => return Err(JobError::new(ErrorCode::BadInput, "no recording")),
            _ => {}
        }
        observer.event(Event::Warning(Warning { code: WarningCode::Other, message: "mind".into() }));
        observer.event(step(100.0));
        let stem = Stem { part: "target".into(), path: "t.wav".into(), peak: 0.5, sha256: String::new() };
        Ok(Outcome { stems: vec![stem], engine: "none".into(), frames: 1, seconds: 0.1, resumed: 0 })
    }
}

/// A worker in a thread, and both ends of its pipes.
struct Talk {
    input: Option<PipeWriter>,
    output: std::io::Lines<BufReader<PipeReader>>,
    worker: JoinHandle<bool>,
    stop: Cancel,
}

/// No two tests end a process.
static ENDED: AtomicU8 = AtomicU8::new(0);

impl Talk {
    fn start(config: Option<PathBuf>, lifeline: bool) -> Self {
        let (child_in, input) = pipe().unwrap();
        let (output, child_out) = pipe().unwrap();
        let stop = Cancel::default();
        let end_process = |code| ENDED.store(code, Ordering::Relaxed);
        let serving = Serving { config, lifeline, stop: stop.clone(), version: "0", end_process };
        let worker = thread::spawn(move || serve(serving, child_in, child_out, || Script));
        let mut talk = Self { input: Some(input), output: BufReader::new(output).lines(), worker, stop };
        let hello = talk.hear();
        assert_eq!((&hello["event"], &hello["protocol"]), (&json!("hello"), &json!(1)), "{hello}");
        talk
    }

    fn say(&mut self, line: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn job(&mut self, id: &str, description: &str) {
        self.say(&json!({"job": id, "model": "m", "audio": "a.wav", "description": description, "later": [1]}));
    }

    fn hear(&mut self) -> Value {
        serde_json::from_str(&self.output.next().expect("a line").unwrap()).unwrap()
    }

    /// All lines up to the next end of a job, as `id:event`, with the last one's code.
    fn until_end(&mut self) -> (Vec<String>, Value) {
        let mut events = Vec::new();
        loop {
            let line = self.hear();
            assert!(line["message"].is_string() && line.get("percent").is_some(), "{line}");
            let event = line["event"].as_str().unwrap();
            events.push(format!("{}:{event}", line["job"].as_str().unwrap_or("-")));
            if ["result", "fail"].contains(&event) {
                return (events, line["code"].clone());
            }
        }
    }

    /// The same without heartbeats: how many come is the clock's affair.
    fn said_until_end(&mut self) -> (Vec<String>, Value) {
        let (mut events, code) = self.until_end();
        events.retain(|event| !event.ends_with(":heartbeat"));
        (events, code)
    }

    /// Closes the input; gives what is still said, and whether all went well.
    fn finish(mut self) -> (Vec<Value>, bool) {
        self.input = None;
        let lines = self.output.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        (lines, self.worker.join().unwrap())
    }
}

#[test]
fn jobs_are_done_in_turn_and_each_has_one_end() {
    let mut talk = Talk::start(None, false);
    talk.job("a", "");
    talk.job("b", "bad");
    talk.job("c", "panic");
    talk.job("d", "");
    assert_eq!(
        talk.said_until_end(),
        (vec!["a:update".into(), "a:warning".into(), "a:done".into(), "a:result".into()], Value::Null)
    );
    assert_eq!(talk.said_until_end(), (vec!["b:update".into(), "b:fail".into()], json!("bad_input")));
    assert_eq!(talk.said_until_end(), (vec!["c:update".into(), "c:fail".into()], json!("failed")));
    assert_eq!(talk.said_until_end().0.last().unwrap(), "d:result");
    assert_eq!(talk.finish(), (vec![], false));

    let mut talk = Talk::start(None, false);
    talk.job("a", "");
    talk.until_end();
    assert_eq!(talk.finish(), (vec![], true));
    assert_eq!(Talk::start(None, true).finish(), (vec![], true), "nobody was kept waiting");
}

#[test]
fn what_is_no_job_is_refused_on_its_own_line() {
    let mut talk = Talk::start(None, false);
    let mut check = |line: &str, id: Value, part: &str| {
        writeln!(talk.input.as_mut().unwrap(), "{line}").unwrap();
        let heard = talk.hear();
        assert_eq!((&heard["event"], &heard["job"]), (&json!("fail"), &id), "{heard}");
        assert_eq!((&heard["code"], &heard["percent"]), (&json!("bad_settings"), &Value::Null), "{heard}");
        assert!(heard["message"].as_str().unwrap().contains(part), "{heard}");
    };
    check("{", Value::Null, "this is no JSON");
    check("[]", Value::Null, "a job is a JSON object");
    check("\u{0}\u{fffd}", Value::Null, "this is no JSON");
    check(r#"{"job":"x","model":"m"}"#, json!("x"), "audio: is missing");
    check(r#"{"job":7,"model":"m","audio":"a","max_len_s":-1}"#, json!(7), "max_len_s: ");
    check(r#"{"job":{},"model":"m","audio":"a"}"#, Value::Null, "job: ");
    check(r#"{"job":"x","cancel":1}"#, json!("x"), "cancel: true is wanted");
    check(&format!(r#"{{"job":"x","more":"{}"}}"#, "y".repeat(MAX_LINE)), Value::Null, "a line has more than");
    check(&"[".repeat(MAX_LINE), Value::Null, "this is no JSON");
    talk.job("a", "");
    assert_eq!(talk.until_end().0.last().unwrap(), "a:result");
    assert!(!talk.finish().1);
}

#[test]
fn a_wish_to_stop_is_for_one_job_or_for_all() {
    let mut talk = Talk::start(None, false);
    talk.job("a", "obey");
    talk.job("b", "obey");
    talk.job("c", "");
    assert_eq!(talk.hear()["event"], "update");
    talk.say(&json!({"cancel": true, "job": "b"}));
    assert_eq!(talk.until_end(), (vec!["b:fail".into()], json!("cancelled")));
    talk.say(&json!({"cancel": true, "job": "nobody"}));
    talk.say(&json!({"cancel": true, "job": "a"}));
    assert_eq!(talk.until_end(), (vec!["a:fail".into()], json!("cancelled")));
    assert_eq!(talk.until_end().0.last().unwrap(), "c:result");
    talk.job("d", "obey");
    talk.job("e", "");
    assert_eq!(talk.hear()["event"], "update");
    talk.say(&json!({"cancel": true}));
    let mut ends = [talk.until_end().0, talk.until_end().0].concat();
    ends.sort();
    assert_eq!(ends, ["d:fail", "e:fail"]);
    assert!(!talk.finish().1);
}

#[test]
fn a_deaf_job_ends_with_its_process() {
    let mut talk = Talk::start(None, false);
    talk.job("a", "deaf");
    talk.job("b", "");
    assert_eq!(talk.hear()["event"], "update");
    talk.say(&json!({"cancel": true, "job": "a"}));
    let mut ends = Vec::new();
    while ends.len() < 2 {
        let line = talk.hear();
        if line["event"] != "heartbeat" {
            ends.push((line["job"].clone(), line["code"].clone()));
        }
    }
    ends.sort_by_key(|(job, _)| job.to_string());
    assert_eq!(ends, [(json!("a"), json!("cancelled")), (json!("b"), json!("cancelled"))]);
    while ENDED.load(Ordering::Relaxed) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(ENDED.load(Ordering::Relaxed), 1);
}

#[test]
fn who_works_lives() {
    let mut talk = Talk::start(None, false);
    talk.job("a", "slow");
    let (events, _) = talk.until_end();
    let beats = events.iter().filter(|event| *event == "a:heartbeat").count();
    assert!(beats >= 1, "{events:?}");
    assert!(talk.finish().1);
}

#[test]
fn everything_stops_when_somebody_else_wants_it_or_nobody_listens() {
    let mut talk = Talk::start(None, false);
    talk.job("a", "obey");
    assert_eq!(talk.hear()["event"], "update");
    talk.stop.request();
    assert_eq!(talk.until_end().1, json!("cancelled"));
    assert!(!talk.worker.join().unwrap());

    let mut talk = Talk::start(None, true);
    talk.job("a", "obey");
    assert_eq!(talk.hear()["event"], "update");
    let (lines, went_well) = talk.finish();
    let last = lines.last().unwrap();
    assert_eq!((&last["job"], &last["code"], went_well), (&json!("a"), &json!("cancelled"), false));

    let mut talk = Talk::start(None, false);
    talk.job("a", "obey");
    let Talk { output, worker, input, .. } = talk;
    drop(output);
    assert!(!worker.join().unwrap());
    drop(input);
}

#[test]
fn a_configuration_is_one_job() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    let write = |text: &str| std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    let check = |path: PathBuf, expected: &[(&str, &str)], went_well: bool| {
        let (lines, well) = Talk::start(Some(path), false).finish();
        let told = |line: &Value| (line["event"].as_str().unwrap().to_owned(), line["message"].to_string());
        let told: Vec<_> = lines.iter().map(told).filter(|(event, _)| ["result", "fail"].contains(&&**event)).collect();
        assert_eq!((told.len(), well), (expected.len(), went_well), "{told:?}");
        for ((event, message), (expected, part)) in told.iter().zip(expected) {
            assert!(event == expected && message.contains(part), "{event} {message}");
        }
    };
    check(folder.path().join("none.json"), &[("fail", "cannot be read")], false);
    check(folder.path().into(), &[("fail", "cannot be read")], false);
    write("{");
    check(path.clone(), &[("fail", "run.json: this is no JSON")], false);
    write(r#"{"model":"m"}"#);
    check(path.clone(), &[("fail", "audio: is missing")], false);
    write(r#"{"cancel":true}"#);
    check(path.clone(), &[("fail", "there is none to stop")], false);
    write(&" ".repeat(MAX_LINE + 1));
    check(path.clone(), &[("fail", "a job has at most")], false);
    write(r#"{"model":"m","audio":"a.wav"}"#);
    check(path.clone(), &[("result", "OK")], true);

    // The input may stop it, and nothing else.
    write(r#"{"model":"m","audio":"a.wav","description":"obey"}"#);
    let mut talk = Talk::start(Some(path.clone()), false);
    assert_eq!(talk.hear()["event"], "update");
    talk.job("b", "");
    assert_eq!(talk.until_end().0, ["b:fail"]);
    talk.say(&json!({"cancel": true}));
    assert_eq!(talk.until_end(), (vec!["-:fail".into()], json!("cancelled")));
    assert!(!talk.finish().1);
}

#[test]
fn a_plan_is_told_in_numbers() {
    let plan = PlanReport {
        chunk_frames: 4,
        overlap_frames: 1,
        step_frames: 3,
        chunks: 9,
        segments: Vec::new(),
        memory_bytes: 5,
        estimate_secs: Some(2.0),
        warnings: Vec::new(),
    };
    let line = Line::of(Said::event(Event::Plan(plan)));
    let value: Value = serde_json::from_slice(&line.to_bytes()).unwrap();
    let figures = json!({"chunk_frames": 4, "overlap_frames": 1, "step_frames": 3, "chunks": 9});
    assert_eq!((&value["plan"], &value["memory_bytes"], &value["estimate_s"]), (&figures, &json!(5), &json!(2.0)));
}
