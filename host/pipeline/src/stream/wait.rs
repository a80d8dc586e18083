//! Waiting at a bell, as the task wants it: looking for a moment and then asleep, or looking all the time.

use crate::Wait;
use crate::bell::Bell;
use crate::event::nanos;
use crate::origin::monotonic_nanos;
use std::hint::spin_loop;
use std::time::Duration;

/// Fewest and most looks before going to sleep: some ten take as long as a microsecond, and sleeping and waking take ten.
const LOOKS: std::ops::RangeInclusive<u32> = 16..=256;
/// Looks between two of the clock and an offer of the core to others, for one who never sleeps.
const LOOKS_A_TURN: u32 = 500;

/// How someone waits, and how many looks were worth it so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    how: Wait,
    looks: u32,
}

impl Waiting {
    pub fn new(how: Wait) -> Self {
        Self { how, looks: *LOOKS.end() }
    }
}

/// Waits until `ready` says something; `None` when `timeout` has passed. Also how long it took, in nanoseconds.
#[cold]
pub(super) fn wait<R>(
    waiting: &mut Waiting,
    bell: Bell<'_>,
    timeout: Option<Duration>,
    mut ready: impl FnMut() -> Option<R>,
) -> (Option<R>, u64) {
    let start = monotonic_nanos();
    let deadline = timeout.map(|timeout| start.saturating_add(nanos(timeout)));
    let is_late = || deadline.is_some_and(|deadline| monotonic_nanos() >= deadline);
    let result = match waiting.how {
        Wait::Park => match look(waiting.looks, &mut ready) {
            Some(result) => {
                waiting.looks = (waiting.looks * 2).min(*LOOKS.end());
                Some(result)
            }
            // Where frames come slowly, looking for long is a waste.
            None => {
                waiting.looks = (waiting.looks / 2).max(*LOOKS.start());
                bell.wait(deadline, &mut ready)
            }
        },
        Wait::Spin => loop {
            if let Some(result) = look(LOOKS_A_TURN, &mut ready) {
                break Some(result);
            }
            if is_late() {
                break None;
            }
            std::thread::yield_now();
        },
    };
    (result, monotonic_nanos() - start)
}

fn look<R>(times: u32, ready: &mut impl FnMut() -> Option<R>) -> Option<R> {
    (0..times).find_map(|_| {
        spin_loop();
        ready()
    })
}
