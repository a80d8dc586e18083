//! One frame from task to task: there and back while both look all the time, and one way to a task that sleeps.

use super::children::{self, Crew};
use super::ours::{Slowest, place, stream};
use crate::harness::median;
use ripieno_pipeline::{
    Pipeline, Ports, Reader, ReaderPolicy, StreamError, TaskError, Wait, Writer, monotonic_nanos, share,
};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Of a frame: a line of a cache.
const BYTES: usize = 64;

const TURNS: usize = 20_000;

/// Between frames for a task that sleeps: long enough to fall asleep.
const PAUSE: Duration = Duration::from_micros(500);

const PARKED: usize = 400;

/// Half of there and back between two threads that spin; ns.
pub fn spinning() -> f64 {
    let slowest = Slowest::default();
    let mut pipe = Pipeline::new("hop");
    stream(&mut pipe, "there", BYTES);
    // The answer closes a cycle, which takes a frame that is there before the start.
    stream(&mut pipe, "back", BYTES).delay_frames = 1;
    let told = slowest.clone();
    let serve = move |ports: &mut Ports| {
        let (mut back, mut there) = (ports.reader::<f64>("in")?, ports.writer::<f64>("out")?);
        let mut frame = [0.0; BYTES / 8];
        let mut start = Instant::now();
        for turn in 0..2 * TURNS {
            if turn == TURNS {
                start = Instant::now();
            }
            back.read_into(&mut frame)?;
            there.write(&frame)?;
        }
        told.tell(start.elapsed().as_nanos() as f64 / (2 * TURNS) as f64);
        Ok(())
    };
    let answer = |ports: &mut Ports| {
        let (mut there, mut back) = (ports.reader::<f64>("in")?, ports.writer::<f64>("out")?);
        let mut frame = [0.0; BYTES / 8];
        while there.read_into(&mut frame)?.is_some() {
            back.write(&frame)?;
        }
        Ok(())
    };
    let task = pipe.add_task("serve", &[("in", "back")], &[("out", "there")], &[], serve).expect("a legal task");
    place(task, 0, Wait::Spin);
    let task = pipe.add_task("answer", &[("in", "there")], &[("out", "back")], &[], answer).expect("a legal task");
    place(task, 1, Wait::Spin);
    pipe.run().expect("it runs to its end");
    slowest.figure()
}

/// From one thread to another that sleeps; the median in µs.
pub fn parked_threads() -> f64 {
    let delays = Arc::new(Mutex::new(Vec::new()));
    let mut pipe = Pipeline::new("parked");
    stream(&mut pipe, "frames", BYTES);
    let write = write_now_and_then;
    place(pipe.add_task("write", &[], &[("out", "frames")], &[], write).expect("a legal task"), 0, Wait::Park);
    let told = Arc::clone(&delays);
    let read = move |ports: &mut Ports| {
        *told.lock().expect("nobody panics") = delays_of(&mut ports.reader("in")?)?;
        Ok(())
    };
    place(pipe.add_task("read", &[("in", "frames")], &[], &[], read).expect("a legal task"), 1, Wait::Park);
    pipe.run().expect("it runs to its end");
    median(delays.lock().expect("nobody panics").clone())
}

/// From this process to another that sleeps; the median in µs.
pub fn parked_processes() -> f64 {
    let name = format!("bench-hop-{}", std::process::id());
    let slowest = Slowest::default();
    let mut pipe = Pipeline::new("parked");
    stream(&mut pipe, "frames", BYTES).export = Some(name.clone());
    let told = slowest.clone();
    let write = move |ports: &mut Ports| {
        let mut crew = Crew::start("hop", &name, PARKED, 1);
        crew.wait();
        write_now_and_then(ports)?;
        told.tell(crew.slowest());
        Ok(())
    };
    place(pipe.add_task("write", &[], &[("out", "frames")], &[], write).expect("a legal task"), 0, Wait::Park);
    pipe.run().expect("it runs to its end");
    slowest.figure()
}

/// A child's part.
pub fn child(name: &str) {
    let shared = share::open(name).expect("the parent exports it");
    let mut reader = shared.reader(ReaderPolicy::Lossless).expect("a seat").typed::<f64>().expect("frames of f64");
    children::attached();
    children::figure(median(delays_of(&mut reader).expect("frames")));
}

fn write_now_and_then(ports: &mut Ports) -> Result<(), TaskError> {
    let mut writer: Writer<f64> = ports.writer("out")?;
    for frame in 0..PARKED {
        ports.pause(PAUSE)?;
        writer.write_at(monotonic_nanos(), &[frame as f64; BYTES / 8])?;
    }
    Ok(())
}

fn delays_of(reader: &mut Reader<f64>) -> Result<Vec<f64>, StreamError> {
    let mut frame = [0.0; BYTES / 8];
    let mut delays = Vec::with_capacity(PARKED);
    while delays.len() < PARKED
        && let Some(stamp) = reader.read_into(&mut frame)?
    {
        delays.push((monotonic_nanos() - stamp.nanos) as f64 * 1e-3);
    }
    Ok(delays)
}
