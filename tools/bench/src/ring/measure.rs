//! The samples: closures that make rings, and return a time.

use std::hint::{black_box, spin_loop};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use core_affinity::CoreId;

use super::queue::{Pop, Push, SLOTS};
use crate::harness::median;

const BURST: usize = 64;

/// Of a ping-pong.
const TURNS: usize = 1_000;

/// The cores we may use, found before the first thread is pinned to one of them.
pub static CORES: LazyLock<Vec<CoreId>> = LazyLock::new(|| core_affinity::get_core_ids().unwrap_or_default());

/// Context switches of the calling thread so far; 0 where the system does not tell.
fn switches() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let counters = status.lines().filter(|line| line.contains("ctxt_switches"));
    counters.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum()
}

/// Runs `here` on the first core and `there` on the last one; returns what `here` took, in ns; an error if the system
/// took one of the cores away meanwhile. Each thread owns its ends: two handles side by side would share a line.
pub fn on_two_cores(here: impl FnOnce(), there: impl FnOnce() + Send) -> Result<f64, f64> {
    let cores = &*CORES;
    let ready = AtomicUsize::new(0);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            cores.last().map(|core| core_affinity::set_for_current(*core));
            let before = switches();
            ready.store(1, Ordering::Release);
            there();
            switches() == before
        });
        cores.first().map(|core| core_affinity::set_for_current(*core));
        let before = switches();
        while ready.load(Ordering::Acquire) == 0 {
            spin_loop();
        }
        let start = Instant::now();
        here();
        let spent = start.elapsed().as_nanos() as f64;
        let undisturbed = switches() == before;
        let undisturbed = other.join().expect("the other thread does not panic") && undisturbed;
        if undisturbed { Ok(spent) } else { Err(spent) }
    })
}

/// The median of a few undisturbed runs, per `unit`; of all runs on a machine that is never quiet.
pub fn undisturbed(unit: usize, mut run: impl FnMut() -> Result<f64, f64>) -> f64 {
    const RUNS: usize = 3;
    const TRIES: usize = 9;
    let (mut quiet, mut noisy) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        match run() {
            Ok(spent) => quiet.push(spent),
            Err(spent) => noisy.push(spent),
        }
        if quiet.len() == RUNS {
            break;
        }
    }
    median(if quiet.is_empty() { noisy } else { quiet }) / unit as f64
}

/// A ring that has been once around: its memory is there. Made anew for each run, so that its handles are locals of
/// the measured loop, as a caller's would be.
fn warm<T: Copy + Default, P: Push<T>, C: Pop<T>>(make: impl Fn() -> (P, C)) -> (P, C) {
    let (mut push, mut pop) = make();
    for _ in 0..SLOTS {
        assert!(push.push(T::default()) && pop.pop().is_some());
    }
    (push, pop)
}

/// Push and pop in turn.
pub fn one_by_one<T: Copy + Default, P: Push<T>, C: Pop<T>>(make: impl Fn() -> (P, C)) -> impl FnMut() -> f64 {
    const ITEMS: usize = 100_000;
    move || {
        let (mut push, mut pop) = warm(&make);
        // What is made opaque goes through memory: once for the item that is pushed, each time for the one popped.
        let (item, mut passed) = (black_box(T::default()), true);
        let start = Instant::now();
        for _ in 0..ITEMS {
            passed &= push.push(item);
            passed &= pop.pop().map(black_box).is_some();
        }
        let spent = start.elapsed().as_nanos() as f64;
        assert!(passed, "a ring that is empty takes an item and gives it back");
        spent / ITEMS as f64
    }
}

/// Push a burst of single items, then pop it.
pub fn one_thread_bursts<T: Copy + Default, P: Push<T>, C: Pop<T>>(make: impl Fn() -> (P, C)) -> impl FnMut() -> f64 {
    const BURSTS: usize = 2_000;
    let (items, mut out) = ([T::default(); BURST], [T::default(); BURST]);
    move || {
        let (mut push, mut pop) = warm(&make);
        let start = Instant::now();
        for _ in 0..BURSTS {
            black_box(push.push_each(black_box(&items)));
            black_box(pop.pop_each(black_box(&mut out)));
        }
        start.elapsed().as_nanos() as f64 / (BURSTS * BURST) as f64
    }
}

/// Write and read a block in turn. What a copy costs depends by half on where its two ends lie within a page, for
/// whoever copies: so the caller's blocks move through one.
pub fn slices<T: Copy + Default, P: Push<T>, C: Pop<T>>(
    make: impl Fn() -> (P, C),
    frames: usize,
) -> impl FnMut() -> f64 {
    const BLOCKS: usize = 400;
    const PAGE: usize = 4096;
    const PLACES: usize = 16;
    let items_a_page = PAGE / size_of::<T>();
    let (items, mut out) = (vec![T::default(); 2 * items_a_page], vec![T::default(); 2 * items_a_page]);
    move || {
        let (mut push, mut pop) = warm(&make);
        let places = (0..PLACES).map(|place| {
            let first = place * items_a_page / PLACES;
            let (items, out) = (&items[first..first + frames], &mut out[first..first + frames]);
            let start = Instant::now();
            for _ in 0..BLOCKS {
                black_box(push.push_slice(black_box(items)));
                black_box(pop.pop_slice(black_box(out)));
            }
            start.elapsed().as_nanos() as f64
        });
        places.sum::<f64>() / (PLACES * BLOCKS) as f64
    }
}

