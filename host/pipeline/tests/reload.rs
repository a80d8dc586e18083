//! Pipelines that are changed while they run.

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use ripieno_pipeline::{
    Crash, DType, Declaration, FrameSpec, Pipeline, ReadDecl, ReaderPolicy, ReloadError, Running, StreamDecl, TaskDecl,
    TaskState, Value,
};
use std::sync::{Arc, Mutex};
use support::{collect, count, running::counting, until};

type Seen = Arc<Mutex<Vec<i32>>>;

/// A function that counts, a kind that passes on, a function that keeps all: the edges `a` and `b` between them.
fn chain() -> (Running, Seen) {
    let mut pipeline = Pipeline::new("chain").with_registry(counting());
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_stream("b", &[], DType::I32, 8).unwrap();
    let seen = Seen::default();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count).unwrap();
    pipeline.add_kind("add", "add", [], &[("in", "a")], &[("out", "b")], &[]).unwrap();
    pipeline.add_task("sink", &[("in", "b")], &[], &[], collect(seen.clone())).unwrap();
    (pipeline.compile().unwrap().start().unwrap(), seen)
}

fn task<'a>(declaration: &'a mut Declaration, name: &str) -> &'a mut TaskDecl {
    declaration.tasks.iter_mut().find(|task| task.name == name).unwrap()
}

fn labelled(declaration: &mut Declaration, name: &str, label: &str) {
    task(declaration, name).params.insert("label".into(), Value::Text(label.into()));
}

/// A branch that reads `from`: a reader that fails at a gap, or one more stream before it.
fn branch(declaration: &mut Declaration, name: &str, from: &str, frames: Option<usize>) {
    let read = |stream: &str| ReadDecl { stream: stream.into(), policy: ReaderPolicy::Lossless };
    let mut from = from.to_owned();
    if let Some(frames) = frames {
        let stream = format!("{name}-stream");
        let spec = FrameSpec::new(DType::I32, &[]).ok();
        declaration.streams.push(StreamDecl { spec, frames, ..StreamDecl::new(&stream) });
        let mut pass = TaskDecl { kind: Some("add".into()), ..TaskDecl::new(format!("{name}-add")) };
        pass.reads.insert("in".into(), read(&from));
        pass.writes.insert("out".into(), stream.clone());
        declaration.tasks.push(pass);
        from = stream;
    }
    let mut steps = TaskDecl { kind: Some("steps".into()), ..TaskDecl::new(name) };
    steps.reads.insert("in".into(), read(&from));
    declaration.tasks.push(steps);
}

fn prune(declaration: &mut Declaration, name: &str) {
    declaration.tasks.retain(|task| task.name != name && task.name != format!("{name}-add"));
    declaration.streams.retain(|stream| stream.name != format!("{name}-stream"));
}

/// Stops, and proves that the sink saw all that the source wrote.
fn finish(running: &Running, seen: &Seen) {
    running.stop();
    let summary = running.wait().unwrap();
    let seen = seen.lock().unwrap();
    let wrong = seen.iter().zip(0..).find(|(number, expected)| *number != expected);
    assert_eq!((wrong, seen.len() as u64), (None, summary.stream("a").unwrap().published), "{summary:?}");
}

#[test]
fn a_changed_task_is_replaced_and_its_edges_lose_nothing() {
    let (running, seen) = chain();
    for turn in 0..20 {
        let before = seen.lock().unwrap().len();
        until(|| seen.lock().unwrap().len() > before + 50);
        let mut declaration = running.declaration();
        labelled(&mut declaration, "add", &turn.to_string());
        let changes = running.reload(&declaration).unwrap();
        assert_eq!(changes.replaced_tasks, ["add"]);
        assert!(changes.replaced_streams.is_empty() && changes.added_tasks.is_empty());
        assert_eq!(running.declaration(), declaration);
    }
    finish(&running, &seen);
}

#[test]
fn functions_keep_their_state_when_they_are_replaced() {
    let (running, seen) = chain();
    until(|| seen.lock().unwrap().len() > 50);
    let mut declaration = running.declaration();
    task(&mut declaration, "sink").on_crash = Crash::Isolate;
    assert_eq!(running.reload(&declaration).unwrap().replaced_tasks, ["sink"]);
    let before = seen.lock().unwrap().len();
    until(|| seen.lock().unwrap().len() > before + 50);
    finish(&running, &seen);
}

#[test]
fn the_same_again_changes_nothing() {
    let (running, seen) = chain();
    let mut declaration = running.declaration();
    assert!(running.reload(&declaration).unwrap().is_empty());
    declaration.description = Some("said better".into());
    // A default that is said is no change either.
    labelled(&mut declaration, "add", "");
    assert!(running.reload(&declaration).unwrap().is_empty());
    finish(&running, &seen);
}

