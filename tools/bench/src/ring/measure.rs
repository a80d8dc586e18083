//! The samples: closures that own both ends of a ring and return a time.

use std::hint::{black_box, spin_loop};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use core_affinity::CoreId;

use super::queue::{Pop, Push};

const BURST: usize = 64;

/// The cores we may use, found before the first thread is pinned to one of them.
static CORES: LazyLock<Vec<CoreId>> = LazyLock::new(|| core_affinity::get_core_ids().unwrap_or_default());

/// Runs `here` on the first core and `there` on the last one; returns what `here` took, in ns.
fn on_two_cores(here: impl FnOnce(), there: impl FnOnce() + Send) -> f64 {
    let cores = &*CORES;
    let ready = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            cores.last().map(|core| core_affinity::set_for_current(*core));
            ready.store(1, Ordering::Release);
            there();
        });
        cores.first().map(|core| core_affinity::set_for_current(*core));
        while ready.load(Ordering::Acquire) == 0 {
            spin_loop();
        }
        let start = Instant::now();
        here();
        start.elapsed().as_nanos() as f64
    })
}

/// Push and pop in turn.
pub fn one_by_one<T: Copy + Default>((mut push, mut pop): (impl Push<T>, impl Pop<T>)) -> impl FnMut() -> f64 {
    const ITEMS: usize = 100_000;
    move || {
        let start = Instant::now();
        for _ in 0..ITEMS {
            black_box(push.push(black_box(T::default())));
            black_box(pop.pop());
        }
        start.elapsed().as_nanos() as f64 / ITEMS as f64
    }
}

/// Push a burst of single items, then pop it.
pub fn one_thread_bursts<T: Copy + Default>((mut push, mut pop): (impl Push<T>, impl Pop<T>)) -> impl FnMut() -> f64 {
    const BURSTS: usize = 2_000;
    let (items, mut out) = ([T::default(); BURST], [T::default(); BURST]);
    move || {
        let start = Instant::now();
        for _ in 0..BURSTS {
            black_box(push.push_each(black_box(&items)));
            black_box(pop.pop_each(black_box(&mut out)));
        }
        start.elapsed().as_nanos() as f64 / (BURSTS * BURST) as f64
    }
}

/// Write and read a block in turn.
pub fn slices<T: Copy + Default>(
    (mut push, mut pop): (impl Push<T>, impl Pop<T>),
    frames: usize,
) -> impl FnMut() -> f64 {
    const BLOCKS: usize = 5_000;
    let (items, mut out) = (vec![T::default(); frames], vec![T::default(); frames]);
    move || {
        let start = Instant::now();
        for _ in 0..BLOCKS {
            black_box(push.push_slice(black_box(&items)));
            black_box(pop.pop_slice(black_box(&mut out)));
        }
        start.elapsed().as_nanos() as f64 / BLOCKS as f64
    }
}

/// All items of one thread to another, both as fast as they can, in bursts of single items.
pub fn throughput<T: Copy + Default + Send + Sync>(
    (mut push, mut pop): (impl Push<T>, impl Pop<T>),
) -> impl FnMut() -> f64 {
    const ITEMS: usize = 64_000;
    let (items, mut out) = ([T::default(); 16], [T::default(); 16]);
    move || {
        let there = || {
            let mut left = ITEMS;
            while left > 0 {
                let done = push.push_each(&items[..left.min(16)]);
                if done == 0 {
                    spin_loop();
                }
                left -= done;
            }
        };
        let here = || {
            let mut left = ITEMS;
            while left > 0 {
                let done = pop.pop_each(black_box(&mut out));
                if done == 0 {
                    spin_loop();
                }
                left -= done;
            }
        };
        on_two_cores(here, there) / ITEMS as f64
    }
}

/// All blocks of one thread to another, both as fast as they can.
pub fn slices_apart<T: Copy + Default + Send + Sync>(
    (mut push, mut pop): (impl Push<T>, impl Pop<T>),
    frames: usize,
) -> impl FnMut() -> f64 {
    const BLOCKS: usize = 4_000;
    let (items, mut out) = (vec![T::default(); frames], vec![T::default(); frames]);
    move || {
        let there = || {
            let mut left = BLOCKS * frames;
            while left > 0 {
                let done = push.push_slice(&items[..left.min(frames)]);
                if done == 0 {
                    spin_loop();
                }
                left -= done;
            }
        };
        let here = || {
            let mut left = BLOCKS * frames;
            while left > 0 {
                let done = pop.pop_slice(black_box(&mut out));
                if done == 0 {
                    spin_loop();
                }
                left -= done;
            }
        };
        on_two_cores(here, there) / BLOCKS as f64
    }
}

/// A ping-pong of so many items a turn over two rings of one kind; ns one way.
fn ping_pong<T: Copy + Default + Send + Sync>(
    there: &mut (impl Push<T>, impl Pop<T>),
    back: &mut (impl Push<T>, impl Pop<T>),
    count: usize,
) -> f64 {
    const TURNS: usize = 1_000;
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
    let items = vec![T::default(); count];
    let (ping, pong) = (&mut there.0, &mut back.1);
    let (arrival, departure) = (&mut there.1, &mut back.0);
    let mut echoed = items.clone();
    let here = || {
        let mut out = items.clone();
        for _ in 0..TURNS {
            send(ping, &items);
            receive(pong, black_box(&mut out));
        }
    };
    let echo = move || {
        for _ in 0..TURNS {
            receive(arrival, black_box(&mut echoed));
            send(departure, &echoed);
        }
    };
    on_two_cores(here, echo) / (2 * TURNS) as f64
}

/// A burst of single items to the other core; half of there and back.
pub fn handover<T: Copy + Default + Send + Sync>(
    (mut there, mut back): ((impl Push<T>, impl Pop<T>), (impl Push<T>, impl Pop<T>)),
) -> impl FnMut() -> f64 {
    move || ping_pong(&mut there, &mut back, BURST)
}

/// One item to the other core; half of there and back.
pub fn latency<T: Copy + Default + Send + Sync>(
    (mut there, mut back): ((impl Push<T>, impl Pop<T>), (impl Push<T>, impl Pop<T>)),
) -> impl FnMut() -> f64 {
    move || ping_pong(&mut there, &mut back, 1)
}

/// The least that any message can cost: two words on lines of their own, each written by one core.
pub fn raw_latency() -> impl FnMut() -> f64 {
    const TURNS: u32 = 1_000;
    #[repr(align(128))]
    struct Line(AtomicU32);
    fn wait(line: &Line, turn: u32) {
        while line.0.load(Ordering::Acquire) != turn {
            spin_loop();
        }
    }
    || {
        let (there, back) = (Line(AtomicU32::new(0)), Line(AtomicU32::new(0)));
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
        on_two_cores(here, echo) / f64::from(2 * TURNS)
    }
}
