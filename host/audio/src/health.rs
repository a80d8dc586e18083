//! What a driver reports while it runs, counted without a lock and read from the control side.

use ripieno_ports::{FaultKind, Health};
use ripieno_ring::spsc::{Consumer, Producer, channel};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Messages that wait to be read; more are counted and dropped.
const MESSAGES: usize = 8;

/// Counters have no order among each other: each is right by itself, so relaxed loads and stores suffice.
#[derive(Debug, Default)]
struct Counters {
    /// 0 while the stream runs, else a code of [`FaultKind`].
    lost: AtomicU8,
    xruns: AtomicU64,
    errors: AtomicU64,
    realtime_denied: AtomicBool,
    /// The system's number of the audio thread, until its priority was looked up; 0: nothing to look up.
    thread: AtomicU32,
}

/// Something a driver said.
#[derive(Debug)]
pub(crate) enum Message {
    /// In cpal's words, which it has allocated.
    Cpal(cpal::Error),
    /// In ours.
    #[cfg(feature = "jack")]
    Text(String),
    /// In ours, said without an allocation.
    #[cfg(feature = "jack")]
    Fixed(&'static str),
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpal(error) => error.fmt(f),
            #[cfg(feature = "jack")]
            Self::Text(text) => f.write_str(text),
            #[cfg(feature = "jack")]
            Self::Fixed(text) => f.write_str(text),
        }
    }
}

/// The driver's side.
#[derive(Debug)]
pub(crate) struct Reporter {
    counters: Arc<Counters>,
    messages: Producer<'static, Message>,
}

/// The owner's side.
#[derive(Debug)]
pub(crate) struct Watch {
    counters: Arc<Counters>,
    /// Only the control side locks this.
    messages: Mutex<(Consumer<'static, Message>, Option<String>)>,
}

pub(crate) fn watch() -> (Reporter, Watch) {
    let counters = Arc::<Counters>::default();
    let (messages, read) = channel(MESSAGES);
    (Reporter { counters: counters.clone(), messages }, Watch { counters, messages: Mutex::new((read, None)) })
}

/// Counts xruns where the callback itself sees them.
#[derive(Clone, Debug)]
pub(crate) struct Tally(Arc<Counters>);

impl Tally {
    /// Real-time.
    pub(crate) fn xrun(&self) {
        self.0.xruns.fetch_add(1, Relaxed);
    }

    /// Xruns so far. Real-time.
    pub(crate) fn xruns(&self) -> u64 {
        self.0.xruns.load(Relaxed)
    }

    /// Real-time.
    pub(crate) fn deny_realtime(&self) {
        self.0.realtime_denied.store(true, Relaxed);
    }

    /// True once the stream has ended by itself.
    #[cfg(feature = "jack")]
    pub(crate) fn is_lost(&self) -> bool {
        self.0.lost.load(Relaxed) != 0
    }

    /// Lets the control side look up whether this thread has real-time priority. Real-time, but for one system call.
    #[cfg(all(target_os = "linux", feature = "jack"))]
    pub(crate) fn runs_here(&self) {
        self.0.thread.store(rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs(), Relaxed);
    }
}

impl Reporter {
    /// The counters, for the callback.
    pub(crate) fn tally(&self) -> Tally {
        Tally(self.counters.clone())
    }

    /// The stream has ended; the first reason stays.
    pub(crate) fn lose(&self, kind: FaultKind) {
        let _ = self.counters.lost.compare_exchange(0, code(kind), Relaxed, Relaxed);
    }

    /// Keeps a message for whoever asks; when too many wait, it is dropped. Never blocks, allocates nothing.
    pub(crate) fn say(&mut self, message: Message) {
        self.counters.errors.fetch_add(1, Relaxed);
        let _ = self.messages.push(message);
    }

