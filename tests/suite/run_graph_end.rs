//! How running graphs end and change: by signals, by the death of a task, by their time, and by edits of their file.

use ripieno_tests::graph::{Bench, PATIENCE};
use ripieno_tests::process::stereo;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::time::Instant;

/// A tone in its own time, through a task that may be a process, into a file.
fn live(more: &str) -> String {
    format!(
        r#"
format_version = 2
name = "live"
[[streams]]
name = "tone"
shape = [256, 2]
dtype = "f32"
rate = 48000
[[streams]]
name = "loud"
[[tasks]]
name = "tone"
kind = "tone"
writes = {{ out = "tone" }}
params = {{ paced = true, db = -12.0 }}
[[tasks]]
name = "gain"
kind = "gain"
reads = {{ in = "tone" }}
writes = {{ out = "loud" }}
{more}
[[tasks]]
name = "file"
kind = "wav-sink"
reads = {{ in = "loud" }}
params = {{ file = "out.wav" }}
"#
    )
}

fn flows(status: &Value) -> bool {
    status["streams"][1]["published"].as_u64().is_some_and(|frames| frames > 50)
}

#[test]
fn interrupted_it_stops_in_order_and_loses_nothing() {
    for (signal, place) in [(Signal::INT, ""), (Signal::TERM, "place = \"process\"")] {
        let bench = Bench::with(&live(place));
        let run = bench.run(&["graph.toml"]);
        bench.until("sound flows", flows);
        run.signal(signal);
        let ended = run.end();
        assert_eq!((ended.code, &ended.summary["ended"]), (Some(130), &json!("interrupted")), "{ended:?}");
        let summary = &ended.summary["summary"];
        // What the source wrote went through to the sink, and all of it is in the file.
        let frames = |stream: usize| summary["streams"][stream]["published"].as_u64().expect("a number");
        assert!(frames(0) > 50 && frames(0) == frames(1), "{summary}");
        assert_eq!(stereo(&bench.path("out.wav")).1.len() as u64, 256 * frames(1));
    }
}

#[test]
fn interrupted_twice_it_stops_at_once() {
    // Ten seconds of sound wait for a device that takes its time.
    let bench = Bench::with(
        r#"
format_version = 2
name = "slow"
[[streams]]
name = "tone"
shape = [48000, 1]
dtype = "f32"
rate = 48000
frames = 16
[[tasks]]
name = "tone"
kind = "tone"
writes = { out = "tone" }
[[tasks]]
name = "device"
kind = "audio-sink"
reads = { in = "tone" }
params = { device = "null" }
"#,
    );
    let run = bench.run(&["graph.toml"]);
    bench.until("the ring is full", |status| {
        status["streams"][0]["published"].as_u64().is_some_and(|frames| frames >= 16)
    });
    run.signal(Signal::INT);
    bench.until("it stops in order", |status| status["state"] == "stopping");
    let start = Instant::now();
    run.signal(Signal::INT);
    let ended = run.end();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(start.elapsed() < PATIENCE);
    // In order it would have played all that was written.
    let passed = ended.summary["summary"]["tasks"][1]["frames_in"].as_u64().expect("a number");
    let written = ended.summary["summary"]["streams"][0]["published"].as_u64().expect("a number");
    assert!(passed < written, "{passed} of {written}");
}

/// Kills the process of the task `gain`.
fn kill_gain(bench: &Bench, run: u32, other_than: Option<i32>) -> i32 {
    let of = |status: &Value| status["tasks"][1]["pid"].as_i64().map(|pid| pid as i32);
    let is_new = |status: &Value| {
        of(status).is_some_and(|pid| pid > 0 && pid != run as i32 && Some(pid) != other_than) && flows(status)
    };
    let pid = of(&bench.until("the task has a process", is_new)).expect("a number");
    kill_process(Pid::from_raw(pid).expect("a process"), Signal::KILL).expect("it runs");
    pid
}

#[test]
fn a_killed_task_stops_its_pipeline() {
    let bench = Bench::with(&live("place = \"process\""));
    let run = bench.run(&["graph.toml"]);
    kill_gain(&bench, run.pid(), None);
    let ended = run.end();
    assert_eq!((ended.code, &ended.summary["ended"]), (Some(1), &json!("failed")), "{ended:?}");
    assert_eq!(ended.summary["failures"][0]["task"], "gain", "{ended:?}");
    assert!(ended.stderr.contains("killed by signal 9"), "{}", ended.stderr);
}

#[test]
fn a_killed_task_is_started_again_and_loses_nothing() {
    let bench = Bench::with(&live("place = \"process\"\non_crash = \"restart\"\nrestarts = 5"));
    let run = bench.run(&["graph.toml"]);
    let mut last = None;
    for _ in 0..2 {
        last = Some(kill_gain(&bench, run.pid(), last));
    }
    let before = bench.until("it is back", |status| status["tasks"][1]["restarts"] == 2);
    let before = before["streams"][1]["published"].as_u64().expect("a number");
    bench.until("it goes on", |status| status["streams"][1]["published"].as_u64().is_some_and(|now| now > before + 20));
    run.signal(Signal::INT);
    let ended = run.end();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let summary = &ended.summary["summary"];
    assert_eq!(summary["tasks"][1]["restarts"], 2, "{summary}");
    // A frame at work may come twice, none is missed.
    let frames = |stream: usize| summary["streams"][stream]["published"].as_u64().expect("a number");
    assert!((frames(0)..=frames(0) + 2).contains(&frames(1)), "{summary}");
}

#[test]
fn its_time_ends_it_in_order() {
    let bench = Bench::with(&live(""));
    let ended = bench.run(&["graph.toml", "--duration", "0.5"]).end();
    assert_eq!((ended.code, &ended.summary["ended"]), (Some(0), &json!("complete")), "{ended:?}");
    assert!(stereo(&bench.path("out.wav")).1.len() >= 256);
}

#[test]
fn edits_are_taken_over_while_it_runs() {
    let bench = Bench::with(&live(""));
    let mut run = bench.run(&["graph.toml", "--watch"]);
    let started = run.event("started");
    assert_eq!((&started["version"], &started["pid"]), (&json!(1), &json!(run.pid())));
    bench.until("sound flows", flows);
    // A parameter: at once, and nothing else happens.
    bench.write("graph.toml", &live("").replace("db = -12.0", "db = -18.0"));
    let reloaded = run.event("reloaded");
    assert_eq!(reloaded["changes"]["set_params"], json!(["tone.db"]), "{reloaded}");
    assert_eq!(reloaded["changes"]["replaced_tasks"], json!([]), "{reloaded}");
    // What cannot be changes nothing.
    bench.write("graph.toml", &live("").replace("kind = \"gain\"", "kind = \"gian\""));
    let refused = run.event("refused");
    assert!(refused["faults"][0]["code"].is_string(), "{refused}");
    let before = bench.until("it goes on", flows)["streams"][1]["published"].as_u64().expect("a number");
    bench.until("it goes on", |status| status["streams"][1]["published"].as_u64().is_some_and(|now| now > before));
    // Without waiting for a look: a signal.
    bench.write("graph.toml", &live("").replace("db = -12.0", "db = -24.0"));
    run.signal(Signal::HUP);
    let reloaded = run.event("reloaded");
    assert_eq!(reloaded["changes"]["set_params"], json!(["tone.db"]), "{reloaded}");
    run.signal(Signal::INT);
    assert_eq!(run.end().code, Some(130));
}
