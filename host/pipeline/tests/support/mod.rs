//! Tasks that count, and waiting for what happens elsewhere.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod running;

use ripieno_pipeline::{Ports, TaskError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long anything may take before it is taken for hanging.
const WATCHDOG: Duration = Duration::from_secs(60);

/// Waits until `there` says so.
#[track_caller]
pub fn until(there: impl Fn() -> bool) {
    let late = Instant::now() + WATCHDOG;
    while !there() {
        assert!(Instant::now() < late, "it does not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// How much of a test is done: `normal`, or what the environment says.
pub fn amount(variable: &str, normal: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(normal)
}

/// Writes numbers from 0 on until it is asked to stop.
pub fn count(ports: &mut Ports) -> Result<(), TaskError> {
    let mut out = ports.writer::<i32>("out")?;
    for number in 0.. {
        if ports.is_stopping() {
            break;
        }
        out.write(&[number])?;
    }
    Ok(())
}

/// Writes the numbers below `end`.
pub fn count_to(end: i32) -> impl FnMut(&mut Ports) -> Result<(), TaskError> + Send {
    move |ports| {
        let mut out = ports.writer::<i32>("out")?;
        Ok((0..end).try_for_each(|number| out.write(&[number]))?)
    }
}

/// Passes every frame on before it lets go of it.
pub fn pass(ports: &mut Ports) -> Result<(), TaskError> {
    let (mut reader, mut out) = (ports.reader::<i32>("in")?, ports.writer::<i32>("out")?);
    while let Some(look) = reader.look()? {
        out.write(&look)?;
        look.increment();
    }
    Ok(())
}

/// Keeps the first element of all frames.
pub fn collect(seen: Arc<Mutex<Vec<i32>>>) -> impl FnMut(&mut Ports) -> Result<(), TaskError> + Send {
    move |ports| {
        let mut reader = ports.reader::<i32>("in")?;
        while let Some(look) = reader.look()? {
            seen.lock().unwrap().push(look[0]);
            look.increment();
        }
        Ok(())
    }
}

/// Runs a test whose tasks panic on purpose, without their messages on the terminal.
pub fn quiet(test: impl FnOnce()) {
    let before = std::panic::take_hook();
    let here = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == here {
            before(panic);
        }
    }));
    test();
    let _ = std::panic::take_hook();
}

/// Threads, open files, and segments of this user that have a name.
pub fn left_over() -> (usize, usize, usize) {
    let entries = |folder: &str| std::fs::read_dir(folder).map(Iterator::count).unwrap_or_default();
    let segments = std::fs::read_dir("/dev/shm")
        .map(|files| files.flatten().filter(|file| file.file_name().to_string_lossy().starts_with("ripieno-")).count());
    (entries("/proc/self/task"), entries("/proc/self/fd"), segments.unwrap_or_default())
}