/// All of `count` items from one thread to another, by `send` and `receive`, which return how many they moved.
fn stream<P: Send, C>(
    (mut push, mut pop): (P, C),
    count: usize,
    mut send: impl FnMut(&mut P, usize) -> usize + Send,
    mut receive: impl FnMut(&mut C) -> usize,
) -> Result<f64, f64> {
    let there = move || {
        let mut left = count;
        while left > 0 {
            match send(&mut push, left) {
                0 => spin_loop(),
                done => left -= done,
            }
        }
    };
    let here = move || {
        let mut left = count;
        while left > 0 {
            match receive(&mut pop) {
                0 => spin_loop(),
                done => left -= done,
            }
        }
    };
    on_two_cores(here, there)
}

/// All items of one thread to another, both as fast as they can, in bursts of single items.
pub fn throughput<T: Copy + Default + Send + Sync, P: Push<T>, C: Pop<T>>(
    make: impl Fn() -> (P, C),
) -> impl FnMut() -> f64 {
    const ITEMS: usize = 64_000;
    move || {
        let (items, mut out) = ([T::default(); 16], [T::default(); 16]);
        let run = || {
            let send = |push: &mut P, left: usize| push.push_each(&items[..left.min(16)]);
            stream(warm(&make), ITEMS, send, |pop| pop.pop_each(black_box(&mut out)))
        };
        undisturbed(ITEMS, run)
    }
}

/// All blocks of one thread to another, both as fast as they can.
pub fn slices_apart<T: Copy + Default + Send + Sync, P: Push<T>, C: Pop<T>>(
    make: impl Fn() -> (P, C),
    frames: usize,
) -> impl FnMut() -> f64 {
    const BLOCKS: usize = 1_000;
    move || {
        let (items, mut out) = (vec![T::default(); frames], vec![T::default(); frames]);
        let run = || {
            let send = |push: &mut P, left: usize| push.push_slice(&items[..left.min(frames)]);
            stream(warm(&make), BLOCKS * frames, send, |pop| pop.pop_slice(black_box(&mut out)))
        };
        undisturbed(BLOCKS, run)
    }
}

/// A ping-pong of `COUNT` items a turn over two rings of one kind.
fn ping_pong<T: Copy + Default + Send + Sync, P: Push<T>, C: Pop<T>, const COUNT: usize>(
    (mut ping, mut arrival): (P, C),
    (mut departure, mut pong): (P, C),
) -> Result<f64, f64> {
    fn send<T: Copy>(push: &mut impl Push<T>, items: &[T]) {
        let mut done = 0;
        while done < items.len() {
            done += push.push_each(&items[done..]);
        }
    }
    fn receive<T: Copy>(pop: &mut impl Pop<T>, items: &mut [T]) {
        let mut done = 0;
        while done < items.len() {
            match pop.pop_each(&mut items[done..]) {
                0 => spin_loop(),
                count => done += count,
            }
        }
    }
    let here = move || {
        let mut items = [T::default(); COUNT];
        for _ in 0..TURNS {
            send(&mut ping, &items);
            receive(&mut pong, black_box(&mut items));
        }
    };
    let echo = move || {
        let mut items = [T::default(); COUNT];
        for _ in 0..TURNS {
            receive(&mut arrival, black_box(&mut items));
            send(&mut departure, &items);
        }
    };
    on_two_cores(here, echo)
}

/// A burst of single items to the other core; half of there and back.
pub fn handover<T: Copy + Default + Send + Sync, P: Push<T>, C: Pop<T>>(
    make: impl Fn() -> (P, C),
) -> impl FnMut() -> f64 {
    move || undisturbed(2 * TURNS, || ping_pong::<T, P, C, BURST>(warm(&make), warm(&make)))
}

/// One item to the other core; half of there and back.
pub fn latency<T: Copy + Default + Send + Sync, P: Push<T>, C: Pop<T>>(
    make: impl Fn() -> (P, C),
) -> impl FnMut() -> f64 {
    move || undisturbed(2 * TURNS, || ping_pong::<T, P, C, 1>(warm(&make), warm(&make)))
}

/// The least that any message can cost: two words on lines of their own, each written by one core.
pub fn raw_latency() -> impl FnMut() -> f64 {
    #[repr(align(128))]
    struct Line(AtomicUsize);
    fn wait(line: &Line, turn: usize) {
        while line.0.load(Ordering::Acquire) != turn {
            spin_loop();
        }
    }
    let run = || {
        let (there, back) = (Line(AtomicUsize::new(0)), Line(AtomicUsize::new(0)));
        let here = || {
            for turn in 1..=TURNS {
                there.0.store(turn, Ordering::Release);
                wait(&back, turn);
            }
        };
        let echo = || {
            for turn in 1..=TURNS {
                wait(&there, turn);
                back.0.store(turn, Ordering::Release);
            }
        };
        on_two_cores(here, echo)
    };
    move || undisturbed(2 * TURNS, run)
}
