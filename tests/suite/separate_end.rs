//! How separations end before their time: stopped by a host, by the user, by a crash; and how they go on.

use crate::cli::{Run, command, names, run, wait};
use ripieno_tests::models;
use ripieno_tests::process::sibling;
use ripieno_tests::recording::{load, save};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Far more than any of these takes.
const LIMIT: Duration = Duration::from_secs(60);
/// Nothing of a worker is left after this; the product promises 2 seconds, the rest is for a busy machine.
const GONE: Duration = Duration::from_secs(4);

/// A worker of the program, spoken to.
struct Worker {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(folder: &Path, words: &[&str]) -> Self {
        let mut child = command(folder, &[&["worker"], words].concat()).stdin(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn say(&mut self, line: &Value) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&mut self) -> Option<Value> {
        let line = self.lines.next()?.unwrap();
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// All lines up to one of these events.
    fn until(&mut self, events: &[&str]) -> Vec<Value> {
        let mut lines = Vec::new();
        while let Some(line) = self.hear() {
            let is_last = events.contains(&line["event"].as_str().unwrap());
            lines.push(line);
            if is_last {
                return lines;
            }
        }
        panic!("no {events:?}: {lines:?}");
    }

    /// The rest of its lines and its exit code.
    fn end(mut self) -> (Vec<Value>, Option<i32>) {
        drop(self.child.stdin.take());
        let lines: Vec<_> = std::iter::from_fn(|| self.hear()).collect();
        (lines, wait(&mut self.child, LIMIT).expect("it ends").code())
    }
}

fn put(path: &Path, text: &str) {
    File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn event(line: &Value) -> &str {
    line["event"].as_str().unwrap()
}

#[test]
fn a_job_from_a_file_speaks_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("in.wav"), 44_100, 2, 50_000);
    // As a host of the program that people come from writes it.
    let config = json!({
        "model": "builtin:identity", "audio": "in.wav", "description": "speech", "out_target": "t.wav",
        "out_residual": "r.wav", "max_len_s": 0.5, "overlap_s": 0.1, "anchor_mode": "prepend_nearest",
        "anchors": [["+", 0.3, 0.4]], "predict_spans": false, "device": "auto", "fp16": true, "log_file": null,
    });
    put(&folder.join("run.json"), &config.to_string());
    let (lines, code) = Worker::start(folder, &["--config", "run.json"]).end();
    assert_eq!(code, Some(0), "{lines:?}");
    for line in &lines {
        assert!(line["message"].is_string() && (line["percent"].is_number() || line["percent"].is_null()), "{line}");
        assert_eq!(line.get("job"), None);
    }
    let hello = &lines[0];
    assert_eq!((event(hello), &hello["protocol"]), ("hello", &json!(1)));
    let plan = lines.iter().position(|line| event(line) == "plan").expect("a plan");
    // Prompts take their share of the window.
    assert!(lines[plan]["plan"]["chunk_frames"].as_u64().is_some_and(|frames| frames < 22_050), "{}", lines[plan]);
    let percents: Vec<f64> = lines.iter().filter_map(|line| line["percent"].as_f64()).collect();
    assert!(percents.is_sorted(), "{percents:?}");
    let hundreds: Vec<_> = lines.iter().filter(|line| line["percent"] == 100.0).map(event).collect();
    assert_eq!(hundreds, ["done", "result"]);
    let result = lines.last().unwrap();
    assert_eq!((&result["message"], &result["frames"]), (&json!("OK"), &json!(50_000)));
    assert_eq!((&result["out_target"], &result["out_residual"]), (&json!("t.wav"), &json!("r.wav")));
    assert_eq!(result["stems"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(names(folder), ["in.wav", "r.wav", "run.json", "t.wav"]);
}

#[test]
fn every_failure_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let check = |text: Option<&str>, code: &str, part: &str| {
        text.iter().for_each(|text| put(&folder.join("run.json"), text));
        let (lines, exit) =
            Worker::start(folder, &["--config", if text.is_some() { "run.json" } else { "none.json" }]).end();
        let last = lines.last().unwrap();
        assert_eq!((exit, event(last), &last["code"]), (Some(1), "fail", &json!(code)), "{lines:?}");
        let message = last["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{code}: ")) && message.contains(part), "{message}");
    };
    check(None, "bad_settings", "none.json: cannot be read");
    check(Some("{\"model\""), "bad_settings", "no JSON");
    check(Some("{\"model\":\"m\"}"), "bad_settings", "audio: is missing");
    check(Some(r#"{"model":"builtin:identity","audio":"a.wav","anchors":[["+",2,1]]}"#), "bad_settings", "anchor 0");
    check(Some(r#"{"model":"builtin:identity","audio":"none.wav"}"#), "bad_input", "none.wav");
    save(&folder.join("in.wav"), 8_000, 1, 100);
    check(Some(r#"{"model":"builtin:none","audio":"in.wav"}"#), "model_unavailable", "builtin:none");
    let usage = run(folder, &["worker"]);
    assert_eq!((usage.code, usage.stdout.as_str()), (Some(2), ""));
}

#[test]
fn a_worker_keeps_the_model_and_does_job_after_job() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("in.wav"), 48_000, 2, 20_000);
    let model = models::folder("identity");
    let mut worker = Worker::start(folder, &["--config", "-"]);
    for n in 0..3 {
        let audio = if n == 1 { "none.wav" } else { "in.wav" };
        worker.say(&json!({"job": n, "model": model, "audio": audio, "engine": "tract", "out_dir": format!("out{n}")}));
    }
    for (n, end) in [(0, "result"), (1, "fail"), (2, "result")] {
        let lines = worker.until(&["result", "fail"]);
        assert_eq!(event(lines.last().unwrap()), end, "{lines:?}");
        assert!(lines.iter().all(|line| event(line) == "hello" || line["job"] == n), "{lines:?}");
    }
    assert_eq!(worker.end(), (vec![], Some(1)), "one of them failed");
    let [a, b] = ["out0", "out2"].map(|out| load(&folder.join(out).join("in_mix.wav")).2);
    assert!(a == b && a.len() == 40_000);
}

/// A job of many seconds in one call of the model.
fn slow(folder: &Path) -> Value {
    save(&folder.join("in.wav"), 48_000, 1, 480_000);
    json!({"model": models::folder("slow"), "audio": "in.wav", "engine": "tract", "threads": 1})
}

/// Waits until the model is at work.
fn at_work(worker: &mut Worker) {
    worker.until(&["plan"]);
    thread::sleep(Duration::from_millis(500));
}

#[test]
fn a_wish_to_stop_ends_a_worker_within_the_models_call() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = Worker::start(folder.path(), &["--config", "-"]);
    worker.say(&slow(folder.path()));
    at_work(&mut worker);
    let start = Instant::now();
    worker.say(&json!({"cancel": true}));
    let last = worker.until(&["result", "fail"]).pop().unwrap();
    assert_eq!((event(&last), &last["code"]), ("fail", &json!("cancelled")), "{last}");
    let (lines, code) = worker.end();
    assert_eq!((lines.len(), code), (0, Some(1)));
    assert!(start.elapsed() < GONE, "{:?}", start.elapsed());
    assert!(names(folder.path()).iter().all(|name| !name.ends_with("_mix.wav")));
}

#[test]
fn a_worker_dies_with_its_lifeline_and_with_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = Worker::start(folder.path(), &["--config", "-", "--lifeline"]);
    worker.say(&slow(folder.path()));
    at_work(&mut worker);
    let start = Instant::now();
    let (lines, code) = worker.end();
    assert_eq!((&lines.last().unwrap()["code"], code), (&json!("cancelled"), Some(1)));
    assert!(start.elapsed() < GONE, "{:?}", start.elapsed());

    // A host that is killed has no time for messages.
    let slow = models::folder("slow").to_str().unwrap().to_owned();
    let words = ["separate", "in.wav", "-m", &slow, "--engine", "tract", "--threads", "1"];
    let mut host = command(folder.path(), &words).spawn().unwrap();
    let child = child_of(&host);
    thread::sleep(Duration::from_millis(500));
    host.kill().unwrap();
    host.wait().unwrap();
    let start = Instant::now();
    while test_kill_process(child).is_ok() && !is_dead(child) {
        assert!(start.elapsed() < GONE, "the worker is left");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The process that a host has started.
fn child_of(host: &Child) -> Pid {
    let tasks = format!("/proc/{}/task", host.id());
    let start = Instant::now();
    loop {
        let lists = fs::read_dir(&tasks).into_iter().flatten().flatten();
        let lists = lists.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        if let Some(pid) = lists
            .flat_map(|list| list.split_whitespace().map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .flatten()
            .next()
        {
            return Pid::from_raw(pid).expect("a process id");
        }
        assert!(start.elapsed() < LIMIT, "no worker was started");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether it only waits for somebody to ask how it ended.
fn is_dead(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with(['Z', 'X']))
}

#[test]
fn a_host_that_does_not_read_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("in.wav"), 8_000, 1, 8_000);
    let mut worker = Worker::start(folder, &["--config", "-"]);
    // Their lines are more than a pipe holds.
    for n in 0..60 {
        let id = format!("{n}{}", "x".repeat(240));
        let out = format!("out{n}");
        worker.say(&json!({"job": id, "model": "builtin:identity", "audio": "in.wav", "out_dir": out}));
    }
    let start = Instant::now();
    while !folder.join("out59/in_target.wav").exists() {
        assert!(start.elapsed() < LIMIT, "{:?}", names(folder));
        thread::sleep(Duration::from_millis(20));
    }
    let (lines, code) = worker.end();
    assert!(lines.iter().map(|line| line.to_string().len()).sum::<usize>() > 1 << 16);
    assert_eq!((lines.iter().filter(|line| event(line) == "result").count(), code), (60, Some(0)));
}

/// Words of a job that takes a while, in many windows.
fn long_job(folder: &Path) -> [&str; 8] {
    save(&folder.join("in.wav"), 44_100, 2, 44_100 * 40);
    ["in.wav", "-m", "builtin:hpss", "--max-len-s", "2", "--overlap-s", "0.5", "--json"]
}

/// Whether nothing has a stem's name.
fn has_no_stem(folder: &Path) -> bool {
    names(folder).iter().all(|name| !name.ends_with(".wav"))
}

/// Waits until something is written.
fn well_under_way(folder: &Path, child: &mut Child) {
    let start = Instant::now();
    let written = || {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let parts = entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part"));
        parts.filter_map(|part| part.metadata().ok()).any(|part| part.len() > 1_000_000)
    };
    while !written() {
        assert!(start.elapsed() < LIMIT && child.try_wait().unwrap().is_none(), "{:?}", names(folder));
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_separation_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let words = long_job(folder);
    let whole = run(folder, &[&["separate"], &words[..], &["--out-dir", "whole"]].concat());
    assert_eq!(whole.code, Some(0), "{whole:?}");

    let broken = [&["separate"], &words[..], &["--out-dir", "broken", "--resume"]].concat();
    let mut child = command(folder, &broken).process_group(0).spawn().unwrap();
    let group = Pid::from_child(&child);
    well_under_way(&folder.join("broken"), &mut child);
    kill_process_group(group, Signal::KILL).unwrap();
    child.wait().unwrap();
    assert!(has_no_stem(&folder.join("broken")), "{:?}", names(&folder.join("broken")));

    let again = run(folder, &broken);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.json()["files"][0]["resumed"].as_u64().unwrap() > 0, "{again:?}");
    assert_eq!(names(&folder.join("broken")), names(&folder.join("whole")));
    for name in names(&folder.join("whole")) {
        let [a, b] = ["whole", "broken"].map(|at| fs::read(folder.join(at).join(&name)).unwrap());
        assert!(a == b, "{name} differs");
    }
}

#[test]
fn an_interrupt_is_told_and_can_be_gone_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let words = [&["separate"], &long_job(folder)[..], &["--out-dir"]].concat();
    for more in [&["out"][..], &["out2", "--in-process"]] {
        let mut child = command(folder, &[&words[..], more].concat()).spawn().unwrap();
        well_under_way(&folder.join(more[0]), &mut child);
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        wait(&mut child, LIMIT).expect("it ends");
        let run = Run::of(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(130), "{run:?}");
        let file = &run.json()["files"][0];
        assert_eq!((&file["status"], &file["error"]["code"]), (&json!("cancelled"), &json!("cancelled")));
        assert!(file["error"]["message"].as_str().unwrap().contains("--resume"), "{file}");
        assert!(has_no_stem(&folder.join(more[0])), "{:?}", names(&folder.join(more[0])));
    }
    let again = run(folder, &[&words[..], &["out", "--resume"]].concat());
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.json()["files"][0]["resumed"].as_u64().unwrap() > 0, "{again:?}");
}

#[test]
fn the_python_client_in_the_documents_works() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    save(&folder.join("song.wav"), 44_100, 2, 50_000);
    let text = include_str!("../../host/separate/PYTHON.md");
    let blocks: Vec<&str> = text.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [client, example] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    let code_lines = client.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(code_lines <= 35, "{code_lines} lines");
    fs::create_dir(folder.join("bin")).unwrap();
    std::os::unix::fs::symlink(sibling("ripieno-under-test"), folder.join("bin/ripieno")).unwrap();
    let more = "
try:
    Separator().run(model='builtin:none', audio='song.wav')
except RuntimeError as error:
    print(error)
";
    put(&folder.join("client.py"), &format!("{client}\n{example}\n{more}"));
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    let mut python = std::process::Command::new("python3");
    let output = python.arg("client.py").current_dir(folder).env("PATH", path).output().expect("python3 runs");
    let run = Run::of(output);
    run.clean();
    assert!(
        run.stdout.contains("\ntarget stems/song_target.wav ") && run.stdout.contains("model_unavailable: "),
        "{run:?}"
    );
    assert_eq!(names(&folder.join("stems")), ["song_residual.wav", "song_target.wav"]);
}

#[test]
fn what_others_print_does_not_reach_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    save(&folder.path().join("in.wav"), 48_000, 2, 20_000);
    let config = json!({"model": models::folder("identity"), "audio": "in.wav", "engine": "ort", "ort_lib": models::onnx_runtime()});
    put(&folder.path().join("run.json"), &config.to_string());
    let mut child = command(folder.path(), &["worker", "--config", "run.json"]).spawn().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(wait(&mut child, LIMIT).expect("it ends").success(), "{text}");
    for line in text.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line["event"].is_string()), "{line}");
    }
}
