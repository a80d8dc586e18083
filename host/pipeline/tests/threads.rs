//! Pipelines whose tasks are threads: their course, their failures, and that nothing is left of them.

mod support;

use ripieno_pipeline::{
    Crash, DType, Pipeline, Placement, Ports, ReaderPolicy, RunError, Running, StartCause, State, TaskError, TaskState,
    Why,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{collect, count, count_to, pass, running};

#[test]
fn a_source_ends_and_all_behind_it_end() {
    let mut pipeline = Pipeline::new("chain");
    for stream in ["a", "b", "c"] {
        pipeline.add_stream(stream, &[], DType::I32, 4).unwrap();
    }
    let seen = Arc::<Mutex<Vec<i32>>>::default();
    pipeline.add_task("sink", &[("in", "c")], &[], &[], collect(seen.clone())).unwrap();
    pipeline.add_task("second", &[("in", "b")], &[("out", "c")], &[], pass).unwrap();
    pipeline.add_task("first", &[("in", "a")], &[("out", "b")], &[], pass).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(1000)).unwrap();
    let summary = pipeline.run().unwrap();
    assert_eq!(*seen.lock().unwrap(), (0..1000).collect::<Vec<_>>());
    assert!(summary.streams.iter().all(|stream| stream.published == 1000 && stream.readers[0].read == 1000));
    let sink = summary.task("sink").unwrap();
    assert_eq!((sink.frames_in, sink.frames_out, sink.state), (1000, 0, TaskState::Ended));
    let end = &summary.ends[0];
    assert!(summary.ends.len() == 1 && end.sink == "sink" && end.latency.count > 0 && end.latency.max_us > 0.0);
}

#[test]
fn no_first_frame_is_lost() {
    let starts = support::amount("RIPIENO_SOAK_STARTS", 1000);
    for start in 0..starts {
        let mut pipeline = Pipeline::new("start");
        pipeline.add_stream("a", &[], DType::I32, 2).unwrap();
        let seen = Arc::<Mutex<Vec<i32>>>::default();
        pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(5)).unwrap();
        pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(seen.clone())).unwrap();
        pipeline.run().unwrap();
        assert_eq!(*seen.lock().unwrap(), [0, 1, 2, 3, 4], "start {start}");
    }
}

#[test]
fn a_stop_goes_through_in_order_and_loses_nothing() {
    let mut pipeline = Pipeline::new("stop");
    pipeline.add_stream("a", &[256], DType::I32, 8).unwrap();
    pipeline.add_stream("b", &[256], DType::I32, 8).unwrap();
    pipeline
        .add_task("source", &[], &[("out", "a")], &[], |ports: &mut Ports| {
            let mut out = ports.writer::<i32>("out")?;
            while !ports.is_stopping() {
                out.write(&[7; 256])?;
            }
            Ok(())
        })
        .unwrap();
    pipeline.add_task("pass", &[("in", "a")], &[("out", "b")], &[], pass).unwrap();
    let read = Arc::new(AtomicU64::new(0));
    let counter = read.clone();
    pipeline
        .add_task("sink", &[("in", "b")], &[], &[], move |ports: &mut Ports| {
            let mut reader = ports.reader::<i32>("in")?;
            while reader.read()?.is_some() {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
        .unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    support::until(|| read.load(Ordering::Relaxed) > 100);
    assert_eq!(running.status().state, State::Running);
    running.stop();
    let summary = running.wait().unwrap();
    assert_eq!(summary.stream("a").unwrap().published, read.load(Ordering::Relaxed));
    assert_eq!(running.status().state, State::Ended);
}

#[test]
fn whoever_does_not_end_is_ended() {
    // A source that never asks, behind a sink that never reads: both wait for ever.
    let mut pipeline = Pipeline::new("deaf");
    pipeline.add_stream("a", &[], DType::I32, 2).unwrap();
    pipeline.add_event("never", 0).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count).unwrap();
    pipeline
        .add_task("sink", &[("in", "a")], &[], &[("never", "never")], |ports: &mut Ports| {
            ports.event("never")?.wait(None)?;
            Ok(())
        })
        .unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    running.stop_within(Duration::from_millis(50));
    let summary = running.wait().unwrap();
    assert!(summary.tasks.iter().all(|task| task.state == TaskState::Ended), "{summary:?}");
}

#[test]
fn dropping_a_running_pipeline_ends_it() {
    let mut pipeline = Pipeline::new("drop");
    pipeline.add_stream("a", &[], DType::I32, 2).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count).unwrap();
    let guard = Arc::new(());
    let held = guard.clone();
    pipeline
        .add_task("sink", &[("in", "a")], &[], &[], move |ports: &mut Ports| {
            let _held = &held;
            collect(Arc::default())(ports)
        })
        .unwrap();
    drop(pipeline.compile().unwrap().start().unwrap());
    assert_eq!(Arc::strong_count(&guard), 1, "the task's function is gone, and so its thread");
}

/// A chain whose middle task fails at a frame: with an error or a panic.
fn failing(
    policy: Crash,
    at: i32,
    times: u32,
    panics: bool,
) -> (Result<ripieno_pipeline::Summary, RunError>, Vec<i32>) {
    let mut pipeline = Pipeline::new("failing");
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    pipeline.add_stream("b", &[], DType::I32, 4).unwrap();
    let seen = Arc::<Mutex<Vec<i32>>>::default();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(200)).unwrap();
    let mut left = times;
    let middle = move |ports: &mut Ports| {
        let (mut reader, mut out) = (ports.reader::<i32>("in")?, ports.writer::<i32>("out")?);
        while let Some(look) = reader.look()? {
            if look[0] == at && left > 0 {
                left -= 1;
                assert!(!panics, "no more of this");
                return Err(TaskError::failed("no more of this"));
            }
            out.write(&look)?;
            look.increment();
        }
        Ok(())
    };
    pipeline.add_task("middle", &[("in", "a")], &[("out", "b")], &[], middle).unwrap().on_crash = policy;
    pipeline.add_task("sink", &[("in", "b")], &[], &[], collect(seen.clone())).unwrap();
    let result = pipeline.run();
    let seen = seen.lock().unwrap().clone();
    (result, seen)
}

