//! A supervisor of workers that die, hang, rave and answer too late: each job has one end, and no process is left.

use ripieno_separate::worker::{Launch, Supervisor};
use ripieno_separate::{Cancel, ErrorCode, Event, JobSettings};
use ripieno_tests::hostile::Dice;
use ripieno_tests::process::sibling;
use rustix::process::{Pid, test_kill_process};
use std::thread;
use std::time::{Duration, Instant};

/// Jobs, unless `RIPIENO_CHAOS` says otherwise.
const RUNS: usize = 60;
/// So many supervisors at a time: they mostly wait.
const LANES: usize = 6;
/// A worker that is silent for so long hangs.
const SILENCE: Duration = Duration::from_millis(700);
/// Nothing of a worker is left after this.
const GONE: Duration = Duration::from_secs(2);

/// How a job may end: `None` is well.
type Ends = &'static [Option<ErrorCode>];
const WELL: Ends = &[None];
const DIED: Ends = &[Some(ErrorCode::WorkerDied)];
const STOPPED: Ends = &[Some(ErrorCode::Cancelled)];

/// Each behaviour, how it ends by itself (nothing: it does not), and how when it is to stop meanwhile.
const BEHAVIOURS: [(&str, Ends, Ends); 17] = [
    ("good", WELL, &[None, Some(ErrorCode::Cancelled)]),
    ("fails", &[Some(ErrorCode::BadInput)], &[Some(ErrorCode::BadInput), Some(ErrorCode::Cancelled)]),
    ("obeys", &[], STOPPED),
    ("deaf", &[], STOPPED),
    ("hangs", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("stops", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("dies", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("aborts", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("leaves", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("closes", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("grumbles", WELL, &[None, Some(ErrorCode::Cancelled)]),
    ("raves", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("drones", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
    ("long", WELL, &[None, Some(ErrorCode::Cancelled)]),
    ("twice", WELL, &[None, Some(ErrorCode::Cancelled)]),
    ("confused", WELL, &[None, Some(ErrorCode::Cancelled)]),
    ("late", DIED, &[Some(ErrorCode::Cancelled), Some(ErrorCode::WorkerDied)]),
];

fn supervisor(start: &str) -> Supervisor {
    patient(start, SILENCE)
}

fn patient(start: &str, silence: Duration) -> Supervisor {
    let mut launch = Launch::program(sibling("worker-probe"));
    launch.arguments = vec![start.into()];
    launch.silence = silence;
    Supervisor::new(launch)
}

fn job(how: &str) -> JobSettings {
    let mut settings = JobSettings::new("m", "a.wav");
    settings.description = how.into();
    settings
}

/// Whether a process is there at all.
fn is_there(pid: u32) -> bool {
    Pid::from_raw(pid as i32).is_some_and(|pid| test_kill_process(pid).is_ok())
}

fn is_gone_in_time(pid: u32) {
    let start = Instant::now();
    while is_there(pid) {
        assert!(start.elapsed() < GONE, "process {pid} is left");
        thread::sleep(Duration::from_millis(5));
    }
}

/// One job of a lane; a wish to stop comes after `stop`.
fn one(supervisor: &mut Supervisor, how: &str, stop: Option<Duration>, expected: Ends) {
    let before = supervisor.pid();
    let cancel = Cancel::default();
    let mut percent = 0.0;
    let end = thread::scope(|scope| {
        if let Some(after) = stop {
            let cancel = cancel.clone();
            scope.spawn(move || {
                thread::sleep(after);
                cancel.request();
            });
        }
        supervisor.run(
            &job(how),
            &mut |event: Event| {
                let Event::Progress { percent: now, .. } = event else { panic!("{how}: {event:?}") };
                assert!(now >= percent, "{how}: {percent} before {now}");
                percent = now;
            },
            &cancel,
        )
    });
    let code = end.as_ref().err().map(|error| error.code());
    assert!(expected.contains(&code), "{how}, to be stopped after {stop:?}: {end:?}");
    if let Some(before) = before.filter(|before| supervisor.pid() != Some(*before)) {
        is_gone_in_time(before);
    }
}

#[test]
fn each_job_has_one_end_whatever_its_worker_does() {
    let runs = std::env::var("RIPIENO_CHAOS").map_or(RUNS, |text| text.parse().expect("a number"));
    thread::scope(|scope| {
        for lane in 0..LANES {
            scope.spawn(move || {
                let mut dice = Dice::new(0xC4A05 + 2 * lane as u64);
                let mut supervisor = supervisor("usual");
                for run in 0..runs.div_ceil(LANES) {
                    // Every behaviour comes up, then any in any order.
                    let (how, alone, stopped) = BEHAVIOURS[match run * LANES + lane {
                        first if first < BEHAVIOURS.len() => first,
                        _ => dice.below(BEHAVIOURS.len()),
                    }];
                    match dice.below(2) == 0 || alone.is_empty() {
                        true => {
                            let after = Duration::from_millis(dice.below(60) as u64);
                            one(&mut supervisor, how, Some(after), stopped);
                        }
                        false => one(&mut supervisor, how, None, alone),
                    }
                }
                let last = supervisor.pid();
                drop(supervisor);
                last.into_iter().for_each(is_gone_in_time);
            });
        }
    });
}

#[test]
fn a_worker_that_never_becomes_one_is_an_error() {
    for (start, part) in [
        ("stillborn", "the worker died: exit code 3"),
        ("mute", "said nothing for 0.7 s"),
        ("stranger", "version 99 of the protocol"),
    ] {
        let error = supervisor(start).run(&job("good"), &mut |_: Event| {}, &Cancel::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::WorkerDied, "{start}: {error}");
        assert!(error.to_string().contains(part), "{start}: {error}");
    }
    let mut nothing = Supervisor::new(Launch::program("/nowhere/ripieno"));
    let error = nothing.run(&job("good"), &mut |_: Event| {}, &Cancel::default()).unwrap_err();
    assert!(error.to_string().contains("cannot be started"), "{error}");
    one(&mut supervisor("chatty"), "good", None, WELL);
}

#[test]
fn a_worker_is_kept_replaced_and_mourned() {
    let mut supervisor = supervisor("usual");
    one(&mut supervisor, "good", None, WELL);
    let first = supervisor.pid().unwrap();
    one(&mut supervisor, "fails", None, &[Some(ErrorCode::BadInput)]);
    one(&mut supervisor, "obeys", Some(Duration::from_millis(10)), STOPPED);
    assert_eq!(supervisor.pid(), Some(first), "it is warm");

    // Killed while it waits: the next job does not notice.
    rustix::process::kill_process(Pid::from_raw(first as i32).unwrap(), rustix::process::Signal::KILL).unwrap();
    one(&mut supervisor, "good", None, WELL);
    assert_ne!(supervisor.pid(), Some(first));

    let error = supervisor.run(&job("aborts"), &mut |_: Event| {}, &Cancel::default()).unwrap_err().to_string();
    assert!(error.contains("signal 6") && error.contains("of a broken heart"), "{error}");
    let error = supervisor.run(&job("dies"), &mut |_: Event| {}, &Cancel::default()).unwrap_err().to_string();
    assert!(error.contains("signal 9") && error.contains("memory"), "{error}");
    one(&mut supervisor, "good", None, WELL);

    let cancel = Cancel::default();
    cancel.request();
    let error = supervisor.run(&job("good"), &mut |_: Event| {}, &cancel).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Cancelled);
}

#[test]
fn a_deaf_worker_is_gone_two_seconds_after_the_wish() {
    let mut supervisor = patient("usual", Launch::SILENCE);
    one(&mut supervisor, "good", None, WELL);
    let pid = supervisor.pid().unwrap();
    let start = Instant::now();
    one(&mut supervisor, "hangs", Some(Duration::ZERO), STOPPED);
    assert!(start.elapsed() < Duration::from_secs(2) && !is_there(pid), "{:?}", start.elapsed());
}

#[test]
fn what_no_worker_can_be_told_is_said() {
    use std::os::unix::ffi::OsStrExt;
    let mut settings = job("good");
    settings.audio = std::ffi::OsStr::from_bytes(b"\xFF.wav").into();
    let error = supervisor("usual").run(&settings, &mut |_: Event| {}, &Cancel::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadSettings);
    assert!(error.to_string().contains("--in-process"), "{error}");
}
