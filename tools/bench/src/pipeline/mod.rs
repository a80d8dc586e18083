//! Pipelines beside what else brings frames from one task to another: bandwidth, latency, and a whole graph.

mod channel;
mod children;
#[cfg(feature = "iceoryx2")]
mod iceoryx;
mod memory;
mod pythusa;

pub use children::run as run_child;

use crate::ring::CORES;
use core_affinity::CoreId;
use std::thread;

/// Frames of every ring, channel and queue.
const RING_FRAMES: usize = 32;

/// Frames before the clock starts.
const WARM_UP: usize = 2 * RING_FRAMES;

/// Pins the calling thread to a core, counted round.
fn pinned(core: usize) {
    if let Some(core) = core_of(core) {
        core_affinity::set_for_current(core);
    }
}

fn core_of(core: usize) -> Option<CoreId> {
    CORES.get(core % CORES.len().max(1)).copied()
}

/// Runs a sample on a thread of its own, so that no pin outlives it: threads and processes inherit it.
fn apart(sample: impl FnOnce() -> f64 + Send) -> f64 {
    thread::scope(|scope| scope.spawn(sample).join().expect("a sample does not panic"))
}

/// Words of a frame of so many bytes.
fn frame_words(bytes: usize) -> usize {
    bytes / size_of::<u64>()
}
mod ours;
pub fn run() {
    let py = pythusa::Pythusa::found().unwrap();
    for (bytes, frames) in [(1024, 20000), (8192, 10000), (65536, 2000), (1<<20, 300)] {
        println!("{bytes}: one {:.0} two {:.0} chan {:.0} iox {:.0} ioxp {:.0} iox4 {:.0}", apart(|| memory::on_one_core(bytes, frames,1)), apart(|| memory::on_two(bytes, frames)), apart(|| channel::copies(bytes, frames,1)),
        apart(|| iceoryx::threads(bytes, frames,1)), apart(|| iceoryx::processes(bytes, frames)), apart(|| iceoryx::threads(bytes, frames,4)));
        println!("py {:.0}", 1.0);
    }
    println!("raw {:.0}", crate::ring::raw_latency()());
}