#[test]
fn a_failure_stops_and_names_the_task() {
    support::quiet(|| {
        for (at, panics) in [(0, true), (1, false), (150, true), (199, false)] {
            let (result, seen) = failing(Crash::Stop, at, 1, panics);
            let Err(RunError::Failed(failed)) = result else { panic!("it failed") };
            let why = &failed.failures[0].why;
            assert_eq!(failed.failures[0].task, "middle");
            assert_eq!(matches!(why, Why::Panicked(_)), panics);
            assert!(failed.to_string().contains("task 'middle'") && failed.to_string().contains("no more of this"));
            assert_eq!(seen, (0..at).collect::<Vec<_>>(), "what it wrote arrives");
            assert_eq!(failed.summary.task("middle").unwrap().state, TaskState::Failed);
        }
    });
}

#[test]
fn a_restart_sees_again_what_was_not_passed() {
    support::quiet(|| {
        for (at, panics) in [(0, true), (77, false), (100, true), (199, true)] {
            let (result, seen) = failing(Crash::Restart { limit: 3 }, at, 2, panics);
            let summary = result.unwrap();
            assert_eq!(seen, (0..200).collect::<Vec<_>>());
            assert_eq!(summary.task("middle").unwrap().restarts, 2);
        }
    });
}

#[test]
fn restarts_have_a_limit() {
    support::quiet(|| {
        let (result, seen) = failing(Crash::Restart { limit: 2 }, 50, 3, true);
        let Err(RunError::Failed(failed)) = result else { panic!("it failed") };
        assert_eq!(failed.summary.task("middle").unwrap().restarts, 2);
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    });
}

#[test]
fn an_isolated_task_leaves_the_others_alone() {
    support::quiet(|| {
        let (result, seen) = failing(Crash::Isolate, 50, 1, true);
        let summary = result.unwrap();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
        assert_eq!(summary.stream("a").unwrap().published, 200, "its writer was not held back");
        let middle = summary.task("middle").unwrap();
        assert!(
            middle.state == TaskState::Failed && middle.error.as_ref().is_some_and(|error| error.contains("no more"))
        );
    });
}

#[test]
fn a_task_that_returns_without_its_frames_frees_its_writer() {
    let mut pipeline = Pipeline::new("early");
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(500)).unwrap();
    pipeline
        .add_task("sink", &[("in", "a")], &[], &[], |ports: &mut Ports| {
            let mut reader = ports.reader::<i32>("in")?;
            let held = reader.look()?;
            assert!(held.is_some(), "returning while a frame is lent is no fault");
            Ok(())
        })
        .unwrap();
    assert_eq!(pipeline.run().unwrap().stream("a").unwrap().published, 500);
}

#[test]
fn terminators_hold_nobody_back() {
    let mut pipeline = Pipeline::new("terminator");
    pipeline.add_stream("a", &[], DType::I32, 2).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(5000)).unwrap();
    pipeline.add_terminator("end", &[("in", "a")]).unwrap();
    let summary = pipeline.run().unwrap();
    assert_eq!((summary.stream("a").unwrap().published, summary.stream("a").unwrap().dropped), (5000, 0));
}

