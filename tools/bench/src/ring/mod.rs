//! Our rings beside nine others: what an item costs on one thread, and what it costs to bring it to another core.
//!
//! Two-thread samples pin both threads and stay short. Rings of 2048 slots throughout.

mod broadcast;
mod measure;
mod queue;
mod rivals;

use crate::harness::Contest;
pub use measure::{CORES, on_two_cores, raw_latency};
use measure::{handover, latency, one_by_one, one_thread_bursts, slices, slices_apart, throughput};

/// A stereo frame.
type Frame = [f32; 2];

const ROUNDS: usize = 15;

/// A contest of all rings in one sample, with goals against rtrb and gil.
macro_rules! all {
    ($contest:expr, $item:ty, $ours:ident, $sample:ident($($extra:expr)?), rtrb $rtrb:expr, gil $gil:expr) => {{
        let contest = $contest
            .entrant("ripieno", $sample(queue::$ours::<$item> $(, $extra)?))
            .entrant("rtrb", $sample(rivals::rtrb::<$item> $(, $extra)?));
        let contest = goal(contest, $rtrb).entrant("gil", $sample(rivals::gil::<$item> $(, $extra)?));
        goal(contest, $gil)
            .entrant("ringbuffer-spsc", $sample(rivals::ringbuffer_spsc::<$item> $(, $extra)?))
            .entrant("ringbuf", $sample(rivals::ringbuf::<$item> $(, $extra)?))
            .entrant("heapless", $sample(rivals::heapless::<$item> $(, $extra)?))
            .entrant("crossbeam", $sample(rivals::crossbeam::<$item> $(, $extra)?))
            .entrant("disruptor", $sample(rivals::disruptor::<$item> $(, $extra)?))
    }};
}

fn goal(contest: Contest<'_>, ratio: Option<f64>) -> Contest<'_> {
    match ratio {
        Some(ratio) => contest.goal(ratio),
        None => contest,
    }
}

/// All contests between rings.
pub fn run() {
    let title = |what: &str| format!("ring: {what}");

    let contest = Contest::new(title("push + pop, one thread, u32"), "ns/item");
    all!(contest, u32, single, one_by_one(), rtrb Some(0.5), gil Some(1.05)).run(ROUNDS);
    let contest = Contest::new(title("push + pop, one thread, stereo frame"), "ns/item");
    all!(contest, Frame, single, one_by_one(), rtrb Some(0.6), gil None).run(ROUNDS);
    let contest = Contest::new(title("bursts of 64 single items, one thread, u32"), "ns/item");
    all!(contest, u32, burst, one_thread_bursts(), rtrb Some(0.5), gil Some(1.05)).run(ROUNDS);

    for frames in [64, 256] {
        let what = format!("write + read of {frames} frames, one thread");
        let contest = Contest::new(title(&what), "ns/block");
        all!(contest, Frame, single, slices(frames), rtrb Some(1.0), gil Some(1.05))
            .entrant("bbqueue", slices(rivals::bbqueue, frames))
            .run(ROUNDS);
    }
    broadcast::run();

    let contest = Contest::new(title("two threads, items in bursts of 16 where offered, u32"), "ns/item");
    all!(contest, u32, burst, throughput(), rtrb Some(0.5), gil None)
        .entrant("ripieno, shown one by one", throughput(queue::single::<u32>))
        .run(ROUNDS);
    for frames in [64, 256] {
        let what = format!("two threads, blocks of {frames} frames");
        let contest = Contest::new(title(&what), "ns/block");
        all!(contest, Frame, single, slices_apart(frames), rtrb Some(1.0), gil Some(1.05))
            .entrant("bbqueue", slices_apart(rivals::bbqueue, frames))
            .run(ROUNDS);
    }
    let contest = Contest::new(title("hand 64 single items to the other core, u32"), "ns/burst");
    all!(contest, u32, burst, handover(), rtrb Some(0.3), gil None).run(ROUNDS);
    let contest = Contest::new(title("latency one way, u32"), "ns");
    all!(contest, u32, single, latency(), rtrb None, gil None)
        .entrant("raw: two lines, one a way", raw_latency())
        .goal(1.1)
        .run(ROUNDS);
}
