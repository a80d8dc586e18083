//! One task for many files, on as many threads as the machine runs at once.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// Threads at most: beyond that disks get slower.
const MOST_THREADS: usize = 8;
/// Fewer tasks than this are not worth a thread.
const FEW: usize = 4;

/// What `task` makes of each number below `count`, in order. Control; blocks.
pub(super) fn each<T: Send>(count: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(count / FEW);
    if threads < 2 {
        return (0..count).map(task).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Relaxed);
            if number >= count {
                return done;
            }
            done.push((number, task(number)));
        }
    };
    let mut results: Vec<(usize, T)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut results = work();
        // A panic of a task goes on here.
        results.extend(
            others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        results
    });
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_order() {
        for count in [0, 1, 3, 1000] {
            assert!(super::each(count, |number| number * 2).into_iter().eq((0..count).map(|number| number * 2)));
        }
    }
}