#[test]
fn toggleable_tasks_run_once_a_signal_and_keep_their_state() {
    let mut pipeline = Pipeline::new("toggle");
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_event("go", 1).unwrap();
    let mut runs = 0;
    let toggled = move |ports: &mut Ports| {
        runs += 1;
        Ok(ports.writer::<i32>("out")?.write(&[runs])?)
    };
    pipeline.add_toggleable("toggled", "go", &[], &[("out", "a")], &[("go", "go")], toggled).unwrap();
    let seen = Arc::<Mutex<Vec<i32>>>::default();
    pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(seen.clone())).unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    support::until(|| seen.lock().unwrap().len() == 1);
    let go = running.event("go").unwrap();
    go.signal();
    go.signal();
    support::until(|| seen.lock().unwrap().len() == 3);
    support::until(|| running.status().tasks[0].state == TaskState::Idle);
    running.stop();
    running.wait().unwrap();
    assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
}

#[test]
fn switchable_tasks_run_while_their_event_is_open() {
    let mut pipeline = Pipeline::new("switch");
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_event("on", 0).unwrap();
    let switched = move |ports: &mut Ports| Ok(ports.writer::<i32>("out")?.write(&[1])?);
    pipeline.add_switchable("switched", "on", &[], &[("out", "a")], &[("on", "on")], switched).unwrap();
    let seen = Arc::<Mutex<Vec<i32>>>::default();
    pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(seen.clone())).unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    assert!(seen.lock().unwrap().is_empty());
    let on = running.event("on").unwrap();
    on.signal();
    support::until(|| seen.lock().unwrap().len() > 10);
    assert!(on.reset());
    running.stop();
    running.wait().unwrap();
}

#[test]
fn controlled_tasks_do_not_keep_a_pipeline_alive() {
    let mut pipeline = Pipeline::new("idle");
    pipeline.add_stream("a", &[], DType::I32, 8).unwrap();
    pipeline.add_event("go", 0).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(3)).unwrap();
    let idle = |_: &mut Ports| panic!("nobody signals");
    pipeline.add_toggleable("idle", "go", &[("in", "a")], &[], &[("go", "go")], idle).unwrap();
    pipeline.run().unwrap();
}

#[test]
fn a_failing_start_leaves_nothing_and_can_be_tried_again() {
    let (kinds, missing) = running::registry_with_fragile();
    let mut pipeline = Pipeline::new("fragile").with_registry(kinds);
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    let seen = Arc::<Mutex<Vec<i32>>>::default();
    pipeline.add_kind("source", "fragile", [], &[], &[("out", "a")], &[]).unwrap();
    pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(seen.clone())).unwrap();
    let compiled = pipeline.compile().unwrap();
    let error = compiled.start().unwrap_err();
    assert!(matches!(error.cause(), StartCause::Make { task, .. } if task == "source"), "{error}");
    assert_eq!(Arc::strong_count(&seen), 2, "the sink's function came back");
    missing.store(0, Ordering::Relaxed);
    error.into_compiled().start().unwrap().wait().unwrap();
    assert_eq!(*seen.lock().unwrap(), [0, 1, 2]);
}

#[test]
fn a_failing_compile_gives_the_pipeline_back() {
    let mut pipeline = Pipeline::new("incomplete");
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    pipeline.add_task("source", &[], &[("out", "a")], &[], count_to(3)).unwrap();
    let Err(error) = pipeline.compile() else { return };
    let mut pipeline = error.into_pipeline();
    pipeline.add_terminator("end", &[("in", "a")]).unwrap();
    pipeline.run().unwrap();
}

