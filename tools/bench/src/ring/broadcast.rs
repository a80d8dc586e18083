//! A broadcast write with two subscribers beside an spsc write of the same size, and what latest-only costs.

use std::hint::black_box;
use std::time::Instant;

use ripieno_ring::{broadcast, spsc};

use super::queue::SLOTS;
use super::{Frame, ROUNDS};
use crate::harness::Contest;

/// Blocks written before they are read: the readers' cost stays out of the figure.
const RUN: usize = 16;
const RUNS: usize = 300;

/// ns of a block written, `drain` not counted.
fn written(mut write: impl FnMut(), mut drain: impl FnMut()) -> f64 {
    let mut spent = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        for _ in 0..RUN {
            write();
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
    let (block, mut out) = (vec![Frame::default(); frames], vec![Frame::default(); frames * RUN]);
    move || {
        let write = || {
            black_box(publisher.push_slice(black_box(&block)));
        };
        written(write, || {
            for subscriber in &mut subscribers {
                let _ = black_box(subscriber.pop_slice(&mut out));
            }
        })
    }
}

fn one_consumer(frames: usize) -> impl FnMut() -> f64 {
    let (mut producer, mut consumer) = spsc::channel::<Frame>(SLOTS.max(frames * RUN));
    let (block, mut out) = (vec![Frame::default(); frames], vec![Frame::default(); frames * RUN]);
    move || {
        let write = || {
            black_box(producer.push_slice(black_box(&block)));
        };
        written(write, || {
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