#[test]
fn live_parameters_are_just_set() {
    let (running, seen) = chain();
    let last = || seen.lock().unwrap().last().copied().unwrap_or_default();
    until(|| last() > 10);
    let mut declaration = running.declaration();
    task(&mut declaration, "add").params.insert("offset".into(), Value::Integer(-1000));
    let changes = running.reload(&declaration).unwrap();
    assert_eq!((changes.set_params.as_slice(), changes.replaced_tasks.len()), (&["add.offset".to_owned()][..], 0));
    until(|| seen.lock().unwrap().windows(2).any(|pair| pair[1] < pair[0]));
    assert!(last() >= -1000);
    let status = running.status();
    assert_eq!(status.tasks[1].params.get("offset"), Some(&Value::Integer(-1000)));
    running.stop();
    running.wait().unwrap();
}

#[test]
fn branches_come_and_go() {
    let (running, seen) = chain();
    for turn in 0..10 {
        let mut declaration = running.declaration();
        branch(&mut declaration, "one", "b", None);
        branch(&mut declaration, "two", "a", Some(4));
        let changes = running.reload(&declaration).unwrap();
        assert_eq!(changes.added_tasks, ["one", "two-add", "two"]);
        assert_eq!(changes.added_streams, ["two-stream"]);
        let shows = |name: &str| {
            let status = running.status();
            status.tasks.iter().find(|task| task.name == name).is_some_and(|task| task.gauges["last"] > 0.0)
        };
        until(|| shows("one") && shows("two"));
        let mut declaration = running.declaration();
        prune(&mut declaration, "two");
        // One seat goes to another reader.
        prune(&mut declaration, "one");
        branch(&mut declaration, &format!("three{turn}"), "b", None);
        let changes = running.reload(&declaration).unwrap();
        assert_eq!(
            (changes.removed_tasks.len(), changes.removed_streams.as_slice()),
            (3, &["two-stream".to_owned()][..])
        );
        let mut declaration = running.declaration();
        prune(&mut declaration, &format!("three{turn}"));
        running.reload(&declaration).unwrap();
    }
    finish(&running, &seen);
}

#[test]
fn taps_outlive_reloads() {
    let (running, seen) = chain();
    let mut tap = running.tap("b").unwrap();
    let mut frame = [0; 4];
    let first = tap.read_into(&mut frame).unwrap().unwrap();
    let mut declaration = running.declaration();
    labelled(&mut declaration, "add", "anew");
    running.reload(&declaration).unwrap();
    let second = tap.read_into(&mut frame).unwrap().unwrap();
    assert!(second.sequence > first.sequence);
    drop(tap);
    finish(&running, &seen);
}

#[test]
fn what_cannot_be_leaves_the_running_one_alone() {
    let (running, seen) = chain();
    let whole = running.declaration();
    let refused = |change: &dyn Fn(&mut Declaration), expected: fn(&ReloadError) -> bool| {
        let mut declaration = whole.clone();
        change(&mut declaration);
        let error = running.reload(&declaration).unwrap_err();
        assert!(expected(&error), "{error:?}");
        assert_eq!(running.declaration(), whole);
        let before = seen.lock().unwrap().len();
        until(|| seen.lock().unwrap().len() > before + 20);
    };
    let faults: fn(&ReloadError) -> bool = |error| matches!(error, ReloadError::Faults(faults) if !faults.is_empty());
    refused(&|declaration| task(declaration, "add").kind = Some("no such kind".into()), faults);
    refused(&|declaration| declaration.streams.truncate(1), faults);
    refused(&|declaration| declaration.tasks.push(declaration.tasks[0].clone()), faults);
    let function = |declaration: &mut Declaration| {
        let mut new = TaskDecl::new("new");
        new.reads.insert("in".into(), ReadDecl { stream: "b".into(), policy: ReaderPolicy::Latest });
        declaration.tasks.push(new);
    };
    refused(&function, |error| matches!(error, ReloadError::Function(task) if task == "new"));
    let crowd = |declaration: &mut Declaration| {
        for number in 0..12 {
            branch(declaration, &format!("reader{number}"), "b", None);
        }
    };
    refused(&crowd, |error| matches!(error, ReloadError::NoSeat(stream) if stream == "b"));
    // Nobody was left behind in a seat: others fit in as before.
    let mut declaration = whole.clone();
    (0..4).for_each(|number| branch(&mut declaration, &format!("reader{number}"), "b", None));
    running.reload(&declaration).unwrap();
    finish(&running, &seen);
}

#[test]
fn a_ring_that_changes_is_made_anew_with_its_tasks() {
    let (running, _) = chain();
    let mut declaration = running.declaration();
    declaration.streams[1].frames = 64;
    let changes = running.reload(&declaration).unwrap();
    assert_eq!(changes.replaced_streams, ["b"]);
    assert_eq!(changes.replaced_tasks, ["add", "sink"]);
    until(|| running.status().streams[1].published > 100);
    assert_eq!(running.status().streams[1].frames, 64);
    running.stop();
    running.wait().unwrap();
}