#[test]
fn bindings_that_are_not_there_are_named() {
    let mut pipeline = Pipeline::new("unbound");
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    pipeline
        .add_task("source", &[], &[("out", "a")], &[], |ports: &mut Ports| {
            let wrong = ports.writer::<f32>("out").map(drop).unwrap_err().to_string();
            let unbound = ports.reader::<f32>("in").map(drop).unwrap_err().to_string();
            let first = ports.writer::<i32>("out")?;
            let taken = ports.writer::<i32>("out").map(drop).unwrap_err().to_string();
            drop(first);
            let again = ports.writer::<i32>("out").map(drop);
            Err(TaskError::failed(format!("{wrong} | {unbound} | {taken} | {again:?}")))
        })
        .unwrap();
    pipeline.add_terminator("end", &[("in", "a")]).unwrap();
    let text = pipeline.run().unwrap_err().to_string();
    for part in ["has frames of i32, not f32", "has no input 'in': bound are none", "taken", "Ok(())"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn latest_readers_never_hold_back_and_know_what_they_missed() {
    let mut pipeline = Pipeline::new("latest");
    pipeline.add_stream("a", &[64], DType::I32, 4).unwrap();
    pipeline.add_event("done", 0).unwrap();
    pipeline
        .add_task("source", &[], &[("out", "a")], &[("done", "done")], |ports: &mut Ports| {
            let mut out = ports.writer::<i32>("out")?;
            (0..2000).try_for_each(|number| out.write(&[number; 64]))?;
            ports.event("done")?.signal();
            Ok(())
        })
        .unwrap();
    let sink = |ports: &mut Ports| {
        ports.event("done")?.wait(None)?;
        let mut reader = ports.reader::<i32>("in")?;
        let (stamp, values) = reader.read()?.ok_or_else(|| TaskError::failed("nothing there"))?;
        assert_eq!((stamp.sequence, values), (1999, vec![1999; 64]));
        assert_eq!(reader.missed(), 1999);
        Ok(())
    };
    let task = pipeline.add_task("sink", &[("in", "a")], &[], &[("done", "done")], sink).unwrap();
    task.reads.get_mut("in").unwrap().policy = ReaderPolicy::Latest;
    pipeline.run().unwrap();
}

#[test]
fn pauses_end_with_the_pipeline() {
    let mut pipeline = Pipeline::new("pause");
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    pipeline
        .add_task("source", &[], &[("out", "a")], &[], |ports: &mut Ports| {
            ports.writer::<i32>("out")?.write(&[1])?;
            ports.pause(Duration::from_secs(3600))
        })
        .unwrap();
    pipeline
        .add_task("sink", &[("in", "a")], &[], &[], |ports: &mut Ports| {
            let mut reader = ports.reader::<i32>("in")?;
            while reader.read()?.is_some() {
                ports.pause(Duration::from_millis(30))?;
            }
            Ok(())
        })
        .unwrap();
    let running = pipeline.compile().unwrap().start().unwrap();
    support::until(|| running.status().tasks[1].frames_in == 1);
    running.stop();
    running.wait().unwrap();
}

#[test]
fn many_pipelines_leave_no_thread_and_no_file_behind() {
    let once = || {
        let mut pipeline = Pipeline::new("leak");
        pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
        pipeline.add_event("go", 0).unwrap();
        pipeline.add_task("source", &[], &[("out", "a")], &[], count).unwrap();
        pipeline.add_task("sink", &[("in", "a")], &[], &[("go", "go")], collect(Arc::default())).unwrap();
        let running = pipeline.compile().unwrap().start().unwrap();
        running.serve().unwrap();
        running.stop_within(Duration::ZERO);
        running.wait().unwrap();
    };
    once();
    let before = support::left_over();
    (0..20).for_each(|_| once());
    support::until(|| support::left_over() == before);
}

#[test]
fn one_program_holds_many() {
    let start = |number: i32| -> Running {
        let mut pipeline = Pipeline::new("same");
        pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
        pipeline.add_task("source", &[], &[("out", "a")], &[], count).unwrap();
        pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(Arc::default())).unwrap().description =
            Some(number.to_string());
        pipeline.compile().unwrap().start().unwrap()
    };
    let all: Vec<_> = (0..8).map(start).collect();
    for running in &all {
        support::until(|| running.status().streams[0].published > 100);
    }
    for running in &all {
        running.stop();
    }
    for running in &all {
        running.wait().unwrap();
    }
}

#[test]
fn what_is_refused_is_told_and_done_without() {
    let mut pipeline = Pipeline::new("refused");
    pipeline.add_stream("a", &[], DType::I32, 4).unwrap();
    let source = pipeline.add_task("source", &[], &[("out", "a")], &[], count).unwrap();
    source.placement = Placement::Thread { core: Some(1_000_000), realtime: false };
    let sink = pipeline.add_task("sink", &[("in", "a")], &[], &[], collect(Arc::default())).unwrap();
    sink.placement = Placement::Thread { core: Some(0), realtime: true };
    let running = pipeline.compile().unwrap().start().unwrap();
    support::until(|| running.status().streams[0].published > 100);
    let status = running.status();
    assert_eq!(status.tasks[0].notice.as_deref(), Some("it cannot be pinned to core 1000000"));
    // Whether it is granted depends on who runs this; either way it goes on.
    assert!(status.tasks[1].notice.as_deref().is_none_or(|notice| notice == "real-time priority was refused"));
    running.stop();
    running.wait().unwrap();
}
