//! A broadcast write with two subscribers beside an spsc write of the same size, and what latest-only costs.

use std::hint::black_box;
use std::time::Instant;

use ripieno_ring::{broadcast, spsc};

use super::queue::SLOTS;
use super::{Frame, ROUNDS};
use crate::harness::Contest;

/// Blocks written before they are read: the readers' cost stays out of the figure.
const RUN: usize = 16;
const RUNS: usize = 320;

/// ns of a block written, `drain` not counted. The block moves through a page from run to run: where it lies decides
/// what copying it costs.
fn written(frames: usize, mut write: impl FnMut(&[Frame]), mut drain: impl FnMut()) -> f64 {
    const PAGE: usize = 4096 / size_of::<Frame>();
    let page = vec![Frame::default(); PAGE + frames];
    let mut spent = 0;
    for run in 0..RUNS {
        let first = run * (PAGE / 16) % PAGE;
        let block = &page[first..first + frames];
        let start = Instant::now();
        for _ in 0..RUN {
            write(black_box(block));
        }
        spent += start.elapsed().as_nanos();
        drain();
    }
    spent as f64 / (RUNS * RUN) as f64
}

fn two_subscribers(frames: usize, latest_only: bool) -> impl FnMut() -> f64 {
    let (mut publisher, mut subscribers) = broadcast::channel::<Frame>(SLOTS.max(frames * RUN), 2);
    if latest_only {
        subscribers[1].set_latest_only();
    }
    let mut out = vec![Frame::default(); frames * RUN];
    move || {
        let write = |block: &[Frame]| {
            black_box(publisher.push_slice(block));
        };
        written(frames, write, || {
            for subscriber in &mut subscribers {
                let _ = black_box(subscriber.pop_slice(&mut out));
            }
        })
    }
}

fn one_consumer(frames: usize) -> impl FnMut() -> f64 {
    let (mut producer, mut consumer) = spsc::channel::<Frame>(SLOTS.max(frames * RUN));
    let mut out = vec![Frame::default(); frames * RUN];
    move || {
        let write = |block: &[Frame]| {
            black_box(producer.push_slice(block));
        };
        written(frames, write, || {
            black_box(consumer.pop_slice(&mut out));
        })
    }
}

/// Both block sizes.
pub fn run() {
    for frames in [64, 256] {
        Contest::new(format!("ring: broadcast write of {frames} frames"), "ns/block")
            .entrant("ripieno, two lossless subscribers", two_subscribers(frames, false))
            .entrant("ripieno, spsc", one_consumer(frames))
            .goal(1.5)
            .entrant("ripieno, one of two latest-only", two_subscribers(frames, true))
            .run(ROUNDS);
    }
}
