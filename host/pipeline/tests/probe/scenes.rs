//! One pipeline a scene, each with something that has to go right, or wrong in the right way.

use crate::chaos::{children, place, write_down};
use crate::support::running::{Add, registry_with_fragile};
use crate::support::{self, collect, count, count_to, until};
use ripieno_pipeline::{
    Crash, DType, Pipeline, Placement, Ports, Registry, RunError, Running, Summary, TaskError, Value as Param,
};
use serde_json::{Value, json};
use std::process::{Command, exit};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A pipeline of numbers from `source` on, to whatever reads stream `a`.
fn numbers(source: impl FnMut(&mut Ports) -> Result<(), TaskError> + Send + 'static) -> Pipeline {
    let mut pipeline = Pipeline::new("scene");
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], source).unwrap();
    pipeline
}

fn told(result: Result<Summary, RunError>) -> Value {
    json!({ "error": result.err().map(|error| error.to_string()) })
}

fn start(pipeline: Pipeline) -> Running {
    pipeline.compile().unwrap().start().unwrap()
}

/// Runs until it is killed; tells its children first.
pub fn endless() -> Value {
    let mut pipeline = numbers(count);
    pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(Arc::default())).unwrap();
    place(&mut pipeline, "source", Crash::Stop);
    place(&mut pipeline, "sink", Crash::Stop);
    let running = start(pipeline);
    println!("{}", json!(children()));
    told(running.wait())
}

/// Stops in order: what was written before the stop is read.
pub fn stop(file: &str) -> Value {
    let mut pipeline = numbers(count);
    pipeline.add_task("sink", &[("in", "a")], &[], &[], write_down(file.into())).unwrap();
    place(&mut pipeline, "source", Crash::Stop);
    place(&mut pipeline, "sink", Crash::Stop);
    let running = start(pipeline);
    until(|| running.status().streams[0].published > 1000);
    let status = running.status();
    running.stop();
    let summary = running.wait().unwrap();
    json!({
        "published": summary.stream("a").map(|stream| stream.published),
        "pids": status.tasks.iter().map(|task| task.pid).collect::<Vec<_>>(),
        "rss": status.tasks[0].rss_bytes,
        "own": std::process::id(),
        "placement": status.tasks[0].placement,
        "error": null,
    })
}

/// Declares something else in its tasks' processes.
pub fn different() -> Value {
    let mut pipeline = numbers(count_to(3));
    pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(Arc::default())).unwrap();
    if crate::is_task() {
        pipeline.add_event("more", 0).unwrap();
    }
    place(&mut pipeline, "sink", Crash::Stop);
    told(pipeline.run())
}

/// A task that takes its process away with it.
pub fn leaves() -> Value {
    let mut pipeline = numbers(count_to(3));
    let leave = |ports: &mut Ports| -> Result<(), TaskError> {
        ports.reader::<i32>("in")?.read()?;
        exit(3)
    };
    pipeline.add_task("sink", &[("in", "a")], &[], &[], leave).unwrap();
    place(&mut pipeline, "sink", Crash::Stop);
    told(pipeline.run())
}

/// A task that panics in its process.
pub fn panics() -> Value {
    let mut pipeline = numbers(count_to(3));
    let panic = |_: &mut Ports| -> Result<(), TaskError> { panic!("the kettle boils over") };
    pipeline.add_task("sink", &[("in", "a")], &[], &[], panic).unwrap();
    place(&mut pipeline, "sink", Crash::Restart { limit: 2 });
    told(pipeline.run())
}

/// A kind that cannot be made in its process.
pub fn refused() -> Value {
    let (registry, _) = registry_with_fragile();
    let mut pipeline = Pipeline::new("scene").with_registry(registry);
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    let source = pipeline.add_kind("source", "fragile", [], &[], &[("out", "a")], &[]).unwrap();
    source.placement = Placement::Process { core: None };
    pipeline.add_terminator("end", &[("in", "a")]).unwrap();
    told(pipeline.run())
}

/// A task that hears nothing.
pub fn stuck() -> Value {
    let mut pipeline = numbers(count_to(3));
    let deaf = |_: &mut Ports| -> Result<(), TaskError> {
        loop {
            std::thread::park();
        }
    };
    pipeline.add_task("sink", &[("in", "a")], &[], &[], deaf).unwrap();
    place(&mut pipeline, "sink", Crash::Restart { limit: 5 });
    let running = start(pipeline);
    running.stop_within(Duration::from_millis(50));
    told(running.wait())
}