#[test]
fn a_task_that_failed_can_be_mended() {
    let (running, seen) = chain();
    let mut declaration = running.declaration();
    branch(&mut declaration, "steps", "b", None);
    task(&mut declaration, "steps").on_crash = Crash::Isolate;
    running.reload(&declaration).unwrap();
    // It tells a step that is too long by the number before.
    until(|| running.status().tasks.iter().any(|task| task.name == "steps" && task.frames_in > 0));
    running.set("add", "offset", Value::Integer(1)).unwrap();
    let state = || running.status().tasks.iter().find(|task| task.name == "steps").map(|task| task.state);
    until(|| state() == Some(TaskState::Failed));
    let mut declaration = running.declaration();
    labelled(&mut declaration, "steps", "mended");
    assert_eq!(running.reload(&declaration).unwrap().replaced_tasks, ["steps"]);
    until(|| state() == Some(TaskState::Running));
    drop(seen);
    running.stop();
    running.wait().unwrap();
}

#[test]
fn who_waits_for_an_event_leaves_at_once() {
    let mut pipeline = Pipeline::new("idle").with_registry(counting());
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_event("go", 0).unwrap();
    pipeline.add_toggleable("source", "go", &[], &[("out", "a")], &[("go", "go")], support::count_to(3)).unwrap();
    pipeline
        .add_task("waiter", &[], &[], &[("go", "go")], |ports: &mut ripieno_pipeline::Ports| {
            ports.event("go")?.wait(None)?;
            Ok(())
        })
        .unwrap();
    let seen = Seen::default();
    pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(seen.clone())).unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    let idle = || running.status().tasks.iter().all(|task| task.state != TaskState::Starting);
    until(idle);
    let mut declaration = running.declaration();
    declaration.tasks.iter_mut().for_each(|task| task.on_crash = Crash::Isolate);
    let start = std::time::Instant::now();
    assert_eq!(running.reload(&declaration).unwrap().replaced_tasks.len(), 3);
    assert!(start.elapsed().as_secs() < 30, "nobody had to be waited for");
    running.event("go").unwrap().signal();
    until(|| seen.lock().unwrap().len() == 3);
    running.stop();
    running.wait().unwrap();
}

/// One change of many.
#[derive(Clone, Copy, Debug)]
enum Change {
    Relabel(u8),
    Branch(u8, bool, Option<u8>),
    Prune(u8),
    Resize(u8, u8),
    Set,
    Break(u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u8>().prop_map(Change::Relabel),
        (0..4_u8, any::<bool>(), proptest::option::of(1..9_u8))
            .prop_map(|(name, a, frames)| Change::Branch(name, a, frames)),
        (0..4_u8).prop_map(Change::Prune),
        (0..4_u8, 1..9_u8).prop_map(|(name, frames)| Change::Resize(name, frames)),
        Just(Change::Set),
        (0..3_u8).prop_map(Change::Break),
    ]
}

#[test]
fn no_reload_loses_a_frame_of_an_unchanged_edge() {
    let cases = support::amount("RIPIENO_SOAK_RELOADS", 12) as u32;
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let plans = (proptest::collection::vec(change(), 1..30), 0..3_usize);
    runner
        .run(&plans, |(changes, pace)| {
            let (running, seen) = chain();
            for change in changes {
                let before = seen.lock().unwrap().len();
                until(|| seen.lock().unwrap().len() > before + 10 * pace);
                let mut declaration = running.declaration();
                let has = |name: &str| running.declaration().tasks.iter().any(|task| task.name == name);
                match change {
                    Change::Relabel(label) => labelled(&mut declaration, "add", &label.to_string()),
                    Change::Branch(name, a, frames) if !has(&format!("branch{name}")) => {
                        let from = if a { "a" } else { "b" };
                        branch(&mut declaration, &format!("branch{name}"), from, frames.map(usize::from));
                    }
                    Change::Branch(name, ..) | Change::Prune(name) => prune(&mut declaration, &format!("branch{name}")),
                    Change::Resize(name, frames) => {
                        let name = format!("branch{name}-stream");
                        let stream = declaration.streams.iter_mut().find(|stream| stream.name == name);
                        stream.into_iter().for_each(|stream| stream.frames = frames.into());
                    }
                    Change::Set => {
                        // It is no change of what it adds, only one more that is told.
                        running.set("add", "offset", Value::Integer(0)).unwrap();
                        continue;
                    }
                    Change::Break(0) => declaration.streams.clear(),
                    Change::Break(1) => task(&mut declaration, "add").kind = None,
                    Change::Break(_) => {
                        task(&mut declaration, "sink").writes.clone_from(&[("out".into(), "a".into())].into())
                    }
                }
                let result = running.reload(&declaration);
                prop_assert_eq!(result.is_err(), matches!(change, Change::Break(_)), "{:?}: {:?}", change, result);
            }
            finish(&running, &seen);
            Ok(())
        })
        .unwrap();
}
