//! Pipelines beside what else brings frames from one task to another: bandwidth, latency, and a whole graph.
//!
//! Samples run on threads of their own and pin those. Each is the best of a few short runs, for all entrants alike: on a machine
//! with other work the longer of two threads' waits is otherwise that of the system's scheduler.

mod channel;
mod children;
mod fft;
mod hop;
#[cfg(feature = "iceoryx2")]
mod iceoryx;
mod memory;
mod ours;
mod pythusa;

pub use children::run as run_child;

use crate::harness::Contest;
use crate::ring::{CORES, raw_latency};
use core_affinity::CoreId;
use ours::Way;
use pythusa::Pythusa;
use std::thread;

/// Frames of every ring, channel and queue.
const RING_FRAMES: usize = 32;

/// The same for frames of a megabyte, so that it is not the main memory that is measured.
const FEW_FRAMES: usize = 4;

/// Frames before the clock starts.
const WARM_UP: usize = 2 * RING_FRAMES;

/// Bytes of frames.
const SIZES: [usize; 4] = [1 << 10, 8 << 10, 64 << 10, 1 << 20];

/// Runs of a sample.
const RUNS: usize = 3;

/// Rounds of contests among Rust.
const ROUNDS: usize = 5;

/// Rounds of contests with PYTHUSA, whose processes take a second to start.
const SLOW_ROUNDS: usize = 3;

/// 0.8 times the bandwidth of the bare copies.
const GOAL_COPIES: f64 = 1.25;
#[cfg(feature = "iceoryx2")]
const GOAL_ICEORYX: f64 = 1.0;
const GOAL_PYTHUSA: f64 = 0.2;
const GOAL_HOP: f64 = 1.5;
const GOAL_PARKED_MICROS: f64 = 15.0;
const GOAL_FFT: f64 = 1.0 / 3.0;
/// Of a core.
const GOAL_METRICS: f64 = 0.005;
/// As a page or a terminal view asks for figures.
const LOOKS_A_SECOND: f64 = 2.0;

/// Frames of a run: so many bytes in all, within bounds.
fn frames_of(bytes: usize) -> usize {
    ((64 << 20) / bytes).clamp(100, 4_000)
}

/// Frames of a ring for frames of so many bytes.
fn ring_frames(bytes: usize) -> usize {
    if bytes < 1 << 20 { RING_FRAMES } else { FEW_FRAMES }
}

/// All contests.
pub fn run() {
    // Found before anything is pinned: threads and processes inherit it.
    let _ = cores();
    for bytes in SIZES {
        copies(bytes, 1);
        in_place(bytes);
    }
    for readers in [4, 8] {
        copies(64 << 10, readers);
    }
    hops();
    metrics();
    match Pythusa::found() {
        Some(pythusa) => beside_pythusa(&pythusa),
        None => {
            println!("\npipeline: PYTHUSA is not there (`cargo xtask bench pipeline` prepares it): no such contest")
        }
    }
}

/// Frames are written from a buffer and read into another.
fn copies(bytes: usize, readers: usize) {
    let frames = frames_of(bytes) / readers;
    let title = |how: &str| format!("pipeline: {} KiB copied in and out, {readers} reader(s), {how}", bytes >> 10);
    let contest = Contest::new(title("threads"), "ns/frame")
        .entrant("ripieno", || apart(|| ours::threads(Way::Copied, bytes, frames, readers)))
        .entrant("bare copies, one core", || apart(|| memory::on_one_core(bytes, frames, readers)));
    let contest = if bytes >= 8 << 10 { contest.goal(GOAL_COPIES) } else { contest };
    let contest = if readers == 1 {
        contest.entrant("bare copies, two cores, nothing shared", || apart(|| memory::on_two(bytes, frames)))
    } else {
        contest
    };
    contest.entrant("crossbeam-channel", || apart(|| channel::copies(bytes, frames, readers))).run(ROUNDS);
    if readers <= GUESTS {
        Contest::new(title("processes"), "ns/frame")
            .entrant("ripieno", || apart(|| ours::processes(Way::Copied, bytes, frames, readers)))
            .entrant("bare copies, one core", || apart(|| memory::on_one_core(bytes, frames, readers)))
            .goal(GOAL_COPIES)
            .run(ROUNDS);
    }
}

/// Readers that may attach to an exported stream.
const GUESTS: usize = 4;

