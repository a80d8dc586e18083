//! Pipelines whose tasks are processes: each scene is a run of `pipeline-probe`.
#![cfg(target_os = "linux")]

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROBE: &str = env!("CARGO_BIN_EXE_pipeline-probe");

/// What a scene tells, and what it says on standard error.
#[track_caller]
fn scene(arguments: &[&str]) -> (Value, String) {
    let mut child = Command::new(PROBE).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let err = std::thread::spawn(move || std::io::read_to_string(err).unwrap_or_default());
    let out = std::thread::spawn(move || std::io::read_to_string(out).unwrap_or_default());
    let late = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > late {
            let _ = child.kill();
            panic!("{arguments:?} hangs: {}", err.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let (out, err) = (out.join().unwrap(), err.join().unwrap());
    let told = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {out} {err}"));
    (told, err)
}

/// Sequences and numbers that a sink wrote down.
fn written(file: &Path) -> Vec<(i32, i32)> {
    let bytes = std::fs::read(file).unwrap_or_default();
    let words: Vec<i32> = bytes.as_chunks().0.iter().map(|word| i32::from_le_bytes(*word)).collect();
    words.as_chunks().0.iter().map(|[sequence, number]| (*sequence, *number)).collect()
}

#[track_caller]
fn fails_with(scene_name: &str, parts: &[&str]) {
    let (told, _) = scene(&[scene_name]);
    let error = told["error"].as_str().unwrap_or_default();
    for part in parts {
        assert!(error.contains(part), "{scene_name}: '{part}' is not in '{error}'");
    }
}

#[test]
fn failures_name_task_and_cause() {
    fails_with("exit", &["task 'sink'", "left its process with code 3"]);
    fails_with("panic", &["task 'sink'", "panicked: the kettle boils over"]);
    fails_with("refused", &["task 'source'", "did not start", "it is not there"]);
    fails_with("different", &["task 'sink'", "declare the same at every start"]);
    fails_with("stuck", &["task 'sink'", "does not end"]);
}

#[test]
fn a_stop_drains_all_processes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers");
    let (told, _) = scene(&["stop", &format!("file={}", file.display())]);
    let expected: Vec<_> = (0..told["published"].as_i64().unwrap() as i32).map(|number| (number, number)).collect();
    assert!(written(&file) == expected, "{} of {}", written(&file).len(), expected.len());
    let pids: Vec<u64> = told["pids"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    assert!(pids[0] != pids[1] && !pids.contains(&told["own"].as_u64().unwrap()) && !pids.contains(&0), "{told}");
    assert!(told["rss"].as_u64().unwrap() > 100_000 && told["placement"] == "process");
}

#[test]
fn parameters_and_gauges_cross_processes() {
    let (told, _) = scene(&["live"]);
    assert!(told["error"].is_null() && told["own"] == false, "{told}");
    assert!(told["refused"].as_str().unwrap().contains("1000"), "{told}");
    assert!(told["fixed"].as_str().unwrap().contains("it has offset"), "{told}");
}

#[test]
fn a_toggleable_process_keeps_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers");
    let (told, _) = scene(&["toggle", &format!("file={}", file.display())]);
    assert!(told["error"].is_null(), "{told}");
    assert_eq!(written(&file), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]);
}

#[test]
fn processes_are_replaced_without_a_lost_frame() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers");
    let (told, err) = scene(&["reload", &format!("file={}", file.display())]);
    assert!(told["error"].is_null() && told["pids"].as_array().is_some_and(|pids| pids.len() > 3), "{told} {err}");
    let all = written(&file);
    let wrong = all.windows(2).find(|pair| pair[1] != (pair[0].0 + 1, pair[0].1 + 1));
    assert!(all.len() > 600 && all[0] == (0, 0) && wrong.is_none(), "{wrong:?}");
}

#[test]
fn what_a_task_starts_is_no_task() {
    let folder = tempfile::tempdir().unwrap();
    let (told, err) = scene(&["nested", &format!("file={}", folder.path().join("numbers").display())]);
    assert!(told["error"].is_null(), "{told} {err}");
}

#[test]
fn the_children_of_a_killed_program_end() {
    for _ in 0..5 {
        let mut child = Command::new(PROBE).arg("endless").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let children: Vec<u32> = serde_json::from_str(&line).unwrap();
        assert_eq!(children.len(), 2);
        child.kill().unwrap();
        child.wait().unwrap();
        // Whoever inherits a dead one may take its time to bury it.
        let lives = |pid: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        support::until(|| !children.iter().any(lives));
    }
}

/// Runs the chain with one of its processes killed at a random instant, again and again.
fn kills(policy: &str, rounds: usize, each: usize, frames: usize, check: impl Fn(&Value, &[(i32, i32)])) {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..rounds {
        let file = folder.path().join(seed.to_string());
        let fields = [
            format!("policy={policy}"),
            format!("seed={}", seed + 1),
            format!("kills={each}"),
            format!("frames={frames}"),
            format!("within={}", 40_000),
            format!("file={}", file.display()),
        ];
        let arguments: Vec<&str> = ["chaos"].into_iter().chain(fields.iter().map(String::as_str)).collect();
        let (told, err) = scene(&arguments);
        let all = written(&file);
        // Whatever happened: no frame is missing between two that were seen.
        let gap = all.windows(2).find(|pair| pair[1].0 > pair[0].0 + 1);
        assert!(gap.is_none() && all.first().is_none_or(|first| first.0 == 0), "seed {seed}: {gap:?} {told} {err}");
        check(&told, &all);
    }
}

#[test]
fn a_killed_process_stops_the_pipeline() {
    kills("stop", support::amount("RIPIENO_SOAK_KILLS", 40), 1, 3000, |told, all| {
        let error = told["error"].as_str();
        if told["kills"] == 0 || error.is_none() {
            assert!(error.is_none() && all.len() == 3000, "{told}");
        } else {
            assert!(error.is_some_and(|error| error.contains("was killed by signal 9")), "{told}");
        }
    });
}

#[test]
fn a_killed_process_is_isolated() {
    kills("isolate", support::amount("RIPIENO_SOAK_KILLS", 40), 1, 3000, |told, all| {
        assert!(told["error"].is_null(), "{told}");
        assert!(all.len() == 3000 || told["kills"] != 0, "{told}");
    });
}

#[test]
fn a_killed_process_is_started_again_and_no_frame_is_lost() {
    kills("restart", support::amount("RIPIENO_SOAK_KILLS", 40).div_ceil(10), 12, 12_000, |told, all| {
        assert!(told["error"].is_null(), "{told}");
        // A source that starts again begins with its numbers again; all others go on where the dead one was.
        let wrong = all.windows(2).find(|pair| {
            let [before, after] = [pair[0], pair[1]];
            let goes_on = after.1 == before.1 + 1 || after.1 == before.1 || after.1 == 0;
            after.0 < before.0 || !goes_on
        });
        assert!(wrong.is_none() && all.last().is_some_and(|last| last.1 == 11_999), "{wrong:?} {told}");
    });
}
