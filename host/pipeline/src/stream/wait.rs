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
/// Of the waits that end while it looks for the first time, one in so many is timed, for all of them: two looks at the clock take
/// longer than a frame takes from core to core.
const TIMED: u32 = 16;

/// How someone waits, how many looks were worth it so far, and short waits until one is timed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    how: Wait,
    looks: u32,
    countdown: u32,
}

impl Waiting {
    pub fn new(how: Wait) -> Self {
        let looks = if how == Wait::Spin { LOOKS_A_TURN } else { *LOOKS.end() };
        Self { how, looks, countdown: 1 }
    }

    /// Whether this wait is timed however short it is.
    fn is_timed(&mut self) -> bool {
        self.countdown -= 1;
        if self.countdown == 0 {
            self.countdown = TIMED;
        }
        self.countdown == TIMED
    }
}

/// What a wait took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Took {
    /// Nanoseconds, those of short waits that were not timed included.
    pub nanos: u64,
    /// When it ended, if it was timed.
    pub end: Option<u64>,
}

/// Waits until `ready` says something; `None` when `timeout` has passed.
#[cold]
pub(super) fn wait<R>(
    waiting: &mut Waiting,
    bell: Bell<'_>,
    timeout: Option<Duration>,
    mut ready: impl FnMut() -> Option<R>,
) -> (Option<R>, Took) {
    let start = (waiting.is_timed() || timeout.is_some()).then(monotonic_nanos);
    if let Some(result) = look(waiting.looks, &mut ready) {
        if waiting.how == Wait::Park {
            waiting.looks = (waiting.looks * 2).min(*LOOKS.end());
        }
        let end = start.map(|_| monotonic_nanos());
        // With a timeout all are timed, and each counts for itself.
        let weight = if timeout.is_some() { 1 } else { TIMED };
        let nanos = end.zip(start).map_or(0, |(end, start)| (end - start) * u64::from(weight));
        return (Some(result), Took { nanos, end });
    }
    let start = start.unwrap_or_else(monotonic_nanos);
    let deadline = timeout.map(|timeout| start.saturating_add(nanos(timeout)));
    let result = match waiting.how {
        Wait::Park => {
            // Where frames come slowly, looking for long is a waste.
            waiting.looks = (waiting.looks / 2).max(*LOOKS.start());
            bell.wait(deadline, &mut ready)
        }
        Wait::Spin => loop {
            if deadline.is_some_and(|deadline| monotonic_nanos() >= deadline) {
                break None;
            }
            std::thread::yield_now();
            if let Some(result) = look(LOOKS_A_TURN, &mut ready) {
                break Some(result);
            }
        },
    };
    let end = monotonic_nanos();
    (result, Took { nanos: end - start, end: Some(end) })
}

fn look<R>(times: u32, ready: &mut impl FnMut() -> Option<R>) -> Option<R> {
    (0..times).find_map(|_| {
        spin_loop();
        ready()
    })
}
