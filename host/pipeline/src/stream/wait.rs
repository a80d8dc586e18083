//! Waiting at a bell, as the task wants it: looking for a moment and then asleep, or looking all the time.

use crate::Wait;
use crate::bell::Bell;
use crate::event::nanos;
use crate::origin::monotonic_nanos;
use std::hint::spin_loop;
use std::time::Duration;

/// Looks before going to sleep: a few microseconds, about what sleeping and waking cost.
const LOOKS: u32 = 60;
/// Looks between two of the clock and an offer of the core to others, for one who never sleeps.
const LOOKS_A_TURN: u32 = 2000;

/// Waits until `ready` says something; `None` when `timeout` has passed. Also how long it took, in nanoseconds.
#[cold]
pub(super) fn wait<R>(
    how: Wait,
    bell: Bell<'_>,
    timeout: Option<Duration>,
    mut ready: impl FnMut() -> Option<R>,
) -> (Option<R>, u64) {
    let start = monotonic_nanos();
    let deadline = timeout.map(|timeout| start.saturating_add(nanos(timeout)));
    let is_late = || deadline.is_some_and(|deadline| monotonic_nanos() >= deadline);
    let result = match how {
        Wait::Park => look(LOOKS, &mut ready).or_else(|| bell.wait(deadline, &mut ready)),
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