    /// Sorts what cpal reports. Errors that cpal goes on after are counted and never end the stream.
    pub(crate) fn cpal(&mut self, error: cpal::Error) {
        match error.kind() {
            cpal::ErrorKind::Xrun => return self.tally().xrun(),
            cpal::ErrorKind::RealtimeDenied => self.tally().deny_realtime(),
            cpal::ErrorKind::DeviceNotAvailable
            | cpal::ErrorKind::StreamInvalidated
            | cpal::ErrorKind::HostUnavailable => self.lose(FaultKind::Gone),
            // DeviceChanged: the system has moved the stream to another device, and it plays on.
            _ => {}
        }
        self.say(Message::Cpal(error));
    }
}

impl Watch {
    /// Control; never blocks.
    pub(crate) fn health(&self) -> Health {
        self.look_up_priority();
        let mut health = Health::default();
        health.lost = kind(self.counters.lost.load(Relaxed));
        health.xruns = self.counters.xruns.load(Relaxed);
        health.realtime_denied = self.counters.realtime_denied.load(Relaxed);
        health
    }

    /// The latest message. Control; may wait for another thread that reads it.
    pub(crate) fn last_error(&self) -> Option<String> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let (unread, last) = &mut *messages;
        while let Some(message) = unread.pop() {
            *last = Some(message.to_string());
        }
        last.clone()
    }

    /// Errors so far, xruns aside. Control.
    pub(crate) fn errors(&self) -> u64 {
        self.counters.errors.load(Relaxed)
    }

    fn look_up_priority(&self) {
        let thread = self.counters.thread.swap(0, Relaxed);
        if thread == 0 {
            return;
        }
        let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).unwrap_or_default();
        if is_realtime(&stat) == Some(false) {
            self.counters.realtime_denied.store(true, Relaxed);
        }
    }
}

/// Reads the scheduling policy in Linux's account of a thread: `SCHED_FIFO` is 1, `SCHED_RR` 2, `SCHED_DEADLINE` 6.
fn is_realtime(stat: &str) -> Option<bool> {
    // The name, in parentheses, may hold spaces; policy is field 41, the state after the name field 3.
    let policy = stat.rsplit(')').next()?.split_ascii_whitespace().nth(41 - 3)?;
    Some(matches!(policy, "1" | "2" | "6"))
}

fn code(kind: FaultKind) -> u8 {
    match kind {
        FaultKind::Busy => 1,
        FaultKind::Gone => 2,
        FaultKind::Unsupported => 3,
        FaultKind::Denied => 4,
        _ => 5,
    }
}

fn kind(code: u8) -> Option<FaultKind> {
    match code {
        0 => None,
        1 => Some(FaultKind::Busy),
        2 => Some(FaultKind::Gone),
        3 => Some(FaultKind::Unsupported),
        4 => Some(FaultKind::Denied),
        _ => Some(FaultKind::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cpal_goes_on_after_does_not_end_the_stream() {
        let (mut reporter, watch) = watch();
        for _ in 0..1_000 {
            reporter.cpal(cpal::Error::with_message(cpal::ErrorKind::BackendError, "I/O error"));
            reporter.cpal(cpal::ErrorKind::Xrun.into());
        }
        reporter.cpal(cpal::ErrorKind::DeviceChanged.into());
        assert_eq!((watch.health().lost, watch.health().xruns, watch.errors()), (None, 1_000, 1_001));
        assert_eq!(watch.last_error().as_deref(), Some("I/O error"));
        reporter.cpal(cpal::Error::with_message(cpal::ErrorKind::RealtimeDenied, "denied"));
        assert!(watch.health().realtime_denied);
        assert_eq!(watch.last_error().as_deref(), Some("denied"));
        reporter.cpal(cpal::ErrorKind::StreamInvalidated.into());
        reporter.lose(FaultKind::Failed);
        assert_eq!(watch.health().lost, Some(FaultKind::Gone), "the first reason stays");
    }

    #[test]
    fn every_kind_survives_the_counters() {
        use FaultKind::*;
        for fault in [Busy, Gone, Unsupported, Denied, Failed] {
            assert_eq!(kind(code(fault)), Some(fault));
        }
    }

    #[test]
    fn the_policy_is_read_behind_any_name() {
        let stat = |policy| format!("7 (a) b (c)) S {}{policy} 0 0", "0 ".repeat(37));
        for (policy, realtime) in [(0, false), (1, true), (2, true), (3, false), (6, true)] {
            assert_eq!(is_realtime(&stat(policy)), Some(realtime));
        }
        assert_eq!(is_realtime(""), None);
    }
}
