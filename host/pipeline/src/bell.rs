//! Waiting for what another thread or process does, without asking again and again and without asking the system when
//! nobody waits.
//!
//! # Why no wake-up is lost
//! A bell is a word of 32 bits: the lowest says that someone sleeps, or is about to; the rest is a count. Who waits *sets the bit,
//! then looks* whether it has to sleep; who has changed something *looks at the word, then*, if the bit is set, *adds one* (which
//! clears the bit and moves the count) and wakes all. Both put a sequentially consistent fence between their two steps. So either
//! the ringer's look comes later in the one order of all fences, and it sees the bit; or the waiter's does, and it sees the change.
//! In the first case the word has changed: the system, which compares the word with what the waiter saw before it lets it sleep,
//! does not let it, or has it in the queue that the ringer wakes. If two ring at once, one of them moves the word and wakes all who
//! slept on its former value; the other has nothing to do. If someone is killed while it sleeps, the bit costs one needless
//! call of the system.

use crate::origin::monotonic_nanos;
use std::sync::atomic::{AtomicU32, Ordering, fence};

/// The bit that says that someone sleeps.
const SLEEPING: u32 = 1;

/// A place to wait at, in memory that may be shared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bell<'m> {
    pub word: &'m AtomicU32,
    /// Whether other processes may wait or ring.
    pub shared: bool,
}

impl Bell<'_> {
    /// Wakes all who wait, to look again. A system call only if someone does. Real-time otherwise.
    #[inline]
    pub fn ring(self) {
        // See the module: what was changed before is seen by whoever sets the bit after.
        fence(Ordering::SeqCst);
        let seen = self.word.load(Ordering::Relaxed);
        if seen & SLEEPING != 0 {
            self.wake(seen);
        }
    }

    #[cold]
    fn wake(self, seen: u32) {
        if self.word.compare_exchange(seen, seen.wrapping_add(1), Ordering::SeqCst, Ordering::Relaxed).is_ok() {
            system::wake(self);
        }
    }

    /// Sleeps until `ready` says something, looking when the bell rings; `None` once the clock has reached `deadline`. Worker.
    pub fn wait<R>(self, deadline: Option<u64>, mut ready: impl FnMut() -> Option<R>) -> Option<R> {
        loop {
            let ticket = self.word.fetch_or(SLEEPING, Ordering::SeqCst) | SLEEPING;
            // See the module: the bit is seen by whoever changes something after we looked.
            fence(Ordering::SeqCst);
            if let Some(result) = ready() {
                return Some(result);
            }
            let left = match deadline.map(|deadline| deadline.saturating_sub(monotonic_nanos())) {
                Some(0) => return None,
                left => left,
            };
            system::sleep(self, ticket, left);
        }
    }
}

#[cfg(target_os = "linux")]
use futex as system;
#[cfg(not(target_os = "linux"))]
use lot as system;

#[cfg(target_os = "linux")]
mod futex {
    use super::Bell;
    use rustix::thread::futex::{Flags, Timespec, wait, wake as wake_some};

    fn flags(bell: Bell<'_>) -> Flags {
        if bell.shared { Flags::empty() } else { Flags::PRIVATE }
    }

    pub fn wake(bell: Bell<'_>) {
        // It fails only for addresses that are none.
        let _ = wake_some(bell.word, flags(bell), i32::MAX.cast_unsigned());
    }

    /// Sleeps while the word is `ticket`, at most `nanos`; may wake for nothing.
    pub fn sleep(bell: Bell<'_>, ticket: u32, nanos: Option<u64>) {
        const SECOND: u64 = 1_000_000_000;
        let timeout =
            nanos.map(|nanos| Timespec { tv_sec: (nanos / SECOND).cast_signed(), tv_nsec: (nanos % SECOND) as _ });
        // Whatever ended it, the caller looks again.
        let _ = wait(bell.word, flags(bell), ticket, timeout.as_ref());
    }
}

/// Where the system has no call for this: condition variables, found by the address of the word; within one process.
#[cfg(any(test, not(target_os = "linux")))]
mod lot {
    use super::Bell;
    use std::sync::atomic::Ordering;
    use std::sync::{Condvar, Mutex, PoisonError};
    use std::time::Duration;

    static PLACES: [(Mutex<()>, Condvar); 64] = [const { (Mutex::new(()), Condvar::new()) }; 64];

    fn place(bell: Bell<'_>) -> &'static (Mutex<()>, Condvar) {
        // Bells lie lines apart.
        &PLACES[(std::ptr::from_ref(bell.word).addr() >> 7) % PLACES.len()]
    }

    pub fn wake(bell: Bell<'_>) {
        let (mutex, changed) = place(bell);
        // Who has the mutex has not looked at the word yet, or is already waiting.
        drop(mutex.lock().unwrap_or_else(PoisonError::into_inner));
        changed.notify_all();
    }

    pub fn sleep(bell: Bell<'_>, ticket: u32, nanos: Option<u64>) {
        let (mutex, changed) = place(bell);
        let guard = mutex.lock().unwrap_or_else(PoisonError::into_inner);
        if bell.word.load(Ordering::SeqCst) != ticket {
            return;
        }
        match nanos {
            Some(nanos) => drop(changed.wait_timeout(guard, Duration::from_nanos(nanos))),
            None => drop(changed.wait(guard)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    /// Two threads hand a number to and fro, each asleep while it is the other's turn: one wake-up lost, and they hang.
    fn ping_pong(rounds: u64, ring: fn(Bell<'_>), wait: fn(Bell<'_>, &dyn Fn() -> bool)) {
        let shared = Arc::new((AtomicU64::new(0), AtomicU32::new(u32::MAX - 41)));
        let play = move |own: u64, shared: Arc<(AtomicU64, AtomicU32)>| {
            let bell = Bell { word: &shared.1, shared: false };
            for round in 0..rounds {
                wait(bell, &|| shared.0.load(Ordering::Relaxed) == 2 * round + own);
                shared.0.store(2 * round + own + 1, Ordering::Relaxed);
                ring(bell);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| play(0, shared.clone()));
            scope.spawn(|| play(1, shared.clone()));
        });
        assert_eq!(shared.0.load(Ordering::Relaxed), 2 * rounds);
    }

    #[test]
    fn no_wake_up_is_lost() {
        ping_pong(20_000, |bell| bell.ring(), |bell, ready| bell.wait(None, || ready().then_some(())).unwrap());
    }

    #[test]
    fn nor_where_there_are_no_futexes() {
        let ring = |bell: Bell<'_>| {
            fence(Ordering::SeqCst);
            let seen = bell.word.load(Ordering::Relaxed);
            let next = seen.wrapping_add(1);
            if seen & SLEEPING != 0
                && bell.word.compare_exchange(seen, next, Ordering::SeqCst, Ordering::Relaxed).is_ok()
            {
                lot::wake(bell);
            }
        };
        ping_pong(5_000, ring, |bell, ready| {
            loop {
                let ticket = bell.word.fetch_or(SLEEPING, Ordering::SeqCst) | SLEEPING;
                fence(Ordering::SeqCst);
                if ready() {
                    break;
                }
                lot::sleep(bell, ticket, None);
            }
        });
    }

    #[test]
    fn nobody_asleep_nothing_changes() {
        let word = AtomicU32::new(6);
        let bell = Bell { word: &word, shared: true };
        bell.ring();
        assert_eq!(word.load(Ordering::Relaxed), 6);
        assert_eq!(bell.wait(Some(1), || None::<()>), None);
        bell.ring();
        assert_eq!(word.load(Ordering::Relaxed), 8, "a bit left behind is cleared once");
    }
}
