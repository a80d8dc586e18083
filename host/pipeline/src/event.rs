//! Events: counts that tasks wait for.
//!
//! An event lies in memory of its own, of words of 64 bits: 0 magic, 1 version, 2 bytes of the name, 3.. the name; 16 signals
//! pending; 32 a [bell](crate::bell); 48 whether waiting has ended. Each group has a line of 128 bytes.

use crate::bell::Bell;
use crate::memory::{Memory, MemoryError};
use crate::origin::{Origin, monotonic_nanos};
use crate::stream::{StreamError, put_text, take_text};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// "RIPIENOE", native-endian.
const MAGIC: u64 = 0x5249_5049_454e_4f45;
const VERSION: u64 = 1;
const NAME: std::ops::Range<usize> = 2..16;
const PENDING: usize = 16;
const BELL: usize = 32;
const STOPPED: usize = 48;
const WORDS: usize = 64;

/// A counted gate: any number signal it, one owner consumes. Clones are the same event.
#[derive(Clone)]
pub struct Event {
    name: Arc<str>,
    memory: Arc<Memory>,
    /// Of the task that it was handed to: it leaves its waits when the task is to leave.
    origin: Option<Origin>,
}

impl Event {
    /// An event with `initial` signals pending; `shared` puts it where other processes can open it. Control.
    pub(crate) fn create(name: &str, initial: u32, shared: bool) -> Result<Self, MemoryError> {
        let memory = if shared { Memory::anonymous(WORDS * 8)? } else { Memory::heap(WORDS * 8)? };
        let words = memory.words(0..WORDS);
        words[1].store(VERSION, Ordering::Relaxed);
        put_text(&words[NAME], name);
        words[PENDING].store(initial.into(), Ordering::Relaxed);
        // Pairs with the acquire in `open`.
        words[0].store(MAGIC, Ordering::Release);
        Ok(Self { name: name.into(), memory: Arc::new(memory), origin: None })
    }

    /// The event of another process. Control.
    pub(crate) fn open(path: &Path) -> Result<Self, MemoryError> {
        let memory = Memory::open(path)?;
        let is_event = || {
            let words = memory.words(0..WORDS);
            // Pairs with the release in `create`.
            words[0].load(Ordering::Acquire) == MAGIC && words[1].load(Ordering::Relaxed) == VERSION
        };
        if memory.bytes() < WORDS * 8 || !is_event() {
            return Err(MemoryError::Layout("no event of this version".into()));
        }
        let name = take_text(&memory.words(0..WORDS)[NAME]);
        Ok(Self { name: name.into(), memory: Arc::new(memory), origin: None })
    }

    /// Where other processes open it, if it is shared. Any.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.memory.path()
    }

    /// Ends all waits of all processes with [`StreamError::Stopped`], now and later. Any.
    pub(crate) fn stop(&self) {
        self.word(STOPPED).store(1, Ordering::Relaxed);
        self.bell().ring();
    }

    /// Has all who wait look again: they shall leave, or a process died that may have signalled and not rung. Any.
    pub(crate) fn wake(&self) {
        self.bell().ring();
    }

    /// The same, for a task of this origin. Any.
    pub(crate) fn for_task(&self, origin: &Origin) -> Self {
        Self { origin: Some(origin.clone()), ..self.clone() }
    }

    /// Its name. Any.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One more signal. Any.
    pub fn signal(&self) {
        // The release pairs with the acquire in `is_open`: who sees the signal sees what led to it.
        self.word(PENDING).fetch_add(1, Ordering::Release);
        self.bell().ring();
    }

    /// Consumes one signal; false if there is none. Any.
    pub fn reset(&self) -> bool {
        let one_less = |pending: u64| pending.checked_sub(1);
        self.word(PENDING).fetch_update(Ordering::AcqRel, Ordering::Acquire, one_less).is_ok()
    }

    /// Waits until it is open, which consumes nothing; false when `timeout` has passed. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`].
    pub fn wait(&self, timeout: Option<Duration>) -> Result<bool, StreamError> {
        self.wait_unless(timeout, || false)
    }

    /// As [`wait`](Self::wait), but ends with `Stopped` when `over` says so. It is asked whenever somebody
    /// [wakes](Self::wake). Worker.
    pub(crate) fn wait_unless(&self, timeout: Option<Duration>, over: impl Fn() -> bool) -> Result<bool, StreamError> {
        let deadline = timeout.map(|timeout| monotonic_nanos().saturating_add(nanos(timeout)));
        let leaving = || self.origin.as_ref().is_some_and(|origin| origin.leaving() > 0);
        let ready = || {
            if self.word(STOPPED).load(Ordering::Relaxed) != 0 || leaving() || over() {
                return Some(Err(StreamError::Stopped));
            }
            self.is_open().then_some(Ok(true))
        };
        ready().or_else(|| self.bell().wait(deadline, ready)).unwrap_or(Ok(false))
    }

    /// Whether signals are pending. Any.
    pub fn is_open(&self) -> bool {
        self.pending() > 0
    }

    /// Signals that nobody consumed yet. Any.
    pub fn pending(&self) -> u64 {
        // Pairs with the release in `signal`.
        self.word(PENDING).load(Ordering::Acquire)
    }

    fn word(&self, index: usize) -> &std::sync::atomic::AtomicU64 {
        &self.memory.words(index..index + 1)[0]
    }

    fn bell(&self) -> Bell<'_> {
        Bell { word: self.memory.half(BELL), shared: self.memory.is_shared() }
    }
}

/// A time span as the clock counts, at most centuries.
pub(crate) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("name", &self.name).field("pending", &self.pending()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_counted_and_consumed_one_by_one() {
        let event = Event::create("go", 1, false).unwrap();
        event.signal();
        assert_eq!((event.pending(), event.is_open(), event.name()), (2, true, "go"));
        assert_eq!(event.wait(None), Ok(true), "waiting consumes nothing");
        assert!(event.reset() && event.reset() && !event.reset());
        assert_eq!(event.wait(Some(Duration::from_millis(1))), Ok(false));
        assert_eq!(event.path(), None);
    }

    #[test]
    fn many_signal_and_one_consumes_all() {
        const EACH: u64 = 2_000;
        let event = Event::create("go", 0, true).unwrap();
        let same = Event::open(&event.path().unwrap()).unwrap();
        assert_eq!(same.name(), "go");
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..EACH).for_each(|_| same.signal()));
            }
            for _ in 0..3 * EACH {
                assert_eq!(event.wait(None), Ok(true));
                assert!(event.reset());
            }
        });
        assert_eq!(event.pending(), 0);
    }

    #[test]
    fn a_stop_ends_every_wait() {
        let event = Event::create("go", 0, false).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| event.wait(None));
            event.stop();
            assert_eq!(waiting.join().unwrap(), Err(StreamError::Stopped));
        });
        assert_eq!(event.wait(None), Err(StreamError::Stopped));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for (bytes, magic) in [(8, MAGIC), (4096, MAGIC.swap_bytes()), (4096, 0)] {
            let memory = Memory::anonymous(bytes).unwrap();
            memory.words(0..1)[0].store(magic, Ordering::Relaxed);
            assert!(matches!(Event::open(&memory.path().unwrap()), Err(MemoryError::Layout(_))), "{magic:x}");
        }
    }
}