/// A live parameter and a gauge of a task in its own process.
pub fn live() -> Value {
    let mut registry = Registry::empty();
    registry.add(Add);
    let mut pipeline = numbers(|ports: &mut Ports| {
        let mut out = ports.writer::<i32>("out")?;
        while !ports.is_stopping() {
            out.write(&[0])?;
        }
        Ok(())
    })
    .with_registry(registry);
    pipeline.add_stream("b", &[], DType::I32, 2).unwrap();
    let params = [("offset", Param::Integer(7))];
    let add = pipeline.add_kind("add", "add", params, &[("in", "a")], &[("out", "b")], &[]).unwrap();
    add.placement = Placement::Process { core: None };
    let seen = Arc::<Mutex<Vec<i32>>>::default();
    pipeline.add_task("sink", &[("in", "b")], &[], &[], collect(seen.clone())).unwrap();
    let running = start(pipeline);
    let last = || seen.lock().unwrap().last().copied();
    until(|| last() == Some(7));
    running.set("add", "offset", Param::Integer(-5)).unwrap();
    until(|| last() == Some(-5));
    until(|| running.status().tasks[1].gauges.get("last") == Some(&-5.0));
    let refused = running.set("add", "offset", Param::Integer(100_000)).unwrap_err().to_string();
    let fixed = running.set("add", "label", Param::Text("x".into())).unwrap_err().to_string();
    // What was set outlives the process.
    let pid = running.status().tasks[1].pid;
    running.stop();
    running.wait().unwrap();
    json!({ "error": null, "refused": refused, "fixed": fixed, "own": pid == std::process::id() })
}

/// A toggleable task in its own process: one run a signal, its state kept.
pub fn toggle(file: &str) -> Value {
    let mut pipeline = Pipeline::new("scene");
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_event("go", 0).unwrap();
    let mut runs = 0;
    let toggled = move |ports: &mut Ports| -> Result<(), TaskError> {
        runs += 1;
        Ok(ports.writer::<i32>("out")?.write(&[runs])?)
    };
    pipeline.add_toggleable("source", "go", &[], &[("out", "a")], &[("go", "go")], toggled).unwrap();
    pipeline.add_task("sink", &[("in", "a")], &[], &[], write_down(file.into())).unwrap();
    place(&mut pipeline, "source", Crash::Stop);
    place(&mut pipeline, "sink", Crash::Stop);
    let running = start(pipeline);
    for number in 1..=5 {
        running.event("go").unwrap().signal();
        until(|| running.status().streams[0].published == number);
    }
    running.stop();
    told(running.wait())
}

/// Tasks in processes that are replaced while numbers flow.
pub fn reload(file: &str) -> Value {
    let mut registry = Registry::empty();
    registry.add(Add);
    // In the child, the program never gets as far as its pipeline.
    ripieno_pipeline::serve_task(&registry);
    let mut pipeline = numbers(count).with_registry(registry);
    pipeline.add_stream("b", &[], DType::I32, 8).unwrap();
    let add = pipeline.add_kind("add", "add", [], &[("in", "a")], &[("out", "b")], &[]).unwrap();
    add.placement = Placement::Process { core: None };
    pipeline.add_task("sink", &[("in", "b")], &[], &[], write_down(file.into())).unwrap();
    let running = start(pipeline);
    let mut pids = Vec::new();
    for turn in 0..6 {
        let published = running.status().streams[1].published;
        until(|| running.status().streams[1].published > published + 100);
        pids.push(running.status().tasks[1].pid);
        let mut declaration = running.declaration();
        let label = Param::Text(turn.to_string());
        declaration.tasks[1].params.insert("label".into(), label);
        if turn % 3 == 2 {
            declaration.tasks[1].placement = Placement::default();
        } else {
            declaration.tasks[1].placement = Placement::Process { core: None };
        }
        let changes = running.reload(&declaration).unwrap();
        assert_eq!(changes.replaced_tasks, ["add"]);
        assert!(changes.replaced_streams.is_empty() && changes.added_streams.is_empty(), "{changes:?}");
    }
    running.stop();
    pids.dedup();
    json!({ "error": running.wait().err().map(|error| error.to_string()), "pids": pids })
}

/// A task that starts this program again: what it starts is no task.
pub fn nested(file: &str) -> Value {
    let mut pipeline = numbers(count_to(3));
    let file = file.to_owned();
    let inner = move |ports: &mut Ports| -> Result<(), TaskError> {
        let own = std::env::current_exe().map_err(TaskError::failed)?;
        let output = Command::new(own).args(["stop", &format!("file={file}")]).output().map_err(TaskError::failed)?;
        if !output.status.success() {
            return Err(TaskError::failed(String::from_utf8_lossy(&output.stderr)));
        }
        support::collect(Arc::default())(ports)
    };
    pipeline.add_task("sink", &[("in", "a")], &[], &[], inner).unwrap();
    place(&mut pipeline, "sink", Crash::Stop);
    told(pipeline.run())
}
