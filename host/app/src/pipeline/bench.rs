//! `ripieno bench graph`: a graph as fast as it goes, and what held it up.
//!
//! Sources that keep time by themselves do not, and throttles let everything through; devices keep their own time.

use super::figures::{self, bytes, count};
use super::load::load;
use super::registry;
use super::run::{DRAIN, Listening, start};
use crate::cli::BenchGraphOptions;
use crate::{Failure, output};
use ripieno_pipeline::{Declaration, EndStatus, Registry, RunError, Running, Status, Summary, TaskState, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The schema of what `--json` prints; raised when a key goes or changes its meaning.
const VERSION: u32 = 1;
/// How often tasks are looked at: their shares are of late only.
const LOOK: Duration = Duration::from_millis(200);

/// What a graph did. Printed as JSON by `--json`; keys are only ever added.
#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    name: String,
    secs: f64,
    /// Of all streams.
    frames_per_sec: f64,
    bytes_per_sec: f64,
    /// The task that waited least; null where the run was too short to tell.
    slowest_task: Option<String>,
    streams: Vec<StreamReport>,
    tasks: Vec<TaskReport>,
    ends: Vec<EndStatus>,
}

#[derive(Debug, Serialize)]
struct StreamReport {
    name: String,
    frames: u64,
    frames_per_sec: f64,
    bytes_per_sec: f64,
}

#[derive(Debug, Serialize)]
struct TaskReport {
    name: String,
    /// Part of the time that it waited, 0 to 1.
    wait_share: Option<f64>,
    /// Cores that it used.
    cpu: Option<f64>,
}

/// Carries out the verb.
pub fn run(options: &BenchGraphOptions) -> Result<(), Failure> {
    let registry = registry();
    let mut graph = load(&options.graph, &options.settings, &registry)?;
    unthrottle(graph.declaration_mut(), &registry);
    let wishes = Listening::begin();
    let running = Arc::new(start(&graph, registry, super::tell)?);
    wishes.lead(&running);
    let mut shares = Shares::default();
    let end = measure(&running, Duration::from_secs(options.seconds), &mut shares);
    let summary = end.map_err(|error| Failure::Session(error.to_string()))?;
    let report = shares.report(summary);
    if options.json {
        output::json(&report)?;
    } else {
        output::text(&report.text())?;
    }
    if wishes.stops() > 0 { Err(Failure::Stopped) } else { Ok(()) }
}

/// Takes what keeps time out of a graph.
fn unthrottle(declaration: &mut Declaration, registry: &Registry) {
    for task in &mut declaration.tasks {
        let Some(kind) = task.kind.as_deref().and_then(|kind| registry.kind(kind)) else { continue };
        if kind.name() == "throttle" {
            task.kind = Some("passthrough".into());
            task.params.clear();
        } else if kind.params().iter().any(|param| param.name == "paced") {
            task.params.insert("paced".into(), Value::Bool(false));
        }
    }
}

fn measure(running: &Running, time: Duration, shares: &mut Shares) -> Result<Summary, RunError> {
    let end = Instant::now() + time;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if let Some(end) = running.wait_for(left.min(LOOK)) {
            return end;
        }
        if left.is_zero() {
            running.stop_within(DRAIN);
            return running.wait();
        }
        shares.add(&running.status());
    }
}

/// What tasks did with their time, look by look.
#[derive(Debug, Default)]
struct Shares(BTreeMap<String, (u32, f64, f64)>);

impl Shares {
    fn add(&mut self, status: &Status) {
        for task in status.tasks.iter().filter(|task| task.state == TaskState::Running) {
            let (looks, wait, cpu) = self.0.entry(task.name.clone()).or_default();
            *looks += 1;
            *wait += task.wait_share;
            *cpu += task.cpu;
        }
    }

    fn report(&self, summary: Summary) -> Report {
        let secs = summary.secs.max(f64::MIN_POSITIVE);
        let streams: Vec<StreamReport> = summary
            .streams
            .iter()
            .map(|stream| StreamReport {
                name: stream.name.clone(),
                frames: stream.published,
                frames_per_sec: stream.published as f64 / secs,
                bytes_per_sec: stream.bytes as f64 / secs,
            })
            .collect();
        let tasks: Vec<TaskReport> = summary
            .tasks
            .iter()
            .map(|task| {
                let shares = self
                    .0
                    .get(&task.name)
                    .map(|(looks, wait, cpu)| (wait / f64::from(*looks), cpu / f64::from(*looks)));
                TaskReport {
                    name: task.name.clone(),
                    wait_share: shares.map(|(wait, _)| wait),
                    cpu: shares.map(|(_, cpu)| cpu),
                }
            })
            .collect();
        let known = tasks.iter().filter_map(|task| Some((task.wait_share?, &task.name)));
        let slowest = known.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, name)| name.clone());
        Report {
            version: VERSION,
            name: summary.name,
            secs: summary.secs,
            frames_per_sec: streams.iter().map(|stream| stream.frames_per_sec).sum(),
            bytes_per_sec: streams.iter().map(|stream| stream.bytes_per_sec).sum(),
            slowest_task: slowest,
            streams,
            tasks,
            ends: summary.ends,
        }
    }
}

impl Report {
    fn text(&self) -> String {
        let Self { name, secs, frames_per_sec, bytes_per_sec, .. } = self;
        let (frames, size) = (count(*frames_per_sec), bytes(*bytes_per_sec));
        let mut text = format!("{name} ran {secs:.2} s: {frames} frames/s, {size}/s in all streams\n");
        for stream in &self.streams {
            let (frames, size) = (count(stream.frames_per_sec), bytes(stream.bytes_per_sec));
            let _ = writeln!(text, "stream   {:<16} {frames}/s, {size}/s", stream.name);
        }
        for task in &self.tasks {
            if let (Some(wait), Some(cpu)) = (task.wait_share, task.cpu) {
                let slowest = if self.slowest_task.as_ref() == Some(&task.name) { "  <- slowest" } else { "" };
                let (wait, cpu) = (wait * 100.0, cpu * 100.0);
                let _ =
                    writeln!(text, "task     {:<16} {wait:>3.0} % waiting, {cpu:>3.0} % of a core{slowest}", task.name);
            }
        }
        for end in self.ends.iter().filter(|end| end.latency.count > 0) {
            let _ = writeln!(text, "latency  {:<16} {}", end.sink, figures::latency(&end.latency));
        }
        text
    }
}
