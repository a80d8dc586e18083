//! Processes that are killed at any instant.

use crate::support;
use ripieno_pipeline::{Crash, DType, Pipeline, Placement, Ports, RunError, Summary, TaskError, TaskState};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Source, middle and sink, each a process, of which some are killed.
pub fn run(field: &dyn Fn(&str) -> String) -> Value {
    let number = |key: &str| field(key).parse::<u64>().unwrap_or_default();
    let policy = match field("policy").as_str() {
        "restart" => Crash::Restart { limit: 100_000 },
        "isolate" => Crash::Isolate,
        _ => Crash::Stop,
    };
    let before = support::left_over();
    let done = Arc::new(AtomicBool::new(false));
    let (seed, kills, within) = (number("seed"), number("kills"), number("within").max(1));
    let killed = done.clone();
    let killer = (!crate::is_task()).then(|| std::thread::spawn(move || kill(seed, kills, within, &killed)));
    let result = chain(policy, number("frames") as i32, field("file"));
    done.store(true, Ordering::SeqCst);
    let kills = killer.map_or(0, |killer| killer.join().unwrap_or_default());
    support::until(|| children().is_empty() && support::left_over() == before);
    let (error, summary) = match result {
        Ok(summary) => (None, Some(summary)),
        Err(RunError::Failed(failed)) => (Some(failed.to_string()), Some(*failed.summary)),
        Err(error) => (Some(error.to_string()), None),
    };
    let restarts: u32 = summary.iter().flat_map(|summary| &summary.tasks).map(|task| task.restarts).sum();
    let states: Vec<TaskState> = summary.iter().flat_map(|summary| &summary.tasks).map(|task| task.state).collect();
    json!({ "error": error, "kills": kills, "restarts": restarts, "states": states })
}

fn chain(policy: Crash, frames: i32, file: String) -> Result<Summary, RunError> {
    let mut pipeline = Pipeline::new("chaos");
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_stream("b", &[], DType::I32, 8).unwrap();
    let source = move |ports: &mut Ports| -> Result<(), TaskError> {
        let mut out = ports.writer::<i32>("out")?;
        for number in 0..frames {
            out.write(&[number])?;
            if number % 32 == 0 {
                ports.pause(Duration::from_micros(100))?;
            }
        }
        Ok(())
    };
    pipeline.add_task("source", &[], &[("out", "a")], &[], source).unwrap();
    pipeline.add_task("middle", &[("in", "a")], &[("out", "b")], &[], support::pass).unwrap();
    pipeline.add_task("sink", &[("in", "b")], &[], &[], write_down(file)).unwrap();
    for name in ["source", "middle", "sink"] {
        place(&mut pipeline, name, policy);
    }
    pipeline.run()
}

/// Appends all numbers to a file, then passes them.
pub fn write_down(file: String) -> impl FnMut(&mut Ports) -> Result<(), TaskError> + Send {
    move |ports| {
        let mut log = File::options().append(true).create(true).open(&file).map_err(TaskError::failed)?;
        let mut reader = ports.reader::<i32>("in")?;
        while let Some(look) = reader.look()? {
            let record = [look.stamp().sequence as i32, look[0]].map(i32::to_le_bytes).concat();
            log.write_all(&record).map_err(TaskError::failed)?;
            look.increment();
        }
        Ok(())
    }
}

/// Puts a task into a process of its own.
pub fn place(pipeline: &mut Pipeline, task: &str, policy: Crash) {
    let mut declaration = pipeline.declaration_mut().tasks.iter_mut();
    let task = declaration.find(|decl| decl.name == task).unwrap();
    task.placement = Placement::Process { core: None };
    task.on_crash = policy;
}

/// Kills children at random instants, as soon as there are any; returns how many.
fn kill(seed: u64, kills: u64, within: u64, done: &AtomicBool) -> u64 {
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut killed = 0;
    while killed < kills && !done.load(Ordering::SeqCst) {
        sleep(Duration::from_micros(next(within)));
        let children = children();
        if children.is_empty() {
            continue;
        }
        let victim = children[next(children.len() as u64) as usize];
        killed += u64::from(Command::new("kill").args(["-9", &victim.to_string()]).status().is_ok_and(|s| s.success()));
    }
    killed
}

/// The tasks' processes: all children but those that kill them.
pub fn children() -> Vec<u32> {
    let own = std::process::id();
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_ascii_whitespace();
        let (state, parent) = (fields.next(), fields.next().and_then(|parent| parent.parse::<u32>().ok()));
        state != Some("Z") && parent == Some(own) && !stat.contains("(kill)")
    };
    let pids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}