/// Frames are written and read where they lie.
#[cfg(feature = "iceoryx2")]
fn in_place(bytes: usize) {
    let frames = 4_000;
    let title = |how: &str| format!("pipeline: {} KiB in place, {how}", bytes >> 10);
    Contest::new(title("threads"), "ns/frame")
        .entrant("ripieno", || apart(|| ours::threads(Way::InPlace, bytes, frames, 1)))
        .entrant("iceoryx2", || apart(|| iceoryx::threads(bytes, frames, 1)))
        .goal(GOAL_ICEORYX)
        .run(ROUNDS);
    Contest::new(title("processes"), "ns/frame")
        .entrant("ripieno", || apart(|| ours::processes(Way::InPlace, bytes, frames, 1)))
        .entrant("iceoryx2", || apart(|| iceoryx::processes(bytes, frames)))
        .goal(GOAL_ICEORYX)
        .run(ROUNDS);
}

#[cfg(not(feature = "iceoryx2"))]
fn in_place(bytes: usize) {
    Contest::new(format!("pipeline: {} KiB in place (built without iceoryx2)", bytes >> 10), "ns/frame")
        .entrant("ripieno, threads", || apart(|| ours::threads(Way::InPlace, bytes, 4_000, 1)))
        .entrant("ripieno, processes", || apart(|| ours::processes(Way::InPlace, bytes, 4_000, 1)))
        .run(ROUNDS);
}

fn hops() {
    Contest::new("pipeline: one hop, spinning, two threads", "ns")
        .entrant("ripieno", || apart(hop::spinning))
        .entrant("raw: two lines, one a way", || apart(|| raw_latency()()))
        .goal(GOAL_HOP)
        .run(ROUNDS);
    let standings = Contest::new("pipeline: one hop to a sleeper, median", "µs")
        .entrant("ripieno, threads", || apart(hop::parked_threads))
        .entrant("ripieno, processes", || apart(hop::parked_processes))
        .run(ROUNDS);
    for standing in standings {
        let verdict = if standing.median <= GOAL_PARKED_MICROS { "met" } else { "missed" };
        println!("{}: goal ≤ {GOAL_PARKED_MICROS} µs: {verdict}", standing.name);
    }
}

fn beside_pythusa(pythusa: &Pythusa) {
    for bytes in SIZES {
        let few = (frames_of(bytes) / 4).clamp(500, 2_000);
        Contest::new(format!("pipeline: {} KiB copied in and out, beside PYTHUSA", bytes >> 10), "ns/frame")
            .entrant("ripieno, threads", || apart(|| ours::threads(Way::Copied, bytes, frames_of(bytes), 1)))
            .entrant("PYTHUSA, as it is", || pythusa.pass(bytes, few, 64))
            .goal(GOAL_PYTHUSA)
            .entrant("PYTHUSA, looking at readers every frame", || pythusa.pass(bytes, few, 1))
            .goal(GOAL_PYTHUSA)
            .run(SLOW_ROUNDS);
    }
    Contest::new("pipeline: 49 signals of 8192 transformed", "µs/transform")
        .entrant("ripieno, threads", || fft::ours(2.0))
        .entrant("PYTHUSA", || pythusa.fft(fft::GENERATORS, fft::ROWS, 2.0))
        .goal(GOAL_FFT)
        .run(SLOW_ROUNDS);
}

/// Counters and sampled latencies are part of every figure above; what is left is gathering them.
fn metrics() {
    let micros = fft::figures();
    let overhead = micros * 1e-6 * LOOKS_A_SECOND;
    let verdict = if overhead <= GOAL_METRICS { "met" } else { "missed" };
    println!(
        "\nall figures of a graph of 15 tasks: {micros:.0} µs of a core; {LOOKS_A_SECOND} times a second that is {:.3} %; \
         goal ≤ {} %: {verdict}",
        overhead * 100.0,
        GOAL_METRICS * 100.0
    );
}

/// How many cores there are.
fn cores() -> usize {
    CORES.len().max(1)
}

/// Pins the calling thread to a core, counted round.
fn pinned(core: usize) {
    if let Some(core) = core_of(core) {
        core_affinity::set_for_current(core);
    }
}

fn core_of(core: usize) -> Option<CoreId> {
    CORES.get(core % cores()).copied()
}

/// The best of a few runs, each on a thread of its own, so that no pin outlives it.
fn apart(sample: impl Fn() -> f64 + Sync) -> f64 {
    let run = || thread::scope(|scope| scope.spawn(&sample).join().expect("a sample does not panic"));
    (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Words of a frame of so many bytes.
fn frame_words(bytes: usize) -> usize {
    bytes / size_of::<u64>()
}
